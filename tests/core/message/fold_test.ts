import { assert, assertEquals } from "@std/assert";
import { printField } from "../../../core/message/fold.ts";
import { unfold } from "../../../core/message/field_text.ts";

Deno.test("RFC 5322 §2.1.1: lines are folded before column 78", () => {
  const value = "word ".repeat(60).trim();
  const field = printField("Subject", value);
  assert(field.split("\r\n").every((line) => line.length <= 78));
  assertEquals(unfold(field.slice("Subject:".length)), value);
});

Deno.test("a short field is one line; a word longer than a line stays whole", () => {
  assertEquals(printField("Subject", "hi"), "Subject: hi\r\n");
  const word = "x".repeat(200);
  assertEquals(printField("Subject", `a ${word} b`), `Subject: a\r\n ${word}\r\n b\r\n`);
  assertEquals(printField("Subject", word), `Subject: ${word}\r\n`);
});

Deno.test("RFC 5322 §4.5: no line is ever white space only", () => {
  const field = printField("Subject", `${"a".repeat(70)}${" ".repeat(200)}${"b".repeat(70)}`);
  assert(field.split("\r\n").slice(0, -1).every((line) => line.trim() !== ""));
  assertEquals(unfold(field.slice("Subject:".length)).length, 340);
});

Deno.test("a value cannot begin another field, and a name is only a name", () => {
  assertEquals(printField("Subject", "x\r\nBcc: y@example.org"), "Subject: x Bcc: y@example.org\r\n");
  assertEquals(printField("Sub\r\nject: ", "x"), "Subject: x\r\n");
});
