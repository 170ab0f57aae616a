/** Where messages go that a client appends: nearly always the same mailbox, and the one that it has selected. */
import { type Access, openTarget } from "./access.ts";
import type { Session } from "./session.ts";
import type { User } from "./state.ts";

/** The selected mailbox, as it was found by its name. */
export interface KnownTarget {
  readonly access: Access;
  /** Of the mailbox then: with another it may have another name, or be gone. */
  readonly revision: number;
}

/** As `openTarget`. The selected mailbox is not looked up again as long as nothing has happened to it but to its messages. */
export async function findTarget(session: Session, user: User, name: string): Promise<Access> {
  const { state, service: { context: { storage } } } = session;
  if (state.name !== "selected" || !storage.tellsFirst) return await openTarget(storage, user, name);
  const { mailbox } = state, { target, heard: { revision } } = mailbox;
  if (target !== undefined && target.access.name === name && target.revision === revision) return target.access;
  const access = await openTarget(storage, user, name);
  // The name of another's has an address in it, which may change.
  const isOwn = access.mailbox.id === mailbox.id && access.mailbox.account === user.account;
  if (isOwn && revision !== undefined) mailbox.target = { access, revision };
  return access;
}
