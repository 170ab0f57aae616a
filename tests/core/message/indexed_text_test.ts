import { assert, assertEquals } from "@std/assert";
import { unicodeCasemap } from "../../../core/message/casemap.ts";
import { CharsetDecoder } from "../../../core/message/charset.ts";
import { indexedText } from "../../../core/message/indexed_text.ts";
import { readValue, searchTextOf } from "../../../core/message/search_text.ts";
import { summarize } from "../../../core/message/summary.ts";
import { corpus, octets } from "./corpus.ts";

function indexed(message: Uint8Array, most = Infinity): string | undefined {
  return indexedText(summarize(message), (start, end) => message.subarray(start, end), most);
}

Deno.test("what is indexed of a message holds all that a search may find in it", () => {
  let left = 0;
  for (const { name, text } of corpus) {
    const message = octets(text), summary = summarize(message), all = indexed(message);
    if (all === undefined) {
      left++;
      continue;
    }
    const decoder = new CharsetDecoder();
    const read = (start: number, end: number) => message.subarray(start, end);
    for (const piece of searchTextOf(summary.structure, read, { header: true }, decoder.decode)) {
      // A piece that goes on has its end in common with the next.
      if (!piece.continues) assert(all.includes(unicodeCasemap(piece.text.slice(0, 60_000))), name);
      if (piece.octets !== undefined) assert(all.includes(unicodeCasemap(piece.octets)), name);
    }
    for (const [field, value] of summary.fields) {
      const { text, octets } = readValue(value, decoder.decode);
      assert(all.includes(unicodeCasemap(text)), `${name}: ${field}`);
      if (octets !== undefined) assert(all.includes(unicodeCasemap(octets)), `${name}: ${field}`);
    }
  }
  assert(left < corpus.length / 10);
});

Deno.test("addresses are indexed as ENVELOPE has them, and what is too long not at all", () => {
  const message = octets('From: "Q. \\"P\\"" (a comment) <q@example.org>\r\n\r\nbody');
  assert(indexed(message)?.includes('Q. "P" <Q@EXAMPLE.ORG>'));
  assertEquals(indexed(message, 40), undefined);
  assertEquals(indexed(octets("Content-Type: text/plain; charset=cp850\r\n\r\nx")), undefined);
});

Deno.test("what would take long is left out before it is read, whatever little text there is in it", () => {
  const header = `Subject: ${"=?utf-8?q??=\r\n ".repeat(10_000)}\r\n`;
  const part = `--b\r\n${header}\r\n\r\n`;
  const top = "Content-Type: multipart/mixed; boundary=b\r\n\r\n", most = 100_000;
  const read = (message: Uint8Array) => {
    let size = 0;
    const text = indexedText(summarize(message), (start, end) => {
      size += end - start;
      return message.subarray(start, end);
    }, most);
    return { text, size };
  };
  const few = read(octets(top + part.repeat(2))), many = read(octets(top + part.repeat(50)));
  assertEquals([few.text !== undefined, many.text], [true, undefined]);
  assert(many.size < 5 * most + part.length, `${many.size}`);
  // A charset that has to be loaded first.
  const rare = read(octets(`Subject: =?cp850?q?a?=\r\n${top}${part.repeat(2)}`));
  assertEquals([rare.text, rare.size < part.length], [undefined, true]);
});
