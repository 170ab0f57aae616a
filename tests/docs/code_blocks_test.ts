/** What the documents show in TypeScript is so: it is formatted and linted, its types fit, its tests pass. */
import { assert, assertEquals } from "@std/assert";
import { filesOf, projectFolder } from "../house/project_files.ts";
import { type CodeBlock, codeBlocks } from "../support/code_blocks.ts";

const settings = decodeURIComponent(new URL("deno.json", projectFolder).pathname);

/** Runs Deno. What it says is the failure's text. */
async function deno(words: readonly string[], places: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...words, "--config", settings, ...places],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assert(success, `${words[0]}: ${decoder.decode(stdout)}${decoder.decode(stderr)}`);
}

/**
 * Each document's blocks, in a folder of its own: a block imports others by the names that the document gives them.
 *
 * @returns Those that are files.
 */
async function writeBlocks(folder: string, blocks: readonly CodeBlock[]): Promise<string[]> {
  await Deno.mkdir(folder);
  for (const [index, { file = `fragment_${index}.ts`, text }] of blocks.entries()) {
    // A name that is given twice would hide what is in the first.
    await Deno.writeTextFile(`${folder}/${file}`, text, { createNew: true });
  }
  return blocks.flatMap(({ file }) => file === undefined ? [] : [`${folder}/${file}`]);
}

async function documents(): Promise<{ readonly path: string; readonly blocks: readonly CodeBlock[] }[]> {
  const files = await filesOf("", (path) => path === "README.md" || /^docs\/[^/]+\.md$/.test(path));
  return files.map(({ path, text }) => {
    return { path, blocks: codeBlocks(text).filter(({ language }) => language === "ts") };
  }).filter(({ blocks }) => blocks.length > 0);
}

Deno.test("docs: every block of TypeScript is formatted, linted and type-checked, and those that are files run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = [];
    for (const { path, blocks } of await documents()) {
      files.push(...await writeBlocks(`${folder}/${path.replaceAll("/", "_")}`, blocks));
    }
    for (const words of [["fmt", "--check"], ["lint"], ["check"]]) await deno(words, [folder]);
    await deno(["test", "-A", "--frozen", "--no-check"], files);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs: a filter that adds a header is ten lines, a mechanism twenty, a protocol thirty", async () => {
  const blocks = (await documents()).flatMap(({ blocks }) => blocks);
  const linesOf = (name: string) =>
    blocks.find(({ file }) => file === name)?.text.trimEnd().split("\n").length ?? Infinity;
  const most = { "stamp.ts": 10, "ask.ts": 20, "parrot.ts": 30 };
  assertEquals(Object.entries(most).filter(([name, lines]) => linesOf(name) > lines).map(([name]) => name), []);
});

Deno.test("docs: every example is in the table of docs/plugins.md", async () => {
  const guide = await Deno.readTextFile(new URL("docs/plugins.md", projectFolder));
  const examples = await filesOf("docs/examples", (path) => path.endsWith(".ts"));
  assertEquals(
    examples.map(({ path }) => path).filter((path) => !guide.includes(`](${path.slice("docs/".length)})`)),
    [],
  );
});
