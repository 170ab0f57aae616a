/** Commands of the command line that plugins bring. */
import { assert, assertEquals } from "@std/assert";
import { runMain } from "../../support/run_main.ts";
import { testFolder } from "../../support/test_config.ts";

const greeting = (name: string) =>
  `export default {
  apiVersion: 1,
  kind: "extension",
  name: "greeting",
  summary: "greets",
  options: { "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } },
  subcommands: [{
    name: ${JSON.stringify(name)},
    summary: "say hello to an account",
    operands: [{ name: "ADDRESS", count: "one" }],
    options: [{ name: "loud", summary: "in capitals" }],
    async run(given, { storage, domains }, options) {
      const account = await storage.accountByAddress(given.operand("ADDRESS"));
      if (account === undefined) return 1;
      const text = options.word + " " + account.address + " of " + domains[0];
      console.log(given.has("loud") ? text.toUpperCase() : text);
      return 0;
    },
  }],
  setup() {
    throw new Error("a subcommand needs no setup");
  },
};`;

const extensions = [{ use: "./greeting.js", options: { word: "hello" } }];

async function run(name: string, words: readonly string[]) {
  await using folder = await testFolder({ storage: "sqlite", extensions, files: { "greeting.js": greeting(name) } });
  const { file, folder: path } = folder;
  const add = ["account", "add", "joe@example.org", "--config", file, "--password-stdin"];
  assertEquals((await runMain(add, { folder: path, stdin: "secret of joe\n" })).code, 0);
  return await runMain(words.map((word) => word.replace("FILE", file)), { folder: path });
}

Deno.test("subcommands: a plugin's command runs with its options, over the storage, beside everything else", async () => {
  const { code, stdout } = await run("greet", ["greet", "joe@example.org", "--loud", "--config", "FILE"]);
  assertEquals([code, stdout], [0, "HELLO JOE@EXAMPLE.ORG OF EXAMPLE.ORG\n"]);
  assertEquals((await run("greet", ["greet", "ann@example.org", "--config=FILE"])).code, 1);
});

Deno.test("subcommands: the usage lists them where it is told the configuration", async () => {
  const { stdout } = await run("greet", ["help", "--config", "FILE"]);
  assert(/main\.ts greet ADDRESS +say hello to an account/.test(stdout), stdout);
  const { stdout: one } = await run("greet all", ["help", "greet", "--config", "FILE"]);
  assert(one.includes("main.ts greet all ADDRESS [--loud] [--config FILE]"), one);
  const { stdout: without } = await run("greet", ["help"]);
  assert(without.includes("main.ts serve") && !without.includes("greet"), without);
});

Deno.test("subcommands: their arguments are read as those of all commands", async () => {
  const { code, stderr } = await run("greet", ["greet", "joe@example.org", "--lout", "--config", "FILE"]);
  assertEquals([code, stderr.includes("did you mean --loud?")], [2, true], stderr);
  assertEquals((await run("greet", ["greet", "--config", "FILE"])).code, 2);
  assertEquals((await run("greet", ["greed", "--config", "FILE"])).stderr.includes("did you mean greet?"), true);
});

Deno.test("subcommands: no command of the program can be taken, and none that cannot be typed", async () => {
  for (const name of ["account purge", "--x", "Greet", "a b c", ""]) {
    const { code, stderr } = await run(name, ["greet", "--config", "FILE"]);
    assertEquals(code, 1, stderr);
    assert(stderr.includes("extension greeting brings a command"), stderr);
  }
  assertEquals((await run("serve", ["help", "--config", "FILE"])).code, 0, "help helps all the same");
});
