import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { bundlingAdvice } from "../../../core/plugins/bundling_advice.ts";
import { type FoundSource, importPlugin } from "../../../core/plugins/import_plugin.ts";

/** A folder with these files, for as long as the test needs it. */
async function folderOf(files: Readonly<Record<string, string>>) {
  const folder = await Deno.makeTempDir();
  const write = async (name: string, text: string) => {
    await Deno.mkdir(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, text);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { folder, write, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

function fileAt(path: string): FoundSource {
  return { from: "file", url: pathToFileURL(path).href };
}

/** What a module of these tests says. */
async function said(source: FoundSource, reading: number): Promise<unknown> {
  const module = await importPlugin(source, { reading });
  return Reflect.get(Object(module), "default");
}

Deno.test("import: another reading has what the files say now, those that it imports from its folder too", async () => {
  await using files = await folderOf({
    "plugins/mine.ts": `import { deep } from "./lib/deep.ts"; import data from "./data.json" with { type: "json" };
import { shared } from "../shared.ts"; export default ["one" as string, deep, data, shared, import.meta.dirname];`,
    "plugins/lib/deep.ts": `import { back } from "../back.ts"; export const deep: string = "deep one " + back;`,
    "plugins/back.ts": `export const back: string = "back one";`,
    "plugins/data.json": `"data one"`,
    "shared.ts": `export const shared: string = "shared one";`,
  });
  const { folder, write } = files;
  const source = fileAt(`${folder}/plugins/mine.ts`);
  const place = `${folder}/plugins`;
  assertEquals(await said(source, 0), ["one", "deep one back one", "data one", "shared one", place]);
  for (const name of ["plugins/mine.ts", "plugins/lib/deep.ts", "plugins/back.ts", "plugins/data.json", "shared.ts"]) {
    await write(name, (await Deno.readTextFile(`${folder}/${name}`)).replaceAll("one", "two"));
  }
  assertEquals(await said(source, 0), ["one", "deep one back one", "data one", "shared one", place]);
  // Outside its folder are modules that others use as well, the plugin API among them.
  assertEquals(await said(source, 1), ["two", "deep two back two", "data two", "shared one", place]);
});

Deno.test("import: a reading that failed does not spoil the next", async () => {
  await using files = await folderOf({ "mine.js": `export default {` });
  const source = fileAt(`${files.folder}/mine.js`);
  await assertRejects(() => said(source, 0));
  await files.write("mine.js", `throw new Error("not so");`);
  await assertRejects(() => said(source, 1), Error, "not so");
  await files.write("mine.js", `export default "better";`);
  assertEquals(await said(source, 2), "better");
});

Deno.test("import: a module that waits for what never comes is not waited for without end", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  Reflect.set(globalThis, "whatNeverComes", promise);
  await using files = await folderOf({ "mine.js": `await whatNeverComes; export default "late";` });
  const source = fileAt(`${files.folder}/mine.js`);
  await assertRejects(() => importPlugin(source, { deadline: 20 }), Error, "it was not loaded within 20 ms");
  resolve();
  assertEquals(await said(source, 0), "late");
  Reflect.deleteProperty(globalThis, "whatNeverComes");
});

Deno.test("import: a binary that has not the package says how to bundle it", async () => {
  const source: FoundSource = { from: "registry", specifier: "npm:@@1" };
  const error = await assertRejects(() => importPlugin(source, { isCompiled: true }), Error);
  assertMatch(
    error.message,
    / — the compiled program has no packages but its own; "deno bundle -o plugin\.js npm:@@1"/,
  );
});

Deno.test("import: a binary that reads no TypeScript says how to bundle it", () => {
  const cause = new SyntaxError("Unexpected identifier 'as' at file:///srv/my_filter.ts:4:26");
  const advice = bundlingAdvice(fileAt("/srv/my_filter.ts"), cause);
  assertEquals(
    advice,
    'this compiled program reads JavaScript only; "deno bundle -o plugin.js /srv/my_filter.ts" puts it and what it ' +
      "imports into one file: then use ./plugin.js",
  );
  assertEquals(bundlingAdvice(fileAt("/srv/filter.js"), cause), undefined);
  assertEquals(bundlingAdvice(fileAt("/srv/filter.ts"), new Error("its own")), undefined);
});

Deno.test("import: a binary that lacks what a file imports says how to bundle it, and nothing where a file is missing", () => {
  for (
    const message of [
      'Import "@std/assert" not a dependency',
      "Could not find constraint 'is-odd@3.0.1' in the list of packages.",
      "Module not found: jsr:@std/assert@1",
      "Module not found: https://example.org/lib.ts",
    ]
  ) assert(bundlingAdvice(fileAt("/srv/x.js"), new TypeError(message)), message);
  const missing = new TypeError("Module not found: file:///srv/nope.js");
  assertEquals(bundlingAdvice(fileAt("/srv/nope.js"), missing), undefined);
});

Deno.test("import: what the web serves is imported from what was checked, in a binary as well", async () => {
  const text = `export default "from the web";`;
  const digest = `sha256-${createHash("sha256").update(text).digest("base64")}`;
  const source: FoundSource = { from: "web", url: "https://example.org/x.js", digest };
  const fetch = () => Promise.resolve(new TextEncoder().encode(text));
  const module = await importPlugin(source, { fetch, isCompiled: true });
  assertEquals(Reflect.get(Object(module), "default"), "from the web");
});
