/** What a client has done itself and need not be told of (RFC 5465 §5), exactly: more than that is another's doing. */
import type { MailboxId, UidSet } from "../../../../core/contract/mod.ts";
import { isInRanges } from "../../../../core/mailboxes/number_ranges.ts";
import type { Access } from "../access.ts";
import { type NumberRanges, resolvedRanges } from "../grammar/sequence_set.ts";
import { type KnownMailbox, type KnownMailboxes, knownOf } from "./known_mailboxes.ts";

/** What the client has done to a mailbox. */
export interface OwnDoing {
  /** Whether that is all that is different now. */
  explains(now: KnownMailbox): boolean;
}

/** Told by the commands. */
export class OwnChanges {
  readonly #known: KnownMailboxes;
  readonly #subscribed: Set<string>;
  readonly #isOfInterest: (name: string) => boolean;
  #added: { readonly mailbox: MailboxId; readonly ranges: NumberRanges } | undefined;
  readonly #met = new Set<string>();
  readonly #expected = new Map<MailboxId, KnownMailbox>();

  /** Keeps these up to date. */
  constructor(known: KnownMailboxes, subscribed: Set<string>, isOfInterest: (name: string) => boolean) {
    this.#known = known;
    this.#subscribed = subscribed;
    this.#isOfInterest = isOfInterest;
  }

  /** CREATE. */
  made(access: Access): void {
    // Where there is no room for it, that is found out when it is told.
    if (this.#isOfInterest(access.listedAs) && !this.#known.isFull) {
      this.#known.set(access.mailbox.id, knownOf(access));
    }
  }

  /** DELETE. */
  removed(mailbox: MailboxId): void {
    this.#known.delete(mailbox);
  }

  /** RENAME, by the names that LIST has. */
  renamed(from: string, to: string): void {
    this.#known.renamed(from, to);
  }

  /** SUBSCRIBE and UNSUBSCRIBE. */
  subscribed(name: string, isNow: boolean): void {
    if (isNow) this.#subscribed.add(name);
    else this.#subscribed.delete(name);
    this.#met.add(name);
  }

  /** Names that were subscribed, or are not any more, since this was last asked. */
  takeMet(): readonly string[] {
    const met = [...this.#met];
    this.#met.clear();
    return met;
  }

  /** Whether the client has put a message there itself. */
  hasAdded(mailbox: MailboxId, uid: number): boolean {
    return this.#added?.mailbox === mailbox && isInRanges(uid, this.#added.ranges);
  }

  /** APPEND and the like. */
  added(mailbox: MailboxId, uids: UidSet): void {
    const ranges = resolvedRanges(uids, 0);
    // It is told at the end of the command, or never: the last command's are enough.
    this.#added = { mailbox, ranges };
    const before = this.#expected.get(mailbox) ?? this.#known.get(mailbox);
    const first = ranges[0]?.[0], count = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    // Where others have come before them, they are not all that is new.
    if (before === undefined || first !== before.uidNext) return;
    this.#expected.set(mailbox, {
      ...before,
      uidNext: first + count,
      messages: before.messages + count,
      // RFC 7162 §3.1: each of them is a change of its own; where a storage counts otherwise, the client is told.
      modseq: before.modseq + BigInt(count),
    });
  }

  /** SETMETADATA, once for each place that it is about (RFC 7162 §3.2). */
  annotated(mailbox: MailboxId): void {
    const before = this.#expected.get(mailbox) ?? this.#known.get(mailbox);
    if (before !== undefined) this.#expected.set(mailbox, { ...before, modseq: before.modseq + 1n });
  }

  /** What the client has done to a mailbox since it was last looked at. */
  take(mailbox: MailboxId): OwnDoing | undefined {
    const expected = this.#expected.get(mailbox);
    this.#expected.delete(mailbox);
    return expected && {
      explains: ({ uidNext, messages, modseq }) =>
        uidNext === expected.uidNext && messages === expected.messages && modseq === expected.modseq,
    };
  }
}
