/** Untagged responses about the selected mailbox: what is gone, what has come, what has changed (RFC 9051 §7.4 and §7.5). */
import type { Message } from "../../../core/contract/mod.ts";
import type { SelectedEvents } from "./notify/wanted_events.ts";
import { printFlags } from "./printing/flags.ts";
import { printNumbers } from "./printing/sequence_sets.ts";
import { takeRecent } from "./recent.ts";
import { tellChangedResults, tellGoneResults } from "./search/tell_results.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import { tellKeywords } from "./selected_rights.ts";
import type { Session } from "./session.ts";
import { Turns } from "../../../core/wire/turns.ts";

/**
 * Tells what has been committed to the mailbox since it was last told, as far as the client wants it. With `mayExpunge`
 * false, what is gone keeps its number: RFC 9051 §7.5.1, not while FETCH, STORE or SEARCH are under way.
 *
 * @throws Refusal `not-found` when the mailbox itself is gone.
 */
export async function tellChanges(
  session: Session,
  mailbox: SelectedMailbox,
  mayExpunge: boolean,
  { flags, items }: SelectedEvents,
): Promise<void> {
  const { writer } = session.connection;
  /** As the client knows it. */
  let { recent } = mailbox;
  if (mailbox.isStale) {
    const turns = new Turns();
    for await (const { gone, arrived, changed, touched } of mailbox.changes()) {
      // RFC 5267 §4.3.4: before the numbers change.
      tellGoneResults(session, mailbox, gone);
      if (mayExpunge) await tellGone(session, mailbox);
      const [first] = arrived, last = arrived.at(-1);
      if (first !== undefined && last !== undefined) {
        await takeRecent(session, mailbox, [first, last]);
        tellCount(session, mailbox);
        recent = mailbox.recent;
      }
      if (flags) { for (const message of changed) tellFlags(session, mailbox, message); }
      // RFC 5267 §4.3.3, RFC 5465 §7: after EXISTS.
      const wanted = { uids: items.length > 0 ? ofOthers(session, mailbox, arrived) : [], items };
      await tellChangedResults(session, mailbox, touched, wanted);
      if (writer.isFull) await writer.flush();
      await turns.take();
    }
  }
  // Also what was gone before, when it could not be told.
  if (mayExpunge) await tellGone(session, mailbox);
  // RFC 3501 §7.3.2: when the size changes, not only when something has come.
  if (mailbox.recent !== recent) tellRecent(session, mailbox);
}

/**
 * RFC 7162 §3.2, §6: a client that is told of changes while an earlier expunge waits must not take itself to know all up
 * to their mod-sequences: should the connection break now, it would never hear of the expunge. Told at the end of each
 * command, and with what is told between commands, until the expunge has been.
 */
export function tellHeldBack(session: Session): void {
  const { extensions, state } = session;
  if (state.name !== "selected" || !extensions.hasQresync) return;
  const { mailbox } = state;
  if (!mailbox.hasGone && !mailbox.owesModseq) return;
  mailbox.owesModseq = mailbox.hasGone;
  session.tellModseq();
}

/**
 * RFC 5530 §3: a hint that others have removed messages whose numbers the client has to keep for now; after what else there
 * is to be told. A command by UID tells them itself.
 */
export async function expungeIssued(
  session: Session,
  mailbox: SelectedMailbox,
  by: "number" | "uid",
): Promise<"EXPUNGEISSUED" | undefined> {
  if (by === "uid") return undefined;
  await session.tell("no-expunge");
  return mailbox.hasGone ? "EXPUNGEISSUED" : undefined;
}

/** RFC 5465 §5.2: nothing is fetched of what the client has put there itself. */
function ofOthers({ notifications }: Session, { id }: SelectedMailbox, uids: readonly number[]): readonly number[] {
  return notifications === undefined ? uids : uids.filter((uid) => !notifications.own.hasAdded(id, uid));
}

/** EXISTS (RFC 9051 §7.4.1), and RECENT. */
export function tellCount(session: Session, mailbox: SelectedMailbox): void {
  session.untagged(`${mailbox.count} EXISTS`);
  tellRecent(session, mailbox);
}

/** RECENT, where the client knows it (RFC 3501 §7.3.2). */
function tellRecent(session: Session, { recent }: SelectedMailbox): void {
  if (!session.extensions.isRev2) session.untagged(`${recent} RECENT`);
}

/** The flags of a message, by its number, or by its UID (RFC 9586 §3.3); nothing where the client does not know it. */
export function tellFlags(session: Session, mailbox: SelectedMailbox, message: Message): void {
  const { extensions } = session;
  const number = mailbox.numberOf(message.uid);
  if (number === 0) return;
  tellKeywords(session, mailbox, message.flags);
  const flags = `FLAGS ${flagsOf(session, mailbox, message)}`;
  // RFC 7162 §3.1: with every change, once the client knows of mod-sequences.
  const modseq = extensions.hasModseq ? ` MODSEQ (${message.modseq})` : "";
  session.untagged(
    extensions.isUidOnly
      ? `${message.uid} UIDFETCH (${flags}${modseq})`
      : `${number} FETCH (UID ${message.uid} ${flags}${modseq})`,
  );
}

/** The mod-sequence of a message alone: its flags are known to the client (RFC 7162 §3.1.3, STORE.SILENT). */
export function tellModseq(session: Session, mailbox: SelectedMailbox, { uid, modseq }: Message): void {
  const number = mailbox.numberOf(uid);
  if (number === 0) return;
  session.untagged(
    session.extensions.isUidOnly
      ? `${uid} UIDFETCH (MODSEQ (${modseq}))`
      : `${number} FETCH (UID ${uid} MODSEQ (${modseq}))`,
  );
}

/** FLAGS of a message, `\Recent` where the client knows that (RFC 3501 §2.3.2). */
export function flagsOf(session: Session, mailbox: SelectedMailbox, { uid, flags }: Message): string {
  return printFlags(flags, !session.extensions.isRev2 && mailbox.recentUids.has(uid));
}

/** EXPUNGE, or VANISHED where the client has enabled it (RFC 7162 §3.2.10). */
async function tellGone(session: Session, mailbox: SelectedMailbox): Promise<void> {
  const { writer } = session.connection;
  const { numbers, uids } = mailbox.takeGone();
  if (uids.length === 0) return;
  if (session.extensions.hasVanished) session.untagged(`VANISHED ${printNumbers(uids)}`);
  else {
    const turns = new Turns();
    for (const number of numbers) {
      session.untagged(`${number} EXPUNGE`);
      if (!writer.isFull) continue;
      await writer.flush();
      await turns.take();
    }
  }
}
