import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { everywhere, formatNetwork, loopback, networks, parseNetwork } from "../../../core/options/networks.ts";
import { options } from "../../../core/options/options.ts";

const schema = options({ hosts: networks });

/** Whether a list, as the configuration has it, has an address in it. */
function has(list: readonly string[], address: string): boolean {
  const result = schema["~standard"].validate({ hosts: list });
  if (result.issues !== undefined) throw new Error(JSON.stringify(result.issues));
  return result.value.hosts.contains(address);
}

Deno.test("networks: an address is itself, a network is all that begin with its bits", () => {
  assertEquals(has(["192.0.2.1"], "192.0.2.1"), true);
  assertEquals(has(["192.0.2.1"], "192.0.2.2"), false);
  assertEquals(has(["10.1.2.3/8", "192.0.2.0/31"], "10.255.0.1"), true);
  assertEquals(has(["10.1.2.3/8", "192.0.2.0/31"], "192.0.2.2"), false);
  assertEquals(has(["2001:db8::/32"], "2001:db8:ffff::1"), true);
  assertEquals(has(["2001:db8::/32"], "2001:db9::1"), false);
  assertEquals(has(["fe80::/10"], "fe80::1%eth0"), true);
});

Deno.test("networks: RFC 4291 §2.5.5.2: IPv4 that comes as IPv6 is IPv4", () => {
  assertEquals(has(["10.0.0.0/8"], "::ffff:10.9.9.9"), true);
  assertEquals(has(["10.0.0.0/8"], "::ffff:11.9.9.9"), false);
});

Deno.test("networks: nobody is in an empty list, everybody everywhere, and nothing that is no address anywhere", () => {
  for (const address of ["192.0.2.1", "::1", "2001:db8::1", "::ffff:192.0.2.1"]) {
    assertEquals([has([], address), has(everywhere, address)], [false, true]);
  }
  assertEquals([has(everywhere, "localhost"), has(everywhere, "")], [false, false]);
  assertEquals([has(loopback, "127.0.0.53"), has(loopback, "::1"), has(loopback, "192.0.2.1")], [true, true, false]);
});

Deno.test("networks: what is no address or network is refused with an example", () => {
  for (
    const wrong of ["localhost", "10.0.0.0/33", "::/129", "10.0.0", "10.0.0.0/", "10.0.0.0/8/8", "", 5, "fe80::1%eth0"]
  ) {
    const { issues } = schema["~standard"].validate({ hosts: ["10.0.0.1", wrong] });
    assertEquals(issues?.map(({ path }) => path), [["hosts", 1]]);
    assertEquals(issues?.[0]?.message.startsWith("expected an address or a network, such as"), true);
  }
});

Deno.test("networks: what is printed is read again", () => {
  const address = fc.oneof(fc.ipV4().map((text) => [text, 32] as const), fc.ipV6().map((text) => [text, 128] as const));
  fc.assert(
    fc.property(address, fc.nat(128), ([address, most], some) => {
      const network = { address, bits: Math.min(some, most) };
      assertEquals(parseNetwork(formatNetwork(network)), network);
    }),
  );
});
