/** A command line as octets (RFC 5321 §2.4, §4.1.1): its verb and its argument. Pure. */
import { trimBlanks } from "../../../core/message/field_text.ts";
import { lineText } from "../../../core/wire/line_text.ts";

/** A line that may be a command. */
export interface CommandLine {
  /** Upper case; RFC 5321 §2.4: verbs are not case-sensitive. */
  readonly verb: string;
  /** What follows, without the blanks at its ends: §4.1.1 asks to tolerate trailing ones. */
  readonly argument: string;
}

/** Undefined for a line that is no text (RFC 6531 §3.3: it may be UTF-8). */
export function readCommandLine(line: Uint8Array): CommandLine | undefined {
  const text = lineText(line, true);
  if (text === undefined) return undefined;
  const end = text.search(/[ \t]|$/);
  return { verb: text.slice(0, end).toUpperCase(), argument: trimBlanks(text.slice(end)) };
}
