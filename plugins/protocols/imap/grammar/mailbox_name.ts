/** Names of mailboxes in commands: as the client writes them on the wire, and in Unicode everywhere else. */
import { isAscii, latin1 } from "../../../../core/wire/ascii.ts";
import { decodeUtf8, encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { decodeModifiedUtf7, encodeModifiedUtf7 } from "./modified_utf7.ts";
import { Malformed, type NameForm, type Scanner } from "./scanner.ts";
import { printAstring, type WireText } from "./wire_text.ts";

/**
 * RFC 9051 §9: a mailbox is any astring, so a command with a name that is not in the form of names is well-formed. But
 * there is no such mailbox, nor can there be one: the reply is NO.
 */
export class ImpossibleName extends Malformed {}

/**
 * Reads a name; INBOX comes out in capitals. Whether there can be such a mailbox is another question.
 * @throws Malformed; ImpossibleName for what is not in the form of names.
 */
export function expectMailboxName(scanner: Scanner): string {
  const start = scanner.at;
  const name = decodedName(scanner.expectAstring("a mailbox name"), scanner.nameForm);
  if (name === undefined) throw new ImpossibleName(start, "a mailbox name");
  return asInbox(name);
}

/** Writes a name. */
export function printMailboxName(name: string, form: NameForm): WireText {
  return printAstring(encodedName(name, form));
}

/** RFC 9051 §5.1: INBOX in any case of its ASCII letters is INBOX; another name is as it is. */
export function asInbox(name: string): string {
  return /^inbox$/i.test(name) ? "INBOX" : name;
}

/** A name, or a pattern of names, in Unicode; undefined for what is none. */
export function decodedName(octets: Uint8Array, form: NameForm): string | undefined {
  // RFC 6855 §3: names in UTF-8 are taken from every client; one that has octets beyond ASCII can be nothing else.
  return form === "utf-8" || !isAscii(octets) ? decodeUtf8(octets) : decodeModifiedUtf7(latin1(octets));
}

/** The octets of a name or a pattern. */
export function encodedName(name: string, form: NameForm): Uint8Array {
  return encodeUtf8(form === "utf-8" ? name : encodeModifiedUtf7(name));
}
