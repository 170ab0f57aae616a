/** A command line (RFC 1939 §3, RFC 2449 §3): a keyword in any case, and what follows the first space. */
import { latin1 } from "../../../core/wire/ascii.ts";
import { lineText } from "../../../core/wire/line_text.ts";

/** A line that was read. */
export interface CommandLine {
  /** In upper case. */
  readonly keyword: string;
  /** As it is, spaces included; undefined when nothing follows the keyword. */
  readonly argument: string | undefined;
  /** RFC 6856 §2.2: false for what is not UTF-8; and for control characters. The argument is then of no use. */
  readonly isText: boolean;
}

/** Reads a line, given without its CRLF. */
export function readCommandLine(line: Uint8Array): CommandLine {
  const text = lineText(line, false);
  const shown = text ?? latin1(line);
  const space = shown.indexOf(" ");
  const keyword = (space < 0 ? shown : shown.slice(0, space)).toUpperCase();
  return { keyword, argument: space < 0 ? undefined : shown.slice(space + 1), isText: text !== undefined };
}
