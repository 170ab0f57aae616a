/** STORE and UID STORE (RFC 9051 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3). */
import type { Message } from "../../../../core/contract/mod.ts";
import { hasRights } from "../access.ts";
import { type Command, command, type Outcome } from "../command.ts";
import { CommandRefused, requireWritable } from "../failures.ts";
import { keptFlags, rightFor, storableFlags } from "../../../../core/mailboxes/flag_rights.ts";
import { expectStoreArguments, type StoreArguments } from "../grammar/store_arguments.ts";
import { LongWork } from "../long_work.ts";
import { replyWithin, withinLimit } from "../message_limit.ts";
import { knownUids, uidsOf } from "../named_messages.ts";
import { printNumbers } from "../printing/sequence_sets.ts";
import { messagesKnown, readMessages, storedMessages } from "../read_messages.ts";
import { no, ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Selection } from "../selection.ts";
import type { Session } from "../session.ts";
import { expungeIssued, tellFlags, tellModseq } from "../tell.ts";

/** Messages whose flags are changed and told at a time: others get their turn between, those who write and those who read. */
const STEP = 2000;

/** STORE. */
export const storeByNumber: Command = storeCommand("number");
/** UID STORE. */
export const storeByUid: Command = storeCommand("uid");

function storeCommand(by: "number" | "uid"): Command {
  return command({
    states: ["selected"],
    // RFC 9051 §7.5.1.
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectStoreArguments(scanner);
    },
    async run(session, { mailbox }, given): Promise<Outcome> {
      requireWritable(mailbox.selection);
      if (given.unchangedSince !== undefined) session.wantModseq();
      const { uids, reached } = withinLimit(session, mailbox, uidsOf(mailbox, given.set, by));
      const flags = allowedFlags(mailbox.selection, given.flags);
      const stores = { ...given, flags, isFromEnd: reached !== undefined };
      const modified = await store(session, mailbox, knownUids(mailbox, uids), stores);
      if (modified.length === 0) {
        return { reply: replyWithin(session, reached, ok("Stored", await expungeIssued(session, mailbox, by))) };
      }
      // RFC 7162 §3.1.3: by number or by UID, as the command named them.
      const failed = by === "uid" ? modified : modified.map((uid) => mailbox.numberOf(uid));
      const reply = ok("Others have changed some of them", `MODIFIED ${printNumbers(failed)}`);
      return { reply: replyWithin(session, reached, reply) };
    },
  });
}

/** RFC 4314 §4: NO only where none of the flags may be changed. @throws CommandRefused */
function allowedFlags(selection: Selection, flags: readonly string[]): readonly string[] {
  const wanted = storableFlags(flags);
  const allowed = keptFlags(wanted, selection);
  if (allowed.length === 0 && (wanted.length > 0 || !/[stw]/.test(selection.rights))) {
    throw new CommandRefused(no("You may not change those flags here", "NOPERM"));
  }
  return allowed;
}

interface Stores extends StoreArguments {
  /** RFC 9738 §3.1: from the highest UIDs to the lowest, in steps of which each is done at once. */
  readonly isFromEnd: boolean;
}

/** @returns UIDs of those that others have changed after UNCHANGEDSINCE, ascending. */
async function store(
  session: Session,
  mailbox: SelectedMailbox,
  uids: readonly number[],
  given: Stores,
): Promise<readonly number[]> {
  const { writer } = session.connection;
  const work = new LongWork(session), modified: number[] = [];
  work.expect(uids.length);
  for (let done = 0; done < uids.length; done += STEP) {
    const some = given.isFromEnd
      ? uids.slice(Math.max(0, uids.length - done - STEP), uids.length - done)
      : uids.slice(done, done + STEP);
    const stored = await storeSome(session, mailbox, some, given);
    await tellStored(session, mailbox, some, stored, given);
    modified.push(...stored.modified);
    if (writer.isFull) await writer.flush();
    work.did(some.length);
    await work.pause();
  }
  return modified.sort((left, right) => left - right);
}

/** What a step did. */
interface Stored {
  /** Messages as they are now, ascending. */
  readonly changed: readonly Message[];
  /** UIDs of those that others have changed after UNCHANGEDSINCE, ascending. */
  readonly modified: readonly number[];
  /** Nobody else has changed anything since the client was last told: it knows what it made of the flags. */
  readonly isAlone: boolean;
}

async function storeSome(
  session: Session,
  mailbox: SelectedMailbox,
  uids: readonly number[],
  given: StoreArguments,
): Promise<Stored> {
  const { storage } = session.service.context;
  const { mode, flags, unchangedSince } = given;
  if (mode === "set" && !hasRights(mailbox.selection, "stw")) return await replace(session, mailbox, uids, given);
  if (await changesNothing(session, mailbox, uids, given)) return { changed: [], modified: [], isAlone: true };
  const change = { mode, flags, ...unchangedSince !== undefined && { unchangedSince } };
  const [result] = await storage.apply([{ do: "setFlags", mailbox: mailbox.id, uids, change }]);
  return { ...result, isAlone: result.changed.length === 0 || mailbox.told(result.changed) };
}

/**
 * Whether the flags are so already: clients say it again when they are not sure. What is known to be so is looked at once
 * more, which costs much less than to write. What is read is on disk.
 */
async function changesNothing(
  session: Session,
  mailbox: SelectedMailbox,
  uids: readonly number[],
  { mode, flags, unchangedSince }: StoreArguments,
): Promise<boolean> {
  if (mode === "set" || unchangedSince !== undefined) return false;
  const wanted = flags.map((flag) => flag.toLowerCase());
  const isSo = ({ flags }: Message) => {
    const has = flags.map((flag) => flag.toLowerCase());
    return wanted.every((flag) => has.includes(flag) === (mode === "add"));
  };
  if (!messagesKnown(session, mailbox, uids)?.every(isSo)) return false;
  return (await storedMessages(session, mailbox, { uids })).messages.every(isSo);
}

/** RFC 4314 §4: flags that the user may not change stay, whatever replaces the others. */
async function replace(
  session: Session,
  mailbox: SelectedMailbox,
  uids: readonly number[],
  { flags, unchangedSince }: StoreArguments,
): Promise<Stored> {
  const { storage } = session.service.context;
  const changed: Message[] = [], modified: number[] = [];
  const kept = (flag: string) => !hasRights(mailbox.selection, rightFor(flag));
  for (let left = uids; left.length > 0;) {
    const { messages, highestModseq } = await storage.messages(mailbox.id, { uids: left });
    const free: Message[] = [];
    for (const message of messages) {
      if (unchangedSince !== undefined && message.modseq > unchangedSince) modified.push(message.uid);
      else free.push(message);
    }
    const results = await storage.apply(free.map((message) => ({
      do: "setFlags",
      mailbox: mailbox.id,
      uids: [message.uid],
      change: { mode: "set", flags: [...message.flags.filter(kept), ...flags], unchangedSince: highestModseq },
    })));
    for (const result of results) changed.push(...result.changed);
    // Whoever has changed the others meanwhile may have changed flags that have to stay.
    left = results.flatMap((result) => result.modified);
  }
  for (const message of changed) mailbox.told([message]);
  return { changed: changed.sort(byUid), modified: modified.sort((left, right) => left - right), isAlone: false };
}

function byUid(left: Message, right: Message): number {
  return left.uid - right.uid;
}

/**
 * RFC 9051 §6.4.6: the flags as they are now. With .SILENT only mod-sequences, where those are wanted (RFC 7162 §3.1.3), and
 * the flags where others have changed anything: what is told is what is there after the command, never before it.
 */
async function tellStored(
  session: Session,
  mailbox: SelectedMailbox,
  uids: readonly number[],
  { changed, modified, isAlone }: Stored,
  { silent: isSilent, isFromEnd, unchangedSince }: Stores,
): Promise<void> {
  const inOrder = (messages: readonly Message[]) => isFromEnd ? messages.toReversed() : messages;
  if (!isSilent && changed.length < uids.length) {
    for (const message of inOrder(await read(session, mailbox, uids))) tellFlags(session, mailbox, message);
    return;
  }
  // RFC 7162 §3.1.3: with UNCHANGEDSINCE also of those that had their flags already, and keep their mod-sequence.
  if (unchangedSince !== undefined && changed.length + modified.length < uids.length) {
    const told = new Set([...changed.map(({ uid }) => uid), ...modified]);
    const others = await read(session, mailbox, uids.filter((uid) => !told.has(uid)));
    for (const message of inOrder(others)) tellModseq(session, mailbox, message);
  }
  if (!isSilent || !isAlone) { for (const message of inOrder(changed)) tellFlags(session, mailbox, message); }
  else if (session.extensions.hasModseq) {
    for (const message of inOrder(changed)) tellModseq(session, mailbox, message);
  }
  // RFC 7162 §3.1.3: so that the client need not ask what has come in between.
  if (modified.length > 0) {
    for (const message of inOrder(await read(session, mailbox, modified))) tellFlags(session, mailbox, message);
  }
}

async function read(
  session: Session,
  mailbox: SelectedMailbox,
  uids: readonly number[],
): Promise<readonly Message[]> {
  return (await readMessages(session, mailbox, { uids })).messages;
}
