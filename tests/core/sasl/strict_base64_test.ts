import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { encodeBase64 } from "../../../core/message/base64.ts";
import { decodeStrictBase64 } from "../../../core/sasl/strict_base64.ts";
import { latin1Bytes } from "../../../core/wire/ascii.ts";

Deno.test("base64: what was encoded is decoded", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
    assertEquals(decodeStrictBase64(latin1Bytes(encodeBase64(octets))), octets);
  }));
});

Deno.test("base64: RFC 4648 §3: what is decoded encodes to just that, and nothing else is decoded", () => {
  const character = fc.constantFrom(..."AQgwz+/=- \r\xff");
  fc.assert(
    fc.property(fc.array(character, { maxLength: 12 }), (characters) => {
      const text = characters.join("");
      const octets = decodeStrictBase64(latin1Bytes(text));
      if (octets !== undefined) assertEquals(encodeBase64(octets), text);
    }),
    { numRuns: 5000 },
  );
  for (const text of ["A", "AA", "AAA", "A===", "=AAA", "AA=A", "AA==AAAA", "AAB=", "AB==", "AAA\n", "-_-_"]) {
    assertEquals(decodeStrictBase64(latin1Bytes(text)), undefined, text);
  }
  assertEquals(decodeStrictBase64(new Uint8Array(0)), new Uint8Array(0));
});
