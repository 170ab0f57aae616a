import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { SearchReturn } from "../../../../../plugins/protocols/imap/grammar/search_return.ts";
import { enoughFor, type Found, resultItems, savedUids } from "../../../../../plugins/protocols/imap/search/found.ts";
import { relevancyScores } from "../../../../../plugins/protocols/imap/search/relevancy.ts";
import { inTurns, sortSteps } from "../../../../../plugins/protocols/imap/steps.ts";

const anyRange = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.constantFrom(1, -1))
  .map(([first, last, sign]) => ({ first: first * sign, last: last * sign }));
const anyReturn: fc.Arbitrary<SearchReturn> = fc.record({
  options: fc.subarray(["CONTEXT", "COUNT", "MAX", "MIN", "SAVE"] as const).map((options) => new Set(options)),
  partial: fc.option(anyRange, { nil: undefined }),
}).map(({ options, partial }) => ({ options, ...partial && { partial } }));
const anyFound: fc.Arbitrary<Found> = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 40 })
  .map((uids) => uids.sort((a, b) => a - b))
  .map((uids) => ({ uids, modseqs: uids.map((uid) => BigInt((uid * 37) % 101)) }));

Deno.test("imap search: RFC 9394 §3.1: a search that ends early gives what a whole one gives", () => {
  let early = 0;
  fc.assert(
    fc.property(anyFound, anyReturn, (found, returns) => {
      const enough = enoughFor(returns);
      if (enough === undefined) return;
      const range = enough.fromEnd ? [-enough.count] as const : [0, enough.count] as const;
      const cut = { uids: found.uids.slice(...range), modseqs: found.modseqs?.slice(...range) ?? [] };
      if (cut.uids.length < found.uids.length) early++;
      assertEquals(resultItems(cut, cut.uids, returns), resultItems(found, found.uids, returns));
      assertEquals(savedUids(cut, returns), savedUids(found, returns));
    }),
    { numRuns: 1000 },
  );
  assert(early > 20);
});

Deno.test("imap search: RFC 6203 §4: scores use the whole range from 1 to 100, the better the higher", () => {
  assertEquals(relevancyScores([]), []);
  assertEquals(relevancyScores([0.5, 0.5]), [100, 100]);
  assertEquals(relevancyScores([0, 1, 0.25]), [1, 100, 26]);
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (found) => {
    const scores = relevancyScores(found);
    assert(scores.every((score) => Number.isInteger(score) && score >= 1 && score <= 100));
    for (const [at, score] of scores.entries()) {
      for (const [other, otherScore] of scores.entries()) {
        if ((found[at] ?? 0) > (found[other] ?? 0)) assert(score >= otherScore);
      }
    }
  }));
});

Deno.test("imap sort: sorting in turns is stable, and the same as sorting at once", async () => {
  let pauses = 0;
  const work = { isDue: true, pause: () => Promise.resolve(void pauses++) };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 50 }), async (length, spread) => {
      const items = Array.from({ length }, (_, place) => ({ key: (place * 7919) % spread, place }));
      const sorted = await inTurns(sortSteps(items, (left, right) => left.key - right.key), work);
      assertEquals(sorted, items.toSorted((left, right) => left.key - right.key));
    }),
    { numRuns: 30 },
  );
  assert(pauses > 100);
});
