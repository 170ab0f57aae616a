import { assertEquals, assertMatch } from "@std/assert";
import { builtInPlugins } from "../../../core/plugins/builtin.ts";
import { runMain } from "../../support/run_main.ts";

Deno.test("main: help is a result; nothing asked is bad usage", async () => {
  const help = await runMain(["help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  for (const command of ["start", "serve --config", "init DIR", "check", "account add ADDRESS", "plugin list"]) {
    assertMatch(help.stdout, new RegExp(`^main\\.ts ${command.split(" ")[0]}`, "m"));
  }
  // What nobody asked for is no result that a script could take for one.
  assertEquals(await runMain([]), { code: 2, stdout: "", stderr: help.stdout });
});

Deno.test("main: bad usage is exit code 2, with the nearest name, and nothing on standard output", async () => {
  const lines: readonly (readonly [words: string, said: RegExp])[] = [
    ["srve", /^there is no command "srve" — did you mean serve\?$/m],
    ["serve --confg x", /^serve: unknown option --confg — did you mean --config\?$/m],
    ["account ad x@example.org", /^there is no command "account ad" — did you mean add\?$/m],
  ];
  for (const [words, said] of lines) {
    const { code, stdout, stderr } = await runMain(words.split(" "));
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, said);
  }
});

Deno.test("main: --version", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)));
  assertEquals(await runMain(["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
});

Deno.test("plugin list: all that is built in, for people and for scripts, without any rights", async () => {
  const { code, stdout } = await runMain(["plugin", "list", "--json"]);
  assertEquals(code, 0);
  const names = JSON.parse(stdout).map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`);
  const known = Object.entries(builtInPlugins).flatMap(([kind, of]) =>
    Object.keys(of).map((name) => `${kind} ${name}`)
  );
  assertEquals(names, known);
  const lines = (await runMain(["plugin", "list"])).stdout.trim().split("\n");
  assertEquals(lines.length, known.length);
});
