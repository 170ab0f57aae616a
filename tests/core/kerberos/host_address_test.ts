import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { hostAddress } from "../../../core/kerberos/host_address.ts";
import { encodeHex } from "../../support/hex.ts";

Deno.test("kerberos: RFC 4120 §7.5.3: addresses as the system writes them have a type and octets", () => {
  const known: Readonly<Record<string, readonly [type: number, octets: string]>> = {
    "192.0.2.1": [2, "c0000201"],
    "::ffff:192.0.2.1": [2, "c0000201"],
    "2001:db8::1": [24, "20010db8000000000000000000000001"],
    "::1": [24, "00000000000000000000000000000001"],
    "::": [24, "00000000000000000000000000000000"],
    "fe80::": [24, "fe800000000000000000000000000000"],
    "fe80::1:2%eth0": [24, "fe800000000000000000000000010002"],
    "1:2:3:4:5:6:7:8": [24, "00010002000300040005000600070008"],
  };
  for (const [text, expected] of Object.entries(known)) {
    const { type, octets } = hostAddress(text);
    assertEquals([type, encodeHex(octets)], expected, text);
  }
});

Deno.test("kerberos: an address of IPv6 means the same however it is abbreviated", () => {
  fc.assert(fc.property(fc.ipV6().filter((text) => !text.includes(".")), (text) => {
    const short = new URL(`http://[${text}]/`).hostname.slice(1, -1);
    assertEquals(hostAddress(short), hostAddress(text));
  }));
});
