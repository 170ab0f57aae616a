/**
 * Messages that are made of known texts, encoded in many ways: what a search must find in them is known without reading
 * them. Nothing here uses the code that is tested.
 */
import fc from "fast-check";
import type { Made } from "./searching.ts";

/** A message, and what it is made of. */
export interface Composed {
  /** For `append`; its flags are those below. */
  readonly made: Made & { readonly text: string; readonly flags: readonly string[]; readonly receivedAt: string };
  /** Fields of its own header, decoded. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Header texts of parts and messages inside, decoded. */
  readonly innerHeaders: readonly string[];
  /** Decoded texts. */
  readonly bodies: readonly string[];
  /** The day of its Date field, as the sender has it: `2026-02-01`; absent: it has none. */
  readonly sentDay?: string;
  /** Milliseconds. */
  readonly sentAt?: number;
  /** The base subject, the first sender's local part and the name that is shown for it. */
  readonly baseSubject: string;
  readonly fromLocal: string;
  readonly fromShown: string;
}

const letters = ["a", "B", "e", "x", " ", "ä", "É", "ß", "Ж", "я", "1", "."];
/** A text of words in several scripts. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 })
  .map((text) => text.replace(/ +/g, " ").trim());

interface Part {
  readonly text: string;
  readonly charset: "utf-8" | "iso-8859-1" | "koi8-r" | "none";
  readonly encoding: "8bit" | "base64" | "quoted-printable";
}

const anyPart: fc.Arbitrary<Part> = fc.record({
  text: fc.array(anyText, { minLength: 1, maxLength: 4 }).map((lines) => `${lines.join("\r\n")}\r\n`),
  charset: fc.constantFrom("utf-8", "iso-8859-1", "koi8-r", "none"),
  encoding: fc.constantFrom("8bit", "base64", "quoted-printable"),
});

const anySource = fc.record({
  prefix: fc.constantFrom("", "Re: ", "re:", "Fwd: [list] "),
  subject: anyText,
  isEncoded: fc.boolean(),
  from: fc.record({ name: anyText, local: fc.constantFrom("ann", "Bob", "carl", "Dora") }),
  to: fc.array(fc.constantFrom("eve", "fay", "gus"), { maxLength: 3 }),
  date: fc.option(fc.record({
    day: fc.integer({ min: 1, max: 5 }),
    hour: fc.constantFrom("00", "12", "23"),
    zone: fc.constantFrom("+0000", "-0800", "+1300"),
  })),
  parts: fc.array(anyPart, { minLength: 1, maxLength: 3 }),
  inner: fc.option(fc.record({ subject: anyText, part: anyPart })),
  fileName: fc.option(anyText),
  extra: fc.option(anyText),
  flags: fc.subarray(["\\Seen", "\\Flagged", "\\Deleted", "\\Answered", "\\Draft", "work", "$Junk"]),
  received: fc.record({ day: fc.integer({ min: 1, max: 5 }), second: fc.integer({ min: 0, max: 86_399 }) }),
});

/** Any such message. */
export const anyComposed: fc.Arbitrary<Composed> = anySource.map(composed);

type Source = typeof anySource extends fc.Arbitrary<infer S> ? S : never;

function composed(source: Source): Composed {
  const subject = `${source.prefix}${source.subject}`.trim();
  const fields: [string, string][] = [];
  let header = "";
  const add = (name: string, value: string, written = encoded(value, source.isEncoded)) => {
    fields.push([name, value]);
    header += `${name}: ${written}\r\n`;
  };
  const address = `${source.from.local}@example.org`;
  const { name } = source.from;
  const isPlain = /^[\w ]*$/.test(name);
  add(
    "From",
    name === "" ? address : isPlain ? `${name} <${address}>` : `"${name}" <${address}>`,
    name === "" ? address : isPlain ? `${name} <${address}>` : `"${utf8(name)}" <${address}>`,
  );
  const to = source.to.map((local) => `${local}@example.net`).join(",\r\n ");
  if (to !== "") add("To", to.replace("\r\n", "").replace("\r\n", ""), to);
  add("Subject", subject);
  if (source.extra !== null) add("X-Extra", source.extra);
  const date = source.date && dated(source.date);
  if (date) add("Date", date.written, date.written);
  const parts = [...source.parts.map(leaf), ...attachments(source), ...inner(source)];
  const text = `${header}Content-Type: multipart/mixed; boundary="=b="\r\n\r\n` +
    `${parts.map(({ octets }) => `--=b=\r\n${octets}`).join("\r\n")}\r\n--=b=--\r\n`;
  fields.push(["Content-Type", 'multipart/mixed; boundary="=b="']);
  const { received } = source;
  return {
    made: {
      text,
      flags: source.flags,
      receivedAt: new Date(Date.UTC(2026, 1, received.day) + received.second * 1000).toISOString(),
    },
    fields,
    innerHeaders: parts.flatMap(({ headers }) => headers),
    bodies: parts.flatMap(({ bodies }) => bodies),
    ...date && { sentDay: date.day, sentAt: date.at },
    // RFC 5256 §2.1: the last blob stays where nothing else would.
    baseSubject: source.subject === "" && source.prefix.endsWith("[list] ") ? "[list]" : source.subject,
    fromLocal: source.from.local,
    fromShown: name === "" ? address : name,
  };
}

function dated({ day, hour, zone }: NonNullable<Source["date"]>) {
  const offset = (zone.startsWith("-") ? -1 : 1) * Number(zone.slice(1, 3)) * 3_600_000;
  return {
    written: `${day} Feb 2026 ${hour}:30:00 ${zone}`,
    day: `2026-02-0${day}`,
    at: Date.UTC(2026, 1, day, Number(hour), 30) - offset,
  };
}

interface Built {
  readonly octets: string;
  readonly headers: readonly string[];
  readonly bodies: readonly string[];
}

function leaf(part: Part): Built {
  const [octets, text] = written(part.text, part.charset);
  const type = part.charset === "none"
    ? "Content-Type: text/plain"
    : `Content-Type: text/plain; charset=${part.charset}`;
  const encoding = `Content-Transfer-Encoding: ${part.encoding}`;
  return {
    octets: `${type}\r\n${encoding}\r\n\r\n${transferred(octets, part.encoding)}`,
    headers: [type, encoding],
    bodies: [text],
  };
}

function attachments({ fileName }: Source): Built[] {
  if (fileName === null) return [];
  const octets = "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; " +
    `filename*=utf-8''${encodeURIComponent(fileName)}\r\n\r\nunseen`;
  return [{ octets, headers: [fileName, "Content-Type: application/octet-stream"], bodies: [] }];
}

function inner({ inner }: Source): Built[] {
  if (inner === null) return [];
  const part = leaf(inner.part);
  const octets = `Content-Type: message/rfc822\r\n\r\nSubject: ${encoded(inner.subject, true)}\r\n${part.octets}`;
  return [{ octets, headers: [`Subject: ${inner.subject}`, ...part.headers], bodies: part.bodies }];
}

/** One character an octet, and the text that it is: what a charset does not have becomes "?". */
function written(text: string, charset: Part["charset"]): readonly [octets: string, text: string] {
  if (charset === "utf-8" || charset === "none") return [utf8(text), text];
  const known = knownBytes(charset);
  const kept = Array.from(text, (character) => known.has(character) ? character : "?").join("");
  return [Array.from(kept, (character) => String.fromCharCode(known.get(character) ?? 63)).join(""), kept];
}

function knownBytes(charset: string): Map<string, number> {
  const decoder = new TextDecoder(charset);
  return new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]));
}

function transferred(octets: string, encoding: Part["encoding"]): string {
  if (encoding === "8bit") return octets;
  if (encoding === "base64") return btoa(octets).replace(/.{1,20}/g, "$&\r\n");
  const escape = (octet: string) => `=${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  const units = octets.match(/\r\n|[^]/g) ?? [];
  return units.map((unit, at) => {
    const isEscaped = /[=\x80-\xff]/.test(unit) || unit === " " && units[at + 1] === "\r\n";
    // Lines are broken where no line ends.
    return `${isEscaped ? escape(unit) : unit}${at % 9 === 8 && unit !== "\r\n" ? "=\r\n" : ""}`;
  }).join("");
}

function encoded(value: string, isEncoded: boolean): string {
  return isEncoded && value !== "" ? `=?utf-8?b?${btoa(utf8(value))}?=` : utf8(value);
}

function utf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
