import { assert, assertEquals } from "@std/assert";
import { quickly } from "./quickly.ts";
import { decodeEncodedWords, encodeWords } from "../../../core/message/encoded_word.ts";
import { loadCharsets } from "../../../core/message/charset.ts";

Deno.test("RFC 2047 §8: the examples", () => {
  const examples: [string, string][] = [
    ["=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"],
    ["=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>", "Keld Jørn Simonsen <keld@dkuug.dk>"],
    ["=?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>", "André Pirard <PIRARD@vm1.ulg.ac.be>"],
    [
      "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
      "If you can read this you understand the example.",
    ],
    ["(=?ISO-8859-1?Q?a?=)", "(a)"],
    ["(=?ISO-8859-1?Q?a?= b)", "(a b)"],
    ["(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"],
    ["(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"],
    ["(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"],
    ["(=?ISO-8859-1?Q?a_b?=)", "(a b)"],
    ["(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"],
  ];
  for (const [encoded, plain] of examples) assertEquals(decodeEncodedWords(encoded), plain);
});

Deno.test("RFC 2231 §5: a language after the charset", () => {
  assertEquals(decodeEncodedWords("=?US-ASCII*EN?Q?Keith_Moore?="), "Keith Moore");
});

Deno.test("a character split between two words of a charset is joined, in either encoding", () => {
  assertEquals(decodeEncodedWords("=?utf-8?q?=C3?= =?UTF-8?q?=BC?="), "ü");
  assertEquals(decodeEncodedWords("=?utf-8?B?4oI=?= =?utf-8?q?=AC?="), "€");
});

Deno.test("RFC 2047 §3: words of ISO-2022-JP begin and end in ASCII, and nothing stands where two of them meet", () => {
  assertEquals(decodeEncodedWords("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?ISO-2022-JP?B?GyRCOGwbKEI=?="), "日本語");
  // A character split between two words.
  assertEquals(decodeEncodedWords("=?iso-2022-jp?B?GyRCRg==?= =?iso-2022-jp?B?fEtcGyhC?="), "日本");
  assertEquals(decodeEncodedWords("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?iso-2022-jp?Q?=FF?="), "日本\ufffd");
});

Deno.test("what is no encoded word stays as it is", () => {
  for (
    const text of [
      "=?",
      "=??=",
      "=?utf-8?x?abc?=",
      "=?utf-8?b?a*b?=",
      "=?utf-8?q?abc",
      "=?utf 8?q?abc?=",
      "a =?utf-8?b?###?= b",
      "=?=?=?=?=?",
    ]
  ) {
    assertEquals(decodeEncodedWords(text), text);
  }
  assertEquals(decodeEncodedWords("=?utf-8?b?#?= =?utf-8?q?x?="), "=?utf-8?b?#?= x");
});

Deno.test("lenient: spaces in a word, missing padding, bad escapes, an unknown charset", () => {
  assertEquals(decodeEncodedWords("=?utf-8?Q?a b=zz=?="), "a b=zz=");
  assertEquals(decodeEncodedWords("=?utf-8?B?YWI?="), "ab");
  assertEquals(decodeEncodedWords("=?nonsense?Q?=FC=DF?="), "üß");
  assertEquals(decodeEncodedWords("=?nonsense?Q?=C3=BC?="), "ü");
});

Deno.test("octets that a mailer left as they are in a word, as Eudora did, are of the word's charset", () => {
  assertEquals(decodeEncodedWords("=?iso-8859-1?Q?Gr\xfc=DFe?="), "Grüße");
  assertEquals(decodeEncodedWords("=?koi8-r?Q?\xf0=F2?="), "ПР");
  assertEquals(decodeEncodedWords("=?us-ascii?Q?\xfc?="), "ü");
  // A field in UTF-8 (RFC 6532) has characters there.
  assertEquals(decodeEncodedWords("=?iso-8859-1?Q?=44ie_Привет?="), "Die Привет");
  assertEquals(decodeEncodedWords("=?utf-8?Q?Grü=C3=9Fe?="), "Grüße");
  assertEquals(decodeEncodedWords("=?UTF8?Q?ü?="), "ü");
});

Deno.test("charsets beyond the platform's, once they are loaded", async () => {
  assertEquals(decodeEncodedWords("=?cp850?Q?=81ber?=", await loadCharsets()), "über");
  assertEquals(decodeEncodedWords("=?utf-7?Q?Hi_+Jjo-?=", await loadCharsets()), "Hi ☺");
});

Deno.test("RFC 2047 §2: printed words have at most 75 characters and whole characters", () => {
  const printed = encodeWords("€".repeat(100));
  assert(printed.split(" ").every((word) => word.length <= 75 && !decodeEncodedWords(word).includes("\ufffd")));
  assertEquals(decodeEncodedWords(printed), "€".repeat(100));
  assertEquals(encodeWords("plain text"), "plain text");
  assertEquals(decodeEncodedWords(encodeWords("not =?utf-8?q?really?= encoded")), "not =?utf-8?q?really?= encoded");
});

Deno.test("a megabyte of half words is read once, not again and again", () => {
  for (const piece of ["=?", "=?a?b?", "=?a?q?", "=?utf-8?b?YQ==?= ", "?="]) {
    const text = piece.repeat(1_000_000 / piece.length);
    quickly(piece, () => assert(decodeEncodedWords(text).length <= text.length));
  }
});

Deno.test("megabytes are encoded quickly: no character is looked at by itself, but none is split", () => {
  for (const piece of ["a", "é", "😀"]) {
    const text = `${piece.repeat(5_000_000 / piece.length)}é`;
    quickly(piece, () => assert(encodeWords(text).length > text.length));
  }
  for (const piece of ["a", "é", "€", "😀", "\ud800"]) {
    for (let before = 0; before < 45; before++) {
      const text = "x".repeat(before) + piece.repeat(30), words = encodeWords(`${text}é`).split(" ");
      assert(words.every((word) => word.length <= 75), piece);
      assertEquals(words.map((word) => decodeEncodedWords(word)).join(""), `${text.toWellFormed()}é`);
    }
  }
});
