import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatHostPort, parseHostPort } from "../../../core/options/host_port.ts";
import { parseByteSize, parseDuration, printByteSize } from "../../../core/options/units.ts";

Deno.test("durations: a number and a unit, or a row of them", () => {
  const read = ["0s", "30s", "10m", "2h", "1d", "1w", "250ms", "1h30m", "1h 30m", "5 s"].map(parseDuration);
  assertEquals(read, [0, 30_000, 600_000, 7_200_000, 86_400_000, 604_800_000, 250, 5_400_000, 5_400_000, 5000]);
});

Deno.test("durations: anything else is refused", () => {
  for (
    const text of [
      "",
      "0",
      "30",
      "s",
      "-1s",
      "1.5h",
      "10 minutes",
      "1y",
      "1M",
      "1h-",
      "9".repeat(15) + "w",
      "1s".repeat(999),
    ]
  ) {
    assertEquals(parseDuration(text), undefined, text);
  }
});

Deno.test("sizes: decimal and binary prefixes each mean what they say", () => {
  const read = ["0B", "512b", "64KiB", "50MB", "50 MB", "1.5GB", "1GiB", "2TB", "1kB"].map(parseByteSize);
  assertEquals(read, [0, 512, 65_536, 50_000_000, 50_000_000, 1_500_000_000, 1_073_741_824, 2_000_000_000_000, 1000]);
});

Deno.test("sizes: anything else is refused", () => {
  for (const text of ["", "MB", "-5MB", "5", "5 megabytes", "5M", "1e9B", "9".repeat(15) + "TB", "5MBB"]) {
    assertEquals(parseByteSize(text), undefined, text);
  }
});

Deno.test("sizes: printed in the largest unit of which they are a whole number, and read back", () => {
  const printed = [0, 1, 1000, 1024, 1536, 50_000_000, 1_500_000_000, 2 ** 30, 3 * 10 ** 12].map(printByteSize);
  assertEquals(printed, ["0B", "1B", "1kB", "1KiB", "1536B", "50MB", "1500MB", "1GiB", "3TB"]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 15 - 1 }), (octets) => parseByteSize(printByteSize(octets)) === octets),
  );
});

Deno.test("HOST:PORT: names, IPv4, and IPv6 in brackets", () => {
  assertEquals(["0.0.0.0:25", "localhost:0", "[::1]:993", "[::]:65535", "mail.example.org:25"].map(parseHostPort), [
    { hostname: "0.0.0.0", port: 25 },
    { hostname: "localhost", port: 0 },
    { hostname: "::1", port: 993 },
    { hostname: "::", port: 65535 },
    { hostname: "mail.example.org", port: 25 },
  ]);
});

Deno.test("HOST:PORT: anything else is refused", () => {
  for (
    const text of [
      "25",
      ":25",
      "::1:25",
      "[1]:25",
      "[::1]",
      "host:65536",
      "host:",
      "a b:1",
      "10.0.0.256:1",
      "1.2.3:4",
      "-a:1",
      "[:::]:1",
    ]
  ) {
    assertEquals(parseHostPort(text), undefined, text);
  }
});

Deno.test("HOST:PORT: what is printed is read back", () => {
  const hosts = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6().filter((ip) => URL.canParse(`http://[${ip}]/`)));
  fc.assert(fc.property(hosts, fc.nat(65535), (hostname, port) => {
    assertEquals(parseHostPort(formatHostPort({ hostname, port })), { hostname, port });
  }));
});

Deno.test("units: no text makes the readers throw or give a number that is not one", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    for (const read of [parseDuration(text), parseByteSize(text), parseHostPort(text)?.port]) {
      assertEquals(read === undefined || (Number.isSafeInteger(read) && read >= 0), true);
    }
  }));
});
