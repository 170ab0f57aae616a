import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addressSpec } from "../../../../core/message/address_printer.ts";
import { withoutOwnLiteral } from "../../../../plugins/protocols/smtp/address_literal.ts";
import { isMailbox, LONGEST_PATH, readPath } from "../../../../plugins/protocols/smtp/path_parser.ts";
import { processorTime } from "../../../core/message/quickly.ts";

/** The address of a path that is the whole text; undefined when it is refused. */
function addressOf(text: string, special: "null" | "postmaster" = "null"): string | undefined {
  const reading = readPath(text, 0, special);
  return reading.ok && reading.end === text.length ? reading.path.address : undefined;
}

Deno.test("smtp path: RFC 5321 §4.1.2: mailboxes that are allowed", () => {
  const paths: readonly (readonly [given: string, address: string])[] = [
    ["<Smith@bar.com>", "Smith@bar.com"],
    ["<>", ""],
    ["<userc@d.bar.org>", "userc@d.bar.org"],
    ["<a.b.c@x>", "a.b.c@x"],
    ["<!#$%&'*+-/=?^_`{|}~@x.example>", "!#$%&'*+-/=?^_`{|}~@x.example"],
    ["<a@1.2-3.example>", "a@1.2-3.example"],
    ["<a@xn--bcher-kva.example>", "a@xn--bcher-kva.example"],
    ["<a@a--b.example>", "a@a--b.example"],
    ['<"Joe\\,Smith"@x>', '"Joe,Smith"@x'],
    ['<"a b"@x>', '"a b"@x'],
    ['<"a>b@c"@x>', '"a>b@c"@x'],
    ['<"\\"\\\\"@x>', '"\\"\\\\"@x'],
    ['<""@x>', '""@x'],
  ];
  for (const [given, address] of paths) assertEquals(addressOf(given), address, given);
});

Deno.test("smtp path: RFC 5321 §4.1.2: all quoted forms of a local part are one, printed with the least quoting", () => {
  for (const given of ["<joe@x>", '<"joe"@x>', '<"j\\oe"@x>', '<"\\j\\o\\e"@x>']) {
    assertEquals(addressOf(given), "joe@x");
  }
});

Deno.test("smtp path: RFC 5321 §4.1.1.3 and appendix C: a source route is accepted and ignored", () => {
  assertEquals(addressOf("<@hosta.int,@jkl.org:userc@d.bar.org>"), "userc@d.bar.org");
  assertEquals(addressOf("<@relay.example:Jones@XYZ.COM>"), "Jones@XYZ.COM");
  for (const broken of ["<@a@b>", "<@a,b:c@d>", "<@a,:c@d>", "<@:c@d>", "<@a:>", "<@a,@b>"]) {
    assertEquals(addressOf(broken), undefined, broken);
  }
});

Deno.test("smtp path: RFC 5321 §4.1.1.3: <Postmaster> in any case, as a recipient only", () => {
  for (const given of ["<Postmaster>", "<postmaster>", "<POSTMASTER>"]) {
    assertEquals(addressOf(given, "postmaster"), "postmaster");
    assertEquals(addressOf(given, "null"), undefined);
  }
  assertEquals(addressOf("<hostmaster>", "postmaster"), undefined);
  assertEquals(addressOf("<@a.example:postmaster>", "postmaster"), undefined);
  assertEquals(addressOf("<>", "postmaster"), undefined);
});

Deno.test("smtp path: RFC 5321 §4.1.3: address literals", () => {
  const good = [
    "[123.255.37.2]",
    "[IPv6:2001:db8::1]",
    "[ipv6:::]",
    "[IPv6:::1]",
    "[IPv6:1::]",
    "[IPv6:1:2:3:4:5:6:7:8]",
    "[IPv6:1:2:3:4:5:6:1.2.3.4]",
    "[IPv6:::ffff:192.0.2.1]",
    "[x400:c=us]",
  ];
  for (const literal of good) assertEquals(addressOf(`<a@${literal}>`), `a@${literal}`, literal);
  const bad = [
    "[]",
    "[256.1.1.1]",
    "[1.2.3]",
    "[1.2.3.4",
    "[1.2.3.4.5]",
    "[IPv6:]",
    "[IPv6:1:2:3:4:5:6:7]",
    "[IPv6:1:2:3:4:5:6:7:8:9]",
    "[IPv6:1::2::3]",
    "[IPv6:12345::]",
    "[IPv6:1:2:3:4:5:6::8]",
    "[IPv6:1.2.3.4::]",
    "[IPv6:1.2.3.4]",
    "[-:x]",
    "[a\\b]",
  ];
  for (const literal of bad) assertEquals(addressOf(`<a@${literal}>`), undefined, literal);
});

Deno.test("smtp path: RFC 5321 §4.1.2: what is no path", () => {
  const bad = [
    "",
    "a@b",
    "<a@b",
    "<a>",
    "<@b>",
    "<a@>",
    "<a@-b>",
    "<a@b->",
    "<a@b..c>",
    "<a@b.>",
    "<a@.b>",
    "<a@b_c>",
    "<a b@c>",
    "< a@b>",
    "<a@b >",
    "<a@b c>",
    '<"a@b>',
    '<"a"b@c>',
    '<"a\r\nb"@c>',
    "<a@b\n>",
    "<a\0@b>",
    "<a@b,c@d>",
    "<a@@b>",
    "<<a@b>>",
  ];
  for (const text of bad) assertEquals(addressOf(text), undefined, JSON.stringify(text));
});

Deno.test("smtp path: a local part with dots in odd places is read, and printed quoted", () => {
  assertEquals(addressOf("<a..b@docomo.example>"), '"a..b"@docomo.example');
  assertEquals(addressOf("<a.@docomo.example>"), '"a."@docomo.example');
});

Deno.test("smtp path: RFC 6531 §3.3: UTF-8 in local part and domain, and it is told apart", () => {
  const reading = readPath("<джо@пример.example>", 0, "null");
  assert(reading.ok);
  assertEquals(reading.path, { address: "джо@пример.example", isAscii: false });
  const ascii = readPath("<joe@example>", 0, "null");
  assert(ascii.ok && ascii.path.isAscii);
  for (const bad of ["<a\u0085b@c>", "<a@b\u2028c>", "<a@b\u202ec>", '<"\u0080"@c>']) {
    assertEquals(addressOf(bad), undefined);
  }
});

Deno.test("smtp path: RFC 5321 §4.5.3.1: the lengths that must be accepted are, and there is an end", () => {
  const domain = [63, 63, 63, 63].map((size) => "d".repeat(size)).join(".");
  assertEquals(addressOf(`<${"l".repeat(64)}@${domain}>`), `${"l".repeat(64)}@${domain}`);
  assertEquals(addressOf(`<l@${domain}e>`), undefined);
  const longest = LONGEST_PATH - "<@x>".length;
  assert(addressOf(`<${"l".repeat(longest)}@x>`));
  assertEquals(addressOf(`<${"l".repeat(longest + 1)}@x>`), undefined);
});

Deno.test("smtp path: RFC 4954 §5: a mailbox for the AUTH parameter", () => {
  assert(isMailbox("e=mc2@example.com"));
  for (const no of ["", "<a@b>", "a@b>", "a", "a@b> SIZE=1", "@x:a@b\n"]) assertEquals(isMailbox(no), false, no);
});

const localPart = fc.string({ unit: fc.constantFrom(...'ab."\\ <>@,:;()[]é字🙂-_+=/'), minLength: 1, maxLength: 20 });
const domain = fc.array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join("."));

Deno.test("smtp path: what is printed is read back", () => {
  fc.assert(fc.property(localPart, domain, (mailbox, host) => {
    const address = addressSpec({ mailbox, host });
    assertEquals(addressOf(`<${address}>`), address);
  }));
});

Deno.test("smtp path: any text is read or refused, never more than the text, and what is read is stable", () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'<>@,:."\\[]ab1- \r\n\0é', "IPv6:"), maxLength: 60 });
  fc.assert(
    fc.property(hostile, fc.constantFrom("null", "postmaster"), (text, special) => {
      const reading = readPath(text, 0, special);
      if (!reading.ok) return;
      assert(reading.end <= text.length);
      const { address } = reading.path;
      assert(!/[\r\n\0]/.test(address));
      if (address !== "") assertEquals(addressOf(`<${address}>`, special), address);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("smtp path: reading is linear in the length", () => {
  const long = 200_000;
  const hostile = [
    "<",
    "<@a,".repeat(long / 4),
    `<a@${"-".repeat(long)}`,
    `<a@${"a-".repeat(long / 2)}`,
    `<"${"\\".repeat(long)}`,
  ];
  const spent = processorTime();
  for (const text of hostile) readPath(text, 0, "null");
  assert(spent() < 1);
});

Deno.test("smtp path: RFC 1123 §5.2.17: a literal is the server's own in every spelling, and no other is", () => {
  const own = (address: string, host: string) => withoutOwnLiteral(address, host, "x.example");
  for (const literal of ["[IPv6:2001:db8::1]", "[ipv6:2001:DB8:0:0::1]", "[IPv6:2001:db8:0:0:0:0:0:1]"]) {
    assertEquals(own(`a@${literal}`, "2001:db8::1"), "a@x.example", literal);
    assertEquals(own(`a@${literal}`, "2001:db8::2"), `a@${literal}`);
  }
  assertEquals(own("a@[192.0.2.1]", "::ffff:192.0.2.1"), "a@x.example");
  for (
    const address of ["a@192.0.2.1", "a@[tag:192.0.2.1]", "postmaster", "a@[192.0.2.10]", '"a@[192.0.2.1]"@y.example']
  ) {
    assertEquals(own(address, "192.0.2.1"), address);
  }
});
