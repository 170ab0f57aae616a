/** Dates in responses: `date-time` (RFC 9051 §9), as INTERNALDATE and SAVEDATE have it. */

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Years have four digits. */
const EARLIEST = Date.UTC(2000, 0, 1) - 730_485 * 86_400_000; // 1 January 0000
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** `" 4-Nov-2026 07:00:00 +0000"` with its quotes, in UTC: it is the instant that counts. */
export function printDateTime(date: Date): string {
  const at = new Date(Math.min(Math.max(date.getTime(), EARLIEST), LATEST));
  // RFC 9051 §9, date-day-fixed: two places, a space before a single digit.
  const day = String(at.getUTCDate()).padStart(2, " ");
  const year = String(at.getUTCFullYear()).padStart(4, "0");
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return `"${day}-${monthNames[at.getUTCMonth()]}-${year} ${clock} +0000"`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
