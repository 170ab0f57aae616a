import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";
import { DotDecoder } from "../../../core/wire/dot_decoder.ts";
import { leadingDots } from "../../../core/wire/dot_stuffing.ts";

interface Decoded {
  readonly content: string;
  readonly rest: string;
  readonly hasEnded: boolean;
  readonly hasBareLineEnd: boolean;
}

/** As a reader gives it: what is not consumed comes again, with what follows it. */
function decode(pieces: readonly string[]): Decoded {
  const decoder = new DotDecoder();
  let content = "", rest = "";
  for (const piece of pieces) {
    rest += piece;
    if (decoder.hasEnded) continue;
    const input = latin1Bytes(rest);
    content += latin1(decoder.decode(input));
    rest = rest.slice(decoder.consumed);
  }
  return { content, rest, hasEnded: decoder.hasEnded, hasBareLineEnd: decoder.hasBareLineEnd };
}

/** RFC 5321 §4.5.2 over the whole text, which must hold the end of the data. */
function model(text: string): Decoded {
  const end = `\r\n${text}`.indexOf("\r\n.\r\n");
  const stuffed = text.slice(0, end);
  return {
    content: `\r\n${stuffed}`.replaceAll("\r\n.", "\r\n").slice(2),
    rest: text.slice(end + 3),
    hasEnded: true,
    hasBareLineEnd: /\r(?!\n)|(?<!\r)\n/.test(stuffed),
  };
}

const content = fc.array(fc.constantFrom("\r\n", "\r\n.", "\r", "\n", ".", "..", "a", "long enough", "\xff\0"), {
  maxLength: 30,
}).map((pieces) => pieces.join(""));
const text = content.map((content) => `${content}\r\n.\r\nNOOP\r\n`);

Deno.test("dot-stuffing: RFC 5321 §4.5.2: however the octets are cut, only CRLF.CRLF ends them, and added dots go", () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(120), { maxLength: 8 }), (text, places) => {
      const cuts = [0, ...places.filter((place) => place < text.length).sort((a, b) => a - b), text.length];
      assertEquals(decode(cuts.slice(1).map((end, index) => text.slice(cuts[index], end))), model(text));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("dot-stuffing: what only looks like the end of the data is content", () => {
  for (const almost of ["\n.\n", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\n\0.\r\n"]) {
    const { content, hasBareLineEnd } = decode([`a${almost}b\r\n.\r\n`]);
    assertEquals([content.endsWith("b\r\n"), hasBareLineEnd], [true, almost !== "\r\n\0.\r\n"]);
  }
});

Deno.test("dot-stuffing: every dot at the start of a line is found, after a bare LF too, and no other", () => {
  fc.assert(fc.property(content, fc.boolean(), (content, isLineStart) => {
    const expected = [...content.matchAll(/(?<=^|\n)\./g)].map(({ index }) => index);
    assertEquals(leadingDots(latin1Bytes(content), isLineStart), expected.filter((at) => at > 0 || isLineStart));
  }));
});
