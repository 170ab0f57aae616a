/** Times (RFC 2244 §3.1.1, §8): fourteen digits in UTC and as many more as there are fractions; here in microseconds. */
import type { Scanner } from "./scanner.ts";

const written = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d*)$/;

/** Microseconds since 1970 of a time; one before is 0, for nothing is so old. Undefined for what is none. */
export function timeOf(text: string): number | undefined {
  const [, year = "", ...rest] = written.exec(text) ?? [];
  if (year === "") return undefined;
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest.slice(0, 5).map(Number);
  const isWanted = month <= 12 && day <= 31 && hour <= 23 && minute <= 59 && second <= 60;
  // RFC 2244 §6.6.1 has "00000101000000" for a time before all others.
  if (!isWanted || month === 0 || day === 0) return undefined;
  const seconds = Date.UTC(Math.max(Number(year), 1970), month - 1, day, hour, minute, second) / 1000;
  const time = seconds * 1_000_000 + Number((rest[5] ?? "").slice(0, 6).padEnd(6, "0"));
  return Number(year) < 1970 ? 0 : Math.min(time, Number.MAX_SAFE_INTEGER);
}

/** As modtimes are written: to the microsecond. */
export function printTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const digits = new Date(seconds * 1000).toISOString().slice(0, 19).replace(/\D/g, "");
  return `${digits}${String(microseconds - seconds * 1_000_000).padStart(6, "0")}`;
}

/** Reads a time, quoted or, as in RFC 2244's example of DELETEDSINCE, not. @throws Malformed. */
export function expectTime(scanner: Scanner): number {
  const start = scanner.at;
  const time = timeOf(scanner.acceptAtom() ?? scanner.expectName("a time"));
  if (time === undefined) throw scanner.malformed("a time", start);
  return time;
}
