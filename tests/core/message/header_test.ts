import { assertEquals } from "@std/assert";
import { Header, headerSize } from "../../../core/message/header.ts";
import { hardMessage, octets } from "./corpus.ts";

function fieldsOf(text: string): [string, string][] {
  const header = new Header(octets(text));
  return header.fields.map((field) => [field.name, header.value(field)]);
}

Deno.test("RFC 5322 §2.2.3: folded values are unfolded, their white space kept", () => {
  assertEquals(fieldsOf("Subject: one\r\n two\r\n\t three\r\nTo: a@example.org\r\n\r\n"), [
    ["Subject", "one two\t three"],
    ["To", "a@example.org"],
  ]);
});

Deno.test("RFC 5322 §4.5: white space before the colon, a line of white space only in a folded field", () => {
  assertEquals(fieldsOf("Subject : x\r\nTo\t:y\r\n"), [["Subject", "x"], ["To", "y"]]);
  assertEquals(fieldsOf("Subject: a\r\n \r\n b\r\nTo: c\r\n\r\nbody: no"), [["Subject", "a  b"], ["To", "c"]]);
});

Deno.test("bare LF ends a line; a bare CR does not, and reads as a space", () => {
  assertEquals(fieldsOf("A: 1\nB: 2\n 3\n\nC: 4\n"), [["A", "1"], ["B", "2 3"]]);
  assertEquals(fieldsOf("A: 1\rB: 2\r\n"), [["A", "1 B: 2"]]);
});

Deno.test("lines that are no fields stay, without a name", () => {
  const message = hardMessage("mbox line first");
  const header = new Header(message);
  assertEquals(header.fields.map((field) => field.name), ["", "Subject"]);
  const [first] = header.fields;
  assertEquals(
    first && new TextDecoder().decode(header.rawValue(first)),
    "From a@example.org Tue Nov 24 07:00:00 2026\r\n",
  );
  assertEquals(fieldsOf(": x\r\n two words: y\r\nZ: 1\r\n"), [["", ": x two words: y"], ["Z", "1"]]);
  assertEquals(fieldsOf("Sub\0ject: x\r\nS\xfc: y\r\n"), [["", "Sub\0ject: x"], ["", "S\xfc: y"]]);
});

Deno.test("every octet of the block is in exactly one field, and values come back octet by octet", () => {
  const text = "A: \xff\xfe\r\n  x\r\nnonsense\r\nB:\r\nC: 1";
  const header = new Header(octets(text));
  assertEquals(header.fields.map(({ start, end }) => text.slice(start, end)).join(""), text);
  const [a] = header.fields;
  assertEquals(a && [...header.rawValue(a)], [...octets(" \xff\xfe\r\n  x\r\n")]);
  assertEquals(a && [...header.raw(a)], [...octets("A: \xff\xfe\r\n  x\r\n")]);
});

Deno.test("RFC 6532 §3.2: values are UTF-8; what is not valid UTF-8 keeps every octet as a character", () => {
  assertEquals(new Header(hardMessage("8-bit UTF-8 header")).get("subject"), "Grüße");
  assertEquals(new Header(hardMessage("8-bit Latin-1 header")).get("subject"), "Grüße");
  assertEquals(fieldsOf("A: \x80\x9f\r\n"), [["A", "\x80\x9f"]]);
});

Deno.test("UTF-8 that was cut or has a wrong octet stays UTF-8, but for that", () => {
  assertEquals(fieldsOf("A: Gr\xc3\xbc\xc3\x9fe aus M\xc3\r\n"), [["A", "Grüße aus M\ufffd"]]);
  assertEquals(fieldsOf("A: \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\r\n"), [["A", "日本\ufffd"]]);
  assertEquals(fieldsOf("A: Gr\xc3\xbc\xc3\x9fe\xfc\r\n"), [["A", "Grüße\ufffd"]]);
  assertEquals(fieldsOf("A: J\xc3\xbcrgen \xc3\r\n"), [["A", "Jürgen \ufffd"]]);
  // More of it is something else.
  assertEquals(fieldsOf("A: \xc3\xbc\xfc\xf6\r\n"), [["A", "\xc3\xbc\xfc\xf6"]]);
  const [field] = new Header(octets("A: \xc3\xbc\xc3\xbc\r\n")).fields;
  assertEquals(field && new Header(octets("A: \xc3\xbc\xc3\xbc\r\n")).value(field, 4), "ü\ufffd", "cut by the limit");
});

Deno.test("fields are found whatever their case; the first counts, all are there", () => {
  const header = new Header(octets("SUBJECT: one\r\nsubject: two\r\n"));
  assertEquals(header.get("Subject"), "one");
  assertEquals(header.all("Subject"), ["one", "two"]);
  assertEquals(header.get("To"), undefined);
});

Deno.test("a block of a megabyte is read like a small one", () => {
  const header = new Header(
    octets(`Subject: ${"x\r\n ".repeat(250_000)}\r\nTo: a@example.org\r\n${"B: c\r\n".repeat(100)}`),
  );
  assertEquals(header.fields.length, 102);
  assertEquals(header.get("to"), "a@example.org");
  assertEquals(header.get("subject")?.length, 499_999);
});

Deno.test("RFC 5322 §2.1: the first empty line ends the header", () => {
  assertEquals(headerSize(octets("A: b\r\n\r\nx")), 8);
  assertEquals(headerSize(octets("A: b\n\nx")), 6);
  assertEquals(headerSize(octets("\r\nx")), 2);
  assertEquals(headerSize(octets("A: b\r\n")), undefined);
  assertEquals(headerSize(octets("A: b\r\r\n\r")), undefined);
});
