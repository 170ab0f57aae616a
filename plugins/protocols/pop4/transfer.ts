/** MOVE and COPY: messages go to another folder, all of them or none, and durably before the answer. */
import type { Operation, Storage } from "../../../core/contract/mod.ts";
import { type Access, hasRights } from "../../../core/mailboxes/access.ts";
import { keptFlags } from "../../../core/mailboxes/flag_rights.ts";
import type { Maildrop } from "../pop3/maildrop/maildrop.ts";
import type { Selected } from "../pop3/maildrop/popped.ts";
import { uidSet } from "../pop3/maildrop/uid_set.ts";
import { ok } from "../pop3/replies.ts";
import { setAndFolder } from "./arguments.ts";
import { verb } from "./command.ts";
import { openFolder, requireRights } from "./folders.ts";
import { withMessages } from "./named_messages.ts";

/** COPY. */
export const copyMessages = verb({
  verb: "COPY",
  usage: "set folder",
  parse: setAndFolder,
  run: (session, maildrop, { set, folder }) =>
    withMessages(session, maildrop, set, async (numbers) => {
      const { storage } = session.service.context;
      const copied = await transfer(storage, maildrop, maildrop.select(numbers), folder, "copy");
      return { reply: ok(`${copied}`) };
    }),
});

/** MOVE. */
export const moveMessages = verb({
  verb: "MOVE",
  usage: "set folder",
  parse: setAndFolder,
  run: (session, maildrop, { set, folder }) =>
    withMessages(session, maildrop, set, async (numbers) => {
      const { storage } = session.service.context;
      const moved = await transfer(storage, maildrop, maildrop.select(numbers), folder, "move");
      maildrop.moved(numbers);
      return { reply: ok(`${moved}`) };
    }),
});

/** @returns How many went: what another session has removed meanwhile does not. @throws Refused, Refusal. */
async function transfer(
  storage: Storage,
  maildrop: Maildrop,
  selected: Selected,
  folder: string,
  how: "copy" | "move",
): Promise<number> {
  const target = await openFolder(storage, maildrop, folder, "i");
  // RFC 6851 §3.3: a move takes what removing takes.
  await requireRights(storage, maildrop, selected.keys(), how === "copy" ? "r" : "rte");
  if (!hasRights(target, "stw")) return await appendTo(target, storage, selected, how);
  const batch = Array.from(selected, ([{ id: from }, uids]) => ({
    ...{ do: how, from, uids: uidSet(uids), to: target.mailbox.id } as const,
  }));
  const runs = (await storage.apply(batch)).flat();
  return runs.reduce((sum, [, , count]) => sum + count, 0);
}

/** RFC 4314 §4: flags that may not be set in the target are left out. */
async function appendTo(
  target: Access,
  storage: Storage,
  selected: Selected,
  how: "copy" | "move",
): Promise<number> {
  const appends: Operation[] = [], removals: Operation[] = [];
  for (const [{ id: mailbox }, uids] of selected) {
    const { messages } = await storage.messages(mailbox, { uids: uidSet(uids) });
    for (const { body, receivedAt, flags } of messages) {
      const details = { receivedAt, flags: keptFlags(flags, target) };
      appends.push({ do: "append", mailbox: target.mailbox.id, body, details });
    }
    if (how === "move") removals.push({ do: "expunge", mailbox, uids: messages.map(({ uid }) => uid) });
  }
  await storage.apply([...appends, ...removals]);
  return appends.length;
}
