import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { editHeader, type HeaderEdit } from "../../../core/message/edit_header.ts";
import { Header } from "../../../core/message/header.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function edit(block: string, given: Partial<HeaderEdit>): string {
  return new TextDecoder().decode(editHeader(bytes(block), { remove: [], replace: [], ...given }));
}

Deno.test("editing a header: every field of a name goes, in any case, with its continuation lines", () => {
  const block = "From: a\r\nX-Spam: yes\r\n (very)\r\nTo: b\r\nx-spam: no\r\n\r\n";
  assertEquals(edit(block, { remove: ["X-SPAM"] }), "From: a\r\nTo: b\r\n\r\n");
});

Deno.test("editing a header: a replacement stands where the first of its name stood, and is the only one", () => {
  const block = "From: a\r\nSubject: one\r\nTo: b\r\nSubject: two\r\n\r\n";
  assertEquals(edit(block, { replace: [["subject", "new"]] }), "From: a\r\nsubject: new\r\nTo: b\r\n\r\n");
});

Deno.test("editing a header: what was not there stands at the end, also where no empty line follows", () => {
  assertEquals(edit("From: a\r\n\r\n", { replace: [["X-A", "1"]] }), "From: a\r\nX-A: 1\r\n\r\n");
  assertEquals(edit("From: a", { replace: [["X-A", "1"]] }), "From: a\r\nX-A: 1\r\n");
  assertEquals(edit("", { replace: [["X-A", "1"]] }), "X-A: 1\r\n");
  assertEquals(edit("\r\n", { replace: [["X-A", "1"]] }), "X-A: 1\r\n\r\n");
});

Deno.test("editing a header: removing comes before replacing", () => {
  const given = { remove: ["Subject"], replace: [["Subject", "new"]] } as const;
  assertEquals(edit("Subject: old\r\n\r\n", given), "Subject: new\r\n\r\n");
});

Deno.test("editing a header: what is named by nobody stays, octet for octet", () => {
  const line = fc.constantFrom("A: 1", "b:2", "C : 3\r\n  more", "no field", "D: \u00e9", "e:", "From x");
  fc.assert(fc.property(fc.array(line), fc.constantFrom("", "\r\n", "\n"), (lines, end) => {
    const block = lines.map((text) => `${text}\r\n`).join("") + end;
    assertEquals(edit(block, { remove: ["zz"], replace: [] }), block);
    const left = new Header(editHeader(bytes(block), { remove: ["A"], replace: [["e", "new"]] }));
    assertEquals(left.all("A"), []);
    assertEquals(left.all("E"), ["new"]);
    assertEquals(left.all("C"), new Header(bytes(block)).all("C"));
  }));
});

Deno.test("editing a header: no name and no value begins another field or the body", () => {
  const wild = fc.string({ unit: fc.constantFrom("\r", "\n", "\r\n", "\0", " ", ":", "a", "\u2028", "\ud800") });
  fc.assert(fc.property(wild, wild, (name, value) => {
    const edited = editHeader(bytes("From: a\r\n\r\n"), { remove: [wildName(name)], replace: [[name, value]] });
    const { fields } = new Header(edited);
    assertEquals(fields.length <= 2 && fields.every(({ name }) => name !== ""), true, new TextDecoder().decode(edited));
    assertEquals(new TextDecoder().decode(edited).endsWith("\r\n\r\n"), true);
  }));
});

/** RFC 5322 §2.2: no field has such a name. */
function wildName(name: string): string {
  return `${name} `;
}
