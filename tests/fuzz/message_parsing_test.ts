/** Whatever comes: no exception, the same result however it is split, and offsets that hold. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessagePart } from "../../core/contract/message.ts";
import { parseAddressList } from "../../core/message/address.ts";
import { decodeCharset } from "../../core/message/charset.ts";
import { parseContentType, parseDisposition, parseEncoding, parseLanguage } from "../../core/message/content_fields.ts";
import { parseDate } from "../../core/message/date.ts";
import { decodeEncodedWords } from "../../core/message/encoded_word.ts";
import { headerSize } from "../../core/message/header.ts";
import { LineEndingNormalizer } from "../../core/message/line_endings.ts";
import { parseMessageIds } from "../../core/message/msg_id.ts";
import { searchTextOf } from "../../core/message/search_text.ts";
import { summarize, Summarizer, type SummaryLimits } from "../../core/message/summary.ts";
import { decodeTransfer, transferDecoder } from "../../core/message/transfer_encoding.ts";
import { corpus, octets } from "../core/message/corpus.ts";
import { brokenMime, type MimeNode, mimeNode, printMime } from "./mime_arbitrary.ts";

const anyMessage = fc.oneof(
  { weight: 5, arbitrary: brokenMime },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 2, arbitrary: fc.constantFrom(...corpus.map(({ text }) => octets(text))) },
);
/** Where to cut: many cuts at small steps, so that boundaries and line ends are hit. */
const steps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 50 });

function* split(bytes: Uint8Array, steps: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    // A turn through steps that are all zero would never end.
    const step = (steps[turn % steps.length] ?? 1) || (turn % 2);
    yield bytes.slice(at, at + step);
    at += step;
  }
}

function summarizeSplit(message: Uint8Array, steps: readonly number[], limits: Partial<SummaryLimits>) {
  const summarizer = new Summarizer(limits);
  for (const chunk of split(message, steps)) summarizer.push(chunk);
  return summarizer.finish();
}

Deno.test("the summary is the same however the message is split", () => {
  fc.assert(
    fc.property(anyMessage, steps, (message, steps) => {
      const whole = summarize(message);
      assertEquals(summarizeSplit(message, steps, {}), whole);
      assertEquals(summarizeSplit(message, [1], {}), whole);
    }),
    { numRuns: 500 },
  );
});

Deno.test("the summary is the same however the message is split, with limits that cut", () => {
  const limits = { headerBytes: 50, parts: 4, depth: 3, text: 60, fields: 2, fieldText: 40 };
  fc.assert(
    fc.property(anyMessage, steps, (message, steps) => {
      assertEquals(summarizeSplit(message, steps, limits), summarize(message, limits));
    }),
    { numRuns: 300 },
  );
});

/** What a tree of parts says, as the node it was printed from. */
function nodeOf(message: Uint8Array, part: MessagePart): MimeNode {
  if (part.message) return { kind: "message", inside: nodeOf(message, part.message.structure) };
  if (part.parts) return { kind: "multipart", parts: part.parts.map((child) => nodeOf(message, child)) };
  return { kind: "leaf", text: String.fromCharCode(...message.subarray(part.bodyStart, part.bodyEnd)) };
}

Deno.test("a well-formed tree comes back, whatever the split", () => {
  fc.assert(
    fc.property(mimeNode, steps, (node, steps) => {
      const message = octets(printMime(node));
      assertEquals(nodeOf(message, summarizeSplit(message, steps, {}).structure), node);
    }),
    { numRuns: 300 },
  );
});

/** Offsets hold: parts are in order, apart, and inside their parent's body. */
function checkTree(message: Uint8Array, part: MessagePart, start: number, end: number): void {
  const { headerStart, bodyStart, bodyEnd, lines } = part;
  assert(start <= headerStart && headerStart <= bodyStart && bodyStart <= bodyEnd && bodyEnd <= end);
  let lineFeeds = 0;
  for (const octet of message.subarray(bodyStart, bodyEnd)) if (octet === 10) lineFeeds++;
  assertEquals(lines, lineFeeds);
  let from = bodyStart;
  for (const child of part.parts ?? []) {
    checkTree(message, child, from, bodyEnd);
    from = child.bodyEnd;
  }
  if (part.message) {
    assertEquals(part.message.structure.headerStart, bodyStart);
    checkTree(message, part.message.structure, bodyStart, bodyEnd);
  }
}

Deno.test("offsets: parts lie inside their parent, in order, and lines are counted right", () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const { structure, size, headerSize: header } = summarize(message);
      checkTree(message, structure, 0, size);
      assertEquals([structure.headerStart, structure.bodyEnd], [0, message.length]);
      assertEquals(header, headerSize(message) ?? message.length);
    }),
    { numRuns: 500 },
  );
});

Deno.test("line ends: the normaliser makes crlfSize octets, however it is split, and nothing bare is left", () => {
  fc.assert(fc.property(anyMessage, steps, (message, steps) => {
    const normalizer = new LineEndingNormalizer();
    const pieces = [...split(message, steps)].map((chunk) => normalizer.push(chunk));
    const text = [...pieces, normalizer.finish()].map((piece) => String.fromCharCode(...piece)).join("");
    assertEquals(text.length, summarize(message).crlfSize);
    assert(text === "" || text.endsWith("\r\n"));
    assert(!/\r(?!\n)|(?<!\r)\n/.test(text));
  }));
});

Deno.test("transfer encodings: the same octets however the body is split", () => {
  const piece = fc.constantFrom("=", "=3D", "=\r\n", "= \t\r\n", " ", "\t", "\r", "\n", "a", "Zg==", "=C", "\xff");
  const body = fc.array(piece, { maxLength: 40 }).map((pieces) => octets(pieces.join("")));
  fc.assert(
    fc.property(body, steps, fc.constantFrom("base64", "quoted-printable", "8bit"), (body, steps, encoding) => {
      const decoder = transferDecoder(encoding);
      const pieces = [...split(body, steps)].map((chunk) => decoder.push(chunk));
      const joined = [...pieces, decoder.finish()].flatMap((piece) => [...piece]);
      assertEquals(joined, [...decodeTransfer(body, encoding)]);
    }),
    { numRuns: 500 },
  );
});

Deno.test("nothing throws, whatever the text", () => {
  const piece = fc.constantFrom(
    ..."<>()[]@,;:.\\\"=?*'% \t\r\n\0aZ09+-/",
    "=?utf-8?q?",
    "?=",
    "Nov",
    "utf-8''",
    "ü",
    "\ud800",
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(text, (text) => {
      for (const { name = "", mailbox = "", host = "" } of parseAddressList(text)) {
        assert(name + mailbox + host !== undefined);
      }
      parseDate(text);
      parseContentType(text);
      parseDisposition(text);
      parseEncoding(text);
      parseLanguage(text);
      parseMessageIds(text);
      decodeEncodedWords(text);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("nothing throws, whatever the octets and the charset", () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.oneof(fc.string(), fc.constantFrom("utf-8", "iso-2022-jp", "utf-7")),
      (bytes, charset) => {
        assertEquals(typeof decodeCharset(bytes, charset), "string");
      },
    ),
  );
  fc.assert(fc.property(anyMessage, (message) => {
    const read = (start: number, end: number) => message.subarray(start, end);
    const pieces = [...searchTextOf(summarize(message).structure, read, { header: true })];
    assert(pieces.every(({ text }) => typeof text === "string"));
  }));
});

Deno.test("summaries survive JSON", () => {
  fc.assert(fc.property(anyMessage, (message) => {
    const summary = summarize(message);
    assertEquals(JSON.parse(JSON.stringify(summary)), summary);
  }));
});
