/** STORE and UID STORE (RFC 9051 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3). */
import type { Message, Operation, UidSet } from "../../../../core/contract/mod.ts";
import { hasRights } from "../access.ts";
import { type Command, command, type Outcome } from "../command.ts";
import { CommandRefused, requireWritable } from "../failures.ts";
import { keptFlags, rightFor, storableFlags } from "../flag_rights.ts";
import { expectStoreArguments, type StoreArguments } from "../grammar/store_arguments.ts";
import { knownUids, uidsOf } from "../named_messages.ts";
import { printNumbers } from "../printing/sequence_sets.ts";
import { no, ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import { expungeIssued, tellFlags, tellModseq } from "../tell.ts";
import { Turns } from "../turns.ts";

/** Messages that are read or told at a time. */
const PAGE = 1000;

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
      const uids = uidsOf(mailbox, given.set, by);
      const stored = await store(session, mailbox, uids, given);
      await tellStored(session, mailbox, uids, stored, given.silent);
      const { modified } = stored;
      if (modified.length === 0) return { reply: ok("Stored", await expungeIssued(session, mailbox, by)) };
      // RFC 7162 §3.1.3: by number or by UID, as the command named them.
      const failed = by === "uid" ? modified : modified.map((uid) => mailbox.numberOf(uid));
      return { reply: ok("Others have changed some of them", `MODIFIED ${printNumbers(failed)}`) };
    },
  });
}

/** What a command did. */
interface Stored {
  /** Messages as they are now, ascending. */
  readonly changed: readonly Message[];
  /** UIDs of those that others have changed after UNCHANGEDSINCE, ascending. */
  readonly modified: readonly number[];
  /** Nobody else has changed anything since the client was last told: it knows what it made of the flags. */
  readonly isAlone: boolean;
}

async function store(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
  { mode, flags, unchangedSince }: StoreArguments,
): Promise<Stored> {
  const { selection } = mailbox;
  const { storage } = session.service.context;
  const wanted = storableFlags(flags);
  const allowed = keptFlags(wanted, selection);
  // RFC 4314 §4: NO only where none of the flags may be changed.
  if (allowed.length === 0 && (wanted.length > 0 || !/[stw]/.test(selection.rights))) {
    throw new CommandRefused(no("You may not change those flags here", "NOPERM"));
  }
  const since = unchangedSince === undefined ? {} : { unchangedSince };
  if (mode === "set" && !hasRights(selection, "stw")) {
    const results = await storage.apply(await replacements(session, mailbox, uids, allowed, since));
    const changed = results.flatMap(({ changed }) => changed);
    for (const { modseq } of changed) mailbox.told(modseq);
    mailbox.isStale = true;
    return { changed, modified: results.flatMap(({ modified }) => modified), isAlone: false };
  }
  const [result] = await storage.apply([
    { do: "setFlags", mailbox: mailbox.id, uids, change: { mode, flags: allowed, ...since } },
  ]);
  const [first] = result.changed;
  if (first === undefined) return { ...result, isAlone: true };
  mailbox.told(first.modseq);
  // RFC 7162 §3.2: what others did before that is told before the reply.
  mailbox.isStale = true;
  return { ...result, isAlone: mailbox.isNext(first.modseq) };
}

/** RFC 4314 §4: flags that the user may not change stay, whatever replaces the others. */
async function replacements(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
  allowed: readonly string[],
  since: { readonly unchangedSince?: bigint },
): Promise<readonly (Operation & { readonly do: "setFlags" })[]> {
  const { messages } = await session.service.context.storage.messages(mailbox.id, { uids });
  return messages.map(({ uid, flags }) => ({
    do: "setFlags",
    mailbox: mailbox.id,
    uids: [uid],
    change: {
      mode: "set",
      flags: [...flags.filter((flag) => !hasRights(mailbox.selection, rightFor(flag))), ...allowed],
      ...since,
    },
  }));
}

/**
 * RFC 9051 §6.4.6: the flags as they are now. With .SILENT only mod-sequences, where those are wanted (RFC 7162 §3.1.3), and
 * the flags where others have changed anything: what is told is what is there after the command, never before it.
 */
async function tellStored(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
  { changed, modified, isAlone }: Stored,
  isSilent: boolean,
): Promise<void> {
  const flags = (message: Message) => tellFlags(session, mailbox, message);
  const modseq = (message: Message) => tellModseq(session, mailbox, message);
  const isComplete = changed.length === knownUids(mailbox, uids).length;
  if (!isSilent && !isComplete) return await tellFrom(session, mailbox, uids, flags);
  if (!isSilent || !isAlone) await tellAll(session, changed, flags);
  else if (session.extensions.hasModseq) await tellAll(session, changed, modseq);
  // RFC 7162 §3.1.3: so that the client need not ask what has come in between.
  await tellFrom(session, mailbox, modified, flags);
}

/** The same of messages that have to be read. */
async function tellFrom(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
  tell: (message: Message) => void,
): Promise<void> {
  const { storage } = session.service.context;
  for (let after = 0, more = uids.length > 0; more;) {
    const page = await storage.messages(mailbox.id, { uids, after, most: PAGE });
    await tellAll(session, page.messages, tell);
    after = page.messages.at(-1)?.uid ?? after;
    more = page.more;
  }
}

async function tellAll(
  session: Session,
  messages: readonly Message[],
  tell: (message: Message) => void,
): Promise<void> {
  const { writer } = session.connection;
  const turns = new Turns();
  for (let at = 0; at < messages.length; at += PAGE) {
    for (const message of messages.slice(at, at + PAGE)) tell(message);
    if (writer.isFull) await writer.flush();
    await turns.take();
  }
}
