import { assertEquals } from "@std/assert";
import { loadConfigText, type LoadedConfig } from "../../../core/config/load_config.ts";
import { ConfigurationError } from "../../../core/server/configuration_error.ts";
import { withPlugins } from "../../../core/server/load_server.ts";

const project = new URL("../../../", import.meta.url).href;

function pluginText(kind: string, name: string): string {
  return `import { noOptions } from "${project}core/options/no_options.ts";
export default { apiVersion: 1, kind: "${kind}", name: "${name}", summary: "", options: noOptions, setup: () => ({}) };`;
}

/** What is wrong with plugins of a configuration that has these files beside it. */
async function problems(rest: string, files: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const protocols = `protocols: [{ use: pop3, listen: ["127.0.0.1:0"] }, { use: pop3, listen: ["127.0.0.1:0"] }]`;
    const loaded = loadConfigText(`hostname: a.example\n${protocols}\n${rest}\n`, `${folder}/mail.yaml`);
    const found = await problemsOf(loaded);
    return found.map((line) => line.replaceAll(folder, "DIR"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function problemsOf(loaded: LoadedConfig): Promise<readonly string[]> {
  try {
    await withPlugins(loaded);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

Deno.test("names: a plugin from elsewhere cannot have a built-in one's", async () => {
  assertEquals(await problems("auth: [{ use: ./mine.ts }]", { "mine.ts": pluginText("auth", "plain") }), [
    "DIR/mail.yaml  auth[0].use: ./mine.ts calls itself plain, which is the name of a built-in auth plugin; give it another name",
  ]);
});

Deno.test("names: of another kind, it can", async () => {
  assertEquals(await problems("filters: [./mine.ts]", { "mine.ts": pluginText("filter", "plain") }), []);
});

Deno.test("names: two plugins of one kind cannot have the same", async () => {
  const files = { "one.ts": pluginText("filter", "mine"), "two.ts": pluginText("filter", "mine") };
  assertEquals(await problems("filters: [./one.ts, { use: ./two.ts }]", files), [
    "DIR/mail.yaml  filters[1]: ./two.ts calls itself mine, as ./one.ts at filters[0] does; give one of them another name",
  ]);
});

Deno.test("names: one plugin may stand twice, but a mechanism can only be offered once", async () => {
  const files = { "one.ts": pluginText("filter", "mine") };
  assertEquals(await problems("filters: [./one.ts, ./one.ts]", files), []);
  assertEquals(await problems("auth: [plain, apop, plain]"), [
    "DIR/mail.yaml  auth[2]: plain stands at auth[0] already; remove one of them",
  ]);
});

Deno.test("names: what is taken twice is told together with what else is wrong", async () => {
  const files = { "one.ts": pluginText("filter", "mine"), "two.ts": pluginText("filter", "mine") };
  assertEquals(await problems("filters: [./one.ts, ./two.ts]\nqueue: 5", files), [
    "DIR/mail.yaml  queue: expected a mapping of keys, found 5",
    "DIR/mail.yaml  filters[1]: ./two.ts calls itself mine, as ./one.ts at filters[0] does; give one of them another name",
  ]);
});
