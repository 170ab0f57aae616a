/** The ten minutes of docs/plugins.md, followed to the letter in a clone: every command, every file, every change. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { projectFolder } from "../house/project_files.ts";
import { type CodeBlock, codeBlocks } from "../support/code_blocks.ts";
import { clone } from "../support/clone.ts";
import { firstLookTest, start } from "../support/first_look.ts";

/** `deno` is the one that runs the tests, wherever that is. */
const shell = `deno() { "$DENO_PROGRAM" "$@"; }\n`;

const hasCurl = await new Deno.Command("sh", { args: ["-c", "command -v curl"] }).output().then(({ success }) =>
  success
);
if (!hasCurl) console.warn("NOT RUN: the ten minutes of docs/plugins.md need curl");

/** What is to be seen where the document says so: by the block's last line, each time that it comes. */
const seen: Readonly<Record<string, readonly RegExp[]>> = {
  "deno test -A data/plugins/my_filter_test.ts": [/ok \| 1 passed/],
  "deno run -A main.ts plugin reload my-filter --config data/mail.yaml": [
    /data\/mail\.yaml can be served\nreloaded filter my-filter\n/,
  ],
  newest: [
    /^< 250 [^]*\nX-Note: seen here\r\n/,
    /ok \| 1 passed[^]*reloaded filter[^]*X-Note: seen here\r\n[^]*Subject: hello\r\n/,
  ],
  "send HELLO": [/reloaded filter my-filter\n< 451 4\.3\.0 /],
  "deno run -A main.ts plugin list --config data/mail.yaml": [
    /^reloaded filter my-filter\n< 250 [^]*filter my-filter .*own thread; read \S+words\.txt/,
  ],
};

class Walk {
  readonly #folder: string;
  readonly #comeBy = new Map<string, number>();
  #functions = shell;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Does what a block stands for. */
  async take({ language, file, text }: CodeBlock): Promise<void> {
    if (language === "sh" && text.startsWith("send() {")) this.#functions += text;
    else if (language === "sh") await this.#paste(text);
    else if (file !== undefined) await Deno.writeTextFile(this.#path(`plugins/${file}`), text);
    else await this.change("plugins/my_filter.ts", /async message\(.*\n/, (line) => `${line}${text}`);
  }

  /** Changes what is there once. */
  async change(file: string, what: RegExp | string, to: (found: string) => string): Promise<void> {
    const before = await Deno.readTextFile(this.#path(file));
    const after = before.replace(what, to);
    assert(before !== after, `${file} has no ${what}`);
    await Deno.writeTextFile(this.#path(file), after);
  }

  async #paste(text: string): Promise<void> {
    const { stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", this.#functions + text],
      cwd: this.#folder,
      env: { NO_COLOR: "1", DENO_PROGRAM: Deno.execPath() },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    const last = text.trimEnd().split("\n").at(-1) ?? "";
    const times = this.#comeBy.get(last) ?? 0;
    this.#comeBy.set(last, times + 1);
    const expected = seen[last]?.[times];
    assert(expected !== undefined, `nobody says what is to be seen after ${last}`);
    assertMatch(said, expected);
  }

  #path(file: string): string {
    return `${this.#folder}/data/${file}`;
  }
}

firstLookTest(
  "docs: the ten minutes of docs/plugins.md go as they are told, from a clone to a sandbox",
  async () => {
    const guide = await Deno.readTextFile(new URL("docs/plugins.md", projectFolder));
    const walked = /^## Ten minutes\n(.*?)^## /ms.exec(guide)?.[1] ?? "";
    const [first, ...steps] = codeBlocks(walked);
    assertEquals(first?.text, "deno task start\n");
    const [, before = "", after = ""] = /`(sandbox: [^`]+)` in\s`data\/mail\.yaml` becomes\s`(.*?)`/s.exec(walked) ??
      [];
    const last = steps.pop();
    assert(last !== undefined);
    const folder = await clone("tests");
    try {
      await using server = await start(folder);
      const walk = new Walk(folder);
      for (const step of steps) await walk.take(step);
      await walk.change("mail.yaml", before, () => after);
      await walk.take(last);
      const log = await server.end();
      assertStringIncludes(log, `asked="read access to \\"data/words.txt\\""`);
      assertEquals([...log.matchAll(/message delivered/g)].length, 3);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  { ignore: !hasCurl },
);
