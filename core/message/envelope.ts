/** ENVELOPE (RFC 9051 §7.5.2) from a message's header. */
import type { MessageAddress, MessageEnvelope } from "../contract/message.ts";
import { parseAddressList } from "./address.ts";
import type { Header } from "./header.ts";
import type { TextBudget } from "./text_budget.ts";

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type TextKey = "date" | "subject" | "inReplyTo" | "messageId";
type ListKey = Exclude<keyof MessageEnvelope, TextKey>;

const textFields: ReadonlyMap<string, TextKey> = new Map([
  ["date", "date"],
  ["subject", "subject"],
  ["in-reply-to", "inReplyTo"],
  ["message-id", "messageId"],
]);
const listFields: ReadonlyMap<string, ListKey> = new Map([
  ["from", "from"],
  ["sender", "sender"],
  ["reply-to", "replyTo"],
  ["to", "to"],
  ["cc", "cc"],
  ["bcc", "bcc"],
]);

/** What an entry of an address list costs beyond its text. */
const ENTRY = 16;

/** RFC 5322 §3.6 allows each field once: of repeated texts the first counts, repeated lists are joined. */
export function envelopeOf(header: Header, budget: TextBudget): MessageEnvelope {
  const envelope: Mutable<MessageEnvelope> = {};
  const lists = new Map<ListKey, MessageAddress[]>();
  for (const field of header.fields) {
    const textKey = textFields.get(field.key);
    if (textKey) {
      if (envelope[textKey] !== undefined) continue;
      const value = header.value(field);
      if (budget.take(value.length)) envelope[textKey] = value;
      continue;
    }
    const listKey = listFields.get(field.key);
    if (!listKey || budget.cut) continue;
    // One entry too many shows that something is left out; reading further would be work for nothing.
    const most = Math.floor(budget.left / ENTRY) + 1;
    const list = affordable(parseAddressList(header.value(field), most), budget);
    if (list.length === 0) continue;
    const before = lists.get(listKey);
    // Appended in place: a header may hold a hundred thousand such fields.
    if (!before) lists.set(listKey, envelope[listKey] = list);
    else for (const entry of list) before.push(entry);
  }
  return envelope;
}

/** The entries that fit, and the end of a group that was begun. */
function affordable(list: MessageAddress[], budget: TextBudget): MessageAddress[] {
  const cut = list.findIndex((entry) => !budget.take(costOf(entry)));
  if (cut < 0) return list;
  const kept = list.slice(0, cut);
  const lastMarker = kept.findLast((entry) => entry.host === undefined);
  return lastMarker?.mailbox === undefined ? kept : [...kept, {}];
}

function costOf({ name = "", route = "", mailbox = "", host = "" }: MessageAddress): number {
  return ENTRY + name.length + route.length + mailbox.length + host.length;
}
