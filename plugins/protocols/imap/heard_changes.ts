/** What is heard of the commits to the selected mailbox, so that it is read only when they may be news. */
import type { MailboxChange } from "../../../core/contract/mod.ts";

/** Changes of one mailbox, as they are heard. */
export class HeardChanges {
  /** Up to which mod-sequence. */
  #modseq: bigint;
  /** Of what gets no mod-sequence; undefined as long as it is not known. */
  #revision: number | undefined;
  /**
   * Whether something has happened that mod-sequences do not tell. At first it may have: between the moment of the snapshot
   * and that from which on the mailbox is watched.
   */
  #isAsked = true;

  /** Of a mailbox that was read at this mod-sequence. */
  constructor(modseq: bigint) {
    this.#modseq = modseq;
  }

  /** Of the last commit; undefined where it is not known. */
  get revision(): number | undefined {
    return this.#revision;
  }

  /** Whether a client that knows everything up to a mod-sequence may lack something. */
  isNews(known: bigint): boolean {
    return this.#isAsked || this.#modseq > known;
  }

  /** Whatever is known, it is to be read. */
  ask(): void {
    this.#isAsked = true;
  }

  /** It is about to be read: what is heard from now on is for the next time. @returns Whether that was asked for. */
  take(): boolean {
    const isAsked = this.#isAsked;
    this.#isAsked = false;
    return isAsked;
  }

  /** A commit. Of one that is not later than those before it nothing is known. */
  hear({ modseq, revision }: MailboxChange): void {
    if (revision === undefined || revision !== this.#revision || modseq <= this.#modseq) this.#isAsked = true;
    this.#revision = revision;
    if (modseq > this.#modseq) this.#modseq = modseq;
  }
}
