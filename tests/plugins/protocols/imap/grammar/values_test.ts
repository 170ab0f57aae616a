import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  expectDate,
  expectDateTime,
  printDate,
  printDateTime,
} from "../../../../../plugins/protocols/imap/grammar/date_time.ts";
import {
  expectFlag,
  expectFlagList,
  flagOf,
  printFlagList,
} from "../../../../../plugins/protocols/imap/grammar/flags.ts";
import {
  expectPartialRange,
  printPartialRange,
  resolvedPartialRange,
} from "../../../../../plugins/protocols/imap/grammar/partial_range.ts";
import { latin1 } from "../../../../../core/wire/ascii.ts";
import { calendarDates, flags, instants, partialRanges } from "./arbitraries.ts";
import { assertMalformed, octets, read } from "./scan.ts";

Deno.test("RFC 9051 §9 date: with quotes or without, months in any case", () => {
  const first = { year: 1994, month: 2, day: 1 };
  for (const text of ["1-Feb-1994", "01-FEB-1994", '"1-feb-1994"']) assertEquals(read(expectDate, text), first);
  assertEquals(read(expectDate, "29-Feb-2000"), { year: 2000, month: 2, day: 29 });
  assertMalformed(expectDate, '"1-Feb-1994|', "a quote");
  assertMalformed(expectDate, "00|1-Feb-1994", '"-"');
  assertMalformed(expectDate, "1-Feb|r-1994", '"-"');
  assertMalformed(expectDate, "1-|Foo-1994", "a month: Jan to Dec");
  assertMalformed(expectDate, "1-Feb-|94", "a year of four digits");
  assertMalformed(expectDate, "1-Feb-1994|0", "the end of the command");
  for (const marked of ["|31-Apr-2001", "|29-Feb-1900", "|0-Jan-2001", "|32-Jan-2001"]) {
    assertMalformed(expectDate, marked, "a day that the month has");
  }
});

Deno.test("RFC 9051 §6.3.12, §9 date-time: a fixed form, an instant", () => {
  const at = (text: string) => read(expectDateTime, text).toISOString();
  assertEquals(at('"17-Jul-1996 02:44:25 -0700"'), "1996-07-17T09:44:25.000Z");
  assertEquals(at('" 7-Feb-1994 21:52:25 +0530"'), "1994-02-07T16:22:25.000Z");
  assertEquals(at('"07-Feb-1994 23:59:60 +0000"'), "1994-02-08T00:00:00.000Z");
  assertEquals(printDateTime(new Date("1994-02-07T05:52:25.999Z")), '" 7-Feb-1994 05:52:25 +0000"');
  assertMalformed(expectDateTime, '"|7-Feb-1994 21:52:25 -0800"', "two digits");
  assertMalformed(expectDateTime, '"07-Feb-1994 | 21:52:25 -0800"', "two digits");
  assertMalformed(expectDateTime, '"07-Feb-1994 |24:52:25 -0800"', "an hour");
  assertMalformed(expectDateTime, '"07-Feb-1994 21:|60:25 -0800"', "a minute");
  assertMalformed(expectDateTime, '"07-Feb-1994 21:52:|61 -0800"', "a second");
  assertMalformed(expectDateTime, '"07-Feb-1994 21:52:25 |0800"', '"+"');
  assertMalformed(expectDateTime, '"07-Feb-1994 21:52:25 -08|60"', "its minutes");
  assertMalformed(expectDateTime, '"|01-Jan-0000 00:00:00 +0001"', "an instant of the years 0 to 9999");
  assertMalformed(expectDateTime, '"|31-Dec-9999 23:59:00 -0001"', "an instant of the years 0 to 9999");
  assertMalformed(expectDateTime, "|07-Feb-1994 21:52:25 -0800", "a quote");
});

Deno.test("dates and instants: what is printed is read as the same", () => {
  fc.assert(fc.property(calendarDates, (date) => assertEquals(read(expectDate, printDate(date)), date)));
  fc.assert(fc.property(instants, (date) => assertEquals(read(expectDateTime, printDateTime(date)), date)));
});

Deno.test("RFC 9051 §2.3.2: system flags in any case, keywords as they are", () => {
  assertEquals(read(expectFlagList, "(\\seen \\ANSWERED $Junk NonJunk \\x)"), [
    "\\Seen",
    "\\Answered",
    "$Junk",
    "NonJunk",
    "\\x",
  ]);
  assertEquals(read(expectFlagList, "()"), []);
  assertMalformed(expectFlag, "\\|", "the name of a flag");
  assertMalformed(expectFlag, "\\|*", "the name of a flag");
  assertMalformed(expectFlag, '|"a"', "a flag");
});

Deno.test("flags: what is printed is read as the same", () => {
  fc.assert(fc.property(fc.array(flags), (list) => assertEquals(read(expectFlagList, printFlagList(list)), list)));
});

Deno.test("flags: a text is a flag if and only if it is read as one", () => {
  const text = fc.string({ unit: "binary", maxLength: 6 });
  fc.assert(fc.property(fc.oneof(text, text.map((name) => `\\${name}`), flags), (flag) => {
    let found: string | undefined;
    try {
      found = read(expectFlag, latin1(octets(flag)));
    } catch {
      // None, then.
    }
    assertEquals(flagOf(flag), found);
  }));
});

Deno.test("RFC 9394 §3.1: ranges of results, from either end", () => {
  assertEquals(read(expectPartialRange, "23500:24000"), { first: 23500, last: 24000 });
  assertEquals(read(expectPartialRange, "-1:-100"), { first: -1, last: -100 });
  assertMalformed(expectPartialRange, "-1:|100", '"-"');
  assertMalformed(expectPartialRange, "1:|-100", "a number from 1 on");
  assertMalformed(expectPartialRange, "|0:5", "a number from 1 on");
  assertMalformed(expectPartialRange, "1:|*", "a number from 1 on");
  assertMalformed(expectPartialRange, "1|", '":"');
});

Deno.test("RFC 9394 §3.1: results that are there of those that are asked for", () => {
  const results = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const some = (text: string) => results.slice(...resolvedPartialRange(read(expectPartialRange, text), results.length));
  assertEquals(some("1:3"), [1, 2, 3]);
  assertEquals(some("3:1"), [1, 2, 3]);
  assertEquals(some("9:20"), [9, 10]);
  assertEquals(some("11:20"), []);
  assertEquals(some("-1:-3"), [8, 9, 10]);
  assertEquals(some("-3:-1"), [8, 9, 10]);
  assertEquals(some("-10:-10"), [1]);
  assertEquals(some("-9:-20"), [1, 2]);
  assertEquals(some("-11:-20"), []);
});

Deno.test("ranges of results: what is printed is read as the same", () => {
  fc.assert(
    fc.property(partialRanges, (range) => assertEquals(read(expectPartialRange, printPartialRange(range)), range)),
  );
});
