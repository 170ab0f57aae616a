/** COPY, MOVE and their UID forms (RFC 9051 §6.4.7 and §6.4.8, RFC 6851), with COPYUID (RFC 4315 §3). */
import type { Operation, UidSet } from "../../../../core/contract/mod.ts";
import { type Access, hasRights, openTarget, requireRights } from "../access.ts";
import { type Command, command } from "../command.ts";
import { tellExpunged } from "../expunge_deleted.ts";
import { requireWritable } from "../failures.ts";
import { keptFlags } from "../../../../core/mailboxes/flag_rights.ts";
import { type CopyArguments, expectCopyArguments } from "../grammar/mailbox_arguments.ts";
import type { Scanner } from "../grammar/scanner.ts";
import { replyWithin, requireWithinLimit, withinLimit } from "../message_limit.ts";
import { uidsOf } from "../named_messages.ts";
import { printNumbers } from "../printing/sequence_sets.ts";
import { ok } from "../replies.ts";
import type { Session } from "../session.ts";
import type { StateOf } from "../state.ts";

type By = "number" | "uid";
type Pairs = readonly (readonly [from: number, to: number])[];

function copyCommand(by: By): Command {
  return command({
    states: ["selected"],
    parse,
    async run(session, state, { set, mailbox: target }) {
      const { storage } = session.service.context;
      const to = await openTarget(storage, state.user, target);
      const uids = uidsOf(state.mailbox, set, by);
      requireWithinLimit(session, state.mailbox, uids);
      const pairs = await copy(session, state, uids, to);
      session.notifications?.own.added(to.mailbox.id, pairs.map(([, uid]) => uid));
      if (to.mailbox.id === state.mailbox.id) state.mailbox.isStale = true;
      return { reply: pairs.length === 0 ? ok("Nothing was there to be copied") : ok("Copied", copyUid(to, pairs)) };
    },
  });
}

function moveCommand(by: By): Command {
  return command({
    capabilities: ["MOVE"],
    states: ["selected"],
    parse,
    async run(session, state, { set, mailbox: target }) {
      const { mailbox } = state;
      // RFC 6851 §3.3: what STORE \Deleted and EXPUNGE would need.
      requireWritable(mailbox.selection);
      requireRights(mailbox.selection, "te");
      const to = await openTarget(session.service.context.storage, state.user, target);
      const { uids, reached } = withinLimit(session, mailbox, uidsOf(mailbox, set, by));
      const pairs = await move(session, state, uids, to);
      if (pairs.length === 0) return { reply: replyWithin(session, reached, ok("Nothing was there to be moved")) };
      session.notifications?.own.added(to.mailbox.id, pairs.map(([, uid]) => uid));
      // RFC 6851 §4.3: COPYUID in an untagged OK, before the messages are gone.
      const code = copyUid(to, pairs);
      if (code !== undefined) session.untagged(`OK [${code}] Moved`);
      return { reply: replyWithin(session, reached, ok("Moved", await tellExpunged(session, mailbox))) };
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

/** RFC 4315 §3: UIDs in the source and in the target, in the same order; not for who may not select the target. */
function copyUid({ mailbox, rights }: Access, pairs: Pairs): string | undefined {
  if (!hasRights({ rights }, "r")) return undefined;
  const from = printNumbers(pairs.map(([from]) => from)), to = printNumbers(pairs.map(([, to]) => to));
  return `COPYUID ${mailbox.uidValidity} ${from} ${to}`;
}

/** RFC 9051 §6.4.7: all of them, or none. */
async function copy(
  session: Session,
  { mailbox }: StateOf<"selected">,
  uids: UidSet,
  to: Access,
): Promise<Pairs> {
  const { storage } = session.service.context;
  if (hasRights(to, "stw")) {
    const [pairs] = await storage.apply([{ do: "copy", from: mailbox.id, uids, to: to.mailbox.id }]);
    return pairs;
  }
  const { batch, sources } = await appends(session, mailbox.id, uids, to);
  const made = await storage.apply(batch);
  return made.flatMap((message, index) => pair(sources[index], message));
}

async function move(
  session: Session,
  { mailbox }: StateOf<"selected">,
  uids: UidSet,
  to: Access,
): Promise<Pairs> {
  const { storage } = session.service.context;
  if (hasRights(to, "stw")) {
    const [pairs] = await storage.apply([{ do: "move", from: mailbox.id, uids, to: to.mailbox.id }]);
    return pairs;
  }
  const { batch, sources } = await appends(session, mailbox.id, uids, to);
  const expunge: Operation = { do: "expunge", mailbox: mailbox.id, uids: sources };
  const made = await storage.apply([...batch, expunge]);
  return made.flatMap((message, index) => pair(sources[index], message));
}

/** RFC 4314 §4: flags that may not be set in the target are left out. */
async function appends(session: Session, from: Access["mailbox"]["id"], uids: UidSet, to: Access) {
  const { messages } = await session.service.context.storage.messages(from, { uids });
  return {
    sources: messages.map(({ uid }) => uid),
    batch: messages.map(({ body, receivedAt, flags }) => ({
      ...{ do: "append", mailbox: to.mailbox.id, body } as const,
      details: { receivedAt, flags: keptFlags(flags, to) },
    })),
  };
}

function pair(source: number | undefined, made: unknown): (readonly [number, number])[] {
  const isMessage = typeof made === "object" && made !== null && "uid" in made && typeof made.uid === "number";
  return source !== undefined && isMessage ? [[source, Number(made.uid)]] : [];
}
