import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { concat } from "../../../core/message/bytes.ts";
import { latin1 } from "../../../core/wire/ascii.ts";
import { encodeBase64Body } from "../../../core/message/base64.ts";
import { Base64Decoder } from "../../../core/message/base64.ts";
import { transformed } from "../../../core/message/transformed_view.ts";
import { octets } from "./corpus.ts";
import { memoryBody } from "../../plugins/protocols/imap/sections/memory_body.ts";

/** Octets that are not all alike, `size` of them. */
function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => 1 + (index * index + (index >> 8)) % 255);
}

const largeContent = pattern(700_000);
const large = octets(encodeBase64Body(largeContent));

Deno.test("decoded parts: a large one is read in pieces and never whole, twice in all", async () => {
  const body = memoryBody(large, 131_072);
  const { octets: view, hasNul } = await transformed(body, () => new Base64Decoder());
  assertEquals([view.size, hasNul], [largeContent.length, false]);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < view.size; at += 100_000) pieces.push(await view.read(at, at + 100_000));
  assert(latin1(concat(pieces)) === latin1(largeContent));
  assertEquals(body.readInAll, 2 * large.length);
});

Deno.test("decoded parts: NUL is found wherever it is", async () => {
  const content = pattern(300_000);
  content[299_999] = 0;
  const body = memoryBody(octets(encodeBase64Body(content)));
  assert((await transformed(body, () => new Base64Decoder())).hasNul);
  assert((await transformed(memoryBody(octets("AA==")), () => new Base64Decoder())).hasNul);
});

Deno.test("decoded parts: any octets in any order are the octets of the content, of small parts and large ones", async () => {
  const small = pattern(5000);
  const views = [
    { content: small, view: (await transformed(memoryBody(octets(encodeBase64Body(small))), newDecoder)).octets },
    { content: largeContent, view: (await transformed(memoryBody(large), newDecoder)).octets },
  ];
  const place = fc.double({ min: 0, max: 1.2, noNaN: true });
  const read = fc.record({ from: place, size: fc.oneof(fc.nat(10), fc.nat(200_000)) });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...views), fc.array(read, { maxLength: 5 }), async ({ content, view }, reads) => {
      for (const { from, size } of reads) {
        const start = Math.floor(from * content.length);
        const piece = await view.read(start, start + size);
        // Compared as text: that is quicker.
        assert(latin1(piece) === latin1(content.subarray(start, start + size)));
        // What was read is the reader's own.
        piece.fill(0);
      }
    }),
    { numRuns: 60 },
  );
});

function newDecoder(): Base64Decoder {
  return new Base64Decoder();
}
