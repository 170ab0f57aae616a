/** Arguments of the commands on rights (RFC 4314 §3). */
import { latin1 } from "../../../../core/wire/ascii.ts";
import { expectMailboxName, printMailboxName } from "./mailbox_name.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { printText, type WireText } from "./wire_text.ts";

/** A mailbox, and whose rights in it: arguments of DELETEACL and LISTRIGHTS. */
export interface MailboxIdentifier {
  /** Which mailbox. */
  readonly mailbox: string;
  /** As the client wrote it: not yet prepared (RFC 4314 §3). */
  readonly identifier: string;
}

/** Arguments of SETACL. */
export interface SetAclArguments extends MailboxIdentifier {
  /** Whether the rights replace those that there are, are added, or are removed. */
  readonly mode: "set" | "add" | "remove";
  /** Lower-case letters and digits, as the client wrote them; which of them are rights is another question. */
  readonly rights: string;
}

const signs: Readonly<Record<SetAclArguments["mode"], string>> = { set: "", add: "+", remove: "-" };

/** Reads what follows `DELETEACL ` or `LISTRIGHTS `. @throws Malformed. */
export function expectMailboxIdentifier(scanner: Scanner): MailboxIdentifier {
  const found = expectTarget(scanner);
  scanner.expectEnd();
  return found;
}

/** Writes arguments of DELETEACL and LISTRIGHTS. */
export function printMailboxIdentifier({ mailbox, identifier }: MailboxIdentifier, form: NameForm): WireText {
  return `${printMailboxName(mailbox, form)} ${printText(identifier)}`;
}

/** Reads what follows `SETACL `. @throws Malformed. */
export function expectSetAclArguments(scanner: Scanner): SetAclArguments {
  const target = expectTarget(scanner);
  scanner.expectSpace();
  const start = scanner.at;
  const text = latin1(scanner.expectAstring("rights"));
  // RFC 4314 §7: rights are lower-case letters and digits.
  const [, sign, rights] = /^([+-]?)([a-z0-9]*)$/.exec(text) ?? [];
  if (rights === undefined) throw scanner.malformed("rights: lower-case letters and digits", start);
  scanner.expectEnd();
  return { ...target, mode: sign === "+" ? "add" : sign === "-" ? "remove" : "set", rights };
}

/** Writes arguments of SETACL. */
export function printSetAclArguments({ mode, rights, ...target }: SetAclArguments, form: NameForm): WireText {
  return `${printMailboxIdentifier(target, form)} ${printText(signs[mode] + rights)}`;
}

function expectTarget(scanner: Scanner): MailboxIdentifier {
  const mailbox = expectMailboxName(scanner);
  scanner.expectSpace();
  return { mailbox, identifier: scanner.expectText("an identifier") };
}
