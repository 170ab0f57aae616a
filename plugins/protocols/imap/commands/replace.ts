/** REPLACE and UID REPLACE (RFC 8508): a message comes and another goes, both or neither. */
import type { UidSet } from "../../../../core/contract/mod.ts";
import { requireRights } from "../access.ts";
import { takeIn } from "../append/intake.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused, requireWritable } from "../failures.ts";
import { hasAppendTarget } from "../grammar/append_arguments.ts";
import { Scanner } from "../grammar/scanner.ts";
import type { SequenceNumber } from "../grammar/sequence_set.ts";
import { knownUids, uidsOf } from "../named_messages.ts";
import { ok } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";

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
      // RFC 8508 §3.1: as if by STORE \Deleted and EXPUNGE.
      requireRights(selected.selection, "te");
      const { storage } = session.service.context;
      const { target: { mailbox }, replaces, messages } = await takeIn(session, user, scanner, literal, true);
      const discard = () => messages.forEach(({ body }) => storage.discardBody(body));
      const uids = replaces === undefined ? [] : replacedUids(selected, replaces, by);
      const [message] = messages;
      if (message === undefined || uids.length === 0) {
        discard();
        throw new CommandRefused("There is no such message to be replaced");
      }
      const [made] = await storage.apply([
        { do: "append", mailbox: mailbox.id, ...message },
        { do: "expunge", mailbox: selected.id, uids },
      ]);
      // RFC 8508 §4.1: before the EXPUNGE.
      session.untagged(`OK [APPENDUID ${mailbox.uidValidity} ${made.uid}] Replaced`);
      return { reply: ok("Replaced") };
    },
  });
}

function replacedUids(selected: SelectedMailbox, replaces: SequenceNumber, by: "number" | "uid"): UidSet {
  return knownUids(selected, uidsOf(selected, [replaces], by)).filter((uid) => !selected.isGone(uid));
}
