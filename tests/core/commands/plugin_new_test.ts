/** `plugin new`: what it writes is a plugin that type-checks, is formatted, passes its test and can be loaded. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { templates } from "../../../core/commands/plugin_templates/templates.ts";
import { runMain } from "../../support/run_main.ts";

const settings = new URL("../../../deno.json", import.meta.url).pathname;

async function deno(...words: string[]): Promise<{ readonly success: boolean; readonly output: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: words }).output();
  return { success, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("plugin new: of every kind, a plugin that is formatted, type-checks, passes its test and loads", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const kind of Object.keys(templates)) {
      const { code, stdout, stderr } = await runMain(["plugin", "new", kind, `my-${kind}`], { folder, cwd: folder });
      assertEquals([code, stdout], [0, `./my_${kind}.ts\n./my_${kind}_test.ts\n`]);
      assertMatch(stderr, new RegExp(`deno test -A --config \\S+deno\\.json \\./my_${kind}_test\\.ts`));
    }
    for (const command of [["fmt", "--check"], ["lint"], ["test", "-A", "--frozen"]]) {
      const { success, output } = await deno(...command, "--config", settings, folder);
      assert(success, `${command[0]}: ${output}`);
    }
    await Deno.writeTextFile(
      `${folder}/mail.yaml`,
      [
        "hostname: mail.example.org",
        "domains: [example.org]",
        ...Object.keys(templates).filter((kind) => kind !== "protocol")
          .map((kind) =>
            templates[kind as keyof typeof templates].use(`./my_${kind}.ts`).replace(/, sandbox: \{.*\} \}/, " }")
          ),
        templates.protocol.use("./my_protocol.ts"),
      ].join("\n"),
    );
    assertEquals(await runMain(["check", "--config", "mail.yaml"], { folder, cwd: folder }), {
      code: 0,
      stdout: "mail.yaml can be served\n",
      stderr: "",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("plugin new: a folder that is missing is made, and the path is told as the mail.yaml nearby needs it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/mail.yaml`, "");
    const words = ["plugin", "new", "filter", "mine", "--folder", "plugins"];
    const { code, stdout, stderr } = await runMain(words, { folder, cwd: folder });
    assertEquals([code, stdout], [0, "plugins/mine.ts\nplugins/mine_test.ts\n"]);
    assertMatch(stderr, /Use it, in mail\.yaml:\n {2}filters:\n {4}- \{ use: \.\/plugins\/mine\.ts, /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("plugin new: an unknown kind, a bad name and a file that is there are explained, and nothing is written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const unknown = await runMain(["plugin", "new", "filtre", "x"], { folder, cwd: folder });
    assertEquals(unknown.code, 2);
    assertMatch(unknown.stderr, /filtre is no kind of plugin; expected one of protocol, auth, filter/);
    assertEquals((await runMain(["plugin", "new", "filter", "My Filter"], { folder, cwd: folder })).code, 2);
    const taken = await runMain(["plugin", "new", "auth", "plain"], { folder, cwd: folder });
    assertEquals(taken.code, 2);
    assertMatch(taken.stderr, /plain is the name of a built-in auth plugin/);
    assertEquals((await runMain(["plugin", "new", "filter", "mine"], { folder, cwd: folder })).code, 0);
    const again = await runMain(["plugin", "new", "filter", "mine"], { folder, cwd: folder });
    assertEquals(again.code, 1);
    assertMatch(again.stderr, /mine\.ts is there already/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("plugin new: a folder that the system refuses is one line, with what to do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.symlink("loop", `${folder}/loop`);
    // Nobody makes anything in the last.
    for (const name of [`${folder}/file/plugins`, `${folder}/file`, `${folder}/loop`, "/proc/none"]) {
      const { code, stderr } = await runMain(["plugin", "new", "filter", "x", "--folder", name], { rights: ["-A"] });
      assertEquals(code, 1);
      assertMatch(stderr, /^[^\n]* cannot be made: [^\n]* \(os error \d+\): [^\n]*; choose another folder\n$/);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
