import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { concat } from "../../../../../core/message/bytes.ts";
import { Header, headerSize } from "../../../../../core/message/header.ts";
import { latin1 } from "../../../../../core/wire/ascii.ts";
import { FieldFilter, WantedFields } from "../../../../../plugins/protocols/imap/sections/field_filter.ts";
import { corpus, octets } from "../../../../core/message/corpus.ts";
import { quickly } from "../../../../core/message/quickly.ts";

/** What is kept of a header that comes in pieces of so many octets. */
function kept(header: Uint8Array, names: readonly string[], areWanted: boolean, step = header.length || 1): string {
  const filter = new FieldFilter(new WantedFields(names, areWanted));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < header.length; at += step) pieces.push(filter.push(header.slice(at, at + step)));
  return latin1(concat([...pieces, filter.finish()]));
}

const header = "Subject: one\r\n two\r\nX-Y: z\r\nSUBJECT : again\r\nSubjects: no\r\nnot a field\r\n folded\r\n\r\n";

Deno.test("RFC 9051 §6.4.5.1: names match in any case but otherwise exactly, order and folding stay", () => {
  assertEquals(kept(octets(header), ["sUBJECT"], true), "Subject: one\r\n two\r\nSUBJECT : again\r\n\r\n");
  assertEquals(kept(octets(header), ["x-y", "Subjects"], true), "X-Y: z\r\nSubjects: no\r\n\r\n");
  assertEquals(kept(octets(header), ["Subj"], true), "\r\n");
});

Deno.test("RFC 9051 §6.4.5.1: HEADER.FIELDS.NOT has all the rest, lines that are no fields among it", () => {
  assertEquals(kept(octets(header), ["Subject"], false), "X-Y: z\r\nSubjects: no\r\nnot a field\r\n folded\r\n\r\n");
  assertEquals(kept(octets(header), ["nothing"], false), header);
});

const line = fc.constantFrom(
  "Subject: x",
  "subject:",
  "Subject \t: x",
  "Subject",
  "To: a@x",
  " folded",
  "\tfolded",
  ": nothing",
  "X\xff: y",
  "",
  "\r",
  "From a@x Tue",
);
const anyHeader = fc.oneof(
  fc.array(fc.tuple(line, fc.constantFrom("\r\n", "\r\n", "\n", "\r"))).map((lines) => octets(lines.flat().join(""))),
  fc.constantFrom(...corpus.map(({ text }) => octets(text))),
).map((bytes) => bytes.subarray(0, headerSize(bytes) ?? bytes.length));

Deno.test("HEADER.FIELDS: the fields that the header parser finds by name, and the empty line, however it is split", () => {
  const names = fc.subarray(["Subject", "TO", "From", "x", ""]);
  fc.assert(
    fc.property(anyHeader, names, fc.integer({ min: 1, max: 9 }), (bytes, names, step) => {
      const { fields } = new Header(bytes);
      const keys = names.map((name) => name.toLowerCase());
      const isNamed = (key: string) => key !== "" && keys.includes(key);
      const end = fields.at(-1)?.end ?? 0;
      const textOf = (wanted: boolean) =>
        fields.filter(({ key }) => isNamed(key) === wanted).map((field) =>
          latin1(bytes.subarray(field.start, field.end))
        )
          .join("") + latin1(bytes.subarray(end));
      for (const wanted of [true, false]) {
        assertEquals(kept(bytes, names, wanted), textOf(wanted));
        assertEquals(kept(bytes, names, wanted, step), textOf(wanted));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("HEADER.FIELDS: long lines and many pieces take linear time", () => {
  quickly("a long name in single octets", () => {
    assertEquals(kept(octets("x".repeat(200_000)), ["Subject"], true, 1), "");
  });
  quickly("many blanks before the colon that never comes", () => {
    assertEquals(kept(octets(`Subject${" ".repeat(200_000)}`), ["Subject"], true, 1), "");
  });
});
