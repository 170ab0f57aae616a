/**
 * Changes that other processes make, for those who watch. Commits are numbered: as long as every number is that of a commit
 * of our own, nobody else has written, and nothing is read.
 */
import type { AccountId, MailboxId } from "../../core/contract/identifiers.ts";
import type { Watchers } from "../common/watchers.ts";
import type { Reader } from "./reader.ts";
import { keyOf } from "./rows.ts";

/** How often the number is looked at, milliseconds. */
const INTERVAL = 250;

/** Looks while somebody watches. */
export class OtherProcesses {
  readonly #reader: Reader;
  readonly #watchers: Watchers;
  readonly #isBusy: () => boolean;
  readonly #seen = new Map<AccountId, Map<MailboxId, bigint>>();
  #known = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `isBusy`: whether a commit of our own is under way, whose number is not known yet. */
  constructor(reader: Reader, watchers: Watchers, isBusy: () => boolean) {
    this.#reader = reader;
    this.#watchers = watchers;
    this.#isBusy = isBusy;
  }

  /** Somebody is about to watch. */
  follow(account: AccountId): void {
    if (this.#timer === undefined) {
      this.#known = this.#reader.commits();
      this.#timer = setInterval(() => this.look(), INTERVAL);
    }
    if (!this.#seen.has(account)) this.#seen.set(account, this.#modseqs(account));
  }

  /** Somebody has stopped watching it. */
  leave(account: AccountId): void {
    if (!this.#watchers.isWatched(account)) this.#seen.delete(account);
    if (!this.#watchers.isWatched()) this.stop();
  }

  /** A commit of our own: those before it that are not ours are others'. */
  committed(commit: number): void {
    if (this.#timer === undefined) return;
    const isNext = commit === this.#known + 1;
    this.#known = Math.max(this.#known, commit);
    if (!isNext) this.#compare();
  }

  /** A change of our own, which the watchers have been told. */
  changed(account: AccountId, mailbox: MailboxId, modseq: bigint): void {
    this.#seen.get(account)?.set(mailbox, modseq);
  }

  /** Looks whether others have written. */
  look(): void {
    // While a commit of our own is under way the number may be its own; its answer will show what lies between.
    if (this.#isBusy()) return;
    const commits = this.#reader.commits();
    if (commits === this.#known) return;
    this.#known = commits;
    this.#compare();
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#seen.clear();
  }

  #compare(): void {
    for (const [account, before] of this.#seen) {
      const now = this.#modseqs(account);
      this.#seen.set(account, now);
      for (const [mailbox, modseq] of now) {
        if (before.get(mailbox) !== modseq) this.#watchers.tell(account, { mailbox, modseq });
      }
      for (const [mailbox, modseq] of before) {
        if (!now.has(mailbox)) this.#watchers.tell(account, { mailbox, modseq });
      }
    }
  }

  #modseqs(account: AccountId): Map<MailboxId, bigint> {
    return new Map(this.#reader.mailboxes(keyOf(account)).map(({ id, highestModseq }) => [id, highestModseq]));
  }
}
