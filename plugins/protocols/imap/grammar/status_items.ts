/** What STATUS tells of a mailbox (RFC 9051 §6.3.11 and extensions), also as LIST asks for it (RFC 5819). */
import { keywordTable } from "./keyword_table.ts";
import { expectMailboxName, printMailboxName } from "./mailbox_name.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { printList, type WireText } from "./wire_text.ts";

const names = [
  /** RFC 7889. */
  "APPENDLIMIT",
  "DELETED",
  /** RFC 9208. */
  "DELETED-STORAGE",
  /** RFC 7162. */
  "HIGHESTMODSEQ",
  /** RFC 8474. */
  "MAILBOXID",
  "MESSAGES",
  /** RFC 3501, gone from RFC 9051. */
  "RECENT",
  /** RFC 8438. */
  "SIZE",
  "UIDNEXT",
  "UIDVALIDITY",
  "UNSEEN",
] as const;

/** An item. */
export type StatusItem = typeof names[number];

const items = keywordTable(names);

/** Arguments of STATUS. */
export interface StatusArguments {
  /** Which mailbox. */
  readonly mailbox: string;
  /** At least one. */
  readonly items: readonly StatusItem[];
}

/** Reads items in parentheses. @throws Malformed. */
export function expectStatusItems(scanner: Scanner): readonly StatusItem[] {
  return scanner.expectList(() => scanner.expectOneOf(items, "a status item"));
}

/** Writes items in parentheses. */
export function printStatusItems(wanted: readonly StatusItem[]): WireText {
  return printList(wanted);
}

/** Reads what follows `STATUS `. @throws Malformed. */
export function expectStatusArguments(scanner: Scanner): StatusArguments {
  const mailbox = expectMailboxName(scanner);
  scanner.expectSpace();
  const wanted = expectStatusItems(scanner);
  scanner.expectEnd();
  return { mailbox, items: wanted };
}

/** Writes arguments of STATUS. */
export function printStatusArguments({ mailbox, items: wanted }: StatusArguments, form: NameForm): WireText {
  return `${printMailboxName(mailbox, form)} ${printStatusItems(wanted)}`;
}
