/** REPLACE and UID REPLACE (RFC 8508): a message comes and another goes, both or neither. */
import { requireRights } from "../access.ts";
import { appendUid, takeIn } from "../append/intake.ts";
import { type Command, command } from "../command.ts";
import { tellExpunged } from "../expunge_deleted.ts";
import { CommandRefused, requireWritable } from "../failures.ts";
import { hasAppendTarget } from "../grammar/append_arguments.ts";
import { Scanner } from "../grammar/scanner.ts";
import type { SequenceNumber } from "../grammar/sequence_set.ts";
import { knownUids, uidsOf } from "../named_messages.ts";
import { ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";

/** REPLACE. */
export const replaceByNumber: Command = replaceCommand("number");
/** UID REPLACE. */
export const replaceByUid: Command = replaceCommand("uid");

function replaceCommand(by: "number" | "uid"): Command {
  return command({
    capabilities: ["REPLACE"],
    states: ["selected"],
    takesLiteral(text) {
      const scanner = new Scanner(text);
      scanner.expectTag();
      for (const _ of by === "uid" ? ["UID", "REPLACE"] : ["REPLACE"]) {
        scanner.expectSpace();
        scanner.expectWord("REPLACE");
      }
      return scanner.acceptSpace() && hasAppendTarget(scanner, true);
    },
    parse(scanner) {
      scanner.expectSpace();
      return scanner;
    },
    async run(session, { user, mailbox: selected }, scanner, literal) {
      requireWritable(selected.selection);
      // RFC 8508 §4.1: what UID STORE \Deleted and UID EXPUNGE need; APPEND's are looked at with its target.
      requireRights(selected.selection, "te");
      let uids: readonly number[] = [];
      const replaces = (number: SequenceNumber) => {
        uids = replacedUids(selected, number, by);
      };
      return await takeIn(session, user, { scanner, literal, replaces }, async ({ target, appends }) => {
        await requireThere(session, selected, uids);
        // RFC 8508 §3.4: the quota is that of what is left, so what goes goes first.
        const [, ...appended] = await session.service.context.storage.apply([
          { do: "expunge", mailbox: selected.id, uids },
          ...appends,
        ]);
        selected.heard.ask();
        const made = appended.map(({ uid }) => uid);
        session.notifications?.own.added(target.mailbox.id, made);
        // RFC 8508 §4.3: before the EXPUNGE.
        const code = appendUid(target, made);
        if (code !== undefined) session.untagged(`OK [${code}] Replaced`);
        return { reply: ok("Replaced", await tellExpunged(session, selected)) };
      });
    },
  });
}

/** Before the message is sent. @throws CommandRefused. */
function replacedUids(selected: SelectedMailbox, number: SequenceNumber, by: "number" | "uid"): readonly number[] {
  const uids = knownUids(selected, uidsOf(selected, [number], by)).filter((uid) => !selected.isGone(uid));
  if (uids.length === 0) throw notThere();
  return uids;
}

/** A message takes its time to arrive; another session may have removed the one that it replaces. @throws CommandRefused. */
async function requireThere(session: Session, selected: SelectedMailbox, uids: readonly number[]): Promise<void> {
  const { messages } = await session.service.context.storage.messages(selected.id, { uids });
  if (messages.length === 0) throw notThere();
}

function notThere(): CommandRefused {
  return new CommandRefused("There is no such message to be replaced");
}
