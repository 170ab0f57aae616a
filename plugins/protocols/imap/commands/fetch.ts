/** FETCH and UID FETCH (RFC 9051 §6.4.5), with CONDSTORE and QRESYNC (RFC 7162) and PARTIAL (RFC 9394). */
import { type Command, command } from "../command.ts";
import { fetchMessages } from "../fetch_messages.ts";
import { expectFetchArguments, type FetchArguments } from "../grammar/fetch_arguments.ts";
import type { FetchItem } from "../grammar/fetch_items.ts";
import { resolvedPartialRange } from "../grammar/partial_range.ts";
import {
  limitCapability,
  replyWithin,
  requirePartialWithinLimit,
  type WithinLimit,
  withinLimit,
} from "../message_limit.ts";
import { knownUids, pastUidsOf, uidsOf, withoutKnown } from "../named_messages.ts";
import { printUidSet } from "../printing/sequence_sets.ts";
import { bad, ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import { expungeIssued } from "../tell.ts";

/** FETCH. */
export const fetchByNumber: Command = fetchCommand("number");
/** UID FETCH. */
export const fetchByUid: Command = fetchCommand("uid");

function fetchCommand(by: "number" | "uid"): Command {
  return command({
    // RFC 3516, RFC 8970, RFC 8514, RFC 8474, RFC 9394: items and modifiers, not commands; RFC 9738: a limit.
    capabilities: ["BINARY", "PREVIEW", "SAVEDATE", "OBJECTID", "PARTIAL", "CONDSTORE", "QRESYNC", limitCapability],
    states: ["selected"],
    // RFC 9051 §7.5.1: UID FETCH names no sequence numbers.
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectFetchArguments(scanner, by === "uid");
    },
    async run(session, { mailbox }, given) {
      const { changedSince, vanished } = given.modifiers;
      // RFC 7162 §3.2.6: only once QRESYNC has been enabled.
      if (vanished && !session.extensions.hasQresync) return { reply: bad("VANISHED needs ENABLE QRESYNC") };
      const { uids, reached } = selected(session, mailbox, given, by);
      // RFC 7162 §3.1: both tell the server that mod-sequences are wanted.
      if (changedSince !== undefined || given.items.some(({ item }) => item === "MODSEQ")) session.wantModseq();
      if (vanished && changedSince !== undefined) await tellVanished(session, mailbox, given, changedSince);
      const isFromEnd = reached !== undefined;
      const selection = { uids, changedSince, isFromEnd };
      const untold = await fetchMessages(session, mailbox, selection, itemsOf(session, given, by));
      if (untold !== undefined) throw untold;
      return { reply: replyWithin(session, reached, ok("Fetched", await expungeIssued(session, mailbox, by))) };
    },
  });
}

function selected(
  session: Session,
  mailbox: SelectedMailbox,
  { set, modifiers: { partial } }: FetchArguments,
  by: "number" | "uid",
): WithinLimit {
  requirePartialWithinLimit(session, partial);
  const uids = uidsOf(mailbox, set, by);
  if (partial === undefined) return withinLimit(session, mailbox, uids);
  const known = knownUids(mailbox, uids);
  return { uids: known.slice(...resolvedPartialRange(partial, known.length)) };
}

/** RFC 7162 §3.2.6: what of these was expunged since, before the rest. */
async function tellVanished(
  session: Session,
  mailbox: SelectedMailbox,
  { set }: FetchArguments,
  changedSince: bigint,
): Promise<void> {
  const { storage } = session.service.context;
  const uids = pastUidsOf(mailbox, set);
  const { expunged } = await storage.messages(mailbox.id, { uids, changedSince, most: 0 });
  const gone = withoutKnown(mailbox, expunged);
  if (gone.length > 0) session.untagged(`VANISHED (EARLIER) ${printUidSet(gone)}`);
}

/** RFC 9051 §6.4.9: a UID command is always answered with UIDs; RFC 7162 §3.1.4.1: with MODSEQ after CHANGEDSINCE. */
function itemsOf(session: Session, { items, modifiers }: FetchArguments, by: "number" | "uid"): FetchItem[] {
  const has = (wanted: FetchItem["item"]) => items.some(({ item }) => item === wanted);
  return [
    // RFC 9586 §3.3: UIDFETCH has its UID at its head, and once more only where that was asked for.
    ...by === "uid" && !has("UID") && !session.extensions.isUidOnly ? [{ item: "UID" } as const] : [],
    ...items,
    ...modifiers.changedSince !== undefined && !has("MODSEQ") ? [{ item: "MODSEQ" } as const] : [],
  ];
}
