import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessagePart } from "../../../../../core/contract/message.ts";
import { summarize, type SummaryLimits } from "../../../../../core/message/summary.ts";
import { printBody, printBodyStructure } from "../../../../../plugins/protocols/imap/printing/body_structure.ts";
import { corpus, hardMessage, octets } from "../../../../core/message/corpus.ts";
import { brokenMime } from "../../../../fuzz/mime_arbitrary.ts";
import { readValue, sent, type Value } from "../read_values.ts";

const rev1 = { utf8: false, rev2: false }, rev2 = { utf8: true, rev2: true };

function structureOf(lines: readonly string[], limits?: Partial<SummaryLimits>): MessagePart {
  return summarize(octets(lines.join("\r\n")), limits).structure;
}

/** Lines of a body: so many, and so many octets in all. */
function body(lines: number, size: number): string {
  const last = size - 2 * lines - (lines - 1);
  return `${"x\r\n".repeat(lines - 1)}${"y".repeat(last)}\r\n`;
}

Deno.test("RFC 3501 §8: the body of the sample connection", () => {
  const structure = structureOf(["Content-Type: TEXT/PLAIN; CHARSET=US-ASCII", "", body(92, 3028)]);
  const expected = '("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92)';
  // RFC 9051 §9: the names are case-insensitive.
  assertEquals(printBody(structure, rev1).toUpperCase(), expected);
});

Deno.test("RFC 9051 §7.5.2: the example of a text and an attached diff", () => {
  const structure = structureOf([
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "Content-Type: text/plain; charset=us-ascii",
    "",
    body(23, 1152),
    "--b",
    "Content-Type: text/plain; charset=us-ascii; name=cc.diff",
    "Content-ID: <960723163407.20117h@cac.washington.edu>",
    "Content-Description: Compiler diff",
    "Content-Transfer-Encoding: base64",
    "",
    body(73, 4554),
    "--b--",
    "",
  ]);
  assertEquals(
    printBody(structure, rev1),
    '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1152 23)' +
      '("text" "plain" ("charset" "us-ascii" "name" "cc.diff") "<960723163407.20117h@cac.washington.edu>" ' +
      '"Compiler diff" "base64" 4554 73) "mixed")',
  );
});

Deno.test("RFC 9051 §7.5.2: extension data, in its order", () => {
  const { structure } = summarize(hardMessage("all fields of a part"));
  const disposition = (name: string) => `("inline" ("filename" ${name} "size" "3"))`;
  const printed = (name: string) =>
    '(("image" "png" ("name" "a b.png") "<1@example.org>" "=?utf-8?q?ein_Bild?=" "base64" 4 ' +
    `"Q2hlY2sgSW50ZWdyaXR5IQ==" ${disposition(name)} NIL NIL) "related" ("boundary" "r" "type" "text/html") NIL ` +
    '("en" "de-CH") "http://example.org/")';
  // What was in RFC 2231's extended form is "filename*"; clients look for "filename".
  assertEquals(printBodyStructure(structure, rev2), printed('"ü.png" "filename*" "ü.png"'));
  // RFC 2231 §6: values are decoded; rev1 has no other way to send this one.
  assertEquals(printBodyStructure(structure, rev1), printed("{6}\r\nü.png"));
  assertEquals(
    printBody(structure, rev1),
    '(("image" "png" ("name" "a b.png") "<1@example.org>" "=?utf-8?q?ein_Bild?=" "base64" 4) "related")',
  );
});

Deno.test("RFC 9051 §7.5.2: continuations in extended form are told as foo*, others as baz", () => {
  const [foo, baz] = ["foo*0*=utf-8''a; foo*1*=%20b", "baz*0=a; baz*1=b"];
  const structure = structureOf([`Content-Type: text/x; ${foo}; ${baz}`, "", ""]);
  const printed = (parameters: string) => `("text" "x" (${parameters}) NIL NIL "7bit" 0 0)`;
  assertEquals(printBody(structure, rev2), printed('"foo" "a b" "foo*" "a b" "baz" "ab"'));
  assertEquals(printBody(structure, rev1), printed('"foo" "a b" "baz" "ab"'));
});

Deno.test("RFC 9051 §7.5.2: without extension data there is NIL for each", () => {
  const structure = structureOf(["", "x", ""]);
  assertEquals(
    printBodyStructure(structure, rev1),
    '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 1 NIL NIL NIL NIL)',
  );
});

Deno.test("RFC 9051 §7.5.2: a message has an envelope, a body, and its lines", () => {
  const structure = structureOf(["Content-Type: message/rfc822", "", "Subject: inner", "", "one", "two", ""]);
  const inner = '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2';
  const envelope = '(NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL)';
  assertEquals(printBody(structure, rev1), `("message" "rfc822" NIL NIL NIL "7bit" 28 ${envelope} ${inner}) 4)`);
  assertEquals(
    printBodyStructure(structure, rev1),
    `("message" "rfc822" NIL NIL NIL "7bit" 28 ${envelope} ${inner} NIL NIL NIL NIL) 4 NIL NIL NIL NIL)`,
  );
});

Deno.test("RFC 9051 §9, media-message: message/global too, which RFC 3501 does not know", () => {
  const { structure } = summarize(hardMessage("message in a message in a message"));
  const global = (mode: typeof rev1) =>
    /"message" "global" NIL NIL NIL "7bit" 22(.*)/.exec(printBody(structure, mode))?.[1];
  const envelope = '(NIL "deep" NIL NIL NIL NIL NIL NIL NIL NIL)';
  assertEquals(global(rev2), ` ${envelope} ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 1) 3) 5)`);
  assertEquals(global(rev1), ") 5)");
  // RFC 6855 changes what may be quoted, and nothing else.
  assertEquals(global({ utf8: true, rev2: false }), ") 5)");
});

Deno.test("RFC 2046 §4.1.2: text/plain is US-ASCII where it does not say so", () => {
  const bodyOf = (type: string) => printBody(structureOf([`Content-Type: ${type}`, "", "x", ""]), rev1);
  assertEquals(
    bodyOf("text/plain; format=flowed"),
    '("text" "plain" ("format" "flowed" "charset" "us-ascii") NIL NIL "7bit" 3 1)',
  );
  assertEquals(bodyOf("text/plain; charset=utf-8"), '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 3 1)');
  assertEquals(bodyOf("text/html"), '("text" "html" NIL NIL NIL "7bit" 3 1)');
});

Deno.test("RFC 2046 §5.2.1: an encoded message is no message", () => {
  assertEquals(
    printBody(summarize(hardMessage("encoded message")).structure, rev1),
    '("application" "octet-stream" NIL NIL NIL "base64" 26)',
  );
});

Deno.test("body structure: what is nested too deeply is opaque", () => {
  const lines = ["Content-Type: multipart/mixed; boundary=b", "", "--b", "", "x", "--b--"];
  assertEquals(
    printBody(structureOf(lines, { depth: 1 }), rev1),
    '("application" "octet-stream" ("boundary" "b") NIL NIL "7bit" 15)',
  );
});

Deno.test("RFC 9051 §7.5.2: other types have no lines, also message/delivery-status", () => {
  assertEquals(
    printBody(structureOf(["Content-Type: message/delivery-status", "", "x", ""]), rev1),
    '("message" "delivery-status" NIL NIL NIL "7bit" 3)',
  );
});

Deno.test("body structure: octets and lines are those of BODY[n], for any message", () => {
  const examples = corpus.map(({ text }): [Uint8Array] => [octets(text)]);
  fc.assert(
    fc.property(brokenMime, (message) => {
      const { structure } = summarize(message);
      for (const mode of [rev1, rev2]) {
        checkBody(readValue(sent(printBody(structure, mode))), structure, message, mode.rev2);
        checkBody(readValue(sent(printBodyStructure(structure, mode))), structure, message, mode.rev2);
      }
    }),
    { numRuns: 300, examples },
  );
});

/** RFC 9051 §9, body: where its values stand. */
function checkBody(value: Value, part: MessagePart, message: Uint8Array, isRev2: boolean): void {
  assert(Array.isArray(value));
  if (part.parts) {
    for (const [index, child] of part.parts.entries()) checkBody(value[index] ?? null, child, message, isRev2);
    assertEquals(value[part.parts.length], part.subtype);
    return;
  }
  const content = message.subarray(part.bodyStart, part.bodyEnd);
  const lines = content.filter((octet) => octet === 10).length;
  assertEquals(value[6], content.length);
  if (part.message && (isRev2 || part.subtype === "rfc822")) {
    assert(Array.isArray(value[7]));
    assertEquals(value[7].length, 10);
    checkBody(value[8] ?? null, part.message.structure, message, isRev2);
    assertEquals(value[9], lines);
  } else if (value[0] === "text") {
    assertEquals(value[7], lines);
  } else {
    assert(value.length === 7 || value[7] === (part.md5 ?? null));
  }
}
