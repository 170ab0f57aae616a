/** FETCH of messages that are new, which no command has asked for: NOTIFY and searches that go on have (RFC 5465 §5.2, §7). */
import { fetchMessages } from "./fetch_messages.ts";
import { type FetchItem, printFetchItem } from "./grammar/fetch_items.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";

/** What one of those who have asked wants to be told. */
export interface WantedItems {
  /** Of which messages. */
  readonly uids: readonly number[];
  /** None: nothing. */
  readonly items: readonly FetchItem[];
}

/** Tells it in UID order: of each message in one FETCH, and each item once (RFC 5465 §5.2). */
export async function fetchArrived(
  session: Session,
  mailbox: SelectedMailbox,
  wanted: readonly WantedItems[],
): Promise<void> {
  const byUid = new Map<number, (readonly FetchItem[])[]>();
  for (const { uids, items } of wanted) {
    if (items.length === 0) continue;
    for (const uid of uids) byUid.set(uid, [...byUid.get(uid) ?? [], items]);
  }
  const always = unasked(session);
  for (const [uid, lists] of [...byUid].sort(([a], [b]) => a - b)) {
    // There is no command to refuse for what cannot be told: the client knows that the message is there, and may ask.
    await fetchMessages(session, mailbox, { uids: [uid] }, combined([...always, ...lists.flat()]));
  }
}

/** RFC 9051 §7.5.2, RFC 7162 §3.2.4: what a FETCH has that answers no command; in UIDFETCH the UID is at its head. */
function unasked({ extensions: { isRev2, hasModseq, isUidOnly } }: Session): readonly FetchItem[] {
  return [
    ...(isRev2 || hasModseq) && !isUidOnly ? [{ item: "UID" } as const] : [],
    ...hasModseq ? [{ item: "MODSEQ" } as const] : [],
  ];
}

/** Each item once; of those that come out alike, the one that does more. */
function combined(items: readonly FetchItem[]): readonly FetchItem[] {
  const byName = new Map<string, FetchItem>();
  for (const item of items) {
    const mild = milder(item), name = printFetchItem(mild), other = byName.get(name);
    if (other === undefined || printFetchItem(other) === name) byName.set(name, item);
  }
  return [...byName.values()];
}

/** The item that comes out as this one, and neither sets `\Seen` nor waits for what is not at hand. */
function milder(item: FetchItem): FetchItem {
  if ("peek" in item) return { ...item, peek: true };
  return "lazy" in item ? { ...item, lazy: true } : item;
}
