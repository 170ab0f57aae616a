import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { printDateTime } from "../../../../../plugins/protocols/imap/printing/dates.ts";
import { printFlags } from "../../../../../plugins/protocols/imap/printing/flags.ts";
import { printNumbers, printUidSet } from "../../../../../plugins/protocols/imap/printing/sequence_sets.ts";

Deno.test("RFC 9051 §9, flag-list", () => {
  assertEquals(printFlags([]), "()");
  assertEquals(printFlags(["\\Seen", "$Junk"]), "(\\Seen $Junk)");
});

Deno.test("RFC 3501 §2.3.2: \\Recent stands beside the flags that are kept", () => {
  assertEquals(printFlags([], true), "(\\Recent)");
  assertEquals(printFlags(["\\Seen"], true), "(\\Seen \\Recent)");
});

Deno.test("RFC 9051 §9, date-time: two places for the day, four for the year", () => {
  assertEquals(printDateTime(new Date("2026-11-04T07:08:09Z")), '" 4-Nov-2026 07:08:09 +0000"');
  assertEquals(printDateTime(new Date("1996-07-17T09:44:25Z")), '"17-Jul-1996 09:44:25 +0000"');
  assertEquals(printDateTime(new Date("0033-01-02T00:00:00Z")), '" 2-Jan-0033 00:00:00 +0000"');
});

Deno.test("dates: what four digits cannot say is the nearest that they can", () => {
  assertEquals(printDateTime(new Date(8.64e15)), '"31-Dec-9999 23:59:59 +0000"');
  assertEquals(printDateTime(new Date(-8.64e15)), '" 1-Jan-0000 00:00:00 +0000"');
});

Deno.test("RFC 4315 §3: neighbours as ranges, everything else in the order given", () => {
  assertEquals(printNumbers([]), "");
  assertEquals(printNumbers([7]), "7");
  assertEquals(printNumbers([1, 2, 3, 5, 7, 8]), "1:3,5,7:8");
  assertEquals(printNumbers([9, 4, 5, 3]), "9,4:5,3");
  assertEquals(printNumbers(Uint32Array.of(4294967294, 4294967295)), "4294967294:4294967295");
});

Deno.test("sets: ranges that touch become one", () => {
  assertEquals(printUidSet([]), "");
  assertEquals(printUidSet([[1, 3], 4, [5, 9], 11]), "1:9,11");
  assertEquals(printUidSet([[8, 8]]), "8");
});

Deno.test("sets: what is printed reads as the same numbers, in as few ranges as there can be", () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 })).map((list) => list.toSorted((a, b) => a - b));
  fc.assert(fc.property(numbers, (numbers) => {
    const text = printNumbers(numbers);
    assertEquals(expanded(text), numbers);
    assertEquals(printUidSet(numbers), text);
    assertEquals(text === "" ? 0 : text.split(",").length, numbers.filter((one) => !numbers.includes(one - 1)).length);
  }));
});

function expanded(text: string): number[] {
  return text.split(",").filter((range) => range !== "").flatMap((range) => {
    const [from = NaN, to = from] = range.split(":").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
