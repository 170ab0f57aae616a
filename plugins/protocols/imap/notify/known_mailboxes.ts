/**
 * What a client knows of mailboxes that are not selected: as much of each as tells whether there is news of it. Those that
 * no event is wanted of are not kept.
 */
import type { MailboxId } from "../../../../core/contract/mod.ts";
import { type Access, hasRights } from "../access.ts";
import { CommandRefused } from "../failures.ts";

/** So many mailboxes a client may be told of; a mailbox that is known costs a few hundred octets. */
const MOST = 20_000;

/** A mailbox as the client knows it. */
export interface KnownMailbox {
  /** As LIST has it. */
  readonly name: string;
  /** RFC 5465 §5: no event of one that the user may not read. */
  readonly canRead: boolean;
  /** RFC 9051 §2.3.1.1. */
  readonly uidValidity: number;
  /** The next message's. */
  readonly uidNext: number;
  /** How many. */
  readonly messages: number;
  /** Without `\Seen`. */
  readonly unseen: number;
  /** The last change's. */
  readonly modseq: bigint;
}

/** A mailbox as it is now. */
export function knownOf(access: Access): KnownMailbox {
  const { mailbox: { uidValidity, uidNext, messages, unseen, highestModseq: modseq }, listedAs: name } = access;
  return { name, canRead: hasRights(access, "r"), uidValidity, uidNext, messages, unseen, modseq };
}

/** Mailboxes by what never changes. */
export class KnownMailboxes {
  readonly #byId = new Map<MailboxId, KnownMailbox>();

  /** What is known of one. */
  get(id: MailboxId): KnownMailbox | undefined {
    return this.#byId.get(id);
  }

  /** Keeps it. @throws CommandRefused when there are too many. */
  set(id: MailboxId, known: KnownMailbox): void {
    this.#byId.set(id, known);
    if (this.#byId.size > MOST) throw tooMany();
  }

  /** Knows it no more. */
  delete(id: MailboxId): void {
    this.#byId.delete(id);
  }

  /** Whether there is no room for another. */
  get isFull(): boolean {
    return this.#byId.size >= MOST;
  }

  /** Whether there are mailboxes below a name. */
  hasBelow(name: string): boolean {
    const inferiors = `${name}/`;
    for (const known of this.#byId.values()) if (known.name.startsWith(inferiors)) return true;
    return false;
  }

  /** A mailbox has another name, and with it those below it have. */
  renamed(from: string, to: string): void {
    const inferiors = `${from}/`;
    for (const [id, known] of this.#byId) {
      const isBelow = known.name.startsWith(inferiors);
      if (isBelow || known.name === from) this.#byId.set(id, { ...known, name: to + known.name.slice(from.length) });
    }
  }
}

/** RFC 5465 §3.1, §5.8: more is asked for than can be told. */
export function tooMany(): CommandRefused {
  return new CommandRefused("That is more than you can be told of", "NOTIFICATIONOVERFLOW");
}
