/** Arguments that are names of mailboxes, sets of messages, or both: of DELETE, RENAME, COPY, UID EXPUNGE and their like. */
import { expectMailboxName, printMailboxName } from "./mailbox_name.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { expectSequenceSet, printSequenceSet, type SequenceSet } from "./sequence_set.ts";
import type { WireText } from "./wire_text.ts";

/** Arguments of RENAME (RFC 9051 §6.3.6). */
export interface RenameArguments {
  /** What it is called. */
  readonly from: string;
  /** What it is to be called. */
  readonly to: string;
}

/** Arguments of COPY and MOVE (RFC 9051 §6.4.7, §6.4.8). */
export interface CopyArguments {
  /** Which messages. */
  readonly set: SequenceSet;
  /** Where to. */
  readonly mailbox: string;
}

/**
 * Reads the one mailbox that follows `DELETE `, `SUBSCRIBE `, `UNSUBSCRIBE `, `GETACL `, `MYRIGHTS ` or `GETQUOTAROOT `.
 * @throws Malformed.
 */
export function expectMailboxArgument(scanner: Scanner): string {
  const mailbox = expectMailboxName(scanner);
  scanner.expectEnd();
  return mailbox;
}

/** Reads what follows `RENAME `. @throws Malformed. */
export function expectRenameArguments(scanner: Scanner): RenameArguments {
  const from = expectMailboxName(scanner);
  scanner.expectSpace();
  return { from, to: expectMailboxArgument(scanner) };
}

/** Writes arguments of RENAME. */
export function printRenameArguments({ from, to }: RenameArguments, form: NameForm): WireText {
  return `${printMailboxName(from, form)} ${printMailboxName(to, form)}`;
}

/** Reads what follows `COPY ` or `MOVE `, with UID or without. @throws Malformed. */
export function expectCopyArguments(scanner: Scanner): CopyArguments {
  const set = expectSequenceSet(scanner);
  scanner.expectSpace();
  return { set, mailbox: expectMailboxArgument(scanner) };
}

/** Writes arguments of COPY and MOVE. */
export function printCopyArguments({ set, mailbox }: CopyArguments, form: NameForm): WireText {
  return `${printSequenceSet(set)} ${printMailboxName(mailbox, form)}`;
}

/** Reads the set that follows `UID EXPUNGE ` (RFC 4315 §2.1). @throws Malformed. */
export function expectSetArgument(scanner: Scanner): SequenceSet {
  const set = expectSequenceSet(scanner);
  scanner.expectEnd();
  return set;
}
