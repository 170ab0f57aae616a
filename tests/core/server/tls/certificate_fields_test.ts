import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { mailAddressesOf, signatureHash } from "../../../../core/server/tls/certificate_fields.ts";
import { mailName, makeAuthority } from "../../../support/authority.ts";

/** The tag of a name that is an address (RFC 5280 §4.2.1.6). */
const RFC822_NAME = 0x81;

async function certificateFor(...names: Parameters<typeof mailName>[0][]): Promise<Uint8Array> {
  const { certificate } = await (await makeAuthority("Test")).issue({
    names: [{ type: "dns", value: "a.example" }, ...names.map(mailName), { type: "url", value: "mailto:x@y.example" }],
  });
  return Uint8Array.fromBase64(certificate.replace(/-----[A-Z ]+-----/g, ""));
}

Deno.test("certificate fields: RFC 5280 §4.2.1.6: mail addresses, and no other names", async () => {
  assertEquals(mailAddressesOf(await certificateFor()), []);
  const certificate = await certificateFor("a@example.org", "b.c+d@sub.example.org");
  assertEquals(mailAddressesOf(certificate), ["a@example.org", "b.c+d@sub.example.org"]);
  assertEquals(signatureHash(certificate), "sha256");
});

Deno.test("certificate fields: a name that is no mailbox is none, and never two", async () => {
  const names = [
    "a, email:b@example.org",
    "a@x.example, email:b@example.org",
    "a@b@c",
    "@example.org",
    "a@",
    "a b@c",
    "a\0@b",
  ];
  assertEquals(mailAddressesOf(await certificateFor(...names)), []);
});

Deno.test("certificate fields: what is no certificate has none, however it is broken", async () => {
  const certificate = await certificateFor("a@example.org");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
    assertEquals(mailAddressesOf(octets), []);
    signatureHash(octets);
  }));
  fc.assert(fc.property(
    fc.nat(certificate.length - 1),
    fc.integer({ min: 0, max: 255 }),
    (at, octet) => {
      const changed = certificate.slice();
      changed[at] = octet;
      signatureHash(changed);
      // A changed letter makes another address, never more of them; but a changed tag makes one of the URL.
      assertEquals(mailAddressesOf(changed).length <= (octet === RFC822_NAME ? 2 : 1), true);
      assertEquals(mailAddressesOf(certificate.subarray(0, at)), []);
    },
  ));
});
