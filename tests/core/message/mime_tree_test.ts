import { assert, assertEquals } from "@std/assert";
import type { MessagePart } from "../../../core/contract/message.ts";
import { type MimeLimits, MimeParser } from "../../../core/message/mime_tree.ts";
import { hardMessage, octets } from "./corpus.ts";
import { quickly } from "./quickly.ts";
import { parseMime } from "./parse_mime.ts";

/** The tree in words: `type/subtype "body"`, children indented; offsets are checked by cutting the bodies out. */
function sketch(message: Uint8Array, part: MessagePart, indent = ""): string {
  const cut = (start: number, end: number) => String.fromCharCode(...message.subarray(start, end));
  const inside = [...(part.parts ?? []), ...(part.message ? [part.message.structure] : [])];
  const body = inside.length > 0 ? "" : ` ${JSON.stringify(cut(part.bodyStart, part.bodyEnd))}`;
  return [
    `${indent}${part.type}/${part.subtype}${body}`,
    ...inside.map((child) => sketch(message, child, `${indent}  `)),
  ]
    .join("\n");
}

function sketchOf(name: string): string {
  const message = hardMessage(name);
  return sketch(message, parseMime(message));
}

function treeOf(text: string, limits: Partial<MimeLimits> = {}): { tree: MessagePart; truncated: boolean } {
  const parser = new MimeParser(limits);
  parser.push(octets(text));
  return { tree: parser.finish(), truncated: parser.truncated };
}

Deno.test("RFC 2046 §5.1: parts, preamble, epilogue, and a message within", () => {
  assertEquals(
    sketchOf("nested forward"),
    [
      "multipart/mixed",
      "  message/rfc822",
      "    multipart/alternative",
      '      text/plain "plain"',
      '      text/html "<p>html"',
      '  text/plain "last"',
    ].join("\n"),
  );
});

Deno.test("RFC 2046 §5.1.1: the line end before a boundary is the boundary's, be it CRLF or LF", () => {
  assertEquals(sketchOf("nested forward, bare LF"), sketchOf("nested forward"));
});

Deno.test("offsets: header, body and lines of each part", () => {
  const { tree } = treeOf(
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-ID: <x>\r\n\r\none\r\ntwo\r\n\r\n--b--\r\nend\r\n",
  );
  const { parts, ...root } = tree;
  assertEquals(
    { headerStart: root.headerStart, bodyStart: root.bodyStart, bodyEnd: root.bodyEnd, lines: root.lines },
    { headerStart: 0, bodyStart: 45, bodyEnd: 93, lines: 8 },
  );
  assertEquals(parts, [{
    headerStart: 50,
    bodyStart: 69,
    bodyEnd: 79,
    lines: 2,
    type: "text",
    subtype: "plain",
    parameters: [["charset", "us-ascii"]],
    id: "<x>",
  }]);
});

Deno.test("a message inside a part has its envelope, and its header begins where the part's body does", () => {
  const [first] = parseMime(hardMessage("nested forward")).parts ?? [];
  assert(first?.message);
  assertEquals(first.message.envelope, {
    from: [{ mailbox: "inner", host: "example.org" }],
    subject: "inner",
  });
  assertEquals(first.message.structure.headerStart, first.bodyStart);
  assertEquals(first.message.structure.bodyEnd, first.bodyEnd);
});

Deno.test("a multipart in which no part is found has one text part: its whole body", () => {
  assertEquals(
    sketchOf("boundary never comes"),
    'multipart/mixed\n  text/plain "text that\\r\\nhas no boundary\\r\\n"',
  );
  assertEquals(
    sketchOf("multipart without boundary"),
    'multipart/mixed\n  text/plain "--x\\r\\n\\r\\ntext\\r\\n--x--\\r\\n"',
  );
  assertEquals(sketchOf("empty boundary"), 'multipart/mixed\n  text/plain "--\\r\\n\\r\\ntext\\r\\n----\\r\\n"');
});

Deno.test("a part without closing boundary ends with the message", () => {
  assertEquals(sketchOf("no closing boundary"), 'multipart/mixed\n  text/plain "one"\n  text/plain "two\\r\\n"');
});

Deno.test("a closing boundary needs no line end", () => {
  assertEquals(sketchOf("closing boundary without line end"), 'multipart/mixed\n  text/plain "one"');
});

Deno.test("a boundary ends a header that has no empty line", () => {
  assertEquals(sketchOf("boundary inside a part's header"), 'multipart/mixed\n  text/html ""\n  text/plain "two"');
  assertEquals(
    sketchOf("boundaries one after another"),
    'multipart/mixed\n  text/plain ""\n  text/plain ""\n  text/plain ""',
  );
});

Deno.test("RFC 2046 §5.1.1: white space after a boundary is padding; anything may follow the innermost one", () => {
  assertEquals(sketchOf("white space after boundaries"), 'multipart/mixed\n  text/plain "one"');
  assertEquals(sketchOf("junk after a boundary"), 'multipart/mixed\n  text/plain "one"');
});

Deno.test("nested boundaries that begin alike, or are the same, are told apart", () => {
  const nested = 'multipart/mixed\n  multipart/alternative\n    text/plain "one"\n  text/plain "two"';
  assertEquals(sketchOf("boundaries that begin alike"), nested);
  assertEquals(sketchOf("one boundary on two levels"), nested.replace("one", "inner").replace("two", "outer"));
});

Deno.test("boundaries are octets, whatever their charset", () => {
  assertEquals(sketchOf("8-bit boundary"), 'multipart/mixed\n  text/plain "one"');
});

Deno.test("RFC 2046 §5.1.5: in a digest, a part without type is a message", () => {
  assertEquals(
    sketchOf("digest"),
    'multipart/digest\n  message/rfc822\n    text/plain "x"\n  message/rfc822\n    text/plain ""',
  );
});

Deno.test("a message part may hold nothing, or only a header", () => {
  for (const name of ["message with nothing in it", "message whose header is cut by a boundary"]) {
    assertEquals(sketchOf(name), 'multipart/mixed\n  message/rfc822\n    text/plain ""');
  }
  const [part] = parseMime(hardMessage("message whose header is cut by a boundary")).parts ?? [];
  assertEquals(part?.message?.envelope.subject, "cut");
});

Deno.test("RFC 2046 §5.2.1: an encoded message is opaque", () => {
  const tree = parseMime(hardMessage("encoded message"));
  assertEquals([tree.type, tree.subtype, tree.encoding, tree.message], ["message", "rfc822", "base64", undefined]);
});

Deno.test("RFC 6532 §3.7: message/global holds a message too", () => {
  assertEquals(
    sketchOf("message in a message in a message"),
    'message/rfc822\n  message/global\n    text/plain "end\\r\\n"',
  );
});

Deno.test("RFC 9051 §7.5.2: every field that BODYSTRUCTURE shows", () => {
  const { parts, headerStart: _h, bodyStart: _s, bodyEnd: _e, lines: _l, ...root } = parseMime(
    hardMessage("all fields of a part"),
  );
  assertEquals(root, {
    type: "multipart",
    subtype: "related",
    parameters: [["boundary", "r"], ["type", "text/html"]],
    language: ["en", "de-CH"],
    location: "http://example.org/",
  });
  const [{ headerStart: _1, bodyStart: _2, bodyEnd: _3, lines, ...part }] = parts as [MessagePart];
  assertEquals(lines, 0);
  assertEquals(part, {
    type: "image",
    subtype: "png",
    parameters: [["name", "a b.png"]],
    id: "<1@example.org>",
    description: "=?utf-8?q?ein_Bild?=",
    encoding: "base64",
    md5: "Q2hlY2sgSW50ZWdyaXR5IQ==",
    disposition: { type: "inline", parameters: [["filename", "ü.png", true], ["size", "3"]] },
  });
});

Deno.test("RFC 2045 §5.2: a type that cannot be read is text/plain", () => {
  const tree = parseMime(hardMessage("broken content types"));
  assertEquals(tree.subtype, "mixed");
  assertEquals(tree.parts?.map(({ type, subtype, parameters }) => [`${type}/${subtype}`, ...parameters.flat()]), [
    ["text/plain"],
    ["text/plain"],
    ["text/plain", "charset", "utf-8"],
    ["application/pdf", "name", "my file.pdf"],
    ["text/plain"],
  ]);
});

Deno.test("limit of parts: what comes after belongs to the last one", () => {
  const { tree, truncated } = treeOf(`Content-Type: multipart/mixed; boundary=b\n\n${"--b\n\nx\n".repeat(10)}`, {
    parts: 4,
  });
  assertEquals(tree.parts?.map((part) => part.bodyEnd - part.bodyStart), [
    1,
    1,
    tree.bodyEnd - (tree.parts?.[2]?.bodyStart ?? 0),
  ]);
  assert(truncated);
});

Deno.test("limit of depth: parts below are opaque", () => {
  const { tree, truncated } = treeOf("Content-Type: message/rfc822\n\n".repeat(10), { depth: 3 });
  assertEquals(tree.message?.structure.message?.structure.message, undefined);
  assertEquals(tree.message?.structure.message?.structure.subtype, "rfc822");
  assert(truncated);
});

Deno.test("limit of header octets: the rest is skipped, offsets stay exact", () => {
  const { tree, truncated } = treeOf(`Subject: x\n${"X-Filler: y\n".repeat(100)}Content-Type: text/html\n\nbody`, {
    headerBytes: 64,
  });
  assertEquals([tree.bodyStart, tree.bodyEnd, tree.type + tree.subtype], [1236, 1240, "textplain"]);
  assert(truncated);
});

Deno.test("limit of text: parts keep their place and type", () => {
  const part = `--b\nContent-Type: image/png; name=${"n".repeat(50)}\n\nx\n`;
  const { tree, truncated } = treeOf(`Content-Type: multipart/mixed; boundary=b\n\n${part.repeat(4)}`, { text: 150 });
  assertEquals(tree.parts?.map(({ subtype, parameters }) => [subtype, parameters.length]), [
    ["png", 1],
    ["png", 1],
    ["png", 0],
    ["png", 0],
  ]);
  assert(truncated);
});

Deno.test("a clean message is not marked as truncated", () => {
  assertEquals(treeOf("Subject: x\r\n\r\nbody\r\n").truncated, false);
});

Deno.test("10,000 parts, one after another", () => {
  const { tree, truncated } = treeOf(
    `Content-Type: multipart/mixed; boundary=b\n\n${"--b\n\nx\n".repeat(20_000)}--b--\n`,
  );
  // The root is a part too.
  assertEquals([tree.parts?.length, truncated], [9_999, true]);
});

Deno.test("10,000 multiparts within one another", () => {
  let text = "";
  for (let level = 0; level < 10_000; level++) {
    text += `Content-Type: multipart/mixed; boundary=b${level}\n\n--b${level}\n`;
  }
  const { tree, truncated } = treeOf(text);
  let depth = 1;
  for (let part = tree.parts?.[0]; part; part = part.parts?.[0]) depth++;
  assertEquals([depth, truncated], [100, true]);
});

Deno.test("lines that all look like boundaries cost no more than their length", () => {
  // One hundred open boundaries of 240 characters that differ only at their end: a comparison with each would show.
  const boundary = (level: number) => "-".repeat(235) + String(level).padStart(5, "0");
  let text = "";
  for (let level = 0; level < 99; level++) {
    text += `Content-Type: multipart/mixed; boundary="${boundary(level)}"\n\n--${boundary(level)}\n`;
  }
  const message = `${text}\n${`--${boundary(99_999)}\n`.repeat(20_000)}`;
  quickly("boundaries", () => treeOf(message));
});

Deno.test("a boundary is gone when its multipart has ended, with or without its closing line", () => {
  assertEquals(
    sketchOf("inner boundary after its end"),
    'multipart/mixed\n  multipart/mixed\n    text/plain "one"\n  multipart/mixed\n    text/plain "two\\r\\n--inner\\r\\n\\r\\nthree"',
  );
});
