/** The octets that a text is sent as. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BufferPool } from "../../../core/wire/buffer_pool.ts";
import { OutputBuffer } from "../../../core/wire/output_buffer.ts";

/** Of all lengths that are written differently, ASCII to begin with. */
const texts = fc.tuple(
  fc.oneof(fc.nat(200), fc.nat(20_000)).map((count) => "a".repeat(count)),
  fc.string({ unit: fc.constantFrom("b", "é", "€", "😀", "\ud800"), maxLength: 300 }),
).map((parts) => parts.join(""));

Deno.test("wire: texts are sent in UTF-8, whatever their lengths and wherever ASCII ends in them", () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 8 }), (all) => {
      const output = new OutputBuffer(new BufferPool());
      for (const text of all) output.addText(text);
      const expected = new TextEncoder().encode(all.map((text) => text.toWellFormed()).join(""));
      assertEquals(output.length, expected.length);
      assertEquals(octetsOf(output), expected);
    }),
  );
});

function octetsOf(output: OutputBuffer): Uint8Array {
  return new Uint8Array(output.take().flatMap((piece) => [...piece]));
}
