import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeCharset, isPlatformCharset, loadCharsets, pieceDecoder } from "../../../core/message/charset.ts";
import { charsetLabels } from "../../../core/message/charset_labels.ts";
import { decodeEncodedWords } from "../../../core/message/encoded_word.ts";
import { octets } from "./corpus.ts";
import { quickly } from "./quickly.ts";

Deno.test("charsets of the platform, by any of their names", () => {
  for (
    const [charset, text, expected] of [
      ["UTF-8", "\xc3\xbc", "ü"],
      [" ISO-8859-1 ", "\xfc", "ü"],
      ["windows-1251", "\xcf\xf0\xe8", "При"],
      ["koi8-r", "\xf0\xd2\xc9", "При"],
      ["cp932", "\x83\x65", "テ"],
      ["iso-2022-jp", "\x1b$B%F\x1b(B", "テ"],
      ["gb2312", "\xc4\xe3", "你"],
      ["utf-8", "\xff", "\ufffd"],
    ] as const
  ) assertEquals(decodeCharset(octets(text), charset), expected, charset);
});

Deno.test("the names that are listed are those that TextDecoder knows", () => {
  const isKnown = (name: string) => {
    try {
      return new TextDecoder(name).encoding !== "";
    } catch {
      return false;
    }
  };
  for (const name of charsetLabels) assert(isKnown(name), name);
  const label = fc.constantFrom(...charsetLabels);
  const near = fc.tuple(label, fc.constantFrom("", "x-", "cs"), fc.constantFrom("", "-", "_", "1", "-i"), fc.boolean());
  fc.assert(fc.property(near, ([name, before, after, isShort]) => {
    const varied = `${before}${isShort ? name.replace(/[-_]/, "") : name}${after}`;
    assertEquals(charsetLabels.has(varied), isKnown(varied), varied);
  }));
});

Deno.test("names that nobody knows are passed over quickly", () => {
  const words = Array.from({ length: 300_000 }, (_, n) => `=?x${n}?q?a?=`).join(" ");
  quickly("unknown charsets", () => assertEquals(decodeEncodedWords(words), "a".repeat(300_000)));
});

Deno.test("what names no charset is read as UTF-8 if it is, else no octet is lost", () => {
  for (const charset of ["", "us-ascii", "x-unknown", "nonsense", "x".repeat(1000), "\0"]) {
    assertEquals(decodeCharset(octets("a\xc3\xbc"), charset), "aü");
    assertEquals(decodeCharset(octets("a\xfc\x80"), charset), "aü\x80");
  }
});

Deno.test("charsets beyond the platform's are known once they are loaded", async () => {
  assert(!isPlatformCharset("cp437") && isPlatformCharset("us-ascii") && isPlatformCharset("utf-16"));
  const decode = await loadCharsets();
  assertEquals(decode(octets("\x81"), "CP437"), "ü");
  assertEquals(decode(octets("+APw-"), "unicode-1-1-utf-7"), "ü");
  assertEquals(decode(octets("\xfc"), "nonsense"), "ü");
  assertEquals(decode(octets("\xc3\xbc"), "utf-8"), "ü");
});

Deno.test("a text of no named charset: UTF-8 that is spoilt in one place stays UTF-8, and what is not is Latin-1", () => {
  const decoded = (...pieces: readonly string[]) => {
    const decode = pieceDecoder("us-ascii", decodeCharset);
    return pieces.map((piece, at) => decode(octets(piece), at === pieces.length - 1)).join("");
  };
  assertEquals(
    decoded("gr\xc3\xbc\xc3", "\x9fe, ", "gr\xc3\xbc\xc3\x9fe\xff, gr\xc3\xbc\xc3\x9fe"),
    "grüße, grüße\ufffd, grüße",
  );
  assertEquals(decoded("gr\xc3\xbc\xc3\x9fe, ", "gr\xfc\xdfe"), "grüße, grüße");
});
