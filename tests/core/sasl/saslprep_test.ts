import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { digestSecret } from "../../../core/sasl/digest_keys.ts";
import { prepareQuery, prepareStored } from "../../../core/sasl/saslprep.ts";
import { deriveScramKeys } from "../../../core/sasl/scram_keys.ts";

Deno.test("saslprep: RFC 4013 §3: the examples", () => {
  assertEquals(
    ["I\u00adX", "user", "USER", "\u00aa", "\u2168", "\u0007", "\u0627\u0031"].map(prepareStored),
    ["IX", "user", "USER", "a", "IX", undefined, undefined],
  );
});

Deno.test("saslprep: RFC 4013 §2.5: what Unicode 3.2 did not assign may be asked for, not kept", () => {
  assertEquals([prepareQuery("a\u0221"), prepareStored("a\u0221")], ["a\u0221", undefined]);
});

Deno.test("scram keys: a password that cannot be prepared has none", async () => {
  assertEquals(await deriveScramKeys("sha256", "\u0007", new Uint8Array(16)), undefined);
});

Deno.test("digest keys: RFC 2831 §2.1.2.1: each part is hashed in ISO 8859-1 where it can be", () => {
  const md5 = (octets: readonly number[]) => new Uint8Array(createHash("md5").update(Uint8Array.from(octets)).digest());
  assertEquals(digestSecret("é", "r", "ü"), md5([0xe9, 0x3a, 0x72, 0x3a, 0xfc]));
  assertEquals(digestSecret("é", "r", "€"), md5([0xe9, 0x3a, 0x72, 0x3a, 0xe2, 0x82, 0xac]));
});
