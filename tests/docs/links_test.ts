/** Where the documents lead within the project, there is something: a file or a folder, and the heading that is named. */
import { assertEquals } from "@std/assert";
import { filesOf, projectFolder } from "../house/project_files.ts";

const fenced = /^```[^]*?^```/gm;

/** Headings as GitHub names them in addresses: small letters, a hyphen for each space, and no other signs. */
function headings(text: string): Set<string> {
  return new Set([...text.replace(fenced, "").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => slug(heading)));
}

function slug(heading: string): string {
  const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  return shown.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
}

/** Links of a document that lead nowhere. `find` gives the text of what is at a path, undefined where nothing is. */
function lost(path: string, text: string, find: (path: string) => string | undefined): string[] {
  const targets = [...text.replace(fenced, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => {
    if (URL.canParse(target)) return false;
    const { pathname, hash } = new URL(target, `file:///${path}`);
    const found = find(decodeURIComponent(pathname.slice(1)));
    return found === undefined || hash !== "" && !headings(found).has(decodeURIComponent(hash.slice(1)));
  }).map((target) => `${path}: ${target}`);
}

/** A file's text, none for a folder; undefined where neither is there. */
function textAt(path: string): string | undefined {
  const url = new URL(path, projectFolder);
  try {
    return Deno.statSync(url).isFile ? Deno.readTextFileSync(url) : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test("docs: every link within the project leads to a file or a heading that is there", async () => {
  const documents = await filesOf("", (path) => path === "README.md" || /^docs\/.*\.md$/.test(path));
  assertEquals(documents.flatMap(({ path, text }) => lost(path, text, textAt)), []);
});

Deno.test("docs: a link to a heading that is not there is seen, and what stands in code is no link", () => {
  const text = "# A `heading`, of [two](b.md)\n[a](#a-heading-of-two) [b](b.md#b) [c](b.md#c) [d](../d.md)\n" +
    "```sh\n# c\necho [e](e.md)\n```\n[f](https://example.org/#f) [g](#c)\n";
  const files = new Map([["docs/a.md", text], ["docs/b.md", "## B\n"]]);
  assertEquals(lost("docs/a.md", text, (path) => files.get(path)), [
    "docs/a.md: b.md#c",
    "docs/a.md: ../d.md",
    "docs/a.md: #c",
  ]);
});
