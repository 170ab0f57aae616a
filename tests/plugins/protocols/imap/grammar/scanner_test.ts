import { assertEquals, assertThrows } from "@std/assert";
import { DEEPEST, Malformed, MOST_ITEMS, Scanner } from "../../../../../plugins/protocols/imap/grammar/scanner.ts";
import { assertMalformed, malformed, octets, read, scan } from "./scan.ts";

const atom = (scanner: Scanner) => scanner.expectAtom();
const string = (scanner: Scanner) => scanner.expectString();
const astring = (scanner: Scanner) => scanner.expectAstring();
const nstring = (scanner: Scanner) => scanner.expectNstring();
const literal8 = (scanner: Scanner) => scanner.acceptLiteral8();
const number = (scanner: Scanner) => scanner.expectNumber();
const nzNumber = (scanner: Scanner) => scanner.expectNzNumber();
const number64 = (scanner: Scanner) => scanner.expectNumber64();
const tag = (scanner: Scanner) => scanner.expectTag();

Deno.test("RFC 9051 §9 SP: exactly one space, no tab", () => {
  const pair = (scanner: Scanner) => {
    const first = scanner.expectAtom();
    scanner.expectSpace();
    return [first, scanner.expectAtom()];
  };
  assertEquals(read(pair, "a b"), ["a", "b"]);
  assertMalformed(pair, "a | b", "an atom");
  assertMalformed(pair, "a|\tb", "a space");
  assertMalformed(pair, "a b| ", "the end of the command");
});

Deno.test("RFC 9051 §9 atom: any CHAR but atom-specials", () => {
  const allowed = "!#$&'+,-./0123456789:;<=>?@ABCXYZ[^_`abcxyz|}~";
  assertEquals(read(atom, allowed), allowed);
  for (const special of '(){ \0\x1f\x7f%*"\\]\x80\xff') {
    assertMalformed(atom, `a|${special}`, "the end of the command");
    assertMalformed(atom, `|${special}`, "an atom");
  }
});

Deno.test("RFC 9051 §9 tag: any ASTRING-CHAR but +", () => {
  assertEquals(read(tag, "a]1"), "a]1");
  assertMalformed(tag, "|+", "a tag");
  assertMalformed(tag, "a|+", "the end of the command");
  assertMalformed(tag, "|", "a tag");
});

Deno.test("RFC 9051 §9: keywords in any case, and whole", () => {
  assertEquals(scan("ReTuRn (").acceptKeyword("RETURN"), true);
  assertEquals(scan("RETURNS").acceptKeyword("RETURN"), false);
  assertEquals(scan("RETURN.X").acceptKeyword("RETURN"), false);
  assertEquals(scan("RETUR").acceptKeyword("RETURN"), false);
  assertEquals(scan("body.Peek[").expectWord("x"), "BODY.PEEK");
});

Deno.test("RFC 9051 §4.3 quoted: only quotes and backslashes are escaped", () => {
  assertEquals(read(string, '""'), octets(""));
  assertEquals(read(string, '"a \\" \\\\ b"'), octets('a " \\ b'));
  assertEquals(read(string, '"\x01\x7f(){%*]"'), octets("\x01\x7f(){%*]"));
  assertMalformed(string, '"a\\|b"', 'a backslash or a quote after "\\"');
  assertMalformed(string, '"a\\|', 'a backslash or a quote after "\\"');
  assertMalformed(string, '"a|', "the closing quote");
  for (const octet of "\0\r\n") assertMalformed(string, `"a|${octet}"`, "an octet that may be quoted");
});

Deno.test("RFC 6855 §3: beyond ASCII, quoted strings are UTF-8, and what is not is BAD", () => {
  assertEquals(read(string, '"\xc3\xa4\xf0\x9f\x98\x80"'), octets("ä😀"));
  assertEquals(read(string, '"\\"\xc3\xa4"'), octets('"ä'));
  // Broken off, overlong, a surrogate, beyond the last character, latin1.
  for (const wrong of ["\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe4x", '\xc3\\"\xa4']) {
    assertMalformed(string, `|"${wrong}"`, "a quoted string of UTF-8");
  }
});

Deno.test("RFC 9051 §4.3, RFC 7888 §3: literals, synchronizing or not, stand in the command", () => {
  assertEquals(read(string, "{5}\r\nhello"), octets("hello"));
  assertEquals(read(string, "{5+}\r\nhello"), octets("hello"));
  assertEquals(read(string, "{0}\r\n"), octets(""));
  assertEquals(read(string, '{004}\r\n\r\n"{'), octets('\r\n"{'));
  assertEquals(read(string, "{2}\r\n\xff\xfe"), Uint8Array.of(0xff, 0xfe));
  assertMalformed(string, "{|}\r\n", "the size of a literal");
  assertMalformed(string, "{|-1}\r\n", "the size of a literal");
  assertMalformed(string, "{5|x}\r\nhello", '"}"');
  assertMalformed(string, "{5+|+}\r\nhello", '"}"');
  assertMalformed(string, "{5}|\nhello", "CRLF");
  assertMalformed(string, "{5}\r\nhell|", "the rest of a literal");
  assertMalformed(string, "{9223372036854775807}\r\nhell|", "the rest of a literal");
  assertMalformed(string, `{${"9".repeat(19)}|9}\r\n`, '"}"');
});

Deno.test("RFC 9051 §9 CHAR8, RFC 4466 §6 literal8: NUL in the latter only", () => {
  assertMalformed(string, "{3}\r\na|\0b", "an octet other than NUL");
  assertEquals(read(literal8, "~{3}\r\na\0b"), Uint8Array.of(97, 0, 98));
  assertEquals(read(literal8, "~{3+}\r\na\0b"), Uint8Array.of(97, 0, 98));
  assertEquals(scan("~x").acceptLiteral8(), undefined);
  assertMalformed(string, "|~{3}\r\nabc", "a string");
});

Deno.test("RFC 9051 §9 astring and nstring; §4.5: NIL is a string only where an nstring stands", () => {
  assertEquals(read(astring, "a]b"), octets("a]b"));
  assertEquals(read(astring, "NIL"), octets("NIL"));
  assertEquals(read(nstring, "nil"), undefined);
  assertEquals(read(nstring, '"NIL"'), octets("NIL"));
  assertMalformed(nstring, "|abc", "a string or NIL");
  assertMalformed(nstring, "|NILS", "a string or NIL");
  assertMalformed(astring, "|", "an atom or a string");
});

Deno.test("strings are views of the command, but for those with backslashes", () => {
  const bytes = octets('abc "def" {3}\r\nghi "j\\"k"');
  const scanner = new Scanner(bytes);
  const [, , , ...escaped] = scanner.expectItems(astring).map(({ buffer }) => buffer === bytes.buffer);
  assertEquals(escaped, [false]);
  assertEquals(new Scanner(bytes).expectItems(astring).filter(({ buffer }) => buffer === bytes.buffer).length, 3);
});

Deno.test("RFC 9051 §9 number, nz-number, number64: 32 bits and 63", () => {
  assertEquals(read(number, "0"), 0);
  assertEquals(read(number, "4294967295"), 4294967295);
  assertMalformed(number, "|4294967296", "a number below 4294967296");
  assertEquals(read(number, "0".repeat(100_000) + "7"), 7);
  assertMalformed(number, `|${"9".repeat(100_000)}`, "a number below 9223372036854775808");
  assertMalformed(nzNumber, "|0", "a number from 1 on");
  assertMalformed(nzNumber, "|01", "a number from 1 on");
  assertEquals(read(number64, "9223372036854775807"), 9223372036854775807n);
  assertMalformed(number64, "|9223372036854775808", "a number below 9223372036854775808");
  assertMalformed(number, "|-1", "a number");
  assertEquals(read((scanner) => scanner.expectSize(), "9223372036854775807"), Number.MAX_SAFE_INTEGER);
});

Deno.test("RFC 9051 §4.4: lists, their items parted by one space", () => {
  const list = (scanner: Scanner) => scanner.expectList(atom);
  const maybeEmpty = (scanner: Scanner) => scanner.expectList(atom, 0);
  assertEquals(read(list, "(a b c)"), ["a", "b", "c"]);
  assertEquals(read(maybeEmpty, "()"), []);
  assertMalformed(list, "(|)", "an atom");
  assertMalformed(list, "(a |)", "an atom");
  assertMalformed(list, "(a|", '")"');
  assertMalformed(list, "|a", '"("');
});

Deno.test(`bounds: lists nest ${DEEPEST} deep and have ${MOST_ITEMS} items`, () => {
  type Nested = readonly (Nested | string)[];
  const nested = (scanner: Scanner): Nested =>
    scanner.expectList(() => scanner.isNext("(") ? nested(scanner) : scanner.expectAtom());
  read(nested, "(".repeat(DEEPEST) + "a" + ")".repeat(DEEPEST));
  assertEquals(
    malformed(nested, "(".repeat(DEEPEST + 1) + "a" + ")".repeat(DEEPEST + 1)).expected,
    `at most ${DEEPEST} levels`,
  );
  // Beside each other, not within: that is no depth.
  read(nested, `(${Array(1000).fill("(a)").join(" ")})`);
  read(nested, `(${Array(MOST_ITEMS).fill("a").join(" ")})`);
  assertEquals(
    malformed(nested, `(${Array(MOST_ITEMS + 1).fill("a").join(" ")})`).expected,
    `at most ${MOST_ITEMS} items`,
  );
});

Deno.test("Malformed says what was expected and where, and nothing that the client sent", () => {
  const error = assertThrows(() => scan("<script>").expectNumber(), Malformed);
  assertEquals(error.message, "expected a number at octet 0");
});
