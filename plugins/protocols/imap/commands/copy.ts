/** COPY, MOVE and their UID forms (RFC 9051 §6.4.7 and §6.4.8, RFC 6851), with COPYUID (RFC 4315 §3). */
import type { CopiedRun, MailboxId, Storage, UidSet } from "../../../../core/contract/mod.ts";
import { type Access, hasRights, openTarget, putInto, requireRights } from "../access.ts";
import { type Command, command } from "../command.ts";
import { tellMoved } from "../expunge_deleted.ts";
import { CommandRefused, isGone, requireWritable } from "../failures.ts";
import { keptFlags } from "../../../../core/mailboxes/flag_rights.ts";
import { type CopyArguments, expectCopyArguments } from "../grammar/mailbox_arguments.ts";
import type { Scanner } from "../grammar/scanner.ts";
import { LongWork } from "../long_work.ts";
import { replyWithin, requireWithinLimit, withinLimit } from "../message_limit.ts";
import { knownUids, uidsOf, uidSteps } from "../named_messages.ts";
import { printUidSet } from "../printing/sequence_sets.ts";
import { ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";

type By = "number" | "uid";
type Runs = readonly CopiedRun[];

/** Messages that are moved at a time: others write between. */
const STEP = 5000;
/** Messages that are looked at a time. */
const PAGE = 1000;

function copyCommand(by: By): Command {
  return command({
    states: ["selected"],
    parse,
    async run(session, { user, mailbox }, { set, mailbox: target }) {
      const { storage } = session.service.context;
      const to = await openTarget(storage, user, target);
      const uids = uidsOf(mailbox, set, by);
      requireWithinLimit(session, mailbox, uids);
      // RFC 2180 §4.4: a number is of its message until the client is told that this is gone. What is not there is passed
      // over among UIDs (RFC 9051 §6.4.9), and is not in a saved result any more (§6.4.4.1).
      const least = by === "number" && set !== "$" ? knownUids(mailbox, uids).length : 0;
      const runs = await putInto(storage, to, () => copy(storage, mailbox, { uids, least }, to))
        .catch((error) => refuseGone(storage, mailbox, error));
      session.notifications?.own.added(to.mailbox.id, targetsOf(runs));
      if (to.mailbox.id === mailbox.id) mailbox.heard.ask();
      return { reply: runs.length === 0 ? ok("Nothing was there to be copied") : ok("Copied", copyUid(to, runs)) };
    },
  });
}

function moveCommand(by: By): Command {
  return command({
    capabilities: ["MOVE"],
    states: ["selected"],
    parse,
    async run(session, { user, mailbox }, { set, mailbox: target }) {
      // RFC 6851 §3.3: what STORE \Deleted and EXPUNGE would need.
      requireWritable(mailbox.selection);
      requireRights(mailbox.selection, "te");
      const { storage } = session.service.context;
      const to = await openTarget(storage, user, target);
      const { uids, reached } = withinLimit(session, mailbox, uidsOf(mailbox, set, by));
      const runs: CopiedRun[] = [], work = new LongWork(session);
      try {
        // RFC 6851 §3.3: each message is moved or is not; of all of them together nothing is said.
        for (const step of uidSteps(mailbox, uids, STEP, work)) {
          await work.pause();
          for (const run of await putInto(storage, to, () => move(storage, mailbox, step, to))) runs.push(run);
        }
      } finally {
        // Also where it ends halfway: of what was moved, the client hears all.
        tellCopies(session, mailbox, to, runs);
      }
      if (runs.length === 0) return { reply: replyWithin(session, reached, ok("Nothing was there to be moved")) };
      const code = await tellMoved(session, mailbox);
      if (reached === undefined) return { reply: ok("Moved", code) };
      // RFC 6851 §4.4: in an untagged OK as well as in the tagged one, which RFC 9738 §3.1 has its own code in.
      session.tellModseq();
      return { reply: replyWithin(session, reached, ok("Moved")) };
    },
  });
}

/** COPY. */
export const copyByNumber = copyCommand("number");
/** UID COPY. */
export const copyByUid = copyCommand("uid");
/** MOVE. */
export const moveByNumber = moveCommand("number");
/** UID MOVE. */
export const moveByUid = moveCommand("uid");

function parse(scanner: Scanner): CopyArguments {
  scanner.expectSpace();
  return expectCopyArguments(scanner);
}

function tellCopies(session: Session, mailbox: SelectedMailbox, to: Access, runs: Runs): void {
  if (runs.length === 0) return;
  mailbox.heard.ask();
  session.notifications?.own.added(to.mailbox.id, targetsOf(runs));
  // RFC 6851 §4.3: COPYUID in an untagged OK, before the messages are gone.
  const code = copyUid(to, runs);
  if (code !== undefined) session.untagged(`OK [${code}] Moved`);
}

/** RFC 4315 §3: UIDs in the source and in the target, in the same order; not for who may not select the target. */
function copyUid({ mailbox, rights }: Access, runs: Runs): string | undefined {
  if (!hasRights({ rights }, "r")) return undefined;
  return `COPYUID ${mailbox.uidValidity} ${printUidSet(sourcesOf(runs))} ${printUidSet(targetsOf(runs))}`;
}

function sourcesOf(runs: Runs): UidSet {
  return runs.map(([from, , count]) => [from, from + count - 1]);
}

function targetsOf(runs: Runs): UidSet {
  return runs.map(([, to, count]) => [to, to + count - 1]);
}

/** RFC 9051 §6.4.7: all of them, or none. RFC 4314 §4: without the flags that may not be set in the target. */
async function copy(
  storage: Storage,
  { id: from }: SelectedMailbox,
  { uids, least }: { readonly uids: UidSet; readonly least: number },
  to: Access,
): Promise<Runs> {
  const without = await flagsLost(storage, from, uids, to);
  return (await storage.apply([{ do: "copy", from, uids, to: to.mailbox.id, without, least }]))[0];
}

/** RFC 2180 §4.4.1: others have removed some of them. @throws CommandRefused; the error itself where it is another. */
async function refuseGone(storage: Storage, { id }: SelectedMailbox, error: unknown): Promise<never> {
  if (!isGone(error) || await storage.mailbox(id) === undefined) throw error;
  throw new CommandRefused("Some of these messages are gone", "EXPUNGEISSUED");
}

/** RFC 4314 §4: the same; all in one batch: a message is in one of the two. */
async function move(storage: Storage, { id: from }: SelectedMailbox, uids: UidSet, to: Access): Promise<Runs> {
  const lost = await flagsLost(storage, from, uids, to);
  const take = { do: "move", from, uids, to: to.mailbox.id } as const;
  if (lost.length === 0) return (await storage.apply([take]))[0];
  const change = { mode: "remove", flags: lost } as const;
  return (await storage.apply([{ do: "setFlags", mailbox: from, uids, change }, take]))[1];
}

/** The flags of those messages that may not be set in the target. */
async function flagsLost(
  storage: Storage,
  from: MailboxId,
  uids: UidSet,
  to: Access,
): Promise<readonly string[]> {
  if (hasRights(to, "stw")) return [];
  const flags = new Set<string>();
  for (let after = 0, more = true; more;) {
    const page = await storage.messages(from, { uids, after, most: PAGE });
    for (const flag of page.messages.flatMap(({ flags }) => flags)) flags.add(flag);
    after = page.messages.at(-1)?.uid ?? after;
    more = page.more;
  }
  const kept = new Set(keptFlags([...flags], to));
  return [...flags].filter((flag) => !kept.has(flag));
}
