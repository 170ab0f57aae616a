/** The compiled program: from an empty folder, without Deno, Node or a network, with external plugins, and with few rights. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { builtInPlugins } from "../../core/plugins/builtin.ts";
import { dialogue, pop3Session } from "../support/plain_client.ts";
import { binary } from "../support/program.ts";
import { runMain } from "../support/run_main.ts";
import { serverHome } from "../support/spawn_server.ts";
import { alice } from "../support/test_config.ts";

/** A test of the binary. Says loudly that it cannot run where there is none. */
function binaryTest(name: string, test: (program: string) => Promise<void>): void {
  if (binary === undefined) console.warn(`NOT RUN: "${name}" needs a binary: MAIL_SERVER_BINARY=$(.ci/binary)`);
  Deno.test({ name, ignore: binary === undefined, fn: () => test(binary ?? "") });
}

/** Nothing of this process's environment reaches it. */
async function inEmptyFolder(program: string, ...words: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, { args: words, cwd: folder, clearEnv: true })
      .output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

binaryTest("binary: it has every built-in plugin, and needs no environment", async (program) => {
  const { code, stdout } = await inEmptyFolder(program, "plugin", "list", "--json");
  assertEquals(code, 0);
  const listed = (JSON.parse(stdout) as { kind: string; name: string }[]).map(({ kind, name }) => `${kind} ${name}`);
  const expected = Object.entries(builtInPlugins).flatMap(([kind, named]) =>
    Object.keys(named).map((name) => `${kind} ${name}`)
  );
  assertEquals(listed.toSorted(), expected.toSorted());
});

binaryTest(
  "binary: mail that is sent to it is fetched from it, and a plugin in JavaScript is loaded from disk",
  async () => {
    const plugin = `export default {
    apiVersion: 1, kind: "filter", name: "stamp", summary: "Stamps",
    options: { "~standard": { version: 1, vendor: "none", validate: (value) => ({ value }) } },
    setup: () => ({ message: async () => ({ action: "continue", addHeaders: [["X-Stamp", "seen"]] }) }),
  };`;
    const author = `import { definePlugin, noOptions } from "@quetzal/server";
  export default definePlugin({ apiVersion: 1, kind: "filter", name: "author", summary: "By the package's names",
    options: noOptions, setup: () => ({ message: async () => ({ action: "continue", addHeaders: [["X-Author", "seen"]] }) }) });`;
    await using home = await serverHome({
      cleartextAuth: true,
      files: { "stamp.mjs": plugin, "author.mjs": author },
      filters: ["./stamp.mjs", "./author.mjs"],
    });
    await using server = await home.spawn();
    await using smtp = await dialogue(server.ports.smtp);
    await smtp.line();
    for (const said of ["EHLO x", "MAIL FROM:<>", `RCPT TO:<${alice.address}>`, "DATA"]) await smtp.ask(said);
    assertMatch(await smtp.ask("Subject: compiled\r\n\r\nText\r\n."), /^250 /);
    await using pop3 = await pop3Session(server.ports.pop3, alice);
    const message = await pop3.ask("RETR 1", true);
    for (const line of ["X-Stamp: seen", "X-Author: seen", "Subject: compiled"]) assertStringIncludes(message, line);
  },
);

/** A filter that imports the author's package. */
const authored = `import { definePlugin, noOptions } from "@quetzal/server";
  export default definePlugin({ apiVersion: 1, kind: "filter", name: "authored", summary: "By the package's names",
    options: noOptions, setup: () => ({ message: async () => ({ action: "continue", addHeaders: [["X-Seen", "yes"]] }) }) });`;

binaryTest("binary: a plugin in a thread of its own imports the author's package, and judges", async () => {
  await using home = await serverHome({
    cleartextAuth: true,
    files: { "authored.mjs": authored },
    filters: [{ use: "./authored.mjs", sandbox: {} }],
  });
  await using server = await home.spawn();
  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  for (const said of ["EHLO x", "MAIL FROM:<>", `RCPT TO:<${alice.address}>`, "DATA"]) await smtp.ask(said);
  assertMatch(await smtp.ask("Subject: x\r\n\r\nText\r\n."), /^250 /);
  await using pop3 = await pop3Session(server.ports.pop3, alice);
  assertStringIncludes(await pop3.ask("RETR 1", true), "X-Seen: yes");
});

binaryTest(
  "binary: a plugin in a process of its own needs a right that the program is compiled with",
  async (program) => {
    await using home = await serverHome({});
    const filters = [{ use: "./authored.mjs", sandbox: { process: true } }];
    await home.configure({ files: { "authored.mjs": authored }, filters });
    const check = async (binary: string) => {
      const { code, stderr } = await new Deno.Command(binary, { args: ["check", "--config", home.file] }).output();
      return { code, stderr: new TextDecoder().decode(stderr) };
    };
    const refused = await check(program);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, "compile it with --allow-run=/bin/sh");
    const withRun = Deno.env.get("MAIL_SERVER_BINARY_WITH_RUN");
    if (withRun === undefined) {
      return console.warn("NOT RUN: the rest needs MAIL_SERVER_BINARY_WITH_RUN=$(.ci/binary --allow-run=/bin/sh)");
    }
    const allowed = await check(withRun);
    assertEquals([allowed.code, allowed.stderr], [0, ""]);
  },
);

binaryTest(
  "binary: a plugin in TypeScript is loaded where the runtime can; else the error says how to bundle it",
  async () => {
    const typed = `const name: string = "typed";
  export default { apiVersion: 1, kind: "filter", name, summary: "Typed",
    options: { "~standard": { version: 1, vendor: "none", validate: (value: unknown) => ({ value }) } }, setup: () => ({}) };`;
    await using home = await serverHome({ files: { "typed.ts": typed } });
    await home.configure({ files: { "typed.ts": typed }, filters: ["./typed.ts"] });
    const { code, stderr } = await runMain(["check", "--config", home.file]);
    if (code !== 0) assertMatch(stderr, /typed\.ts.*deno bundle/s);
  },
);

binaryTest("binary: it may run no program, call no library and ask the system nothing", async () => {
  const probe = `const attempts = {
    run: () => new Deno.Command("true").outputSync(),
    ffi: () => Deno.dlopen("libc.so.6", {}),
    sys: () => Deno.hostname(),
  };
  const done = Object.entries(attempts).filter(([, attempt]) => {
    try {
      attempt();
      return true;
    } catch (error) {
      return !(error instanceof Deno.errors.NotCapable);
    }
  }).map(([name]) => name);
  export default { apiVersion: 1, kind: "filter", name: "probe", summary: "Tries what it should not",
    options: { "~standard": { version: 1, vendor: "none", validate: (value) => ({ value }) } },
    setup: ({ log }) => { log.info("done: " + done.join(" ")); return {}; } };`;
  await using home = await serverHome({ files: { "probe.mjs": probe } });
  await home.configure({ files: { "probe.mjs": probe }, filters: ["./probe.mjs"] });
  await using server = await home.spawn();
  assertEquals((await server.logged(/^done:/)).message, "done: ");
});

binaryTest("binary: it is no larger than it was, and says its version", async (program) => {
  const { size } = await Deno.stat(program);
  // 98 MB of it are the runtime; what is more than this has come in by mistake.
  assert(size < 125_000_000, `${size} octets`);
  assertEquals((await inEmptyFolder(program, "--version")).code, 0);
});
