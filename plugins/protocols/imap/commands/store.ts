/** STORE and UID STORE (RFC 9051 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3). */
import type { Operation, UidSet } from "../../../../core/contract/mod.ts";
import { hasRights } from "../access.ts";
import { type Command, command, type Outcome } from "../command.ts";
import { CommandRefused, requireWritable } from "../failures.ts";
import { keptFlags, rightFor } from "../flag_rights.ts";
import { expectStoreArguments, type StoreArguments } from "../grammar/store_arguments.ts";
import { uidsOf } from "../named_messages.ts";
import { printNumbers } from "../printing/sequence_sets.ts";
import { no, ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import { tellFlags, tellModseq } from "../tell.ts";
import { Turns } from "../turns.ts";

/** Messages that are read at a time. */
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
      const modified = await change(session, mailbox, uids, given);
      await tellStored(session, mailbox, uids, given);
      if (modified.length === 0) return { reply: ok("Stored", mailbox.hasGone ? "EXPUNGEISSUED" : undefined) };
      // RFC 7162 §3.1.3: by number or by UID, as the command named them.
      const failed = by === "uid" ? modified : modified.map((uid) => mailbox.numberOf(uid));
      const code = `MODIFIED ${printNumbers(failed)}`;
      return { reply: ok("Others have changed some of them", code) };
    },
  });
}

/** @returns UIDs of messages that others have changed since. */
async function change(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
  { mode, flags, unchangedSince }: StoreArguments,
): Promise<readonly number[]> {
  const { selection } = mailbox;
  const { storage } = session.service.context;
  // RFC 3501 §2.3.2: \Recent is no client's to change.
  const wanted = flags.filter((flag) => flag.toLowerCase() !== "\\recent");
  const allowed = keptFlags(wanted, selection);
  // RFC 4314 §4: NO only where none of the flags may be changed.
  if (allowed.length === 0 && (wanted.length > 0 || !/[stw]/.test(selection.rights))) {
    throw new CommandRefused(no("You may not change those flags here", "NOPERM"));
  }
  const since = unchangedSince === undefined ? {} : { unchangedSince };
  const batch: Operation[] = mode === "set" && !hasRights(selection, "stw")
    ? await replacements(session, mailbox, uids, allowed, since)
    : [{ do: "setFlags", mailbox: mailbox.id, uids, change: { mode, flags: allowed, ...since } }];
  const modified: number[] = [];
  for (const result of await storage.apply(batch)) {
    if (!isFlagResult(result)) continue;
    mailbox.told(result.changed);
    modified.push(...result.modified);
  }
  return modified;
}

/** RFC 4314 §4: flags that the user may not change stay, whatever replaces the others. */
async function replacements(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
  allowed: readonly string[],
  since: { readonly unchangedSince?: bigint },
): Promise<Operation[]> {
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

/** RFC 9051 §6.4.6: the flags as they are now, or with .SILENT only mod-sequences where those are wanted (RFC 7162 §3.1). */
async function tellStored(
  session: Session,
  mailbox: SelectedMailbox,
  uids: UidSet,
  { silent }: StoreArguments,
): Promise<void> {
  if (silent && !session.extensions.hasModseq) return;
  const { writer } = session.connection;
  const turns = new Turns();
  for (let after = 0, more = true; more;) {
    const page = await session.service.context.storage.messages(mailbox.id, { uids, after, most: PAGE });
    mailbox.told(page.messages);
    for (const message of page.messages) {
      if (silent) tellModseq(session, mailbox, message);
      else tellFlags(session, mailbox, message);
    }
    after = page.messages.at(-1)?.uid ?? after;
    more = page.more;
    if (writer.isFull) await writer.flush();
    await turns.take();
  }
}

type FlagResult = { readonly changed: Parameters<SelectedMailbox["told"]>[0]; readonly modified: readonly number[] };

function isFlagResult(result: unknown): result is FlagResult {
  return typeof result === "object" && result !== null && "changed" in result && "modified" in result;
}
