/** Random MIME messages for property tests: well-formed trees, and such trees with lines lost, doubled or strange. */
import fc from "fast-check";
import { octets } from "../core/message/corpus.ts";

/** A tree to print: a leaf with its text, a multipart with its parts, or a message with what it holds. */
export type MimeNode =
  | { readonly kind: "leaf"; readonly text: string }
  | { readonly kind: "multipart"; readonly parts: readonly MimeNode[] }
  | { readonly kind: "message"; readonly inside: MimeNode };

/** Text of a leaf: any lines, but none that could be a boundary. */
const leafText = fc.array(fc.constantFrom("text", "", "-", "- -", "\xff\0", "Content-Type: no"), { maxLength: 5 })
  .map((lines) => lines.join("\r\n"));

/** Well-formed trees. */
export const mimeNode: fc.Arbitrary<MimeNode> = fc.letrec<{ node: MimeNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.record({ kind: fc.constant("leaf" as const), text: leafText }),
    fc.record({
      kind: fc.constant("multipart" as const),
      parts: fc.array(tie("node"), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant("message" as const), inside: tie("node") }),
  ),
})).node;

/** The octets of a tree, one character each. Boundaries begin alike on purpose: each is a prefix of those inside it. */
export function printMime(node: MimeNode, boundary = "b"): string {
  switch (node.kind) {
    case "leaf":
      return `Content-Type: text/plain\r\n\r\n${node.text}`;
    case "message":
      return `Content-Type: message/rfc822\r\n\r\n${printMime(node.inside, `${boundary}m`)}`;
    case "multipart": {
      const parts = node.parts.map((part, index) => `\r\n--${boundary}\r\n${printMime(part, `${boundary}${index}`)}`);
      return `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\npreamble${parts.join("")}\r\n--${boundary}--`;
    }
  }
}

/** Lines that break a tree where they are put. */
const strangeLine = fc.constantFrom(
  "",
  "--b",
  "--b--",
  "--b0",
  "--b0--",
  "--b \t",
  "--",
  "-",
  " folded",
  "Content-Type: multipart/digest; boundary=b",
  "Content-Type: message/rfc822",
  "Content-Transfer-Encoding: base64",
  "Subject: =?utf-8?q?x?=",
  "From: g: a@b.test;",
  "\xff\0\r\r",
);

/** Trees with lines lost, doubled, strange, and with any line ends. */
export const brokenMime: fc.Arbitrary<Uint8Array> = fc.tuple(
  mimeNode,
  fc.array(fc.record({ at: fc.nat(100), lost: fc.nat(2), put: fc.array(strangeLine, { maxLength: 3 }) }), {
    maxLength: 6,
  }),
  fc.array(fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r"), { minLength: 1, maxLength: 7 }),
).map(([node, changes, lineEnds]) => {
  const lines = printMime(node).split("\r\n");
  for (const { at, lost, put } of changes) lines.splice(at % (lines.length + 1), lost, ...put);
  return octets(lines.map((line, index) => line + (lineEnds[index % lineEnds.length] ?? "")).join(""));
});
