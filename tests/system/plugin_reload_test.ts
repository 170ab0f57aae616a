/** Plugins that change on disk while the server runs: new sessions get the new code, those that are there keep theirs. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { echo, pluginText, wordText } from "../support/plugin_text.ts";
import { dialogue } from "../support/plain_client.ts";
import { runMain } from "../support/run_main.ts";
import type { Finished } from "../support/run_program.ts";
import { type ServerHome, type SpawnedServer, spawnServer } from "../support/spawn_server.ts";

const further = { "./echo.js": {} };

function reload({ folder, file }: ServerHome, name: string, ...more: readonly string[]): Promise<Finished> {
  return runMain(["plugin", "reload", name, "--config", file, ...more], { folder });
}

function session({ furtherPorts }: SpawnedServer) {
  return dialogue(furtherPorts["./echo.js"] ?? 0);
}

async function greeting(server: SpawnedServer): Promise<string> {
  await using one = await session(server);
  return await one.line();
}

Deno.test("plugin reload: new sessions get the new code and what it imports, old ones finish on the old", async () => {
  await using server = await spawnServer({ further, files: echo });
  const { home } = server;
  await using old = await session(server);
  assertEquals(await old.line(), "one");
  await Deno.writeTextFile(`${home.folder}/word.js`, wordText("two"));
  assertEquals(await reload(home, "echo"), { code: 0, stdout: "reloaded protocol echo\n", stderr: "" });
  assertEquals(await greeting(server), "two");
  assertEquals(await old.ask("hello"), "one hello");
  await Deno.writeTextFile(`${home.folder}/echo.js`, echo["echo.js"].replaceAll("word +", `word + "!" +`));
  const { stdout } = await reload(home, "protocol echo", "--json");
  assertEquals(JSON.parse(stdout), { ok: true, reloaded: ["protocol echo"], waiting: [] });
  await using newest = await session(server);
  assertEquals([await newest.line(), await newest.ask("hello")], ["two", "two! hello"]);
  assertEquals(await old.ask("quit"), "one quit");
});

Deno.test("plugin reload: a broken version leaves the one that runs, and says why", async () => {
  await using server = await spawnServer({ further, files: echo });
  const { home } = server;
  const broken: readonly (readonly [text: string, why: RegExp])[] = [
    ["export default {", /mail\.yaml {2}protocols\[4\]\.use: \.\/echo\.js cannot be loaded: /],
    ["throw new Error('not today')", /protocols\[4\]\.use: \.\/echo\.js cannot be loaded: not today/],
    [echo["echo.js"].replace("apiVersion: 1", "apiVersion: 2"), /was built for plugin API 2; this server speaks 1/],
    [pluginText("protocol", "echo", "() => { throw new Error('no disk') }"), /^protocol echo: no disk$/m],
    [
      pluginText("protocol", "smtp", "() => ({})"),
      /calls itself smtp, which is the name of a built-in protocol plugin/,
    ],
  ];
  for (const [text, why] of broken) {
    await Deno.writeTextFile(`${home.folder}/echo.js`, text);
    const { code, stdout, stderr } = await reload(home, "echo");
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, why);
    assertMatch(stderr, /^not reloaded: everything is as it was$/m);
    assertEquals(await greeting(server), "one");
  }
  await Deno.writeTextFile(`${home.folder}/echo.js`, echo["echo.js"]);
  await Deno.writeTextFile(`${home.folder}/word.js`, wordText("two"));
  assertEquals((await reload(home, "echo")).code, 0);
  assertEquals(await greeting(server), "two");
});

Deno.test("plugin reload: SIGHUP reads all plugins' files again", async () => {
  await using server = await spawnServer({ further, files: echo });
  await Deno.writeTextFile(`${server.home.folder}/word.js`, wordText("two"));
  server.kill("SIGHUP");
  const { plugins } = await server.logged("reloaded");
  assertEquals(plugins, ["protocol echo"]);
  assertEquals(await greeting(server), "two");
});

Deno.test("plugin reload: what cannot be reloaded is refused with its reason", async () => {
  await using server = await spawnServer({ further, files: echo });
  const { home } = server;
  const said: readonly (readonly [name: string, why: string])[] = [
    ["ecko", 'the server runs no plugin "ecko", and mail.yaml names none — did you mean echo?\n'],
    [
      "nothing like it",
      'the server runs no plugin "nothing like it", and mail.yaml names none; from files there are echo\n',
    ],
    ["pop3", "pop3 cannot be reloaded: it is part of the program, and changes with it\n"],
    ["sqlite", "sqlite cannot be reloaded: a storage waits for a restart\n"],
  ];
  for (const [name, why] of said) {
    const { code, stderr } = await reload(home, name);
    assertEquals([code, stderr], [1, `${why}not reloaded: everything is as it was\n`]);
  }
});

Deno.test("plugin reload: a plugin that is new in mail.yaml is taken in; one that needs a listener waits for a restart", async () => {
  const mine = { "mine.js": pluginText("filter", "mine", "() => ({})") };
  await using server = await spawnServer({ files: { ...mine, ...echo } });
  const { home } = server;
  await home.configure({ files: { ...mine, ...echo }, filters: ["./mine.js"] });
  assertEquals(await reload(home, "mine"), { code: 0, stdout: "reloaded filter mine\n", stderr: "" });
  await home.configure({ files: { ...mine, ...echo }, filters: ["./mine.js"], further });
  const { code, stderr } = await reload(home, "echo");
  assertEquals([code, stderr], [
    1,
    "echo waits for a restart, as new listeners and storages do\nnot reloaded: everything is as it was\n",
  ]);
});

Deno.test("plugin list: what a configuration names, where it comes from, what it may do, and how it runs", async () => {
  const filter = pluginText("filter", "mine", "() => ({})");
  const entry = { use: "./mine.js", sandbox: { net: ["127.0.0.1"] } };
  await using server = await spawnServer({ further, files: { ...echo, "mine.js": filter }, filters: [entry] });
  const { folder, file } = server.home;
  const list = async (...more: readonly string[]) => {
    const { code, stdout, stderr } = await runMain(["plugin", "list", "--config", file, ...more], { folder });
    assertEquals([code, stderr], [0, ""]);
    return stdout;
  };
  await reload(server.home, "echo");
  const lines = await list();
  assertMatch(lines, /^storage sqlite +built-in +all that the server may +running$/m);
  assertMatch(lines, /^protocol echo +\.\/echo\.js +all that the server may +running, as of reload 1$/m);
  assertMatch(lines, /^filter mine +\.\/mine\.js +own thread; net 127\.0\.0\.1 +running/m);
  const [first] = JSON.parse(await list("--json"));
  assertEquals([first.kind, first.name, first.origin, first.state], ["storage", "sqlite", "built-in", "running"]);
  await server.home.configure({ further, filters: ["./other.js"], files: { "other.js": filter } });
  assertMatch(await list(), /^filter mine +\.\/other\.js +all that the server may +not running$/m);
  server.kill("SIGTERM");
  await server.status;
  assertMatch(await list(), /^protocol echo +\.\/echo\.js +all that the server may +no server$/m);
});

Deno.test("plugin reload: where no server runs, that is said; nothing is left behind", async () => {
  await using server = await spawnServer({ further, files: echo });
  const { home } = server;
  const control = `${home.folder}/data/control`;
  const { mode } = await Deno.stat(control);
  assertEquals((mode ?? 0) & 0o777, 0o700);
  server.kill("SIGTERM");
  await server.status;
  const { code, stderr } = await reload(home, "echo");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "no server runs with ");
  assertEquals(await Array.fromAsync(Deno.readDir(control)), []);
});
