import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  printAstring,
  printLiteral,
  printNstring,
  printString,
  utf8Size,
} from "../../../../../plugins/protocols/imap/printing/strings.ts";
import { readValue, sent } from "../read_values.ts";

const rev1 = { utf8: false }, rev2 = { utf8: true };
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...'\0\r\n"\\ \t{}()%*]aä€😀'.split(""), "😀") }),
);

Deno.test("RFC 9051 §4.3: plain text is quoted, quotes and backslashes with a backslash", () => {
  assertEquals(printString("", rev1), '""');
  assertEquals(printString("a b", rev1), '"a b"');
  assertEquals(printString('say "hi" \\ bye', rev1), '"say \\"hi\\" \\\\ bye"');
  assertEquals(printString("tab\tand bell\x07", rev1), '"tab\tand bell\x07"');
});

Deno.test("RFC 3501 §4.3: what is not ASCII needs a literal, counted in octets", () => {
  assertEquals(printString("Grüße", rev1), "{7}\r\nGrüße");
  assertEquals(printString("€😀", rev1), "{7}\r\n€😀");
});

Deno.test("RFC 6855 §3, RFC 9051 §4.3: UTF-8 may be quoted once the client has said so", () => {
  assertEquals(printString('"Grüße"', rev2), '"\\"Grüße\\""');
});

Deno.test("RFC 9051 §4.3: line ends need a literal in both modes", () => {
  assertEquals(printString("a\r\nb", rev1), "{4}\r\na\r\nb");
  assertEquals(printString("ü\n", rev2), "{3}\r\nü\n");
});

Deno.test("RFC 9051 §4.3.1: no string holds NUL", () => {
  assertEquals(printString("a\0b", rev1), '"a b"');
  assertEquals(printString("\0\n", rev2), "{2}\r\n \n");
});

Deno.test("RFC 9051 §4.5: NIL is what is absent; the empty string is not", () => {
  assertEquals(printNstring(undefined, rev1), "NIL");
  assertEquals(printNstring("", rev1), '""');
  assertEquals(printNstring("NIL", rev1), '"NIL"');
});

Deno.test("RFC 9051 §9, astring: an atom where it can be one", () => {
  assertEquals(printAstring("INBOX", rev1), "INBOX");
  assertEquals(printAstring("a/b.c]", rev1), "a/b.c]");
  for (const text of ["", "a b", "a%", "*", "(", "{", '"', "\\", "nil", "NIL"]) {
    assert(/^"/.test(printAstring(text, rev1)), text);
  }
  assertEquals(printAstring("Entwürfe", rev1), "{9}\r\nEntwürfe");
  assertEquals(printAstring("Entwürfe", rev2), '"Entwürfe"');
});

Deno.test("strings: what is printed reads as the same text, NUL and lone surrogates apart", () => {
  fc.assert(
    fc.property(anyText, fc.boolean(), (text, utf8) => {
      const expected = text.replaceAll("\0", " ").toWellFormed();
      const printed = sent(printString(text, { utf8 }));
      assertEquals(readValue(printed), expected);
      // Outside literals rev1 knows ASCII only.
      if (!utf8 && printed[0] === 0x22) assert(printed.every((octet) => octet < 0x80));
      if (!utf8) assertEquals(readValue(sent(printNstring(text, { utf8 }))), expected);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("strings: astrings read as the same text", () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.constantFrom("NIL", "nil", "12")), fc.boolean(), (text, utf8) => {
      const value = readValue(sent(printAstring(text, { utf8 })));
      const read = value !== null && typeof value === "object" && "atom" in value ? value.atom : value;
      assertEquals(String(read), text.replaceAll("\0", " ").toWellFormed());
    }),
    { numRuns: 500 },
  );
});

Deno.test("strings: the count of a literal is what the encoder makes of the text", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
    const text = String.fromCharCode(...units);
    assertEquals(utf8Size(text), sent(text).length);
    assertEquals(printLiteral(text), `{${sent(text).length}}\r\n${text}`);
  }));
});
