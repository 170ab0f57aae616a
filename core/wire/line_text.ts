/** The text of a line that is a command, as POP3 and SMTP have it. */
import { latin1 } from "./ascii.ts";
import { decodeUtf8 } from "./utf8.ts";

const SPACE = 0x20, TAB = 9, DELETE = 0x7f;

/**
 * Undefined for a line that is no text: with control characters (a bare CR or LF ends no command, and must not hide one
 * either), or with octets beyond ASCII that are not UTF-8.
 *
 * @param mayHaveTabs Whether a tab is a blank like a space.
 */
export function lineText(line: Uint8Array, mayHaveTabs: boolean): string | undefined {
  let isAscii = true;
  for (let at = 0; at < line.length; at++) {
    const octet = line[at] ?? 0;
    if (octet < SPACE && !(mayHaveTabs && octet === TAB) || octet === DELETE) return undefined;
    if (octet > DELETE) isAscii = false;
  }
  return isAscii ? latin1(line) : decodeUtf8(line);
}
