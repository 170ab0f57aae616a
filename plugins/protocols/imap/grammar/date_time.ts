/** Dates of commands (RFC 9051 §9): date, a day without time or zone, as SEARCH has it; date-time, an instant. */
import { latin1 } from "../../../../core/wire/ascii.ts";
import { DIGIT } from "./octet_classes.ts";
import type { Scanner } from "./scanner.ts";
import type { WireText } from "./wire_text.ts";

/** A day of a calendar, wherever that is. */
export interface CalendarDate {
  /** 0 to 9999. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31, and no more than the month has. */
  readonly day: number;
}

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Reads a date, with or without quotes: `1-Feb-1994`. @throws Malformed. */
export function expectDate(scanner: Scanner): CalendarDate {
  const start = scanner.at;
  const isQuoted = scanner.accept('"');
  const day = expectDigits(scanner, 1, 2, "a day of the month");
  const date = expectRestOfDate(scanner, day, start);
  if (isQuoted) scanner.expect('"', "a quote");
  return date;
}

/** Writes a date without quotes. */
export function printDate({ year, month, day }: CalendarDate): WireText {
  return `${day}-${monthNames[month - 1]}-${padded(year, 4)}`;
}

/** Reads a date-time, which has quotes: `"17-Jul-1996 02:44:25 -0700"`. @throws Malformed. */
export function expectDateTime(scanner: Scanner): Date {
  scanner.expect('"', "a quote");
  const start = scanner.at;
  // date-day-fixed: a space, or a digit more.
  const day = scanner.acceptSpace()
    ? expectDigits(scanner, 1, 1, "a digit")
    : expectDigits(scanner, 2, 2, "two digits");
  const { year, month } = expectRestOfDate(scanner, day, start);
  scanner.expectSpace();
  const hour = expectUpTo(scanner, 23, "an hour");
  scanner.expect(":");
  const minute = expectUpTo(scanner, 59, "a minute");
  scanner.expect(":");
  // RFC 5322 §3.3: a minute may have a 61st second.
  const second = expectUpTo(scanner, 60, "a second");
  scanner.expectSpace();
  const west = scanner.accept("-");
  if (!west) scanner.expect("+");
  const zoneMinutes = expectUpTo(scanner, 23, "the hours of a zone") * 60 + expectUpTo(scanner, 59, "its minutes");
  scanner.expect('"', "a quote");
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute + (west ? zoneMinutes : -zoneMinutes), second);
  // A zone can move it to a year that date-time cannot write.
  if (date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999) {
    throw scanner.malformed("an instant of the years 0 to 9999", start);
  }
  return date;
}

/** Writes an instant of the years 0 to 9999 as a date-time, in whole seconds and UTC. */
export function printDateTime(date: Date): WireText {
  const day = `${String(date.getUTCDate()).padStart(2, " ")}-${monthNames[date.getUTCMonth()]}-${
    padded(date.getUTCFullYear(), 4)
  }`;
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) => padded(part, 2));
  return `"${day} ${clock.join(":")} +0000"`;
}

/** What follows the day of the month. */
function expectRestOfDate(scanner: Scanner, day: number, start: number): CalendarDate {
  scanner.expect("-");
  const month = expectMonth(scanner);
  scanner.expect("-");
  const year = expectDigits(scanner, 4, 4, "a year of four digits");
  if (day < 1 || day > daysIn(year, month)) throw scanner.malformed("a day that the month has", start);
  return { year, month, day };
}

function expectMonth(scanner: Scanner): number {
  const index = monthNames.findIndex((month) => scanner.accept(month));
  if (index < 0) throw scanner.malformed("a month: Jan to Dec");
  return index + 1;
}

function expectUpTo(scanner: Scanner, most: number, expected: string): number {
  const start = scanner.at;
  const number = expectDigits(scanner, 2, 2, "two digits");
  if (number > most) throw scanner.malformed(expected, start);
  return number;
}

function expectDigits(scanner: Scanner, least: number, most: number, expected: string): number {
  const start = scanner.at;
  const digits = scanner.acceptRun(DIGIT, most);
  if (digits === undefined || digits.length < least) throw scanner.malformed(expected, start);
  return Number(latin1(digits));
}

function daysIn(year: number, month: number): number {
  const last = new Date(0);
  last.setUTCFullYear(year, month, 0);
  return last.getUTCDate();
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}
