/** Every exported symbol says what it is. */
import { assert, assertEquals } from "@std/assert";
import { projectFolder, typeScriptFiles } from "./project_files.ts";

Deno.test("docs: every exported symbol has a docstring", async () => {
  const files = (await typeScriptFiles()).filter(({ path }) => /^(?:core|plugins|storage)\//.test(path));
  assertEquals(await undocumented(files.map(({ path }) => path)), []);
});

Deno.test("docs: an exported symbol without a docstring is seen", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/sample.ts`;
    await Deno.writeTextFile(
      path,
      "/** This file. */\n/** Said. */\nexport const said = 1;\nexport const silent = 2;\n",
    );
    const found = await undocumented([path]);
    assertEquals(found.map((place) => place.replace(/^.*\//, "")), ["sample.ts:4"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Places of exported symbols without a docstring; a plugin's default export is described by its file's comment. */
async function undocumented(paths: readonly string[]): Promise<string[]> {
  const lint = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...paths],
    cwd: projectFolder,
    env: { NO_COLOR: "1" },
  }).output();
  const report = new TextDecoder().decode(lint.stdout) + new TextDecoder().decode(lint.stderr);
  assert(lint.success || report.includes("documentation lint error"), report);
  return [...report.matchAll(/^error\[missing-jsdoc\].*\n\s*--> (.+):(\d+):\d+\n\s*\|\s*\n\s*\d+ \| (.*)$/gm)]
    // Members are named so that they need no words; what is exported itself stands at the line's start.
    .flatMap(([, file = "", line = "", source = ""]) =>
      source.startsWith("export ") && !source.startsWith("export default") ? `${file}:${line}` : []
    );
}
