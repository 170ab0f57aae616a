import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseFolderName, printFolderName } from "../../../../../plugins/protocols/pop4/grammar/folder_name.ts";

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((text) =>
  text.isWellFormed() && !/\p{Cc}/u.test(text)
);

Deno.test("pop4: a folder's name is one word, and comes back as it was", () => {
  fc.assert(
    fc.property(
      fc.oneof(name, fc.constantFrom("%", "%41", " ", "a b/ü", "\u2028", "%zz")),
      fc.boolean(),
      (name, isUtf8) => {
        const word = printFolderName(name, isUtf8);
        assert(/^[^ \p{Cc}]+$/u.test(word), word);
        // RFC 6856 §2.1: no UTF-8 to those who have not asked for it.
        assert(isUtf8 || /^[!-~]+$/.test(word), word);
        assertEquals(parseFolderName(word), name);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("pop4: an octet may be written as % and two digits, whatever it is", () => {
  assertEquals(["%53ent", "Sent%20Items", "%C3%BC", "%c3%bc", "ü", "a%2Fb", "100%25", "/"].map(parseFolderName), [
    ...["Sent", "Sent Items", "ü", "ü", "ü", "a/b", "100%", "/"],
  ]);
});

Deno.test("pop4: what is no UTF-8, has control characters, or is cut off is no name", () => {
  for (const word of ["", "%", "a%2", "%GG", "%FF", "%C3", "ü%BC", "a%0Ab", "a%00", "%7F", "%C2%85", "%ED%A0%80"]) {
    assertEquals(parseFolderName(word), undefined, word);
  }
});
