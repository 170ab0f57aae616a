import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { hasNul } from "../../../core/wire/ascii.ts";

Deno.test("wire: a NUL is found wherever it stands, and nothing else is taken for one", () => {
  const place = fc.oneof(
    fc.nat(10),
    fc.integer({ min: 65_530, max: 65_545 }),
    fc.integer({ min: 131_060, max: 131_080 }),
  );
  fc.assert(fc.property(fc.nat(150_000), place, fc.integer({ min: 1, max: 255 }), (length, at, octet) => {
    const bytes = new Uint8Array(length).fill(octet);
    assertEquals(hasNul(bytes), false);
    if (at < length) bytes[at] = 0;
    assertEquals(hasNul(bytes), at < length);
  }));
});
