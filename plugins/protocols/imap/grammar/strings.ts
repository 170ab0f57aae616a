/** Strings of commands (RFC 9051 §4.3): quoted, and literals, which stand in a command as on the wire. Pure and linear. */
import { Malformed } from "../../../../core/wire/malformed.ts";
import { decodeUtf8 } from "../../../../core/wire/utf8.ts";
import { DIGIT, isOf, QUOTED } from "./octet_classes.ts";

/** What was read, and where it ended. */
export interface StringReading {
  /** A view of the command, but for quoted strings with a backslash. */
  readonly value: Uint8Array;
  /** After its last octet. */
  readonly end: number;
}

const CR = 13, LF = 10, QUOTE = 0x22, PLUS = 0x2b, BACKSLASH = 0x5c, OPEN = 0x7b, CLOSE = 0x7d, TILDE = 0x7e;
/** Digits of the largest number64. */
const MOST_DIGITS = 19;

/** Reads a string at `start`, if one begins there. @throws Malformed when it goes wrong further on. */
export function readString(bytes: Uint8Array, start: number): StringReading | undefined {
  switch (bytes[start]) {
    case QUOTE:
      return readQuoted(bytes, start);
    case OPEN: {
      const literal = readLiteral(bytes, start);
      // RFC 9051 §9: a literal is CHAR8s, which are not NUL.
      const nul = literal.value.indexOf(0);
      if (nul >= 0) throw new Malformed(literal.end - literal.value.length + nul, "an octet other than NUL");
      return literal;
    }
    default:
      return undefined;
  }
}

/** Reads a literal8 at `start`, if one begins there (RFC 4466 §6). @throws Malformed when it goes wrong further on. */
export function readLiteral8(bytes: Uint8Array, start: number): StringReading | undefined {
  return bytes[start] === TILDE && bytes[start + 1] === OPEN ? readLiteral(bytes, start + 1) : undefined;
}

function readQuoted(bytes: Uint8Array, start: number): StringReading {
  const from = start + 1;
  /** Octets where each backslash is left out; absent: they stand in the command as they are. */
  let unescaped: number[] | undefined;
  let isAscii = true;
  for (let at = from;; at++) {
    let octet = bytes[at];
    if (octet === QUOTE) {
      const value = unescaped === undefined ? bytes.subarray(from, at) : Uint8Array.from(unescaped);
      // RFC 6855 §3: what is beyond ASCII must be UTF-8.
      if (!isAscii && decodeUtf8(value) === undefined) throw new Malformed(start, "a quoted string of UTF-8");
      return { value, end: at + 1 };
    }
    if (octet === BACKSLASH) {
      unescaped ??= Array.from(bytes.subarray(from, at));
      octet = bytes[++at];
      // RFC 9051 §9: a backslash stands before quoted-specials only.
      if (octet !== QUOTE && octet !== BACKSLASH) throw new Malformed(at, 'a backslash or a quote after "\\"');
    } else if (!isOf(octet, QUOTED)) {
      throw new Malformed(at, octet === undefined ? "the closing quote" : "an octet that may be quoted");
    }
    if (octet === undefined) throw new Malformed(at, "the closing quote");
    if (octet > 0x7f) isAscii = false;
    unescaped?.push(octet);
  }
}

/** Reads a literal whose brace is at `start`, whatever it holds. @throws Malformed when it goes wrong. */
export function readLiteral(bytes: Uint8Array, start: number): StringReading {
  let at = start + 1;
  while (isOf(bytes[at], DIGIT) && at - start <= MOST_DIGITS) at++;
  if (at === start + 1) throw new Malformed(at, "the size of a literal");
  let size = 0;
  for (let digit = start + 1; digit < at; digit++) size = size * 10 + ((bytes[digit] ?? 0) - 0x30);
  // RFC 7888 §3: non-synchronizing or not, that is the reader's business.
  if (bytes[at] === PLUS) at++;
  if (bytes[at] !== CLOSE) throw new Malformed(at, '"}"');
  if (bytes[at + 1] !== CR || bytes[at + 2] !== LF) throw new Malformed(at + 1, "CRLF");
  const from = at + 3, end = from + size;
  if (end > bytes.length) throw new Malformed(bytes.length, "the rest of a literal");
  return { value: bytes.subarray(from, end), end };
}
