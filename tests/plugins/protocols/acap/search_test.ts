/** SEARCH (RFC 2244 §3.4, §6.4.1): comparators, criteria, and what is told. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { Malformed } from "../../../../core/wire/malformed.ts";
import { comparatorOf, keyOf } from "../../../../plugins/protocols/acap/comparators.ts";
import { printTime, timeOf } from "../../../../plugins/protocols/acap/grammar/time.ts";
import { expectSearchArguments } from "../../../../plugins/protocols/acap/grammar/search_arguments.ts";
import { Scanner } from "../../../../plugins/protocols/acap/grammar/scanner.ts";
import { type AcapClient, logIn, testService, timeless } from "./talk.ts";

/** Values by entry; undefined is none. */
const values = { a: '"10"', b: '"9"', c: '"x1"', d: '("value" ("10" "B"))', e: "NIL", f: '"b"', g: '"010"' };

async function filled(): Promise<AcapClient> {
  const client = await logIn(await testService());
  const stores = Object.entries(values).map(([name, value]) => `("/c/~/${name}" "c.y" "y" "c.x" ${value})`);
  await client.done(`STORE ${stores.join(" ")}`);
  return client;
}

async function names(client: AcapClient, what: string): Promise<string> {
  const lines = await client.done(`SEARCH "/c/~/" RETURN ("entry") ${what}`);
  return lines.flatMap((line) => /^ENTRY "([^"]*)"/.exec(line)?.[1] ?? []).join("");
}

Deno.test("acap: RFC 2244 §3.4: order, with NIL and multi-values last in either direction, in the order they had", async () => {
  await using client = await filled();
  const sorted = (comparator: string) => names(client, `SORT ("c.x" "${comparator}") ALL`);
  assertEquals(await sorted("i;octet"), "gabfcde");
  assertEquals(await sorted("-i;octet"), "cfbagde");
  assertEquals(await sorted("+i;ascii-casemap"), "gabfcde");
  // What does not begin with a digit is equal, and after all numbers.
  assertEquals(await sorted("i;ascii-numeric"), "bagcfde");
  assertEquals(
    await names(client, 'SORT ("c.y" "i;octet" "c.x" "-i;ascii-numeric" "entry" "-i;octet") ALL'),
    "fcgabed",
  );
});

Deno.test("acap: RFC 2244 §6.4.1: search keys", async () => {
  await using client = await filled();
  const found = async (criteria: string, expected: string) =>
    assertEquals(await names(client, criteria), expected, criteria);
  await found('EQUAL "c.x" "i;octet" "10"', "ad");
  await found('EQUAL "c.x" "i;ascii-numeric" "10"', "adg");
  await found('EQUAL "c.x" "i;ascii-casemap" "b"', "df");
  await found('EQUAL "c.x" "i;octet" NIL', "e");
  await found('EQUAL "c.x" NIL', "e");
  await found('EQUAL "c.z" "i;ascii-numeric" NIL', "abcdefg");
  await found('PREFIX "c.x" "i;octet" "1"', "ad");
  await found('SUBSTRING "c.x" "i;ascii-casemap" "0"', "adg");
  await found('SUBSTRING "c.x" "i;unicode-casemap" "X"', "c");
  // NIL and multi-values collate after all others.
  await found('COMPARE "c.x" "i;octet" "9"', "bcdef");
  await found('COMPARESTRICT "c.x" "i;octet" "9"', "cdef");
  await found('COMPARE "c.x" "-i;octet" "9"', "abdeg");
  await found('COMPARESTRICT "c.x" "i;ascii-numeric" "9"', "acdefg");
  await found('NOT EQUAL "c.x" "i;octet" "10"', "bcefg");
  await found('AND NOT EQUAL "c.x" NIL OR PREFIX "entry" "i;octet" "d" PREFIX "entry" "i;octet" "E"', "d");
  await found('AND COMPARE "entry" "i;octet" "b" COMPARE "entry" "-i;octet" "c"', "bc");
});

Deno.test("acap: RFC 2244 §6.4.1: RETURN, LIMIT and HARDLIMIT", async () => {
  await using client = await filled();
  const run = async (what: string) => timeless(await client.run(`SEARCH "/c/~/" ${what}`));
  const end = ['MODTIME "TIME"', 'OK "That was all"'];
  assertEquals(await run("ALL"), end);
  assertEquals(await run('RETURN () EQUAL "entry" "i;octet" "a"'), ['ENTRY "a"', ...end]);
  assertEquals(await run('RETURN ("c.x" ("size") "c.x" ("count" "acl" "attribute")) EQUAL "entry" "i;octet" "d"'), [
    'ENTRY "d" (2 1) (2 NIL "c.x")',
    ...end,
  ]);
  assertEquals(await run('RETURN ("c.*" "e*"("value") "z*") EQUAL "entry" "i;octet" "a"'), [
    'ENTRY "a" (("c.y" "y") ("c.x" "10")) (("a")) ()',
    ...end,
  ]);
  assertEquals(await run("HARDLIMIT 7 ALL"), end);
  assertEquals(await run("HARDLIMIT 6 ALL"), ['NO (WAYTOOMANY) "7 entries are too many"']);
  assertEquals(await run('LIMIT 7 1 RETURN ("c.y") ALL').then(({ length }) => length), 9);
  assertEquals(await run('LIMIT 6 1 RETURN ("c.x") ALL'), [
    'ENTRY "a" "10"',
    'MODTIME "TIME"',
    'OK (TOOMANY 7) "That was all"',
  ]);
});

Deno.test("acap: RFC 2244: what is no SEARCH is BAD", () => {
  const bad = [
    ' "/c/~/"',
    ' "/c/~/" DEPTH 1 DEPTH 1 ALL',
    ' "/c/~/" HARDLIMIT 0 ALL',
    ' "/c/~/" DEPTH 4294967296 ALL',
    ' "/c//x/" ALL',
    ' "/c/.x/" ALL',
    ' "/c/~/" RETURN ("a*b") ALL',
    ' "/c/~/" RETURN ("a" ("b")) ALL',
    ' "/c/~/" SORT () ALL',
    ' "/c/~/" SORT ("a" "i;none") ALL',
    ' "/c/~/" EQUAL "a%" "i;octet" "b"',
    ' "/c/~/" PREFIX "a" "i;ascii-numeric" "1"',
    ' "/c/~/" SUBSTRING "a" "i;ascii-numeric" "1"',
    ' "/c/~/" COMPARE "a" "i;octet" NIL',
    ' "/c/~/" MAKECONTEXT "/x" ALL',
    ' "/c/~/" RANGE 0 1 "19970728105252"',
    ' "/c/~/" RANGE 1 1 "1997"',
    ' "/c/~/" AND ALL',
    ' "/c/~/" ALL ALL',
    ' "/c/\xff/" ALL',
    ` "/c/~/" ${"NOT ".repeat(60)}ALL`,
    ` "/c/~/" EQUAL "a" "i;octet" "${"x".repeat(1025)}"`,
  ];
  for (const text of bad) {
    assertThrows(
      () => expectSearchArguments(new Scanner(latin1Bytes(text)), { knowsEudora: false }),
      Malformed,
      undefined,
      text,
    );
  }
});

Deno.test("acap: what every entry is held against is bounded: search keys, sort keys, what is returned", async () => {
  await using client = await filled();
  const either = (depth: number): string => depth === 0 ? "ALL" : `OR ${either(depth - 1)} ${either(depth - 1)}`;
  // With 2^n leaves there are 2^n - 1 keys above.
  for (
    const [least, most] of [
      [`NOT ${either(7)}`, either(8)],
      [
        `SORT (${Array(16).fill('"c.x" "i;octet"').join(" ")}) ALL`,
        `SORT (${Array(17).fill('"c.x" "i;octet"').join(" ")}) ALL`,
      ],
      [`RETURN (${Array(64).fill('"*"').join(" ")}) ALL`, `RETURN (${Array(65).fill('"*"').join(" ")}) ALL`],
    ]
  ) {
    await client.done(`SEARCH "/c/~/" ${least}`);
    assertEquals((await client.run(`SEARCH "/c/~/" ${most}`))[0]?.slice(0, 3), "BAD", most);
  }
  // So is what contexts of contexts come to.
  await client.done(`SEARCH "/c/~/" MAKECONTEXT "x" ${either(7)}`);
  assertEquals(await client.run(`SEARCH "x" MAKECONTEXT "x" ${either(7)}`), [
    'NO "That is within too many contexts"',
  ]);
});

Deno.test("acap: comparators: an order is total, and equal is what has one key", () => {
  const value = fc.oneof(fc.stringMatching(/^[0-9aZz\xe9 ]{0,4}$/), fc.constant(undefined));
  for (const name of ["i;octet", "i;ascii-casemap", "i;ascii-numeric", "i;unicode-casemap", "-i;ascii-numeric"]) {
    const comparator = comparatorOf(name);
    assert(comparator);
    const compare = (left: string | undefined, right: string | undefined) =>
      comparator.order(keyOf(comparator, left), keyOf(comparator, right));
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        assertEquals(Math.sign(compare(a, b)), -Math.sign(compare(b, a)) + 0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) assert(compare(a, c) <= 0);
        if (a !== undefined && b !== undefined) {
          assertEquals(compare(a, b) === 0, comparator.key(a) === comparator.key(b));
        }
      }),
      { numRuns: 300 },
    );
  }
  const numeric = comparatorOf("i;ascii-numeric");
  fc.assert(fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), (a, b) => {
    assert(numeric);
    assertEquals(Math.sign(numeric.order(numeric.key(`${a}x`), numeric.key(`00${b}`))), a < b ? -1 : a > b ? 1 : 0);
  }));
});

Deno.test("acap: RFC 2244 §3.1.1: times are what they were once they are printed and read again", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), fc.nat(999_999), (seconds, fraction) => {
    const time = Math.min(seconds * 1_000_000 + fraction, 9_000_000_000_000_000);
    assertEquals(timeOf(printTime(time)), time);
    assertEquals(printTime(time).length, 20);
  }));
  assertEquals(printTime(869_843_666_000_007), "19970725151426000007");
  assertEquals(timeOf("19970725151426"), 869_843_666_000_000);
  assertEquals(timeOf("199707251514265"), 869_843_666_500_000);
  assertEquals(timeOf("00000101000000"), 0);
  for (const none of ["", "1997", "19971325000000", "19970132000000", "19970101240000", "1997010100000x"]) {
    assertEquals(timeOf(none), undefined);
  }
});
