/** Which mailboxes NOTIFY and ESEARCH speak of (RFC 5465 §6, RFC 7377 §2.2; filter-mailboxes). */
import { expectMailboxName, printMailboxName } from "./mailbox_name.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { printList, type WireText } from "./wire_text.ts";

/** Some mailboxes. */
export type MailboxFilter =
  /** The selected one; `selected-delayed`: its expunges only when the client asks for something. */
  | { readonly which: "selected" | "selected-delayed" }
  /** Where mail may be delivered; all of one's own; what is subscribed. */
  | { readonly which: "inboxes" | "personal" | "subscribed" }
  /** These, with all below them, with those one level below, or as they are. */
  | { readonly which: "subtree" | "subtree-one" | "mailboxes"; readonly names: readonly string[] };

type Which = MailboxFilter["which"];

const named: ReadonlyMap<string, "subtree" | "subtree-one" | "mailboxes"> = new Map([
  ["SUBTREE", "subtree"],
  ["SUBTREE-ONE", "subtree-one"],
  ["MAILBOXES", "mailboxes"],
]);
const unnamed: ReadonlyMap<string, Exclude<Which, "subtree" | "subtree-one" | "mailboxes">> = new Map([
  ["SELECTED", "selected"],
  ["SELECTED-DELAYED", "selected-delayed"],
  ["INBOXES", "inboxes"],
  ["PERSONAL", "personal"],
  ["SUBSCRIBED", "subscribed"],
]);

/** Reads a filter. @throws Malformed. */
export function expectMailboxFilter(scanner: Scanner): MailboxFilter {
  const start = scanner.at;
  const word = scanner.expectWord("a mailbox filter");
  const plain = unnamed.get(word);
  if (plain !== undefined) return { which: plain };
  const which = named.get(word);
  if (which === undefined) throw scanner.malformed("a mailbox filter", start);
  scanner.expectSpace();
  const names = scanner.isNext("(") ? scanner.expectList(expectMailboxName) : [expectMailboxName(scanner)];
  return { which, names };
}

/** Writes a filter. */
export function printMailboxFilter(filter: MailboxFilter, form: NameForm): WireText {
  if (!("names" in filter)) return filter.which;
  return `${filter.which} ${printList(filter.names.map((name) => printMailboxName(name, form)))}`;
}
