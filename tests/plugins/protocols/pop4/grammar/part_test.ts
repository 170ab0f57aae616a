import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessagePart } from "../../../../../core/contract/mod.ts";
import { parseContentType, parseDisposition } from "../../../../../core/message/content_fields.ts";
import { partAt } from "../../../../../core/message/part_at.ts";
import { summarize } from "../../../../../core/message/summary.ts";
import { partLines } from "../../../../../plugins/protocols/pop4/grammar/part_line.ts";
import { parsePartName, printPartName } from "../../../../../plugins/protocols/pop4/grammar/part_name.ts";
import { octets } from "../../../../core/message/corpus.ts";
import { brokenMime } from "../../../../fuzz/mime_arbitrary.ts";

Deno.test("pop4: the name of a part comes back as it was", () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 9_999_999_999 }), { maxLength: 100 });
  fc.assert(
    fc.property(numbers, fc.boolean(), (numbers, any) => {
      const name = { numbers, isMessage: any || numbers.length === 0 };
      assertEquals(parsePartName(printPartName(name)), name);
    }),
  );
});

Deno.test("pop4: what is no name of a part is none", () => {
  const deep = Array<number>(101).fill(1).join(".");
  for (const word of ["", ".", "1.", ".1", "01", "0.1", "00", "1..2", "a", "-1", "1.00", "12345678901", deep]) {
    assertEquals(parsePartName(word), undefined, word);
  }
});

/** What a line of LPRT says. */
function readLine(line: string) {
  const [, name = "", size = "", encoding = "", media = "", described = ""] =
    /^(\S+) (\d+) (\S+) ([^ ;]+)(.*)$/.exec(line) ?? [];
  // The parameters of the type end where no "; " follows a value.
  const [parameters = "", disposition] = /^((?:; [^=]+=(?:"(?:[^"\\]|\\.)*"|[^ ;]*))*)(?: (.*))?$/.exec(described)
    ?.slice(1) ?? [];
  return {
    ...{ name, size: Number(size), encoding },
    content: parseContentType(media + parameters),
    disposition: disposition === undefined ? undefined : parseDisposition(disposition),
  };
}

function partNamed(structure: MessagePart, word: string): MessagePart | undefined {
  const name = parsePartName(word);
  assert(name !== undefined, word);
  const part = name.numbers.length === 0 ? undefined : partAt(structure, name.numbers);
  return name.isMessage ? name.numbers.length === 0 ? structure : part?.message?.structure : part;
}

const isToken = (text: string) => /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/.test(text);

Deno.test("pop4: a line of LPRT says what the part is, in ASCII, and its name finds it", () => {
  fc.assert(
    fc.property(brokenMime, (message) => {
      const { structure } = summarize(message);
      const names = new Set<string>();
      for (const line of partLines(structure)) {
        assert(/^[ -~]+$/.test(line), line);
        const read = readLine(line), part = partNamed(structure, read.name);
        assert(part !== undefined, line);
        assertEquals(read.size, part.bodyEnd - part.bodyStart);
        if (isToken(part.type) && isToken(part.subtype)) {
          assertEquals([read.content.type, read.content.subtype], [part.type, part.subtype]);
        }
        const kept = part.parameters.filter(([name]) => isToken(name));
        assertEquals(read.content.parameters.length, kept.length, line);
        assertEquals(read.disposition === undefined, part.disposition === undefined, line);
        assert(!names.has(read.name), line);
        names.add(read.name);
      }
      assert(names.size > 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("pop4: messages in messages are numbered as IMAP does, and each multipart has a name", () => {
  const inner = "Content-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\na\r\n--i\r\n\r\nb\r\n--i--\r\n";
  const message = "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\ntext\r\n--o\r\n" +
    `Content-Type: message/rfc822\r\n\r\n${inner}\r\n--o\r\n` +
    "Content-Type: message/rfc822\r\n\r\nSubject: plain\r\n\r\nc\r\n--o--\r\n";
  const lines = [...partLines(summarize(octets(message)).structure)].map((line) => line.replace(/^(\S+) \d+ /, "$1 "));
  assertEquals(lines, [
    "0 7bit multipart/mixed; boundary=o",
    "1 7bit text/plain; charset=us-ascii",
    "2 7bit message/rfc822",
    "2.0 7bit multipart/alternative; boundary=i",
    "2.1 7bit text/plain; charset=us-ascii",
    "2.2 7bit text/plain; charset=us-ascii",
    "3 7bit message/rfc822",
    "3.1 7bit text/plain; charset=us-ascii",
  ]);
});

Deno.test("pop4: what a hostile header says cannot break a line of LPRT", () => {
  const message = 'Content-Type: te\0xt/pl\x01n; name="a\\"; b=c"; ü=1\r\nContent-Transfer-Encoding: b\x01d\r\n' +
    'Content-Disposition: =;filename="x\u0000"\r\n\r\nx\r\n';
  const lines = [...partLines(summarize(octets(message)).structure)];
  assertEquals(lines.length, 1);
  assert(/^1 \d+ x-unknown application\/octet-stream[ -~]* attachment[ -~]*$/.test(lines[0] ?? ""), lines[0]);
});
