/** Names of mailboxes in responses: modified UTF-7 (RFC 3501 §5.1.3), or UTF-8 (RFC 9051 §5.1, RFC 6855 §3). */
import { encodeModifiedUtf7 } from "../grammar/modified_utf7.ts";
import type { NameForm } from "../grammar/scanner.ts";
import { printAstring, printString } from "./strings.ts";

/** `mailbox`: an atom where it can be one; never a literal, for no name holds CR or LF. */
export function printName(name: string, form: NameForm): string {
  return form === "utf-8"
    ? printAstring(name, { utf8: true })
    : printAstring(encodeModifiedUtf7(name), { utf8: false });
}

/** The same as a `string`, where the grammar has no atoms (RFC 2342 §6). */
export function printQuotedName(name: string, form: NameForm): string {
  return form === "utf-8" ? printString(name, { utf8: true }) : printString(encodeModifiedUtf7(name), { utf8: false });
}
