import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { SandboxConfig } from "../../../../core/config/sandbox_config.ts";
import { loadPlugin } from "../../../../core/plugins/load_plugin.ts";
import { recordedLog } from "../../../support/recorded_log.ts";
import {
  NotLoaded,
  sandboxed,
  type SandboxedSettings,
  senderFilter,
  writtenPlugin,
} from "../../../support/sandboxed_plugin.ts";

const facts = { id: "c1", peer: "192.0.2.7", tls: false };
const modes: readonly (readonly [name: string, sandbox: Partial<SandboxConfig>])[] = [
  ["a thread", {}],
  ["a process", { process: true }],
];

/** What a plugin must not get. */
const secret = "The cake is a lie";

async function prepare({ outside }: { readonly outside: string }): Promise<void> {
  await Deno.writeTextFile(`${outside}/secret.json`, JSON.stringify(secret));
  await Deno.writeTextFile(`${outside}/secret.ts`, `export default ${JSON.stringify(secret)};`);
}

/** What a plugin's attempt gave: as text, whatever it is. `OUTSIDE` in its code is the folder that it must not reach. */
async function attempt(
  body: string,
  before = "",
  sandbox: Partial<SandboxConfig> = {},
): Promise<{ readonly got: string; readonly denied: readonly string[] }> {
  const code = senderFilter(
    `const OUTSIDE = sender;
     const attempt = async () => { ${body} };
     let got; try { got = JSON.stringify(await attempt()) } catch (error) { got = "refused: " + error.message.split("\\n")[0] }
     return { action: "quarantine", reason: String(got) };`,
    before,
  );
  await using one = await sandboxed("filter", { code, sandbox, prepare });
  const verdict = await one.plugin.sender?.(facts, one.outside);
  assert(verdict?.action === "quarantine");
  const denied = one.log.flatMap(({ asked }) =>
    typeof asked === "string" ? [asked.replace(one.outside, "OUTSIDE")] : []
  );
  return { got: verdict.reason, denied };
}

const reads: Readonly<Record<string, string>> = {
  "a file": `return Deno.readTextFileSync(OUTSIDE + "/secret.json");`,
  "a file by Node's functions": `return (await import("node:fs")).readFileSync(OUTSIDE + "/secret.json", "utf8");`,
  "a file that is fetched": `return await (await fetch("file://" + OUTSIDE + "/secret.json")).text();`,
  "JSON that is imported":
    `return (await import("file://" + OUTSIDE + "/secret.json", { with: { type: "json" } })).default;`,
  "a text that is imported":
    `return (await import("file://" + OUTSIDE + "/secret.json", { with: { type: "text" } })).default;`,
  "a module that is imported": `return (await import("file://" + OUTSIDE + "/secret.ts")).default;`,
  "a module by a relative path": `return (await import("../outside/secret.ts")).default;`,
  "what a data: module imports": `return (await import("data:text/javascript," + encodeURIComponent(
    'export { default } from "file://' + OUTSIDE + '/secret.json" with { type: "json" }'))).default;`,
  "what a thread of its own imports": `const { Worker } = await import("node:worker_threads");
    return await new Promise((resolve, reject) => {
      const thread = new Worker(new URL("data:text/javascript," + encodeURIComponent(
        'import it from "file://' + OUTSIDE + '/secret.json" with { type: "json" };' +
        'import { parentPort } from "node:worker_threads"; parentPort.postMessage(it)')));
      thread.on("message", resolve); thread.on("error", reject);
    });`,
  "what a thread with more rights reads": `const { Worker } = await import("node:worker_threads");
    return await new Promise((resolve, reject) => {
      const thread = new Worker('const { parentPort } = require("node:worker_threads"); try {' +
        'new globalThis.Worker("data:text/javascript,", { type: "module", deno: { permissions: { read: true } } });' +
        'parentPort.postMessage("started") } catch (error) { parentPort.postMessage(error.message) }', { eval: true });
      thread.on("message", (said) => said === "started" ? resolve(said) : reject(new Error(said)));
      thread.on("error", reject);
    });`,
  "what a thread of Node's reads": `const { Worker } = await import("node:worker_threads");
    return await new Promise((resolve, reject) => {
      const thread = new Worker('require("node:worker_threads").parentPort.postMessage(' +
        'require("node:fs").readFileSync("' + OUTSIDE + '/secret.json", "utf8"))', { eval: true });
      thread.on("message", resolve); thread.on("error", reject);
    });`,
  "a database": `new (await import("node:sqlite")).DatabaseSync(OUTSIDE + "/secret.json").prepare("SELECT 1");`,
  "a database that another one attaches": `const { DatabaseSync } = await import("node:sqlite");
    new DatabaseSync(":memory:").exec("ATTACH DATABASE '" + OUTSIDE + "/secret.json' AS other");
    return "attached";`,
  "files that the server has open": `const fs = await import("node:fs"); const found = [];
    for (let fd = 3; fd < 200; fd++) try { fs.readSync(fd, new Uint8Array(1), 0, 1, 0); found.push(fd) } catch {}
    if (found.length === 0) throw new Error("none can be read"); return found;`,
  "the environment": `return Deno.env.toObject();`,
  "one variable": `return Deno.env.get("PATH");`,
  "a program": `return new Deno.Command("/bin/cat", { args: [OUTSIDE + "/secret.json"] }).outputSync();`,
  "a library": `Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {});`,
  "the system": `return Deno.hostname();`,
};

const changes: Readonly<Record<string, string>> = {
  "write": `Deno.writeTextFileSync(OUTSIDE + "/new", "x");`,
  "write into its own folder": `Deno.writeTextFileSync(new URL("./new", import.meta.url), "x");`,
  "remove": `Deno.removeSync(OUTSIDE + "/secret.json");`,
  "connect": `await Deno.connect({ hostname: "127.0.0.1", port: 9 });`,
  "listen": `Deno.listen({ hostname: "127.0.0.1", port: 0 });`,
  "fetch": `await fetch("http://127.0.0.1:8009/");`,
  "resolve a name": `await (await import("node:dns/promises")).lookup("localhost");`,
  "import from the web": `await import("https://127.0.0.1:8009/x.js");`,
  "import from JSR": `await import("jsr:@std/" + "assert@1");`,
};

for (const [mode, sandbox] of modes) {
  Deno.test(`sandbox: in ${mode} a plugin cannot read what is not listed, and do nothing to it`, async (test) => {
    const all = { ...reads, ...changes };
    const attempts = Object.entries(all).map(([what, body]) =>
      `${JSON.stringify(what)}: async (OUTSIDE) => { ${body} }`
    );
    const code = senderFilter(
      `const [what, outside] = sender.split("|");
       try { return { action: "quarantine", reason: JSON.stringify(await attempts[what](outside)) ?? "done" } }
       catch (error) { return { action: "quarantine", reason: "refused: " + error.message.split("\\n")[0] } }`,
      `const attempts = { ${attempts.join()} };`,
    );
    await using one = await sandboxed("filter", { code, sandbox, prepare });
    for (const what of Object.keys(all)) {
      await test.step(what, async () => {
        const verdict = await one.plugin.sender?.(facts, `${what}|${one.outside}`);
        assert(verdict?.action === "quarantine");
        assertMatch(verdict.reason, /^refused: /);
        assert(!verdict.reason.includes(secret), verdict.reason);
      });
    }
  });
}

Deno.test("sandbox: what is denied is logged with what was asked for, also where the plugin hides it", async () => {
  const { denied } = await attempt(`
    try { Deno.readTextFileSync(OUTSIDE + "/secret.json") } catch {}
    try { await fetch("http://127.0.0.1:8009/") } catch {}
    try { Deno.env.get("HOME") } catch {}
    try { await import("../outside/secret.ts") } catch (error) { throw error }`);
  assertEquals(denied.slice(0, 3), [
    'read access to "OUTSIDE/secret.json"',
    'net access to "127.0.0.1:8009"',
    'env access to "HOME"',
  ]);
});

Deno.test("sandbox: what is listed can be done, and no more", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept().then((connection) => connection.close(), () => {});
  const { port } = listener.addr;
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [, mode] of modes.slice(0, 1)) {
      const { got } = await attempt(
        `await Deno.writeTextFile("${folder}/a", "b");
         (await Deno.connect({ hostname: "127.0.0.1", port: ${port} })).close();
         const tell = (name) => Deno.permissions.querySync(name).state;
         return [await Deno.readTextFile("${folder}/a"), Deno.env.get("PATH") !== undefined,
           tell({ name: "read", path: "/" }), tell({ name: "net", host: "127.0.0.1:9" }), tell({ name: "env", variable: "HOME" })];`,
        "",
        { ...mode, read: [folder], write: [folder], net: [`127.0.0.1:${port}`], env: ["PATH"] },
      );
      assertEquals(JSON.parse(got), ["b", true, "prompt", "prompt", "prompt"]);
    }
  } finally {
    listener.close();
    await accepting;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sandbox: nobody is prompted", async () => {
  const { got } = await attempt(`return (await Deno.permissions.request({ name: "read", path: OUTSIDE })).state;`);
  assertEquals(JSON.parse(got), "denied");
});

const statics: Readonly<Record<string, string>> = {
  "JSON": `import it from "../outside/secret.json" with { type: "json" };`,
  "a module": `import it from "../outside/secret.ts";`,
  "a text": `import it from "../outside/secret.json" with { type: "text" };`,
  "a module through data:": `import it from "data:text/javascript,${
    encodeURIComponent('export { default } from "file:///etc/hostname" with { type: "text" }')
  }";`,
};

for (const [mode, sandbox] of modes) {
  for (const [what, line] of Object.entries(statics)) {
    Deno.test(`sandbox: in ${mode} a plugin that imports ${what} from outside its folder is not loaded`, async () => {
      const settings: SandboxedSettings = {
        code: senderFilter(`return { action: "accept", it };`, line),
        sandbox,
        prepare,
      };
      await assertRejects(() => sandboxed("filter", settings), NotLoaded, "cannot be loaded in its sandbox: ");
    });
  }
}

Deno.test("sandbox: a plugin imports the other modules of its folder", async () => {
  await using one = await sandboxed("filter", {
    code: {
      "plugin.ts": senderFilter(
        `return { action: "quarantine", reason: word + data.word };`,
        `
        import { word } from "./part.ts"; import data from "./data.json" with { type: "json" };`,
      ),
      "part.ts": `export const word = "one";`,
      "data.json": `{ "word": "two" }`,
    },
  });
  assertEquals(await one.plugin.sender?.(facts, ""), { action: "quarantine", reason: "onetwo" });
});

Deno.test("sandbox: a file with a digest is checked each time that the plugin is started", async () => {
  await using written = await writtenPlugin({
    code: senderFilter(
      `if (sender === "end") { postMessage(1); await new Promise(() => {}); } return { action: "accept" };`,
    ),
  });
  const path = `${written.own}/plugin.ts`;
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  const entry = { ...written.entry, integrity: `sha256-${new Uint8Array(digest).toBase64()}` };
  const loaded = await loadPlugin("filter", entry, written.source);
  assert(loaded.ok);
  using recorded = recordedLog();
  const context = { log: recorded.log, hostname: "a", shutdown: new AbortController().signal, now: () => new Date() };
  const filter = await loaded.plugin.definition.setup(context, undefined);
  try {
    assertEquals(await filter.sender?.(facts, "x"), { action: "accept" });
    await Deno.writeTextFile(path, `${await Deno.readTextFile(path)}// changed`);
    await assertRejects(async () => await filter.sender?.(facts, "end"));
    while (!recorded.events.some(({ reason }) => String(reason).includes("the file is another"))) {
      await assertRejects(async () => await filter.sender?.(facts, "x"));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await filter.stop?.();
  }
});
