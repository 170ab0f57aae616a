import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  expectFetchArguments,
  type FetchModifiers,
  printFetchArguments,
} from "../../../../../plugins/protocols/imap/grammar/fetch_arguments.ts";
import { expectFetchItems, type FetchItem } from "../../../../../plugins/protocols/imap/grammar/fetch_items.ts";
import type { Scanner } from "../../../../../plugins/protocols/imap/grammar/scanner.ts";
import { MOST_PART_NUMBERS } from "../../../../../plugins/protocols/imap/grammar/section.ts";
import { fetchItems, numbers64, partialRanges, sequenceSets } from "./arbitraries.ts";
import { assertMalformed, malformed, read } from "./scan.ts";

const fetch = (scanner: Scanner) => expectFetchArguments(scanner, false);
const uidFetch = (scanner: Scanner) => expectFetchArguments(scanner, true);

function section(text: string): FetchItem | undefined {
  return read(expectFetchItems, text)[0];
}

Deno.test("RFC 9051 §6.4.5: its example", () => {
  assertEquals(read(fetch, "2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])"), {
    set: [[2, 4]],
    items: [
      { item: "FLAGS" },
      { item: "BODY[]", peek: false, section: { part: [], what: "fields", names: ["DATE", "FROM"] } },
    ],
    modifiers: {},
  });
});

Deno.test("RFC 9051 §6.4.5: macros stand for several items, and alone", () => {
  const names = (text: string) => read(expectFetchItems, text).map(({ item }) => item);
  assertEquals(names("fast"), ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]);
  assertEquals(names("ALL"), ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"]);
  assertEquals(names("Full"), ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"]);
  assertMalformed(expectFetchItems, "(|ALL)", "a fetch item");
  assertMalformed(expectFetchItems, "(FLAGS |FAST)", "a fetch item");
});

Deno.test("RFC 9051 §6.4.5: sections of messages and parts", () => {
  const part = (numbers: number[], what: "content" | "header" | "text" | "mime"): FetchItem => ({
    item: "BODY[]",
    peek: false,
    section: { part: numbers, what },
  });
  assertEquals(section("BODY[]"), part([], "content"));
  assertEquals(section("BODY[HEADER]"), part([], "header"));
  assertEquals(section("BODY[TEXT]"), part([], "text"));
  // The parts of the example of a complex message.
  assertEquals(section("BODY[1]"), part([1], "content"));
  assertEquals(section("body[3.header]"), part([3], "header"));
  assertEquals(section("BODY[4.1.MIME]"), part([4, 1], "mime"));
  assertEquals(section("BODY[4.2.2.1]"), part([4, 2, 2, 1], "content"));
  assertEquals(section('BODY.PEEK[4.2.HEADER.FIELDS.NOT ("a b" {3}\r\nc:d)]<0.2048>'), {
    item: "BODY[]",
    peek: true,
    section: { part: [4, 2], what: "other-fields", names: ["a b", "c:d"] },
    range: { offset: 0, size: 2048 },
  });
});

Deno.test("RFC 9051 §6.4.5: what is no section, and where", () => {
  const what = "a section: HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or MIME";
  assertMalformed(expectFetchItems, "BODY[|MIME]", "a part number before MIME");
  assertMalformed(expectFetchItems, "BODY[|0]", "a part number");
  assertMalformed(expectFetchItems, "BODY[1.|0.TEXT]", "a part number");
  assertMalformed(expectFetchItems, "BODY[1.|]", "a part number, HEADER, TEXT or MIME");
  assertMalformed(expectFetchItems, "BODY[1|TEXT]", '"." or "]"');
  assertMalformed(expectFetchItems, "BODY[1|", '"]"');
  assertMalformed(expectFetchItems, "BODY[|.TEXT]", what);
  assertMalformed(expectFetchItems, "BODY[|TEXT.1]", what);
  assertMalformed(expectFetchItems, "BODY[|HEADER.FIELD (A)]", what);
  assertMalformed(expectFetchItems, "BODY[HEADER.FIELDS |A]", '"("');
  assertMalformed(expectFetchItems, "BODY[HEADER.FIELDS (|)]", "the name of a header field");
  assertMalformed(expectFetchItems, "BODY[TEXT]<0.|0>", "a number of octets, from 1 on");
  assertMalformed(expectFetchItems, "BODY[TEXT]<0|>", '"."');
  assertMalformed(expectFetchItems, "BODY.PEEK|", '"["');
  assertMalformed(expectFetchItems, "|BODYSTRUCTURES", "a fetch item");
  assertMalformed(expectFetchItems, "(FLAGS |)", "a fetch item");
});

Deno.test("RFC 3516 §4.2: BINARY takes parts, not texts", () => {
  assertEquals(section("BINARY[1.2]<3.4>"), {
    item: "BINARY[]",
    peek: false,
    part: [1, 2],
    range: { offset: 3, size: 4 },
  });
  assertEquals(section("BINARY.PEEK[]"), { item: "BINARY[]", peek: true, part: [] });
  assertEquals(section("BINARY.SIZE[1]"), { item: "BINARY.SIZE[]", part: [1] });
  assertMalformed(expectFetchItems, "BINARY[1.|TEXT]", "a part number");
  assertMalformed(expectFetchItems, "BINARY|", '"["');
  assertMalformed(expectFetchItems, "BINARY.SIZE[1]|<0.1>", "the end of the command");
});

Deno.test("RFC 8970 §6: PREVIEW, perhaps lazy", () => {
  assertEquals(read(expectFetchItems, "(PREVIEW (LAZY) UID)"), [{ item: "PREVIEW", lazy: true }, { item: "UID" }]);
  assertEquals(read(expectFetchItems, "PREVIEW"), [{ item: "PREVIEW", lazy: false }]);
  assertMalformed(expectFetchItems, "PREVIEW (LAZY |FUZZY)", "LAZY");
  assertMalformed(expectFetchItems, "(PREVIEW |(FUZZY))", "a fetch item");
});

Deno.test("RFC 7162 §3.1.4.1, §3.2.6: CHANGEDSINCE, and VANISHED with it in UID FETCH only", () => {
  assertEquals(read(uidFetch, "300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)").modifiers, {
    changedSince: 12345n,
    vanished: true,
  });
  assertEquals(read(fetch, "1:* (FLAGS) (CHANGEDSINCE 12345)").modifiers, { changedSince: 12345n });
  assertMalformed(fetch, "1:* FLAGS (CHANGEDSINCE 12345 |VANISHED)", "CHANGEDSINCE, once");
  assertMalformed(uidFetch, "1:* FLAGS |(VANISHED)", "CHANGEDSINCE too");
  assertMalformed(fetch, "1:* FLAGS (CHANGEDSINCE 1 |CHANGEDSINCE 1)", "CHANGEDSINCE, once");
  assertMalformed(fetch, "1:* FLAGS (|)", "CHANGEDSINCE, once");
  assertMalformed(fetch, "1:* FLAGS |", '"("');
});

Deno.test("RFC 9394 §3.3: PARTIAL of UID FETCH", () => {
  assertEquals(read(uidFetch, "25900:26600 (UID FLAGS) (PARTIAL -1:-3)").modifiers, {
    partial: { first: -1, last: -3 },
  });
  assertMalformed(fetch, "1:* FLAGS (|PARTIAL 1:2)", "CHANGEDSINCE, once");
});

Deno.test(`bounds: a part has ${MOST_PART_NUMBERS} numbers`, () => {
  const numbers = Array(MOST_PART_NUMBERS).fill("1").join(".");
  read(expectFetchItems, `BODY[${numbers}]`);
  assertEquals(malformed(expectFetchItems, `BODY[${numbers}.1]`).expected, `at most ${MOST_PART_NUMBERS} part numbers`);
});

Deno.test("FETCH: what is printed is read as the same", () => {
  const modifiers = fc.record({ changedSince: numbers64, partial: partialRanges }, { requiredKeys: [] });
  fc.assert(
    fc.property(sequenceSets, fetchItems, modifiers, fc.boolean(), (set, items, some, vanished) => {
      const withVanished: FetchModifiers = vanished && some.changedSince !== undefined ? { ...some, vanished } : some;
      const given = { set, items, modifiers: withVanished };
      assertEquals(read(uidFetch, printFetchArguments(given)), given);
    }),
    { numRuns: 1000 },
  );
});
