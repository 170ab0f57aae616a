import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type MessageSet,
  parseMessageSet,
  printMessageSet,
  resolveMessageSet,
} from "../../../../../plugins/protocols/pop4/grammar/message_set.ts";

const number = fc.oneof(fc.nat(12), fc.nat(9_999_999_999));
const item = fc.oneof(
  number.map((from) => ({ from })),
  fc.constant({ from: "*" as const }),
  number.map((from) => ({ from, to: "*" as const })),
  fc.tuple(number, number).map(([one, other]) => ({ from: Math.min(one, other), to: Math.max(one, other) })),
);
const sets: fc.Arbitrary<MessageSet> = fc.array(item, { minLength: 1, maxLength: 12 });

Deno.test("pop4: a set of messages comes back as it was written", () => {
  fc.assert(fc.property(sets, (set) => assertEquals(parseMessageSet(printMessageSet(set)), set)));
});

Deno.test("pop4: a set names those of the messages that one of its items names, ascending, each once", () => {
  fc.assert(
    fc.property(sets, fc.nat(12), (set, count) => {
      const last = (named: number | "*") => named === "*" ? count : named;
      const expected = Array.from({ length: count }, (_, index) => index + 1).filter((number) =>
        set.some(({ from, to = from }) => last(from) <= number && number <= last(to))
      );
      const named = resolveMessageSet(set, count).flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index)
      );
      assertEquals(named, expected);
    }),
  );
});

Deno.test("pop4: ranges that cover each other cost no more than one", () => {
  const set = parseMessageSet(Array<string>(3000).fill("1-*").join(","));
  assertEquals(set && resolveMessageSet(set, 100_000), [[1, 100_000]]);
});

Deno.test("pop4: what is no set is none", () => {
  for (
    const word of ["", ",", "1,", "-", "1-", "-1", "2-1", "*-2", "*-*", "1:2", "a", "1 2", "12345678901", "1--2", "+1"]
  ) {
    assertEquals(parseMessageSet(word), undefined, word);
  }
});
