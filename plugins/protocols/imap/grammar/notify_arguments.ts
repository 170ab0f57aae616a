/** Arguments of NOTIFY (RFC 5465 §3.1, §8). */
import { expectFetchItemList, type FetchItem, printFetchItems } from "./fetch_items.ts";
import { expectMailboxFilter, type MailboxFilter, printMailboxFilter } from "./mailbox_filter.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { printList, type WireText } from "./wire_text.ts";

/** Events that RFC 5465 knows, as it spells them; what else a client names is refused with NO [BADEVENT]. */
const notifyEvents = [
  "MessageNew",
  "MessageExpunge",
  "FlagChange",
  "AnnotationChange",
  "MailboxName",
  "SubscriptionChange",
  "MailboxMetadataChange",
  "ServerMetadataChange",
];

/** Something to be told of. */
export interface NotifyEvent {
  /** As the RFC spells it, or, if that does not know it, as the client wrote it. */
  readonly name: string;
  /** Of MessageNew in the selected mailbox: what is to be told of each message. */
  readonly items?: readonly FetchItem[];
}

/** What is to be told of some mailboxes. */
export interface EventGroup {
  /** Which mailboxes. */
  readonly filter: MailboxFilter;
  /** Which events; none: nothing at all. */
  readonly events: readonly NotifyEvent[];
}

/** Arguments of NOTIFY. */
export type NotifyArguments = "NONE" | {
  /** Whether the state of the mailboxes is wanted at once. */
  readonly status: boolean;
  /** At least one; at most one of the selected mailbox. */
  readonly groups: readonly EventGroup[];
};

const spelled: ReadonlyMap<string, string> = new Map(notifyEvents.map((name) => [name.toUpperCase(), name]));
const messageEvents: ReadonlySet<string> = new Set(notifyEvents.slice(0, 4));

/** Reads what follows `NOTIFY `. @throws Malformed. */
export function expectNotifyArguments(scanner: Scanner): NotifyArguments {
  if (scanner.acceptKeyword("NONE")) {
    scanner.expectEnd();
    return "NONE";
  }
  scanner.expectKeyword("SET");
  scanner.expectSpace();
  const status = scanner.acceptKeyword("STATUS");
  if (status) scanner.expectSpace();
  let hasSelected = false;
  const groups = scanner.expectItems(() => {
    const start = scanner.at;
    const group = expectGroup(scanner);
    // RFC 5465 §6.1: only one of them in a command.
    if (hasSelected && isSelected(group.filter)) throw scanner.malformed("the selected mailbox once", start);
    hasSelected ||= isSelected(group.filter);
    return group;
  });
  scanner.expectEnd();
  return { status, groups };
}

/** Writes arguments of NOTIFY. */
export function printNotifyArguments(notify: NotifyArguments, form: NameForm): WireText {
  if (notify === "NONE") return notify;
  const groups = notify.groups.map(({ filter, events }) => {
    const printed = events.length === 0 ? "NONE" : printList(events.map(printEvent));
    return `(${printMailboxFilter(filter, form)} ${printed})`;
  });
  return ["SET", ...notify.status ? ["STATUS"] : [], ...groups].join(" ");
}

function printEvent({ name, items }: NotifyEvent): WireText {
  return items === undefined ? name : `${name} ${printFetchItems(items)}`;
}

function expectGroup(scanner: Scanner): EventGroup {
  scanner.expect("(");
  const start = scanner.at;
  const filter = expectMailboxFilter(scanner);
  // RFC 7377 §4 adds this one, for ESEARCH.
  if (filter.which === "subtree-one") throw scanner.malformed("a mailbox filter of NOTIFY", start);
  scanner.expectSpace();
  const events = scanner.acceptKeyword("NONE") ? [] : expectEvents(scanner, isSelected(filter));
  scanner.expect(")");
  return { filter, events };
}

function expectEvents(scanner: Scanner, ofSelected: boolean): NotifyEvent[] {
  const start = scanner.at;
  const expectOne = () => expectEvent(scanner, ofSelected);
  // RFC 5465 §8 has parentheses; some of its examples in §3.1 are without.
  const events = scanner.isNext("(") ? scanner.expectList(expectOne) : scanner.expectItems(expectOne);
  const names = new Set(events.map(({ name }) => name));
  const changes = names.has("FlagChange") || names.has("AnnotationChange");
  // RFC 5465 §5: MessageNew and MessageExpunge come together, and with changes of flags or annotations.
  if (names.has("MessageNew") !== names.has("MessageExpunge") || (changes && !names.has("MessageNew"))) {
    throw scanner.malformed("MessageNew and MessageExpunge together", start);
  }
  return events;
}

function expectEvent(scanner: Scanner, ofSelected: boolean): NotifyEvent {
  const start = scanner.at;
  const written = scanner.expectAtom("an event");
  const name = spelled.get(written.toUpperCase()) ?? written;
  // RFC 5465 §6.1: nothing but events of messages happens to the selected mailbox.
  if (ofSelected && spelled.has(written.toUpperCase()) && !messageEvents.has(name)) {
    throw scanner.malformed("an event of messages", start);
  }
  if (!ofSelected || name !== "MessageNew" || !scanner.isNext(" (")) return { name };
  scanner.expectSpace();
  return { name, items: expectFetchItemList(scanner) };
}

function isSelected({ which }: MailboxFilter): boolean {
  return which === "selected" || which === "selected-delayed";
}
