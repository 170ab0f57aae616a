/** Selecting and releasing mailboxes (RFC 937, FOLD and QUIT), and the length of their messages (READ and the like). */
import { Maildrop } from "../pop3/maildrop/maildrop.ts";
import { type Outcome, wrong } from "./command.ts";
import { openRaw } from "./raw_message.ts";
import type { Pop2Session } from "./session.ts";
import type { Folder } from "./state.ts";

/** RFC 937, Default Mailboxes: where UNIX had it, for clients that were told so. */
export function mailboxOf(name: string, login: string): string {
  return [`/usr/spool/mail/${login}`, `/var/spool/mail/${login}`, `/var/mail/${login}`].includes(name) ? "INBOX" : name;
}

/** Selects a mailbox: `#n`, the number of its messages; none where it does not exist (RFC 937, FOLD). */
export async function select(
  { context: { storage, now }, connection: { log } }: Pop2Session,
  { account, login }: Omit<Folder, "maildrop">,
  name: string,
): Promise<Outcome> {
  const settings = { expire: "never", now: now(), view: { of: "mailbox", name } } as const;
  const found = await Maildrop.open(storage, account, settings);
  const maildrop = found === "missing" ? await Maildrop.openEmpty(storage, account, settings) : found;
  if (maildrop === "in-use") return wrong("mailbox in use by another session");
  log.debug("maildrop opened", { account, messages: maildrop.count });
  const state = { name: "mbox", folder: { account, login, maildrop } } as const;
  return { reply: `#${maildrop.count} messages in your mailbox`, state };
}

/** Removes what was acknowledged so, and unlocks the mailbox; whether that worked. */
export async function release({ connection: { log } }: Pop2Session, { maildrop }: Folder): Promise<boolean> {
  await using _unlocked = maildrop;
  try {
    const { removed } = await maildrop.commit();
    log.info("maildrop closed", { messages: maildrop.count, removed });
    return true;
  } catch (error) {
    log.error("deleted messages were not removed", { error });
    return false;
  }
}

/** A message becomes the current one: `=n`, its octets; none where it does not exist, is deleted or empty. */
export async function tell({ context: { storage } }: Pop2Session, folder: Folder, current: number): Promise<Outcome> {
  const listed = folder.maildrop.message(current);
  const message = listed && await openRaw(storage, listed);
  const size = message?.size ?? 0;
  const text = size > 0
    ? `characters in message ${current}`
    : current > folder.maildrop.count
    ? "no more messages"
    : "";
  return { reply: `=${size} ${text}`.trimEnd(), state: { name: "item", folder, current, message } };
}
