import { assertEquals } from "@std/assert";
import { normalizeMessageId, parseMessageIds } from "../../../core/message/msg_id.ts";

Deno.test("RFC 5322 §3.6.4: identifiers without their brackets, in order", () => {
  assertEquals(parseMessageIds("<a@x> <b@y><c@z>"), ["a@x", "b@y", "c@z"]);
});

Deno.test("RFC 5322 §4.5.4: words and comments between identifiers are passed over", () => {
  assertEquals(parseMessageIds('Your message of "Tue" <a@x> (was: b)'), ["a@x"]);
});

Deno.test("broken ones: no brackets, blanks inside, cut off", () => {
  assertEquals(parseMessageIds("a@x"), ["a@x"]);
  assertEquals(parseMessageIds("<a\r\n b@x>"), ["ab@x"]);
  assertEquals(parseMessageIds("<a@x <b@y>"), ["b@y"]);
  for (const value of ["", "<>", "none", "a b@c", "<<<<"]) assertEquals(parseMessageIds(value), []);
});

Deno.test("no more than a thousand are kept", () => {
  assertEquals(parseMessageIds("<a@x>".repeat(5000)).length, 1000);
});

Deno.test("RFC 5256 §3: quoting makes no difference between identifiers, case does", () => {
  assertEquals(normalizeMessageId('"01KF8JCEOCBS0045PS"@xxx.yyy.com'), "01KF8JCEOCBS0045PS@xxx.yyy.com");
  assertEquals(normalizeMessageId("01KF8JCEOCBS0045PS@xxx.yyy.com"), "01KF8JCEOCBS0045PS@xxx.yyy.com");
  assertEquals(normalizeMessageId('"a\\"b\\\\c"@x'), 'a"b\\c@x');
  assertEquals(normalizeMessageId("A@X"), "A@X");
});

Deno.test("RFC 5322 §3.6.4: an identifier has two sides", () => {
  for (const id of ["", "a", "@x", "a@", "@"]) assertEquals(normalizeMessageId(id), undefined);
});
