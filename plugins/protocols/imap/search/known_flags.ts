/**
 * The system flags of a mailbox's messages, as a session has read them for a search. Clients search by them again and again:
 * before each search only what has changed since is read, by its mod-sequences (RFC 7162 §3.1), whoever changed it. Its
 * invariants:
 * - everything up to the mod-sequence is known; what came after it may be known already, and is read again;
 * - five octets a message, for as long as the mailbox is selected.
 */
import type { MailboxId, Message, Storage, UidSet } from "../../../../core/contract/mod.ts";
import { resolvedRanges } from "../grammar/sequence_set.ts";
import type { StateChange } from "../known_messages.ts";
import type { Work } from "../long_work.ts";
import { placeIn } from "../number_ranges.ts";
import { type FlagCondition, systemFlagBits } from "./flag_condition.ts";

/** Messages that are read at a time. */
const PAGE = 1000;

/** Of one mailbox. */
export class KnownFlags {
  readonly #storage: Storage;
  readonly #mailbox: MailboxId;
  /** Ascending. */
  #uids = new Uint32Array();
  /** Of each, a bit for each flag. */
  #flags = new Uint8Array();
  #modseq: bigint | undefined;

  /** Nothing is known yet. */
  constructor(storage: Storage, mailbox: MailboxId) {
    this.#storage = storage;
    this.#mailbox = mailbox;
  }

  /** Up to which they are known: little is to be read where they have been read before. Undefined where they have not. */
  get modseq(): bigint | undefined {
    return this.#modseq;
  }

  /** Reads what has changed. @throws Refusal `not-found` when the mailbox is gone. */
  async refresh(work: Work): Promise<void> {
    const since = this.#modseq;
    // What was begun and not ended says nothing of what has gone meanwhile.
    if (since === undefined) this.#uids = new Uint32Array();
    let modseq: bigint | undefined;
    for (let after = 0, more = true; more;) {
      const page = await this.#storage.messages(this.#mailbox, {
        ...{ after, most: PAGE },
        ...since !== undefined && { changedSince: since },
      });
      // Later pages may be of a later moment.
      modseq ??= page.highestModseq;
      this.#remove(page.expunged);
      this.#set(page.messages);
      after = page.messages.at(-1)?.uid ?? after;
      more = page.more;
      if (work.isDue) await work.pause();
    }
    this.#modseq = modseq;
  }

  /** A session has been told what has become of the mailbox. */
  follow({ since, until, messages, expunged }: StateChange): void {
    if (this.#modseq === undefined || this.#modseq < since || this.#modseq >= until) return;
    this.#remove(expunged);
    this.#set(messages);
    this.#modseq = until;
  }

  /** Those of these UIDs, ascending, that are there and meet the condition. */
  meeting(uids: Uint32Array, condition: FlagCondition): number[] {
    const found: number[] = [];
    let place = placeIn(this.#uids, uids[0] ?? 0);
    for (const uid of uids) {
      while ((this.#uids[place] ?? Infinity) < uid) place++;
      if (this.#uids[place] === uid && condition(uid, this.#flags[place] ?? 0)) found.push(uid);
    }
    return found;
  }

  #set(messages: readonly Message[]): void {
    const last = this.#uids.at(-1) ?? 0;
    const added = messages.filter(({ uid }) => uid > last);
    for (const { uid, flags } of messages) {
      const place = placeIn(this.#uids, uid);
      if (this.#uids[place] === uid) this.#flags[place] = systemFlagBits(flags);
    }
    if (added.length === 0) return;
    const count = this.#uids.length;
    const uids = new Uint32Array(count + added.length), flags = new Uint8Array(uids.length);
    uids.set(this.#uids);
    flags.set(this.#flags.subarray(0, count));
    for (const [index, message] of added.entries()) {
      uids[count + index] = message.uid;
      flags[count + index] = systemFlagBits(message.flags);
    }
    this.#uids = uids;
    this.#flags = flags;
  }

  #remove(expunged: UidSet): void {
    if (expunged.length === 0) return;
    const uids = this.#uids, flags = this.#flags;
    let kept = 0, next = 0;
    for (const [from, to] of [...resolvedRanges(expunged, 0), [Infinity, Infinity]] as const) {
      const end = placeIn(uids, from);
      uids.copyWithin(kept, next, end);
      flags.copyWithin(kept, next, end);
      kept += end - next;
      next = placeIn(uids, to + 1);
    }
    this.#uids = uids.subarray(0, kept);
    this.#flags = flags.subarray(0, kept);
  }
}
