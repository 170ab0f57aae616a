/** A command line as octets (RFC 5321 §2.4, §4.1.1): its verb and its argument. Pure. */
import { trimBlanks } from "../../../core/message/field_text.ts";
import { latin1 } from "../../../core/wire/ascii.ts";
import { decodeUtf8 } from "../../../core/wire/utf8.ts";

/** A line that may be a command. */
export interface CommandLine {
  /** Upper case; RFC 5321 §2.4: verbs are not case-sensitive. */
  readonly verb: string;
  /** What follows, without the blanks at its ends: §4.1.1 asks to tolerate trailing ones. */
  readonly argument: string;
}

const SPACE = 32, TAB = 9, DELETE = 127;

/**
 * Undefined for a line that is no text: with control characters (a bare CR or LF ends no command, and must not hide one
 * either), or with octets beyond ASCII that are not UTF-8 (RFC 6531 §3.3).
 */
export function readCommandLine(line: Uint8Array): CommandLine | undefined {
  let isAscii = true;
  for (let at = 0; at < line.length; at++) {
    const octet = line[at] ?? 0;
    if ((octet < SPACE && octet !== TAB) || octet === DELETE) return undefined;
    if (octet > DELETE) isAscii = false;
  }
  const text = isAscii ? latin1(line) : decodeUtf8(line);
  if (text === undefined) return undefined;
  const end = text.search(/[ \t]|$/);
  return { verb: text.slice(0, end).toUpperCase(), argument: trimBlanks(text.slice(end)) };
}
