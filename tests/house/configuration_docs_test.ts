/** docs/configuration.md names every key of mail.yaml and every option of a plugin that is part of the program. */
import { assert, assertEquals } from "@std/assert";
import { serverSchema } from "../../core/config/server_schema.ts";
import type { OptionsSchema, PluginDefinition, PluginKind } from "../../core/contract/plugin.ts";
import { builtInPlugins } from "../../core/plugins/builtin.ts";
import { projectFolder } from "./project_files.ts";

const page = await Deno.readTextFile(new URL("docs/configuration.md", projectFolder));

/** No key is like it: the complaint about it lists those that there are. */
const strange = "zzzzzzzzzzzzzzzzzzzzzzzz";

/** Keys that a schema knows, each after the path of its mapping: `tls.engine`. */
function knownKeys(schema: OptionsSchema<unknown>, value: unknown): string[] {
  const { issues = [] } = schema["~standard"].validate(value);
  return issues.flatMap(({ message, path = [] }) => {
    const [, list] = /^unknown \w+; known: (.+)$/.exec(message) ?? [];
    const above = path.slice(0, -1).map((key) => `${String(key)}.`).join("");
    return list === undefined ? [] : list.split(", ").map((key) => above + key);
  });
}

Deno.test("docs: docs/configuration.md names every key of mail.yaml", () => {
  const entry = { use: "x", sandbox: { [strange]: 1 }, [strange]: 1 };
  const nested = { tls: { [strange]: 1 }, limits: { [strange]: 1 }, log: { [strange]: 1 }, queue: { [strange]: 1 } };
  const lists = { filters: [entry], transports: [entry], extensions: [entry], http: [entry], protocols: [entry] };
  const plugins = { directory: entry, storage: { use: "x", [strange]: 1 }, ...lists };
  const keys = knownKeys(serverSchema, { ...nested, ...plugins, [strange]: 1 });
  for (const known of ["hostname", "tls.client_ca", "filters.0.on_failure", "filters.0.sandbox.net"]) {
    assert(keys.includes(known), `the schema no longer tells its keys: ${known}`);
  }
  // What plugin entries have is said once, for all of them; what a sandbox has, in its row.
  const told = (key: string) => {
    const [, ofSandbox] = /\.sandbox\.(\w+)$/.exec(key) ?? [];
    if (ofSandbox !== undefined) return page.includes(` ${ofSandbox}: `);
    return page.includes(`| \`${key.replace(/^(?:directory|storage|\w+\.0)\./, "")}\``);
  };
  const groups = ["tls", "limits", "log", "queue"];
  assertEquals(keys.filter((key) => !groups.includes(key) && !told(key)), []);
});

const kinds = ["storage", "directory", "auth", "filter", "transport", "extension", "protocol", "http"] as const;

for (const kind of kinds satisfies readonly PluginKind[]) {
  for (const [name, load] of Object.entries(builtInPlugins[kind])) {
    Deno.test(`docs: docs/configuration.md names every option of ${name}`, async () => {
      const { default: plugin } = await load() as { readonly default: PluginDefinition<typeof kind, unknown> };
      const [, section = ""] = new RegExp(`^### [^\\n]*\`${name}\`[^\\n]*\\n(.*?)^##`, "ms").exec(page) ?? [];
      const options = knownKeys(plugin.options, { [strange]: 1 });
      assertEquals(options.filter((option) => !section.includes(`| \`${option}\``)), []);
      assert(section !== "" || page.includes(`\`${name}\``), `${name} is not mentioned`);
      // And none that is no longer there.
      const told = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, option]) => option ?? "");
      assertEquals(told.filter((option) => !options.includes(option)), []);
    });
  }
}
