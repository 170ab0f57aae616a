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

const time = String.raw`(?<hour>\d{1,2})\s*[:.]\s*(?<minute>\d{1,2})(?:\s*[:.]\s*(?<second>\d{1,2})(?:[.,]\d+)?)?` +
  String.raw`(?:\s*(?<half>[ap])\.?m\b\.?)?`;
/** Where there is an offset too, a name before it says no more: `GMT+0100`. */
const zone = String.raw`(?:\s*[a-z]{0,5}\s*(?<offset>[+-](?:\d{1,2}:?\d{2}|\d{1,2}(?!\d)))|\s*(?<zone>[a-z]{1,5}))?`;
/** Not the hour of a time. */
const year = String.raw`(?<year>\d{2,4})(?!\d|\s*:|\.\d)`;
const month = String.raw`(?<month>[a-z]{3,9})\.?`;
/** RFC 5322 §3.3: a day name before the date, which says nothing that the date does not. A month is none: `Nov 24 2026`. */
const dayName = String.raw`^[\s,]*(?:(?!${monthNames.join("|")})(?:[a-z]+\s*[,.]\s*|[a-z]{3,9}\s+(?=[a-z0-9])))?`;
const forms = [
  // `Tue, 24 Nov 2026 07:00:00 +0000`; RFC 3501's `24-Nov-2026` too. RFC 5322 §4.3: white space may be missing.
  String.raw`(?<day>\d{1,2})\.?[\s-]*${month}[\s,-]*${year}(?:[\s,]+${time}${zone})?`,
  // `Nov 24 07:00:00 2026 +0000`, as C's asctime writes it.
  String
    .raw`(?:${month}\s+(?<day>\d{1,2})|(?<day>\d{1,2})\s+${month})[\s,]+${time}(?:\s+${year}${zone}|${zone}\s+${year})`,
  // `Nov 24, 2026 07:00`.
  String.raw`${month}\s+(?<day>\d{1,2})[\s,]+${year}(?:[\s,]+${time}${zone})?`,
  // RFC 3339, and what is as clear.
  String.raw`(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})(?!\d)(?:[t\s]+${time}${zone})?`,
].map((form) => new RegExp(dayName + form, "i"));

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
  for (const form of forms) {
    const found = form.exec(written)?.groups;
    if (found !== undefined) return dateOf(found);
  }
  return undefined;
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

/** What a date was written with, by name; what it has not is undefined. */
type Written = Readonly<Record<string, string | undefined>>;

function dateOf({ year, month, day, hour, minute = "0", second = "0", half, offset, zone }: Written) {
  const monthNumber = monthIndex(month ?? "");
  if (!(monthNumber >= 0 && monthNumber < 12)) return undefined;
  const zoneMinutes = offset === undefined ? namedZone(zone ?? "") : offsetMinutes(offset);
  const local = new Date(0);
  local.setUTCFullYear(fullYear(year ?? ""), monthNumber, Number(day));
  // A day that the month does not have is one of another month.
  if (local.getUTCDate() !== Number(day)) return undefined;
  const hours = hourOf(hour ?? "0", half);
  // RFC 5322 §3.3: a minute may have a 61st second. RFC 5256 §2.2: a time that cannot be is 00:00:00.
  const isTime = hours < 24 && Number(minute) < 60 && Number(second) <= 60;
  if (isTime) local.setUTCHours(hours, Number(minute), Number(second));
  return { epochMilliseconds: local.getTime() - zoneMinutes * 60_000, zoneMinutes };
}

/** `9:55 pm` is 21:55, `12:05 am` is 0:05. */
function hourOf(digits: string, half: string | undefined): number {
  const hour = Number(digits);
  if (half === undefined || hour > 12) return hour;
  return hour % 12 + (half.toLowerCase() === "p" ? 12 : 0);
}

/** RFC 5322 §4.3: 00 to 49 are 2000 to 2049, 50 to 99 and every three-digit year count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length >= 4) return year;
  return digits.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}

/** From 0 on; another number, or none, for what is no month. */
function monthIndex(text: string): number {
  return months.get(text.slice(0, 3).toLowerCase()) ?? Number(text) - 1;
}

function namedZone(name: string): number {
  return (namedZones[name.toUpperCase()] ?? 0) * 60;
}

/** Of `+hhmm`, and of `+h`, which is hours. */
function offsetMinutes(offset: string): number {
  const digits = offset.slice(1).replace(":", "");
  const hours = Number(digits.length > 2 ? digits.slice(0, -2) : digits);
  const minutes = Number(digits.length > 2 ? digits.slice(-2) : 0);
  const total = hours * 60 + minutes;
  // RFC 5322 §3.3: the last two digits are minutes, 00 to 59. A whole day off is no zone of this world.
  if (minutes > 59 || total >= 24 * 60 || total === 0) return 0;
  return offset.startsWith("-") ? -total : total;
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
