import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessagePart } from "../../../../../core/contract/message.ts";
import { summarize } from "../../../../../core/message/summary.ts";
import { latin1 } from "../../../../../core/wire/ascii.ts";
import { expectSectionSpec } from "../../../../../plugins/protocols/imap/grammar/section.ts";
import { Scanner } from "../../../../../plugins/protocols/imap/grammar/scanner.ts";
import { openSection } from "../../../../../plugins/protocols/imap/sections/open_section.ts";
import { NulFreeView, type Octets } from "../../../../../plugins/protocols/imap/sections/views.ts";
import { corpus, hardMessage, octets } from "../../../../core/message/corpus.ts";
import { brokenMime } from "../../../../fuzz/mime_arbitrary.ts";
import { memoryBody } from "./memory_body.ts";

/** The octets of a section, one character each; undefined where there is none. */
async function section(message: Uint8Array, spec: string): Promise<string | undefined> {
  const wanted = expectSectionSpec(new Scanner(octets(spec), "utf-8"));
  const found = await openSection(wanted, summarize(message).structure, memoryBody(message));
  return found && await textOf(found);
}

async function textOf(found: Octets): Promise<string> {
  const text = latin1(await found.read(0, found.size));
  assertEquals(text.length, found.size);
  return text;
}

function crlf(...lines: readonly string[]): string {
  return lines.join("\r\n");
}

/** RFC 9051 §6.4.5.1: the message of the example, each part with a header that names it. */
const leaf = (name: string, type: string) => crlf(`Content-Type: ${type}`, `X-Part: ${name}`, "", `content of ${name}`);
const multipart = (boundary: string, subtype: string, ...parts: readonly string[]) =>
  crlf(
    `Content-Type: multipart/${subtype}; boundary=${boundary}`,
    "",
    ...parts.flatMap((part) => [`--${boundary}`, part]),
    `--${boundary}--`,
  );
const inner3 = crlf(
  "Subject: message in 3",
  multipart("c", "mixed", leaf("3.1", "text/plain"), leaf("3.2", "application/octet-stream")),
);
const inner42 = crlf(
  "Subject: message in 4.2",
  multipart(
    "e",
    "mixed",
    leaf("4.2.1", "text/plain"),
    multipart("f", "alternative", leaf("4.2.2.1", "text/plain"), leaf("4.2.2.2", "text/richtext")),
  ),
);
const part4 = multipart("d", "mixed", leaf("4.1", "image/gif"), crlf("Content-Type: message/rfc822", "", inner42));
const example = octets(
  crlf(
    "Subject: the example",
    multipart(
      "a",
      "mixed",
      leaf("1", "text/plain"),
      leaf("2", "application/octet-stream"),
      crlf("Content-Type: message/rfc822", "X-Part: 3", "", inner3),
      part4,
    ),
    "",
  ),
);

function bodyOf(message: string): string {
  return message.slice(message.indexOf("\r\n\r\n") + 4);
}

function headerOf(message: string): string {
  return message.slice(0, message.indexOf("\r\n\r\n") + 4);
}

Deno.test("RFC 9051 §6.4.5.1: all part specifiers of the example", async () => {
  const whole = latin1(example);
  assertEquals(await section(example, ""), whole);
  assertEquals(await section(example, "HEADER"), headerOf(whole));
  assertEquals(await section(example, "TEXT"), bodyOf(whole));
  for (const name of ["1", "2", "3.1", "3.2", "4.1", "4.2.1", "4.2.2.1", "4.2.2.2"]) {
    assertEquals(await section(example, name), `content of ${name}`);
    assert((await section(example, `${name}.MIME`))?.endsWith(`\r\nX-Part: ${name}\r\n\r\n`), name);
  }
  assertEquals(await section(example, "3"), inner3);
  assertEquals(await section(example, "3.HEADER"), headerOf(inner3));
  assertEquals(await section(example, "3.TEXT"), bodyOf(inner3));
  assertEquals(await section(example, "3.MIME"), "Content-Type: message/rfc822\r\nX-Part: 3\r\n\r\n");
  assertEquals(await section(example, "4"), bodyOf(part4));
  assertEquals(await section(example, "4.2.HEADER"), headerOf(inner42));
  assertEquals(await section(example, "4.2.TEXT"), bodyOf(inner42));
  assertEquals(await section(example, "3.HEADER.FIELDS (SUBJECT X)"), "Subject: message in 3\r\n\r\n");
});

Deno.test("RFC 9051 §4.5: what is not there is NIL", async () => {
  const absent = [
    "5",
    "1.1",
    "1.HEADER",
    "1.TEXT",
    "4.HEADER",
    "4.TEXT",
    "3.3",
    "3.1.1",
    "4.2.2.3",
    "3.1.HEADER",
    "5.MIME",
  ];
  for (const spec of absent) assertEquals(await section(example, spec), undefined, spec);
  assertEquals(await section(example, "1.HEADER.FIELDS (X)"), undefined);
});

Deno.test("RFC 9051 §6.4.5.1: a message that is no multipart has a part 1 and no other", async () => {
  const plain = hardMessage("plain");
  assertEquals(await section(plain, "1"), "line one\r\nline two\r\n");
  assertEquals(await section(plain, "1.MIME"), "From: a@example.org\r\nSubject: hi\r\n\r\n");
  for (const spec of ["2", "1.1", "1.HEADER", "1.TEXT"]) assertEquals(await section(plain, spec), undefined, spec);
});

Deno.test("RFC 9051 §6.4.5.1: below a message that is no multipart, too", async () => {
  const message = hardMessage("message in a message in a message");
  assertEquals(await section(message, "1"), "Content-Type: message/global\r\n\r\nSubject: deep\r\n\r\nend\r\n");
  assertEquals(await section(message, "1.HEADER"), "Content-Type: message/global\r\n\r\n");
  assertEquals(await section(message, "1.1.HEADER"), "Subject: deep\r\n\r\n");
  assertEquals(await section(message, "1.1.1"), "end\r\n");
  assertEquals(await section(message, "1.1.1.1"), undefined);
  assertEquals(await section(message, "1.2"), undefined);
});

Deno.test("RFC 9051 §6.4.5.1: the empty line is in every subset, if there is one", async () => {
  const message = octets("Subject: x\r\nTo: a@x\r\n\r\nbody");
  assertEquals(await section(message, "HEADER.FIELDS (CC)"), "\r\n");
  assertEquals(await section(message, "HEADER.FIELDS.NOT (SUBJECT TO)"), "\r\n");
  assertEquals(await section(message, "HEADER.FIELDS (to)"), "To: a@x\r\n\r\n");
  assertEquals(await section(octets("Subject: x\r\n"), "HEADER.FIELDS (SUBJECT)"), "Subject: x\r\n");
  assertEquals(await section(octets("Subject: x"), "HEADER.FIELDS (SUBJECT)"), "Subject: x");
});

Deno.test("HEADER.FIELDS of a header of a megabyte: all of it is looked at, in pieces", async () => {
  const message = octets(`${"X-Filler: some text that fills the line\r\n".repeat(25_000)}Subject: late\r\n\r\nbody`);
  const wanted = expectSectionSpec(new Scanner(octets("HEADER.FIELDS (SUBJECT)"), "utf-8"));
  const found = await openSection(wanted, summarize(message).structure, memoryBody(message, 131_072));
  assertEquals(found && await textOf(found), "Subject: late\r\n\r\n");
});

Deno.test("RFC 9051 §4.3.1: outside BINARY there is no NUL, and sizes stay", async () => {
  const message = hardMessage("NUL in header and body");
  const free = new NulFreeView(memoryBody(message));
  assertEquals(await textOf(free), latin1(message).replaceAll("\0", "\x80"));
  assertEquals(latin1(await free.read(3, 4)), "\x80");
});

/** Every message of the corpus, before all others. */
const examples = corpus.map(({ text }): [Uint8Array] => [octets(text)]);

Deno.test("sections: HEADER and TEXT are all of a message, and parts are where BODYSTRUCTURE says, for any message", async () => {
  await fc.assert(
    fc.asyncProperty(brokenMime, async (message) => {
      const whole = latin1(message);
      assertEquals(await section(message, ""), whole);
      assertEquals(`${await section(message, "HEADER")}${await section(message, "TEXT")}`, whole);
      const { structure } = summarize(message);
      await checkParts(message, structure, "");
    }),
    { numRuns: 300, examples },
  );
});

/** Every part of a message of that structure, whose numbers begin with `prefix`. */
async function checkParts(message: Uint8Array, structure: MessagePart, prefix: string): Promise<void> {
  const parts = structure.parts ?? [structure];
  for (const [index, part] of parts.entries()) await checkPart(message, part, `${prefix}${index + 1}`);
  assertEquals(await section(message, `${prefix}${parts.length + 1}`), undefined);
}

async function checkPart(message: Uint8Array, part: MessagePart, numbers: string): Promise<void> {
  const whole = latin1(message);
  const content = await section(message, numbers) ?? "absent";
  const mime = await section(message, `${numbers}.MIME`) ?? "absent";
  // RFC 2045 §1: a part is its header and its body, one after the other.
  assertEquals(whole.slice(part.headerStart, part.bodyEnd), mime + content);
  if (part.message) {
    assertEquals(`${await section(message, `${numbers}.HEADER`)}${await section(message, `${numbers}.TEXT`)}`, content);
    await checkParts(message, part.message.structure, `${numbers}.`);
  } else {
    assertEquals(await section(message, `${numbers}.HEADER`), undefined);
    for (const [index, child] of (part.parts ?? []).entries()) {
      await checkPart(message, child, `${numbers}.${index + 1}`);
    }
  }
}
