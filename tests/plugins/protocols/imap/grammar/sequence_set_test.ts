import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  expectNumberSet,
  expectSequenceSet,
  MOST_SEQUENCE_ITEMS,
  printSequenceSet,
  resolvedRanges,
  type SequenceItem,
} from "../../../../../plugins/protocols/imap/grammar/sequence_set.ts";
import { quickly } from "../../../../core/message/quickly.ts";
import { sequenceItems, sequenceSets } from "./arbitraries.ts";
import { assertMalformed, malformed, read } from "./scan.ts";

function items(text: string): readonly SequenceItem[] {
  const set = read(expectSequenceSet, text);
  assert(set !== "$");
  return set;
}

Deno.test("RFC 9051 §9 sequence-set: its examples", () => {
  assertEquals(resolvedRanges(items("2,4:7,9,12:*"), 15), [[2, 2], [4, 7], [9, 9], [12, 15]]);
  assertEquals(resolvedRanges(items("*:4,5:7"), 10), [[4, 10]]);
  assertEquals(resolvedRanges(items("2:4"), 10), resolvedRanges(items("4:2"), 10));
  // 3291:* includes the last message even where its UID is lower.
  assertEquals(resolvedRanges(items("3291:*"), 17), [[17, 3291]]);
  assertEquals(resolvedRanges(items("*"), 17), [[17, 17]]);
});

Deno.test("RFC 9051 §9 sequence-set: ranges that touch are one", () => {
  assertEquals(resolvedRanges(items("5,1:2,3,9:8"), 10), [[1, 3], [5, 5], [8, 9]]);
  assertEquals(resolvedRanges(items("4294967295,1:4294967294"), 10), [[1, 4294967295]]);
});

Deno.test("RFC 5182 §2.1: $ stands instead of a set", () => {
  assertEquals(read(expectSequenceSet, "$"), "$");
  assertMalformed(expectSequenceSet, "$|,1", "the end of the command");
  assertMalformed(expectSequenceSet, "1,|$", 'a number from 1 on or "*"');
});

Deno.test("RFC 9051 §9 sequence-set: what is none, and where", () => {
  for (const marked of ["|", "|0", "1:|", "1,|", "1:|0", "|,1", "1,|,2", "|:2", "1:|x", "|-1"]) {
    assertMalformed(expectSequenceSet, marked, 'a number from 1 on or "*"');
  }
  assertMalformed(expectSequenceSet, "1:2|:3", "the end of the command");
  assertMalformed(expectSequenceSet, "1:|4294967296", "a number below 4294967296");
});

Deno.test("RFC 7162 §3.2.5: sets of what a client knows have no *", () => {
  assertEquals(read(expectNumberSet, "41,43:211,214:541"), [41, [43, 211], [214, 541]]);
  assertMalformed(expectNumberSet, "1:|*", "a number from 1 on");
  assertMalformed(expectNumberSet, "|$", "a number from 1 on");
});

Deno.test(`bounds: a set has ${MOST_SEQUENCE_ITEMS} items`, () => {
  read(expectSequenceSet, Array(MOST_SEQUENCE_ITEMS).fill("1").join(","));
  assertEquals(
    malformed(expectSequenceSet, Array(MOST_SEQUENCE_ITEMS + 1).fill("1").join(",")).expected,
    `a sequence set of at most ${MOST_SEQUENCE_ITEMS} items`,
  );
  quickly("many items", () => {
    for (let turn = 0; turn < 10; turn++) {
      resolvedRanges(items(Array.from({ length: MOST_SEQUENCE_ITEMS }, (_, at) => 1e6 - 3 * at).join(",")), 1);
    }
  });
});

Deno.test("sequence sets: what is printed is read as the same", () => {
  fc.assert(fc.property(sequenceSets, (set) => assertEquals(read(expectSequenceSet, printSequenceSet(set)), set)));
});

Deno.test("sequence sets: ranges hold exactly the numbers that are named, ascending, parted by gaps", () => {
  fc.assert(fc.property(sequenceItems(30), fc.integer({ min: 1, max: 30 }), (set, largest) => {
    const ranges = resolvedRanges(set, largest);
    const number = (named: number | "*") => named === "*" ? largest : named;
    const named = new Set<number>();
    for (const item of set) {
      const [a, b] = typeof item === "object" ? [number(item[0]), number(item[1])] : [number(item), number(item)];
      for (let it = Math.min(a, b); it <= Math.max(a, b); it++) named.add(it);
    }
    const held = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
    assertEquals(held, [...named].sort((a, b) => a - b));
    for (const [index, [from]] of ranges.entries()) assert(index === 0 || from > (ranges[index - 1]?.[1] ?? 0) + 1);
  }));
});
