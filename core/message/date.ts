/** Dates of messages (RFC 5322 §3.3, obsolete forms of §4.3, and what real mail has instead). */
import { isBlank } from "./field_text.ts";

/** A date as written: an instant, and the zone it was written in. */
export interface MessageDate {
  /** The instant, milliseconds since 1970 UTC. */
  readonly epochMilliseconds: number;
  /** Minutes east of UTC. */
  readonly zoneMinutes: number;
}

const dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const months: ReadonlyMap<string, number> = new Map(monthNames.map((name, index) => [name.toLowerCase(), index]));

/** No real date is longer; a bound keeps junk cheap. */
const LONGEST = 256;

const time = String.raw`(\d{1,2})\s*[:.]\s*(\d{1,2})(?:\s*[:.]\s*(\d{1,2})(?:[.,]\d+)?)?`;
const zone = String.raw`(?:\s*(?:GMT|UTC?)?\s*([+-]\d{1,2}:?\d{2})|\s*([A-Za-z]{1,5}))?`;
/** RFC 5322 §3.3: a day name before the date, which says nothing that the date does not. A month is none: `Nov 24 2026`. */
const dayName = String.raw`^[\s,]*(?:(?!(?i:${
  monthNames.join("|")
}))(?:[A-Za-z]+\s*[,.]\s*|[A-Za-z]{3,9}\s+(?=[A-Za-z0-9])))?`;
const leadingDayName = new RegExp(dayName);
/** `Tue, 24 Nov 2026 07:00:00 +0000`; RFC 3501's `24-Nov-2026` too. */
const mailDate = new RegExp(
  String.raw`${dayName}(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?[\s,-]+(\d{2,4})(?!\d)(?:[\s,]+${time}${zone})?`,
);
/** `Nov 24 07:00:00 2026 +0000`, as C's asctime writes it, or `Nov 24, 2026 07:00`. */
const timeThenYear = new RegExp(String.raw`^([A-Za-z]{3,9})\.?\s+(\d{1,2})[\s,]+${time}${zone}\s+(\d{4})${zone}`);
const yearThenTime = new RegExp(String.raw`^([A-Za-z]{3,9})\.?\s+(\d{1,2})[\s,]+(\d{4})(?:[\s,]+${time}${zone})?`);
/** RFC 3339. */
const internetDate = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[Tt\s]+${time}${zone})?`);

/** RFC 5322 §4.3: the American zones, in hours. All other names, the military ones included, say nothing: UTC. */
const namedZones: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

/** Reads a date; undefined when there is none, or a day that cannot be. */
export function parseDate(text: string): MessageDate | undefined {
  const written = withoutComments(text.slice(0, LONGEST));
  const mail = mailDate.exec(written);
  if (mail) {
    const [, day, month, year, ...clock] = mail;
    return dateOf(year, monthIndex(month), day, clock);
  }
  const plain = written.replace(leadingDayName, "");
  const asctime = timeThenYear.exec(plain);
  if (asctime) {
    const [, month, day, hour, minute, second, offset, name, year, lateOffset, lateName] = asctime;
    return dateOf(year, monthIndex(month), day, [hour, minute, second, offset ?? lateOffset, name ?? lateName]);
  }
  const american = yearThenTime.exec(plain);
  if (american) {
    const [, month, day, year, ...clock] = american;
    return dateOf(year, monthIndex(month), day, clock);
  }
  const internet = internetDate.exec(plain);
  if (!internet) return undefined;
  const [, year, month, day, ...clock] = internet;
  return dateOf(year, Number(month) - 1, day, clock);
}

/** `Tue, 24 Nov 2026 07:00:00 +0000` (RFC 5322 §3.3), in the zone given as minutes east of UTC. */
export function formatDate(date: Date, zoneMinutes = 0): string {
  const local = new Date(date.getTime() + zoneMinutes * 60_000);
  const day = `${dayNames[local.getUTCDay()]}, ${local.getUTCDate()} ${monthNames[local.getUTCMonth()]}`;
  const clock = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  const zone = Math.abs(zoneMinutes);
  const offset = `${zoneMinutes < 0 ? "-" : "+"}${two(Math.floor(zone / 60))}${two(zone % 60)}`;
  return `${day} ${String(local.getUTCFullYear()).padStart(4, "0")} ${clock} ${offset}`;
}

type Text = string | undefined;

function dateOf(yearText: Text, month: number, dayText: Text, clock: readonly Text[]): MessageDate | undefined {
  const [hour = "0", minute = "0", second = "0", offset, name] = clock;
  const year = fullYear(yearText ?? "");
  const day = Number(dayText);
  if (month < 0 || month > 11) return undefined;
  const zoneMinutes = zoneOf(offset, name);
  const local = new Date(0);
  local.setUTCFullYear(year, month, day);
  // A day that the month does not have is one of another month.
  if (local.getUTCDate() !== day) return undefined;
  // RFC 5322 §3.3: a minute may have a 61st second. RFC 5256 §2.2: a time that cannot be is 00:00:00.
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
  if (isTime) local.setUTCHours(Number(hour), Number(minute), Number(second));
  return { epochMilliseconds: local.getTime() - zoneMinutes * 60_000, zoneMinutes };
}

/** RFC 5322 §4.3: 00 to 49 are 2000 to 2049, 50 to 99 and every three-digit year count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length >= 4) return year;
  return digits.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}

function monthIndex(name: Text): number {
  return months.get((name ?? "").slice(0, 3).toLowerCase()) ?? -1;
}

function zoneOf(offset: Text, name: Text): number {
  if (offset === undefined) return (namedZones[(name ?? "").toUpperCase()] ?? 0) * 60;
  const digits = offset.replace(/\D/g, "").padStart(4, "0");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  // RFC 5322 §3.3: the last two digits are minutes, 00 to 59. A whole day off is no zone of this world.
  if (Number(digits.slice(2)) > 59 || minutes >= 24 * 60) return 0;
  return minutes === 0 ? 0 : offset.startsWith("-") ? -minutes : minutes;
}

/** RFC 5322 §3.2.2: comments nest; one that never closes runs to the end. They part words, as white space does. */
function withoutComments(text: string): string {
  if (!text.includes("(")) return text;
  let plain = "";
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "(") depth++;
    else if (character === ")" && depth > 0) depth--;
    else if (character === "\\" && depth > 0) at++;
    else if (depth === 0) plain += character;
    if (depth > 0 && !isBlank(plain.charCodeAt(plain.length - 1))) plain += " ";
  }
  return plain;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
