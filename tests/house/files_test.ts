/** House rules that a file's text shows: its length, its first comment, and nothing of the machine it was written on. */
import { assertEquals } from "@std/assert";
import { filesOf, typeScriptFiles } from "./project_files.ts";

const lineLimit = 300;
const testLineLimit = 500;

Deno.test(`files: at most ${lineLimit} lines, tests ${testLineLimit}`, async () => {
  const long = (await typeScriptFiles()).flatMap(({ path, text }) => {
    const lines = text.split("\n").length - 1;
    return lines > (path.startsWith("tests/") ? testLineLimit : lineLimit) ? `${path}: ${lines} lines` : [];
  });
  assertEquals(long, []);
});

Deno.test("files: the first thing in a file says what it is", async () => {
  // A test file is about the file that it mirrors.
  const files = (await typeScriptFiles()).filter(({ path }) => !path.endsWith("_test.ts"));
  const silent = files.filter(({ text }) => !/^(?:#!.*\n)?\s*(?:\/\*\*|\/\/)/.test(text));
  assertEquals(silent.map(({ path }) => path), []);
});

Deno.test("files: names are snake_case", async () => {
  const odd = (await typeScriptFiles()).filter(({ path }) => !/^(?:[a-z0-9_.]+\/)*[a-z0-9_]+(?:\.d)?\.ts$/.test(path));
  assertEquals(odd.map(({ path }) => path), []);
});

Deno.test("files: no path of a machine and no package registry is written down", async () => {
  const machine = /(?<![\w.~-])\/(?:work|tmp|root)\/|\bregistry\.[a-z]+/;
  const files = await filesOf("", (path) => /\.(?:ts|js|json|lock|md|ya?ml|txt|sql|sh)$|^\.ci\//.test(path));
  const told = files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => machine.test(line) ? `${path}:${index + 1}` : [])
  );
  assertEquals(told, []);
});
