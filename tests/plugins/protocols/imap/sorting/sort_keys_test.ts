import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { asciiCasemap } from "../../../../../core/message/casemap.ts";
import { summarize } from "../../../../../core/message/summary.ts";
import type { SortCriterion, SortKey } from "../../../../../plugins/protocols/imap/grammar/sort_criteria.ts";
import {
  needsSummaries,
  sortable,
  sortOrder,
  type SortSource,
} from "../../../../../plugins/protocols/imap/sorting/sort_keys.ts";
import { octets } from "../../../../core/message/corpus.ts";

/** Criteria as a client writes them. */
function criteria(text: string): SortCriterion[] {
  return text.replaceAll("REVERSE ", "-").split(" ").map((word) => ({
    key: word.replace("-", "") as SortKey,
    reverse: word.startsWith("-"),
  }));
}

/** Numbers of messages, given by their headers, in that order. */
function sorted(order: string, ...headers: readonly string[]): number[] {
  return sortedSources(
    order,
    headers.map((header, index) => ({
      number: index + 1,
      message: { receivedAt: new Date(index), size: 1 },
      summary: summarize(octets(`${header}\r\n\r\n`)),
    })),
  );
}

function sortedSources(order: string, sources: readonly SortSource[]): number[] {
  const wanted = criteria(order);
  return sources.map((source) => sortable(source, wanted)).sort(sortOrder(wanted)).map(({ number }) => number);
}

Deno.test("RFC 5256 §3: SUBJECT is the base subject, REVERSE is for one criterion only", () => {
  const subjects = ["Subject: b", "Subject: Re: A", "Subject: [x] a", "X: y"];
  assertEquals(sorted("SUBJECT", ...subjects), [4, 2, 3, 1]);
  // "REVERSE only reverses a single criterion, and does not affect the implicit sequence number."
  assertEquals(sorted("REVERSE SUBJECT", ...subjects), [1, 2, 3, 4]);
});

Deno.test("RFC 5256 §3: criteria count in their order", () => {
  const headers = [
    "Subject: b\r\nDate: 1 Nov 2026 00:00 +0000",
    "Subject: a\r\nDate: 1 Nov 2026 00:00 +0000",
    "Subject: a\r\nDate: 2 Nov 2026 00:00 +0000",
  ];
  assertEquals(sorted("SUBJECT REVERSE DATE", ...headers), [3, 2, 1]);
  assertEquals(sorted("DATE SUBJECT", ...headers), [2, 1, 3]);
});

Deno.test("RFC 5256 §2.2: DATE is the instant that was meant", () => {
  const headers = ["Date: 1 Jan 2001 00:02:00 +0000", "Date: 31 Dec 2000 16:01:33 -0800", "Date: nonsense"];
  // The last one has its INTERNALDATE.
  assertEquals(sorted("DATE", ...headers), [3, 2, 1]);
});

Deno.test("RFC 5256 §3: FROM, TO and CC are the local part of the first address; none comes first", () => {
  assertEquals(sorted("FROM", "From: Z <b@a>", "From: A <c@a>", "From: a@z, x@z", "X: y"), [4, 3, 1, 2]);
  assertEquals(sorted("TO", "To: b@x", "To: A@x"), [2, 1]);
  assertEquals(sorted("CC", "Cc: b@x", "Cc: a@x"), [2, 1]);
});

Deno.test("RFC 5957 §3: DISPLAYFROM and DISPLAYTO are the decoded name, or the address, or the name of a group", () => {
  assertEquals(
    sorted(
      "DISPLAYFROM",
      "From: =?utf-8?q?Zo=C3=AB?= <a@x>",
      "From: m@x",
      'From: "" <l@x>',
      "From: Kim: k@x;",
      "From: =?utf-8?q?=C3=A4nne?= <z@x>",
      "X: y",
    ),
    [6, 5, 4, 3, 2, 1],
  );
  assertEquals(sorted("DISPLAYTO", "To: b <a@x>", "To: a <b@x>"), [2, 1]);
  assertEquals(sorted("DISPLAYTO", "To: a@y", "To: a@x"), [2, 1]);
});

Deno.test("RFC 5256 §3: ARRIVAL and SIZE need no more than what the mailbox tells", () => {
  const sources = [[30, 1], [10, 3], [20, 2]].map(([at = 0, size = 0], index) => ({
    number: index + 1,
    message: { receivedAt: new Date(at), size },
  }));
  assertEquals(sortedSources("ARRIVAL", sources), [2, 3, 1]);
  assertEquals(sortedSources("REVERSE SIZE", sources), [2, 3, 1]);
  assertEquals(needsSummaries(criteria("ARRIVAL REVERSE SIZE")), false);
  assertEquals(needsSummaries(criteria("SIZE SUBJECT")), true);
});

Deno.test("RFC 6203 §6: RELEVANCY has the highest score first", () => {
  const sources = [4, 99, 42].map((relevancy, index) => ({
    number: index + 1,
    message: { receivedAt: new Date(0), size: 1 },
    relevancy,
  }));
  assertEquals(sortedSources("RELEVANCY", sources), [2, 3, 1]);
});

Deno.test("RFC 5256 §3: texts are ordered by the collation that is active", () => {
  const subjects = ["zebra", "Äpfel", "apple"].map((subject, index) => ({
    number: index + 1,
    message: { receivedAt: new Date(0), size: 1 },
    summary: summarize(new TextEncoder().encode(`Subject: ${subject}\r\n\r\n`)),
  }));
  const by = criteria("SUBJECT");
  const numbers = (collation?: typeof asciiCasemap) =>
    subjects.map((one) => sortable(one, by, collation && { collation })).sort(sortOrder(by)).map(({ number }) =>
      number
    );
  assertEquals(numbers(), [3, 2, 1]);
  assertEquals(numbers(asciiCasemap), [3, 1, 2]);
});

Deno.test("sort order: total, and antisymmetric", () => {
  const value = fc.record({
    number: fc.integer({ min: 1, max: 3 }),
    values: fc.tuple(fc.nat(2), fc.constantFrom("", "A", "B")),
  });
  const compare = sortOrder(criteria("REVERSE SIZE SUBJECT"));
  fc.assert(fc.property(value, value, value, (a, b, c) => {
    assertEquals(Math.sign(compare(a, b)) + Math.sign(compare(b, a)), 0);
    if (compare(a, b) <= 0 && compare(b, c) <= 0) assertEquals(compare(a, c) <= 0, true);
    assertEquals(compare(a, b) === 0, JSON.stringify(a) === JSON.stringify(b));
  }));
});
