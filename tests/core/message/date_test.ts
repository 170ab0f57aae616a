import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { quickly } from "./quickly.ts";
import { formatDate, parseDate } from "../../../core/message/date.ts";

function check(text: string, iso: string | undefined, zoneMinutes = 0) {
  const date = parseDate(text);
  assertEquals(date && new Date(date.epochMilliseconds).toISOString(), iso && new Date(iso).toISOString(), text);
  if (iso) assertEquals(date?.zoneMinutes, zoneMinutes, text);
}

Deno.test("RFC 5322 §3.3 and appendix A", () => {
  check("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z", -360);
  check("Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01T08:52:37Z", 120);
  check("Thu, 13 Feb 1969 23:32:54 -0330", "1969-02-14T03:02:54Z", -210);
  check("24 Nov 2026 07:00 +0000", "2026-11-24T07:00:00Z");
  check("Sat, 31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z");
});

Deno.test("RFC 5322 A.5 and §4.3: comments, folding, obsolete years and zones", () => {
  check(
    "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
    "1969-02-14T03:02:00Z",
    -210,
  );
  check("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z");
  check("21 Nov 49 09:55:06 GMT", "2049-11-21T09:55:06Z");
  check("21 Nov 102 09:55:06 GMT", "2002-11-21T09:55:06Z");
  check("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06Z", -360);
  check("Fri, 21 Nov 1997 09:55:06 EST", "1997-11-21T14:55:06Z", -300);
  check("Fri, 21 Nov 1997 09:55:06 PDT", "1997-11-21T16:55:06Z", -420);
  check("Fri, 21 Nov 1997 09:55:06 Z", "1997-11-21T09:55:06Z");
  check("Fri, 21 Nov 1997 09:55:06 A", "1997-11-21T09:55:06Z");
  check("Fri, 21 Nov 1997 09:55:06 NZDT", "1997-11-21T09:55:06Z");
  check("(a)Fri(b),(c)21(d)Nov(e)97(f)09(g):55(h):06(i)EST(j)", "1997-11-21T14:55:06Z", -300);
  // White space is not required there.
  check("Fri,21Nov97 09:55:06EST", "1997-11-21T14:55:06Z", -300);
});

/** The obsolete grammar, each part with what it means. */
const obsoleteDates = fc.record({
  dayName: fc.constantFrom("", "Fri,", "(a) Fri (b),"),
  day: fc.integer({ min: 1, max: 28 }),
  month: fc.integer({ min: 1, max: 12 }),
  year: fc.oneof(
    fc.integer({ min: 0, max: 49 }).map((year) => [two(year), 2000 + year] as const),
    fc.integer({ min: 50, max: 99 }).map((year) => [two(year), 1900 + year] as const),
    fc.integer({ min: 100, max: 999 }).map((year) => [String(year), 1900 + year] as const),
    fc.integer({ min: 1900, max: 9999 }).map((year) => [String(year), year] as const),
  ),
  time: fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })),
  second: fc.option(fc.integer({ min: 0, max: 59 })),
  zone: fc.constantFrom(...[["UT", 0], ["GMT", 0], ["EDT", -240], ["pst", -480], ["k", 0], ["CEST", 0]] as const),
  blank: fc.constantFrom(" ", "\r\n\t", " (x (y) \\) z) "),
});

Deno.test("RFC 5322 §4.3: whatever the obsolete grammar has is read as it is meant", () => {
  fc.assert(fc.property(obsoleteDates, ({ dayName, day, month, year: [written, year], time, second, zone, blank }) => {
    const name = new Date(Date.UTC(2000, month - 1)).toLocaleString("en", { month: "short", timeZone: "UTC" });
    const clock = [...time, ...second === null ? [] : [second]].map(two).join(`${blank}:${blank}`);
    const text = [dayName, day, name, written, clock, zone[0]].join(blank);
    const local = Date.UTC(year, month - 1, day, ...time, second ?? 0);
    assertEquals(parseDate(text), { epochMilliseconds: local - zone[1] * 60_000, zoneMinutes: zone[1] }, text);
  }));
});

function two(number: number): string {
  return String(number).padStart(2, "0");
}

Deno.test("what real mail has instead", () => {
  check("Fri 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z", -360);
  check("Friday, 21-Nov-97 09:55:06 GMT", "1997-11-21T09:55:06Z");
  check("Fri Nov 21 09:55:06 1997", "1997-11-21T09:55:06Z");
  check(" (on) Nov 21 09:55:06 1997", "1997-11-21T09:55:06Z");
  check("Fri Nov 21 09:55:06 PST 1997", "1997-11-21T17:55:06Z", -480);
  check("Fri, Nov 21 1997 09:55:06 +0100", "1997-11-21T08:55:06Z", 60);
  check("November 21, 1997 09:55", "1997-11-21T09:55:00Z");
  check("Fri, 21 November 1997 09:55:06 +01:00", "1997-11-21T08:55:06Z", 60);
  check("Fri, 21 Nov 1997 09:55:06 GMT+0100", "1997-11-21T08:55:06Z", 60);
  check("Fri, 21 Nov 1997 09:55:06+0100", "1997-11-21T08:55:06Z", 60);
  check("Fri, 21 Nov 1997 09:55:06", "1997-11-21T09:55:06Z");
  check("21 Nov 1997", "1997-11-21T00:00:00Z");
  check("1997-11-21T09:55:06.123+02:00", "1997-11-21T07:55:06Z", 120);
  check("Fri, 21 Nov 1997 09.55.06 +0000", "1997-11-21T09:55:06Z");
  check("Nov 01 02", "2002-11-01T00:00:00Z");
  check("Nov 1, 97 10:00 +0100", "1997-11-01T09:00:00Z", 60);
  check("Fri Nov 21 09:55:06 97", "1997-11-21T09:55:06Z");
  // The day first, then the time: an hour is no year.
  check("Fri 21 Nov 10:55:06 1997", "1997-11-21T10:55:06Z");
  check("21 Nov 10.55.06 +0100 1997", "1997-11-21T09:55:06Z", 60);
  check("Fri, 21. Nov 1997 09:55:06 +0100", "1997-11-21T08:55:06Z", 60);
  check("1997-11-1 09:55", "1997-11-01T09:55:00Z");
  check("1997/11/21 09:55:06 EST", "1997-11-21T14:55:06Z", -300);
});

Deno.test("offsets and halves of a day, as they are written by programs that know no better", () => {
  check("Fri, 21 Nov 1997 09:55:06 GMT+1", "1997-11-21T08:55:06Z", 60);
  check("Fri, 21 Nov 1997 09:55:06 -02", "1997-11-21T11:55:06Z", -120);
  check("Fri, 21 Nov 1997 09:55:06 +530", "1997-11-21T04:25:06Z", 330);
  check("Fri, 21 Nov 1997 09:55:06 CET+0100", "1997-11-21T08:55:06Z", 60);
  check("Fri, 21 Nov 1997 9:55:06 PM", "1997-11-21T21:55:06Z");
  check("Nov 21, 1997 12:05 a.m. EST", "1997-11-21T05:05:00Z", -300);
  check("Nov 21, 1997 12:05 pm +0100", "1997-11-21T11:05:00Z", 60);
  check("Fri, 21 Nov 1997 21:55:06 PM", "1997-11-21T21:55:06Z");
  check("Fri, 21 Nov 1997 09:55:06 AMT", "1997-11-21T09:55:06Z");
});

Deno.test("RFC 5256 §2.2: a time that cannot be is 00:00:00 of its day", () => {
  for (const time of ["24:00:00", "25:00", "10:60:00", "10:00:61"]) {
    check(`1 Nov 2026 ${time} +0000`, "2026-11-01T00:00:00Z");
    check(`Nov 1 ${time} 2026`, "2026-11-01T00:00:00Z");
  }
  check("1 Nov 2026 24:00:00 +0100", "2026-10-31T23:00:00Z", 60);
});

Deno.test("no date, or one that cannot be", () => {
  for (
    const text of [
      "",
      "yesterday",
      "31 Feb 2026 00:00:00 +0000",
      "0 Nov 2026 00:00:00 +0000",
      "1 Foo 2026 00:00:00 +0000",
      "1 Nov 20266 00:00:00 +0000",
      "(1 Nov 2026)",
      "-1 Nov 2026",
      "Nov 1 10:00",
      "1 Nov 10:00",
      "11/01/2026",
    ]
  ) check(text, undefined);
  check("29 Feb 2024 00:00:00 +0000", "2024-02-29T00:00:00Z");
});

Deno.test("junk of any length is cheap", () => {
  for (const piece of ["(", " ", "1 ", "Nov ", ":", "9"]) {
    quickly(piece, () => assertEquals(parseDate(piece.repeat(500_000)), undefined));
  }
});

Deno.test("RFC 5322 §3.3: printing", () => {
  assertEquals(formatDate(new Date("2026-11-24T07:00:00Z")), "Tue, 24 Nov 2026 07:00:00 +0000");
  assertEquals(formatDate(new Date("2026-11-24T07:00:00Z"), -210), "Tue, 24 Nov 2026 03:30:00 -0330");
  assertEquals(formatDate(new Date("2026-12-31T23:30:00Z"), 60), "Fri, 1 Jan 2027 00:30:00 +0100");
});
