/** COPY, MOVE and their UID forms (RFC 9051 §6.4.7 and §6.4.8, RFC 6851), with COPYUID (RFC 4315 §3). */
import type { CopiedRun, MailboxId, Storage, UidSet } from "../../../../core/contract/mod.ts";
import { type Access, hasRights, openTarget, requireRights } from "../access.ts";
import { type Command, command } from "../command.ts";
import { tellExpunged } from "../expunge_deleted.ts";
import { requireWritable } from "../failures.ts";
import { keptFlags } from "../../../../core/mailboxes/flag_rights.ts";
import { type CopyArguments, expectCopyArguments } from "../grammar/mailbox_arguments.ts";
import type { Scanner } from "../grammar/scanner.ts";
import { replyWithin, requireWithinLimit, withinLimit } from "../message_limit.ts";
import { uidsOf, uidSteps } from "../named_messages.ts";
import { printUidSet } from "../printing/sequence_sets.ts";
import { ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";

type By = "number" | "uid";
type Runs = readonly CopiedRun[];

/** Messages that are moved at a time: others write between. */
const STEP = 5000;

function copyCommand(by: By): Command {
  return command({
    states: ["selected"],
    parse,
    async run(session, { user, mailbox }, { set, mailbox: target }) {
      const { storage } = session.service.context;
      const to = await openTarget(storage, user, target);
      const uids = uidsOf(mailbox, set, by);
      requireWithinLimit(session, mailbox, uids);
      const runs = await copy(session, mailbox, uids, to);
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
      const to = await openTarget(session.service.context.storage, user, target);
      const { uids, reached } = withinLimit(session, mailbox, uidsOf(mailbox, set, by));
      const runs: CopiedRun[] = [];
      try {
        // RFC 6851 §3.3: each message is moved or is not; of all of them together nothing is said.
        for (const step of uidSteps(mailbox, uids, STEP)) {
          for (const run of await move(session, mailbox, step, to)) runs.push(run);
        }
      } finally {
        // Also where it ends halfway: of what was moved, the client hears all.
        tellMoved(session, mailbox, to, runs);
      }
      const reply = runs.length === 0
        ? ok("Nothing was there to be moved")
        : ok("Moved", await tellExpunged(session, mailbox));
      return { reply: replyWithin(session, reached, reply) };
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

function tellMoved(session: Session, mailbox: SelectedMailbox, to: Access, runs: Runs): void {
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

/** RFC 9051 §6.4.7: all of them, or none. */
async function copy({ service }: Session, { id: from }: SelectedMailbox, uids: UidSet, to: Access): Promise<Runs> {
  const { storage } = service.context;
  if (hasRights(to, "stw")) {
    const [runs] = await storage.apply([{ do: "copy", from, uids, to: to.mailbox.id }]);
    return runs;
  }
  const { batch, sources } = await appends(service.context, from, uids, to);
  const made = await storage.apply(batch);
  return made.flatMap((message, index) => run(sources[index], message));
}

/** RFC 4314 §4: without the flags that may not be set in the target. All in one batch: a message is in one of the two. */
async function move({ service }: Session, { id: from }: SelectedMailbox, uids: UidSet, to: Access): Promise<Runs> {
  const { storage } = service.context;
  const lost = hasRights(to, "stw") ? [] : await flagsLost(storage, from, uids, to);
  const take = { do: "move", from, uids, to: to.mailbox.id } as const;
  if (lost.length === 0) return (await storage.apply([take]))[0];
  const change = { mode: "remove", flags: lost } as const;
  return (await storage.apply([{ do: "setFlags", mailbox: from, uids, change }, take]))[1];
}

async function flagsLost(
  storage: Storage,
  from: MailboxId,
  uids: UidSet,
  to: Access,
): Promise<readonly string[]> {
  const { messages } = await storage.messages(from, { uids });
  const flags = [...new Set(messages.flatMap(({ flags }) => flags))], kept = new Set(keptFlags(flags, to));
  return flags.filter((flag) => !kept.has(flag));
}

/** RFC 4314 §4: flags that may not be set in the target are left out. */
async function appends(
  { storage }: Session["service"]["context"],
  from: MailboxId,
  uids: UidSet,
  to: Access,
) {
  const { messages } = await storage.messages(from, { uids });
  return {
    sources: messages.map(({ uid }) => uid),
    batch: messages.map(({ body, receivedAt, flags }) => ({
      ...{ do: "append", mailbox: to.mailbox.id, body } as const,
      details: { receivedAt, flags: keptFlags(flags, to) },
    })),
  };
}

function run(source: number | undefined, made: unknown): CopiedRun[] {
  const isMessage = typeof made === "object" && made !== null && "uid" in made && typeof made.uid === "number";
  return source !== undefined && isMessage ? [[source, Number(made.uid), 1]] : [];
}
