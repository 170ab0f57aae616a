/** What STATUS tells of a mailbox (RFC 9051 §6.3.11, RFC 3501 §6.3.10, and extensions). */
import type { Mailbox } from "../../../core/contract/mod.ts";
import type { Access } from "./access.ts";
import type { StatusItem } from "./grammar/status_items.ts";
import { printName } from "./printing/mailbox_names.ts";
import { mailboxObjectId } from "./printing/object_ids.ts";
import type { Session } from "./session.ts";

/** Tells these items of a mailbox that the user may read. @throws Refusal `not-found` when it is gone. */
export async function tellStatus(
  session: Session,
  { mailbox, name }: Pick<Access, "mailbox" | "name">,
  items: readonly StatusItem[],
): Promise<void> {
  // RFC 7162 §3.1: asking for it is a CONDSTORE enabling command.
  if (items.includes("HIGHESTMODSEQ")) session.wantModseq();
  // RFC 9051 §5.2: what is observed of the selected mailbox is told.
  if (session.state.name === "selected" && session.state.mailbox.id === mailbox.id) {
    session.state.mailbox.hasSeen(mailbox.highestModseq);
  }
  const values: string[] = [];
  for (const item of new Set(items)) values.push(`${item} ${await valueOf(session, mailbox, item)}`);
  session.untagged(`STATUS ${printName(name, session.nameForm)} (${values.join(" ")})`);
}

function valueOf(session: Session, mailbox: Mailbox, item: StatusItem): number | bigint | string | Promise<number> {
  switch (item) {
    case "MESSAGES":
      return mailbox.messages;
    case "RECENT":
      return recentOf(session, mailbox);
    case "UIDNEXT":
      return mailbox.uidNext;
    case "UIDVALIDITY":
      return mailbox.uidValidity;
    case "UNSEEN":
      return mailbox.unseen;
    case "DELETED":
      return mailbox.deleted;
    case "SIZE":
      return mailbox.size;
    // RFC 9208 §4.1.4: octets, as the sizes of the messages are.
    case "DELETED-STORAGE":
      return mailbox.deletedSize;
    case "HIGHESTMODSEQ":
      return mailbox.highestModseq;
    // RFC 7889 §3.1: the same for all mailboxes.
    case "APPENDLIMIT":
      return session.service.context.limits.message;
    case "MAILBOXID":
      return `(${mailboxObjectId(mailbox.id)})`;
  }
}

/** RFC 3501 §6.3.10: asking does not make them any less recent. */
async function recentOf({ state, service }: Session, { id, recentFrom, uidNext }: Mailbox): Promise<number> {
  if (state.name === "selected" && state.mailbox.id === id) return state.mailbox.recent;
  if (recentFrom >= uidNext) return 0;
  const { uids } = await service.context.storage.snapshot(id);
  return uids.length - uids.findLastIndex((uid) => uid < recentFrom) - 1;
}
