import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeEntities } from "../../../core/message/html_entities.ts";
import { htmlText } from "../../../core/message/html_text.ts";
import { quickly } from "./quickly.ts";

/** White space folded, as a reader sees it. */
function text(html: string): string {
  return htmlText(html, 10_000).replace(/\s+/g, " ").trim();
}

Deno.test("HTML: tags go, those that are not within a line part words", () => {
  assertEquals(text("<p>one</p><p>two</p>three<br>four"), "one two three four");
  assertEquals(text("un<b>believ</b>able <A HREF='x'>link</a>"), "unbelievable link");
  assertEquals(text("<td>a</td><td>b</td><o:p>c</o:p>"), "a b c");
});

Deno.test("HTML: what is not for reading is left out", () => {
  assertEquals(text("<head><TITLE>t</TITLE><style>p { a > b }</style></head><script>x < y</SCRIPT >body"), "body");
  assertEquals(text("<!DOCTYPE html><?xml x?><!-- <p>no</p> -->yes<![if !mso]>!<![endif]>"), "yes!");
  assertEquals(text("a<style>never ends"), "a");
  assertEquals(text("a<!-- never ends"), "a");
});

Deno.test("HTML: signs that are no markup stay", () => {
  assertEquals(text("1 < 2 and 3 > 2, <3"), "1 < 2 and 3 > 2, <3");
});

Deno.test("HTML: quoted attributes may hold what ends a tag", () => {
  assertEquals(text(`<img alt="a > b" src='c>d'>text`), "text");
  assertEquals(text(`<a title="never closed>text`), "text");
});

Deno.test("HTML: character references", () => {
  assertEquals(decodeEntities("&lt;&amp;&gt; &Auml;&auml;&yuml;&nbsp;&#8364;&#x20AC;&euro;"), "<&> Ääÿ\u00a0€€€");
  assertEquals(decodeEntities("&#150;&#x92;"), "–’");
  assertEquals(decodeEntities("&amp &unknown; &; &#; a&b &copyright"), "& &unknown; &; &#; a&b &copyright");
  assertEquals(decodeEntities("&#0;&#xD800;&#9999999;"), "\ufffd\ufffd\ufffd");
});

Deno.test("HTML: reading ends when there is enough", () => {
  const found = htmlText("<p>word</p>".repeat(1000), 50);
  assert(found.length >= 50 && found.length < 100);
});

Deno.test("HTML: any text gives a reading without markup", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    "<p>",
    "</p>",
    "<!--",
    "-->",
    '"',
    "'",
    "<style>",
    "</style>",
    "x",
    "&",
    "&lt;",
    "<a b='",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
    const found = htmlText(pieces.join(""), 1000);
    assert(found.length <= pieces.join("").length + pieces.length);
    assert(!/<\/?(?:p|style)>/.test(found));
  }));
});

Deno.test("HTML: hostile markup takes linear time", () => {
  for (const piece of ["<", "<a '", '<a "', "<!--", "<style>", "</style", "<p", "&", "&#", "<?", '<a"']) {
    quickly(piece, () => htmlText(piece.repeat(50_000), Infinity));
  }
});
