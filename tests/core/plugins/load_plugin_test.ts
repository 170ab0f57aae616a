import { assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { loadConfigText } from "../../../core/config/load_config.ts";
import type { PluginTable } from "../../../core/plugins/builtin.ts";
import { loadPlugin, type PluginLoad, type PluginOrigins } from "../../../core/plugins/load_plugin.ts";
import { loadPlugins } from "../../../core/plugins/load_plugins.ts";

const project = new URL("../../../", import.meta.url).href;

/** A plugin's module as somebody outside the project would write it. */
function filterModule(parts = `summary: "for a test"`, kind = "filter", version = 1): string {
  return `import { definePlugin } from "${project}core/contract/plugin.ts";
import { options } from "${project}core/options/options.ts";
import { duration } from "${project}core/options/values.ts";
import * as v from "npm:valibot@1.5.0";
export default { apiVersion: ${version}, kind: "${kind}", name: "mine",
  options: options({ wait: v.optional(duration, "1s") }), setup: () => ({}), ${parts} };
`;
}

const none: PluginTable = {
  storage: {},
  directory: {},
  auth: {},
  filter: {},
  extension: {},
  transport: {},
  protocol: {},
  http: {},
};

async function load(
  files: Readonly<Record<string, string>>,
  written: string,
  origins: PluginOrigins = {},
): Promise<PluginLoad> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const text = `hostname: a.example\nprotocols: [{ use: pop3, listen: ["127.0.0.1:0"] }]\nfilters: [${written}]\n`;
    const config = loadConfigText(text, `${folder}/mail.yaml`);
    if (!config.ok) return config;
    const [entry] = config.config.filters;
    if (entry === undefined) throw new Error("no entry");
    const loaded = await loadPlugin("filter", entry, { ...config.config.source, file: "mail.yaml" }, origins);
    return loaded.ok ? loaded : { ok: false, problems: loaded.problems.map((line) => line.replaceAll(folder, "DIR")) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function problems(files: Readonly<Record<string, string>>, written: string, origins?: PluginOrigins) {
  const loaded = await load(files, written, origins);
  return loaded.ok ? [] : loaded.problems;
}

Deno.test("load: a file's plugin gets its options as its schema gives them", async () => {
  const loaded = await load({ "x.ts": filterModule() }, "{ use: ./x.ts, options: { wait: 2m } }");
  assertEquals(loaded.ok && loaded.plugin.options, { wait: 120_000 });
  assertEquals(loaded.ok && loaded.plugin.definition.name, "mine");
});

Deno.test("load: options that are left out are those of an empty mapping", async () => {
  const loaded = await load({ "x.ts": filterModule() }, "./x.ts");
  assertEquals(loaded.ok && loaded.plugin.options, { wait: 1000 });
});

Deno.test("load: errors of options carry the path in the file and the plugin's name", async () => {
  assertEquals(await problems({ "x.ts": filterModule() }, "{ use: ./x.ts, options: { wiat: 2m, wait: 5 } }"), [
    'mail.yaml  filters[0].options.wait: expected a duration such as "30s", "10m" or "2h", found 5',
    "mail.yaml  filters[0].options.wiat: unknown option of mine — did you mean wait?",
  ]);
});

Deno.test("load: another API version is refused, whatever else the module is", async () => {
  assertEquals(await problems({ "x.ts": filterModule("", "protocol", 2) }, "{ use: ./x.ts }"), [
    "mail.yaml  filters[0].use: ./x.ts was built for plugin API 2; this server speaks 1",
  ]);
});

Deno.test("load: the section says of which kind a plugin must be", async () => {
  assertEquals(await problems({ "x.ts": filterModule(`summary: ""`, "protocol") }, "./x.ts"), [
    'mail.yaml  filters[0]: ./x.ts is of kind "protocol"; expected a filter plugin here',
  ]);
});

Deno.test("load: a module that is no plugin is told what one says", async () => {
  assertEquals(await problems({ "x.ts": "export const x = 1;" }, "./x.ts"), [
    "mail.yaml  filters[0]: ./x.ts is no plugin; expected a module that says export default definePlugin({ … })",
  ]);
  assertEquals(await problems({ "x.ts": "export default {};" }, "./x.ts"), [
    "mail.yaml  filters[0]: ./x.ts does not say its apiVersion; this server speaks 1",
  ]);
  assertEquals(await problems({ "x.ts": filterModule("") }, "./x.ts"), [
    "mail.yaml  filters[0]: ./x.ts lacks a part of a plugin; expected name, summary, options (a Standard Schema) and setup",
  ]);
  assertEquals((await problems({ "x.ts": filterModule(`summary: "", options: {}`) }, "./x.ts")).length, 1);
});

Deno.test("load: a package of a registry is imported by its version", async () => {
  assertEquals(await problems({}, `"npm:valibot@1.5.0"`), [
    "mail.yaml  filters[0]: npm:valibot@1.5.0 is no plugin; expected a module that says export default definePlugin({ … })",
  ]);
});

Deno.test("load: a file that is missing, broken or throws is one line", async () => {
  const [missing = ""] = await problems({}, "./x.ts");
  assertMatch(
    missing,
    /^mail\.yaml {2}filters\[0\]: \.\/x\.ts cannot be loaded: Module not found "file:\/\/DIR\/x\.ts"/,
  );
  const [broken = ""] = await problems({ "x.ts": "export default {" }, "./x.ts");
  assertMatch(broken, /^mail\.yaml {2}filters\[0\]: \.\/x\.ts cannot be loaded: /);
  const [unclosed = ""] = await problems({ "y.ts": "export default {\n  name: ,\n};" }, "./y.ts");
  assertMatch(unclosed, /cannot be loaded: SyntaxError: .+ at file:\/\/DIR\/y\.ts:2:9$/);
  const [throwing = ""] = await problems({ "x.ts": "throw new Error('one\\ntwo');" }, "./x.ts");
  assertEquals(throwing, "mail.yaml  filters[0]: ./x.ts cannot be loaded: one");
});

Deno.test("load: a schema that throws is a problem of the options", async () => {
  const schema = `summary: "", options: { "~standard": { validate() { throw new Error("oh"); } } }`;
  assertEquals(await problems({ "x.ts": filterModule(schema) }, "{ use: ./x.ts, options: {} }"), [
    "mail.yaml  filters[0].options: cannot be checked: oh",
  ]);
});

Deno.test("integrity: a file that was changed is not run", async () => {
  const text = filterModule();
  const digest = `sha384-${createHash("sha384").update(text).digest("base64")}`;
  assertEquals((await load({ "x.ts": text }, `{ use: ./x.ts, integrity: "${digest}" }`)).ok, true);
  const changed = `throw new Error("it was run");\n${text}`;
  const found = createHash("sha384").update(changed).digest("base64");
  assertEquals(await problems({ "x.ts": changed }, `{ use: ./x.ts, integrity: "${digest}" }`), [
    `mail.yaml  filters[0].integrity: the file is another: its digest is sha384-${found}`,
  ]);
});

Deno.test("integrity: what the web serves is run as it was checked, or not at all", async () => {
  const text = filterModule();
  const digest = `sha256-${createHash("sha256").update(text).digest("base64")}`;
  const served = new Map([["https://example.org/x.ts", text], ["https://example.org/other.ts", `${text} `]]);
  const asked: string[] = [];
  const fetch = (url: string) => {
    asked.push(url);
    return Promise.resolve(new TextEncoder().encode(served.get(url)));
  };
  const entry = (name: string) => `{ use: "https://example.org/${name}", integrity: "${digest}" }`;
  assertEquals((await load({}, entry("x.ts"), { fetch })).ok, true);
  const [other = ""] = await problems({}, entry("other.ts"), { fetch });
  assertMatch(other, /^mail\.yaml {2}filters\[0\]\.integrity: the file is another/);
  assertEquals(asked, ["https://example.org/x.ts", "https://example.org/other.ts"]);
});

Deno.test("load: all problems of all plugins at once, in the order of the file", async () => {
  const text = `hostname: a.example
storage: { use: sqlite, options: { max_sise: 1 } }
auth: [plain, cram-md]
protocols:
  - { use: pop3, listen: ["127.0.0.1:0"], options: { idle_timout: 10m } }
  - { use: imap4, listen: ["127.0.0.1:0"] }
`;
  const config = loadConfigText(text, "mail.yaml");
  const loaded = config.ok ? await loadPlugins(config.config) : config;
  assertEquals(loaded.ok ? [] : loaded.problems, [
    "mail.yaml  storage.options.max_sise: unknown option of sqlite — did you mean max_size?",
    'mail.yaml  auth[1]: there is no auth plugin "cram-md" — did you mean cram-md5?',
    "mail.yaml  protocols[0].options.idle_timout: unknown option of pop3 — did you mean idle_timeout?",
    'mail.yaml  protocols[1].use: there is no protocol plugin "imap4" — did you mean imap?',
  ]);
});

Deno.test("load: a table of one's own replaces the program's", async () => {
  const found = await problems({}, "mine", { table: { ...none, filter: { mine: () => Promise.resolve({}) } } });
  assertEquals(found, [
    "mail.yaml  filters[0]: mine is no plugin; expected a module that says export default definePlugin({ … })",
  ]);
});
