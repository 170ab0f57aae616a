/**
 * What a session knows of its user's key for the selected mailbox: RESETKEY is told to all sessions of the user that have
 * the mailbox selected (RFC 4467 §7).
 */
import { Buffer } from "node:buffer";
import type { AccountId, MailboxId, Storage } from "../../../../core/contract/mod.ts";
import type { Session } from "../session.ts";
import { mailboxPart } from "./access_key.ts";
import { INTERNAL } from "./token.ts";

/** The part of the key that RESETKEY of the mailbox makes new. */
export class KnownKey {
  /** Whether something was committed that may be a new key. */
  mayBeNew = false;
  readonly #account: AccountId;
  readonly #mailbox: MailboxId;
  #part: Uint8Array | undefined;

  private constructor(account: AccountId, mailbox: MailboxId, part: Uint8Array | undefined) {
    this.#account = account;
    this.#mailbox = mailbox;
    this.#part = part;
  }

  /** As it is now. */
  static async read(storage: Storage, account: AccountId, mailbox: MailboxId): Promise<KnownKey> {
    return new KnownKey(account, mailbox, await mailboxPart(storage, account, mailbox));
  }

  /** The session itself has made this part, and tells that otherwise. */
  told(part: Uint8Array): void {
    this.#part = part;
  }

  /** Tells of a key that is new. */
  async tell(session: Session): Promise<void> {
    // Before it is read: what is committed meanwhile is for the next time.
    this.mayBeNew = false;
    let isRead = false;
    try {
      const part = await mailboxPart(session.service.context.storage, this.#account, this.#mailbox);
      isRead = true;
      // Parts of a mailbox that is gone are gone with it.
      if (part === undefined || this.#part !== undefined && Buffer.compare(part, this.#part) === 0) return;
      this.#part = part;
      session.untagged(`OK [URLMECH ${INTERNAL}] The key is new`);
    } finally {
      if (!isRead) this.mayBeNew = true;
    }
  }
}
