import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { asciiCasemap, compareKeys, unicodeCasemap } from "../../../core/message/casemap.ts";
import { quickly } from "./quickly.ts";

/** Code points of a text, in hexadecimal. */
function codes(text: string): string {
  return Array.from(text, (character) => (character.codePointAt(0) ?? 0).toString(16)).join(" ");
}

Deno.test("RFC 4790 §9.2: i;ascii-casemap has case for ASCII letters only", () => {
  assertEquals(asciiCasemap("Hello, World! [z]"), "HELLO, WORLD! [Z]");
  assertEquals(asciiCasemap("Grüße ǆ"), "GRüßE ǆ");
  assertEquals(asciiCasemap(""), "");
});

Deno.test("RFC 5051 §2: the example: a digraph in title case, decomposed all the way", () => {
  for (const digraph of ["\u01c4", "\u01c5", "\u01c6"]) assertEquals(codes(unicodeCasemap(digraph)), "44 7a 30c");
});

Deno.test("RFC 5051 §2 (2)(a): title case is that of UnicodeData.txt, which keeps one character one character", () => {
  assertEquals(unicodeCasemap("straße"), "STRAßE");
  assertEquals(codes(unicodeCasemap("\u01c9\u01cc\u01f3")), "4c 6a 4e 6a 44 7a");
  // A ligature has no title case, and what it is decomposed into is not mapped again.
  assertEquals(unicodeCasemap("ﬁ"), "fi");
  // Georgian letters are their own title case.
  assertEquals(unicodeCasemap("\u10d0\u1c90"), "\u10d0\u1c90");
  // Greek with iota below: a capital of one character, then decomposed.
  assertEquals(codes(unicodeCasemap("\u1fb3")), "391 345");
  assertEquals(unicodeCasemap("\u1f80"), unicodeCasemap("\u1f88"));
  assertEquals(unicodeCasemap("\u1fc3"), unicodeCasemap("\u1fcc"));
  assertEquals(unicodeCasemap("ı"), "I");
});

Deno.test("RFC 5051 §2 (2)(b): texts that differ in case or composition only are equal", () => {
  const alike = [["Grüße", "gru\u0308ße"], ["ÅNGSTRÖM", "a\u030angstro\u0308m"], ["Привет", "ПРИВЕТ"], ["σ", "ς"], [
    "½",
    "1⁄2",
  ]];
  for (const [left = "", right = ""] of alike) assertEquals(unicodeCasemap(left), unicodeCasemap(right));
  assert(unicodeCasemap("Zürich Öl").includes(unicodeCasemap("zürich ö")));
});

Deno.test("i;unicode-casemap: special characters do not change what stands beside them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "ß", "ǆ", "ü", "ﬁ", "ა", "ᾳ", "😀", "Z"), { maxLength: 12 }),
      (characters) => {
        assertEquals(unicodeCasemap(characters.join("")), characters.map(unicodeCasemap).join(""));
      },
    ),
  );
});

Deno.test("RFC 5051 §2 (2)(b): nothing in a key can be decomposed further", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const key = unicodeCasemap(text);
    assertEquals(key.normalize("NFKD"), key);
  }));
});

Deno.test("RFC 5051 §2: order is that of UTF-8, whatever UTF-16 says", () => {
  const ascending = ["", "A", "AB", "B", "\u00e9", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"];
  for (const [index, left] of ascending.entries()) {
    for (const [other, right] of ascending.entries()) {
      assertEquals(Math.sign(compareKeys(left, right)), Math.sign(index - other), `${codes(left)} and ${codes(right)}`);
    }
  }
});

Deno.test("RFC 4790 §9.3: order is that of octets", () => {
  const encoder = new TextEncoder();
  const text = fc.string({ unit: "binary", maxLength: 5 });
  fc.assert(fc.property(text, text, (left, right) => {
    assertEquals(Math.sign(compareKeys(left, right)), octetOrder(encoder.encode(left), encoder.encode(right)));
  }));
});

function octetOrder(left: Uint8Array, right: Uint8Array): number {
  const at = left.findIndex((octet, index) => octet !== right[index]);
  if (at < 0) return left.length === right.length ? 0 : -1;
  return at >= right.length ? 1 : Math.sign((left[at] ?? 0) - (right[at] ?? 0));
}

Deno.test("i;unicode-casemap: megabytes take linear time", () => {
  for (const piece of ["plain text ", "Größe ", "ßß", "ﬁ\u0301", "\ud800"]) {
    quickly(piece, () => assert(unicodeCasemap(piece.repeat(200_000)).length >= 200_000));
  }
});
