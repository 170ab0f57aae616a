import { assertEquals } from "@std/assert";
import type { MessageParameter } from "../../../core/contract/mod.ts";
import { quickly } from "./quickly.ts";
import { parseParameters } from "../../../core/message/parameters.ts";
import { printParameter } from "../../../core/message/parameter_printer.ts";

function check(text: string, ...expected: MessageParameter[]) {
  assertEquals(parseParameters(text), expected, text);
}

Deno.test("RFC 2045 §5.1: tokens, quoted strings, comments", () => {
  check("; charset=us-ascii (Plain text)", ["charset", "us-ascii"]);
  check('; charset="us-ascii"', ["charset", "us-ascii"]);
  check(' ; Name = "a \\"b\\" \\\\ c" ; x=y', ["name", 'a "b" \\ c'], ["x", "y"]);
});

Deno.test("RFC 2231 §3: continuations, in any order", () => {
  check(
    '; access-type=URL; URL*0="ftp://"; URL*1="cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"',
    ["access-type", "URL"],
    ["url", "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"],
  );
  check("; n*2=c; n*0=a; n*1=b", ["n", "abc"]);
  check("; n*0=a; n*2=c", ["n", "a"]);
  check("; n*1=a");
});

Deno.test("RFC 2231 §4: charset and language", () => {
  check("; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", ["title", "This is ***fun***", true]);
  check("; title*=iso-8859-1''%fc", ["title", "ü", true]);
  check(
    "; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
    ["title", "This is even more ***fun*** isn't it!", true],
  );
  check("; title*0*=utf-8''%c3; title*1*=%bc", ["title", "ü", true]);
  check("; title*=%c3%bc%zz", ["title", "ü%zz", true]);
});

Deno.test("octets that a mailer left as they are in an extended value are of its charset", () => {
  assertEquals(parseParameters("; filename*=iso-8859-1''Gr\xfc%DFe"), [["filename", "Grüße", true]]);
  assertEquals(parseParameters("; a*0*=koi8-r''\xf0; a*1*=%F2; a*2=\xf0"), [["a", "ПРП", true]]);
  // A field in UTF-8 (RFC 6532) has characters there.
  assertEquals(parseParameters("; filename*=iso-8859-1''%41Привет"), [["filename", "AПривет", true]]);
  assertEquals(parseParameters("; filename*=UTF-8''Gr\xfc%C3%9Fe"), [["filename", "Grüße", true]]);
});

Deno.test("RFC 6266 §4.3: the extended form wins over a plain one", () => {
  check("; filename=fallback.txt; filename*=utf-8''%c3%bc.txt", ["filename", "ü.txt", true]);
});

Deno.test("lenient: missing semicolons, blanks in values, open quotes, doubles, junk", () => {
  check("; charset=utf-8 format=flowed", ["charset", "utf-8"], ["format", "flowed"]);
  check('; name="a" filename="b"', ["name", "a"], ["filename", "b"]);
  check("; name=my summer file (1).pdf; x=y", ["name", "my summer file"], ["x", "y"]);
  check("; name=file(1).pdf", ["name", "file(1).pdf"]);
  check('; name="never ends; x=y', ["name", "never ends; x=y"]);
  check("; a=1; A=2", ["a", "1"]);
  check(';;; = ; "x" ; =y ; (; a=b');
});

Deno.test("8-bit values: UTF-8 text stays, encoded words are not decoded", () => {
  check('; name="ü.pdf"', ["name", "ü.pdf"]);
  check('; name="=?utf-8?q?a?="', ["name", "=?utf-8?q?a?="]);
});

Deno.test("printing: token, quoted string, extended form, continuations", () => {
  assertEquals(printParameter("charset", "utf-8"), "; charset=utf-8");
  assertEquals(printParameter("name", 'a "b"'), '; name="a \\"b\\""');
  assertEquals(printParameter("name", "ü"), "; name*=UTF-8''%C3%BC");
  assertEquals(
    printParameter("name", "x".repeat(61)),
    `; name*0*=UTF-8''${"x".repeat(60)}; name*1*=x`,
  );
});

Deno.test("a megabyte of one broken thing is read once, not again and again", () => {
  for (const piece of [";", "(", '"', "a", "a=", 'a="', "a*0=b;", "= ", "a b ", "\\"]) {
    quickly(piece, () => parseParameters(piece.repeat(1_000_000 / piece.length)));
  }
});
