/** What is said in OTP: RFC 2289's and RFC 2243's examples, and the grammar as a whole. */
import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { OtpAlgorithm } from "../../../../core/contract/mod.ts";
import { otpBefore, otpOf } from "../../../../core/sasl/otp.ts";
import { encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { dictionary } from "../../../../plugins/auth/otp/dictionary.ts";
import { parseLogin, parseResponse } from "../../../../plugins/auth/otp/messages.ts";
import { parseSixWords } from "../../../../plugins/auth/otp/six_words.ts";
import { decodeHex } from "../../../support/hex.ts";
import { printed, sixWords } from "./otp_client.ts";
import { otpVectors } from "./vectors.ts";

const read = (text: string, algorithm: OtpAlgorithm = "md5") => parseResponse(encodeUtf8(text), algorithm);
const octets8 = fc.uint8Array({ minLength: 8, maxLength: 8 });
const algorithms = fc.constantFrom<OtpAlgorithm[]>("md4", "md5", "sha1");

Deno.test("otp: RFC 2289 appendix C: all its pass phrases, in hexadecimal and in words", () => {
  assertEquals(otpVectors.length, 27);
  for (const [algorithm, passPhrase, seed, sequence, hex, words] of otpVectors) {
    const otp = otpOf({ algorithm, passPhrase, seed, sequence });
    assertEquals(otp, decodeHex(hex), `${algorithm} ${passPhrase} ${sequence}`);
    assertEquals(sixWords(otp), words);
    for (const text of [words, words.toLowerCase(), words.replaceAll(" ", " \t ")]) {
      assertEquals(parseSixWords(text, algorithm), otp, text);
    }
  }
});

Deno.test("otp: RFC 2289 appendix C: words with a wrong checksum are none", () => {
  const start = "FOWL KID MASH DEAD DUAL";
  assertEquals(parseSixWords(`${start} OAF`, "md5"), decodeHex("85c43ee03857765b"));
  for (const last of ["NUT", "O", "OAK"]) assertEquals(parseSixWords(`${start} ${last}`, "md5"), undefined);
});

Deno.test("otp: RFC 2289 appendix D: the dictionary", () => {
  assertEquals([dictionary.length, new Set(dictionary).size], [2048, 2048]);
  const digest = createHash("sha256").update(dictionary.join(" ")).digest("hex");
  // Of the words in the RFC's text.
  assertEquals(digest, "46d3275be21196944429f7ce3ef95e4368fca4ba0dc9f35d01e96350f72e5549");
});

Deno.test("otp: RFC 2289 appendix B: another dictionary's words, in their own case, and not both at once", () => {
  const otp = decodeHex("85c43ee03857765b");
  // By the words' digests: any words do.
  const numbered = new Map<number, string>();
  for (let n = 0; numbered.size < 2048; n++) {
    const word = `Wört${n}`, digest = createHash("md5").update(word).digest();
    numbered.set(digest.readUInt16BE(14) % 2048, word);
  }
  const words = sixWords(otp, (number) => numbered.get(number) ?? "");
  assertEquals(parseSixWords(words, "md5"), otp);
  assertEquals(read(`word:${words}`), { current: otp });
  const [, ...others] = words.split(" ");
  assertEquals(parseSixWords(["FOWL", ...others].join(" "), "md5"), undefined);
});

Deno.test("otp: RFC 2289 §6: hexadecimal, in any case, white space passed over", () => {
  const given = ["3503785b369cda8b", "e5cc a1b8 7c13 096b", "C7 48 90 F4 27 7B A1 CF", "47 9 A68 28 4C 9D 0 1BC"];
  for (const text of given) {
    assertEquals(read(`hex:${text}`), { current: decodeHex(text.replaceAll(" ", "")) });
  }
  for (const text of ["", "3503785b369cda8", "3503785b369cda8b0", "3503785b369cda8g", "0x3503785b369cda"]) {
    assertEquals(read(`hex:${text}`), undefined, text);
  }
});

Deno.test("otp: RFC 2243 appendix: the reference responses", () => {
  const current = decodeHex("5bf075d9959d036f");
  const next = { algorithm: "md5", sequence: 499, seed: "ke1235", last: decodeHex("3712dcb4aa5316c1") } as const;
  assertEquals(read("hex:5Bf0 75d9 959d 036f"), { current });
  assertEquals(read("word:BOND FOGY DRAB NE RISE MART"), { current });
  assertEquals(read("init-hex:5bf0 75d9 959d 036f:md5 499 ke1235:3712 dcb4 aa53 16c1"), { current, next });
  const words = "init-word:BOND FOGY DRAB NE RISE MART:md5 499 ke1235:  RED HERD NOW BEAN PA BURG";
  assertEquals(read(words), { current, next });
  // §2.2: the type in any case, white space wherever it may be, and a line end, which there need not be.
  assertEquals(read(` Init-HEX :${"5bf075d9959d036f"}: \tMD5  499\tKe1235 :3712dcb4aa5316c1 \r\n`), { current, next });
  // RFC 2444 §3: responses of RFC 2289 alone are none; §2.2 of RFC 2243: nor are those of no known type.
  for (const text of ["5bf075d9959d036f", "BOND FOGY DRAB NE RISE MART", "foo:5bf075d9959d036f", ":", "", "hex"]) {
    assertEquals(read(text), undefined, text);
  }
  for (
    const text of ["hex:5bf075d9959d036f:", "word:BOND FOGY DRAB NE RISE MART:x", "hex:BOND FOGY DRAB NE RISE MART"]
  ) {
    assertEquals(read(text), undefined, text);
  }
});

Deno.test("otp: RFC 2243 §4.3: what is to follow may be unreadable, and the one-time password before it is still one", () => {
  const current = decodeHex("5bf075d9959d036f");
  const rest = [
    ...["", ":", ":md5 499 ke1235", ":md5 499 ke1235:", ":md5 499 ke1235:3712", ":md5 499 ke1235:3712dcb4aa5316c1:x"],
    ...["md6 499 ke1235", "md5 0x1 ke1235", "md5 12345 ke1235", "md5 -1 ke1235", "md5 499", "md5 499 ke-1235"]
      .map((next) => `:${next}:3712dcb4aa5316c1`),
    ":md5 499 LengthOfSeventeen:3712dcb4aa5316c1",
    ":md5 499 ke1235:RED HERD NOW BEAN PA BURG",
  ];
  for (const text of rest) {
    assertEquals(read(`init-hex:5bf075d9959d036f${text}`), { current, next: "unreadable" }, text);
  }
});

Deno.test("otp: any one-time password comes back as it was written, whatever its hash function and its form", () => {
  const forms = fc.constantFrom<("hex" | "word")[]>("hex", "word");
  const seeds = fc.stringMatching(/^[a-z0-9]{1,16}$/);
  fc.assert(fc.property(octets8, forms, algorithms, (current, form, algorithm) => {
    assertEquals(read(`${form}:${printed(current, form)}`, algorithm), { current });
  }));
  fc.assert(
    fc.property(
      ...[octets8, octets8, forms, algorithms, algorithms, seeds, fc.nat({ max: 9999 })] as const,
      (current, last, form, of, algorithm, seed, sequence) => {
        const parameters = `${algorithm} ${sequence} ${seed}`;
        const text = `init-${form}:${printed(current, form)}:${parameters}:${printed(last, form)}`;
        assertEquals(read(text, of), { current, next: { algorithm, sequence, seed, last } });
      },
    ),
  );
});

Deno.test("otp: each one-time password is the hash of the next, whatever the case of the seed", () => {
  const passPhrases = fc.string({ minLength: 10 });
  fc.assert(fc.property(algorithms, passPhrases, fc.nat({ max: 50 }), (algorithm, passPhrase, sequence) => {
    const at = (sequence: number) => otpOf({ algorithm, passPhrase, seed: "ke1234", sequence });
    assertEquals(otpBefore(algorithm, at(sequence)), at(sequence + 1));
    // RFC 2289 §6: the seed's case does not matter.
    assertEquals(otpOf({ algorithm, passPhrase, seed: "KE1234", sequence }), at(sequence));
  }));
});

Deno.test("otp: whatever a client sends is read or refused, and nothing is thrown", () => {
  const colons = fc.array(fc.string({ unit: "binary-ascii" }), { maxLength: 5 }).map((parts) =>
    encodeUtf8(parts.join(":"))
  );
  const typed = fc.tuple(fc.constantFrom("hex:", "word:", "init-hex:", "init-word:"), fc.string({ unit: "binary" }))
    .map((parts) => encodeUtf8(parts.join("")));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), colons, typed), algorithms, (octets, algorithm) => {
      const response = parseResponse(octets, algorithm);
      assertEquals(response === undefined || response.current.length === 8, true);
      parseLogin(octets);
    }),
  );
  assertEquals(parseResponse(encodeUtf8(`hex:${" ".repeat(2000)}5bf075d9959d036f`), "md5"), undefined);
});

Deno.test("otp: RFC 2444 §4: two names of up to 255 octets, the second not empty, in UTF-8", () => {
  const login = (text: string) => parseLogin(encodeUtf8(text));
  assertEquals(login("\0tim"), { authorizeAs: "", login: "tim" });
  assertEquals(login("fréd\0tim"), { authorizeAs: "fréd", login: "tim" });
  const long = "x".repeat(255);
  assertEquals(login(`${long}\0${long}`), { authorizeAs: long, login: long });
  const wrong = [
    "",
    "tim",
    "\0",
    "fred\0",
    "fred\0tim\0",
    "\0\0tim",
    `${long}x\0tim`,
    `\0${long}x`,
    `\0${"é".repeat(128)}`,
  ];
  for (const text of wrong) assertEquals(login(text), undefined, text);
  assertEquals(parseLogin(Uint8Array.of(0, 0xff)), undefined);
});
