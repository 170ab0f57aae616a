import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { BrokenFrame, printFrame, readFrames } from "../../../../core/plugins/sandbox/frames.ts";
import { plainCopy } from "../../../../core/plugins/sandbox/plain.ts";

async function* pieces(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield await Promise.resolve(octets.subarray(at, at + size));
}

const leaf = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => Object.is(number, -0) ? 0 : number),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 100 }),
  fc.date({ noInvalidDate: true }),
);
const { message } = fc.letrec((tie) => ({
  message: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(fc.oneof(tie("message"), fc.constant(undefined)), { maxLength: 5 }),
    fc.dictionary(fc.string({ minLength: 1 }).filter((name) => name !== "\0" && name !== "__proto__"), tie("message"), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
}));

Deno.test("sandbox: what is said between processes arrives as it was, however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      async (all, size) => {
        const octets = await new Blob(all.map(printFrame)).bytes();
        // A hole in a list is what undefined is there.
        assertEquals<unknown>((await Array.fromAsync(readFrames(pieces(octets, size)))).map(plainCopy), all);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("sandbox: what is no frame ends the stream", async () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  for (
    const octets of [
      new Uint8Array([255, 255, 255, 255, 0]),
      new Uint8Array([0, 0, 0, 1, 123]),
      new Uint8Array([0, 0, 0, 0]),
      new Uint8Array([0, 0, 0, 2, 255, 255]),
      encode("hello, server"),
      new Uint8Array([0, 0, 0, 27, ...encode('{"\\u0000":"octets","is":"!"}').slice(0, 27)]),
    ]
  ) {
    await assertRejects(() => Array.fromAsync(readFrames(pieces(octets, 3))), BrokenFrame);
  }
});
