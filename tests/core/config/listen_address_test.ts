import { assertEquals } from "@std/assert";
import { collide, formatListenAddress, parseListenAddress } from "../../../core/config/listen_address.ts";

Deno.test("listen: HOST:PORT and what is spoken there, and back", () => {
  for (const text of ["0.0.0.0:25 starttls", "0.0.0.0:465 tls", "localhost:2110", "[::]:993 tls", "[fe80::1]:0"]) {
    const address = parseListenAddress(text);
    assertEquals(address && formatListenAddress(address), text);
  }
  assertEquals(parseListenAddress("  [::1]:995   tls "), { hostname: "::1", port: 995, security: "tls" });
});

Deno.test("listen: anything else is refused", () => {
  for (
    const text of ["", "110", "0.0.0.0", "0.0.0.0:110 TLS", "0.0.0.0:110 tls tls", "0.0.0.0:110tls", "::1:110", "tls"]
  ) {
    assertEquals(parseListenAddress(text), undefined, text);
  }
});

Deno.test("listen: one port cannot be had twice on one host, nor beside a host that stands for all", () => {
  const at = (hostname: string, port = 110) => ({ hostname, port });
  const colliding = [
    ["127.0.0.1", "127.0.0.1"],
    ["0.0.0.0", "127.0.0.1"],
    ["::", "127.0.0.1"],
    ["::", "0.0.0.0"],
    ["::", "::1"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["Mail.example.org", "mail.example.org"],
  ] as const;
  const apart = [["127.0.0.1", "127.0.0.2"], ["0.0.0.0", "::1"], ["127.0.0.1", "::1"]] as const;
  for (const [one, other] of colliding) {
    assertEquals([collide(at(one), at(other)), collide(at(other), at(one))], [true, true], `${one} and ${other}`);
  }
  for (const [one, other] of apart) {
    assertEquals([collide(at(one), at(other)), collide(at(other), at(one))], [false, false], `${one} and ${other}`);
  }
  assertEquals(collide(at("127.0.0.1", 0), at("127.0.0.1", 0)), false);
  assertEquals(collide(at("127.0.0.1", 110), at("127.0.0.1", 111)), false);
});
