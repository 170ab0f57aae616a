/** Arguments of CREATE (RFC 9051 §6.3.4; parameters: RFC 4466 §2.2, RFC 6154 §3). */
import { expectMailboxName, printMailboxName } from "./mailbox_name.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { printList, type WireText } from "./wire_text.ts";

/** Arguments of CREATE. */
export interface CreateArguments {
  /** The name, perhaps with the separator at its end (RFC 9051 §6.3.4). */
  readonly mailbox: string;
  /** What it is for, with backslashes; known uses come out as the RFCs spell them. */
  readonly uses: readonly string[];
}

/** Special uses, as they are spelled (RFC 6154 §2, RFC 8457 §4). */
export const specialUses: readonly string[] = [
  "\\All",
  "\\Archive",
  "\\Drafts",
  "\\Flagged",
  "\\Important",
  "\\Junk",
  "\\Sent",
  "\\Trash",
];

const spelled: ReadonlyMap<string, string> = new Map(specialUses.map((use) => [use.toUpperCase(), use]));

/** Reads what follows `CREATE `. @throws Malformed. */
export function expectCreateArguments(scanner: Scanner): CreateArguments {
  const mailbox = expectMailboxName(scanner);
  const uses = scanner.acceptSpace() ? expectUses(scanner) : [];
  scanner.expectEnd();
  return { mailbox, uses };
}

/** Writes arguments of CREATE. */
export function printCreateArguments({ mailbox, uses }: CreateArguments, form: NameForm): WireText {
  return printMailboxName(mailbox, form) + (uses.length === 0 ? "" : ` (USE ${printList(uses)})`);
}

function expectUses(scanner: Scanner): string[] {
  scanner.expect("(");
  scanner.expectKeyword("USE");
  scanner.expectSpace();
  const uses = scanner.expectList(expectUse, 0);
  scanner.expect(")");
  return uses;
}

function expectUse(scanner: Scanner): string {
  scanner.expect("\\");
  const use = `\\${scanner.expectAtom("a special use")}`;
  return spelled.get(use.toUpperCase()) ?? use;
}
