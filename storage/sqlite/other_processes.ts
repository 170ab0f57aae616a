/**
 * Changes that other processes make, for those who watch. The writer knows whether anybody else has written, and says so with
 * each commit; where there are none, it is asked when the database has changed. As long as nobody else has, nothing is read.
 */
import type { DatabaseSync } from "node:sqlite";
import type { AccountId, MailboxId } from "../../core/contract/identifiers.ts";
import type { MailboxChange } from "../../core/contract/mailbox.ts";
import type { Listeners } from "../common/listeners.ts";
import type { Watchers } from "../common/watchers.ts";
import { AllMailboxes } from "./all_mailboxes.ts";
import type { Indexer } from "./indexer.ts";
import { keyOf, mailboxId } from "./rows.ts";
import { Statement } from "./statement.ts";
import type { WriterLink } from "./writer_link.ts";

/** How often the database is looked at, milliseconds. */
const INTERVAL = 250;

/**
 * How far a mailbox, or an account, has come: either number grows with each change. The first of an account is how often what
 * is everybody's was changed.
 */
interface Mark {
  readonly modseq: number;
  readonly revision: number;
}

/** Marks of an account's mailboxes; under `undefined` that of the account itself. */
type Marks = Map<MailboxId | undefined, Mark>;

/** Looks while somebody watches. */
export class OtherProcesses {
  readonly #version: Statement<{ readonly data_version: number }>;
  readonly #marks: Statement<Mark & { readonly mailbox: number | null }>;
  readonly #all: AllMailboxes;
  readonly #watchers: Watchers;
  readonly #queue: Listeners;
  readonly #indexer: Pick<Indexer, "othersWrote"> | undefined;
  readonly #link: Pick<WriterLink, "request">;
  readonly #seen = new Map<AccountId, Marks>();
  /** Accounts whose marks could not be read when others had written. */
  readonly #unread = new Set<AccountId>();
  #seenVersion: number | undefined;
  #isAsking = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * @param queue Rings when others may have changed the queue.
   * @param indexer Looks for what they have left to do.
   * @param link To the writer.
   */
  constructor(
    database: DatabaseSync,
    watchers: Watchers,
    queue: Listeners,
    indexer: Pick<Indexer, "othersWrote"> | undefined,
    link: Pick<WriterLink, "request">,
  ) {
    // It changes when another connection has written: our own writer, or somebody else.
    this.#version = new Statement(database, "PRAGMA data_version");
    this.#marks = new Statement(
      database,
      `SELECT id AS mailbox, highestModseq AS modseq, revision FROM mailboxes WHERE account = ?1
         UNION ALL SELECT NULL, coalesce((SELECT value FROM counters WHERE name = 'everybody'), 0), revision
           FROM accounts WHERE id = ?1`,
    );
    this.#all = new AllMailboxes(database, watchers);
    this.#watchers = watchers;
    this.#queue = queue;
    this.#indexer = indexer;
    this.#link = link;
  }

  /** Somebody is about to watch an account. */
  follow(account: AccountId): void {
    this.followQueue();
    if (!this.#seen.has(account)) this.#seen.set(account, this.#marksOf(account));
  }

  /** Somebody is about to watch all accounts. */
  followAll(): void {
    this.followQueue();
    this.#all.begin();
  }

  /** Somebody is about to watch the queue: any commit of others may have changed it. */
  followQueue(): void {
    if (this.#timer !== undefined) return;
    this.#seenVersion = this.#versionNow();
    this.#timer = setInterval(() => this.#look(), INTERVAL);
  }

  /** Somebody has stopped watching it; without an account, the queue or all accounts. */
  leave(account?: AccountId): void {
    if (account !== undefined && !this.#watchers.isWatched(account)) this.#seen.delete(account);
    if (!this.#watchers.isAllWatched) this.#all.stop();
    if (!this.#watchers.isWatched() && !this.#watchers.isAllWatched && !this.#queue.areThere) this.stop();
  }

  /** The writer says that others may have written. */
  haveWritten(): void {
    if (this.#timer !== undefined) this.#compare();
  }

  /** A change of our own, which the watchers have been told. */
  changed(account: AccountId, change: MailboxChange, revision: number): void {
    this.#all.changed(account, change, revision);
    const { mailbox, modseq } = change;
    const marks = this.#seen.get(account);
    marks?.set(mailbox, {
      modseq: mailbox === undefined ? marks.get(undefined)?.modseq ?? 0 : Number(modseq),
      revision,
    });
  }

  /** A change of our own of what is everybody's, which all watchers have been told. */
  changedForAll(modseq: number): void {
    this.#all.changedForAll(modseq);
    for (const marks of this.#seen.values()) marks.set(undefined, { revision: 0, ...marks.get(undefined), modseq });
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#seen.clear();
    this.#unread.clear();
    this.#all.stop();
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      for (const account of this.#unread) this.#compareOne(account);
      const version = this.#versionNow();
      if (version === this.#seenVersion) return;
      this.#seenVersion = version;
      const looked = ({ othersWrote }: { readonly othersWrote: boolean }) => othersWrote && this.haveWritten();
      looked(await this.#link.request("look", {}, looked));
    } catch {
      // A writer that does not answer: others may well have.
      this.haveWritten();
    } finally {
      this.#isAsking = false;
    }
  }

  #compare(): void {
    this.#indexer?.othersWrote();
    this.#queue.tell();
    this.#all.othersWrote();
    for (const account of this.#seen.keys()) this.#compareOne(account);
  }

  /** Where the disk fails, those who read are told so; whoever waits is told what was changed when it can be read again. */
  #compareOne(account: AccountId): void {
    try {
      this.#tellChanges(account, this.#seen.get(account));
      this.#unread.delete(account);
    } catch {
      this.#unread.add(account);
    }
  }

  #tellChanges(account: AccountId, before: Marks | undefined): void {
    if (before === undefined) return;
    const now = this.#marksOf(account);
    this.#seen.set(account, now);
    for (const mailbox of new Set([...before.keys(), ...now.keys()])) {
      const [was, is] = [before.get(mailbox), now.get(mailbox)];
      if (was?.modseq === is?.modseq && was?.revision === is?.revision) continue;
      const modseq = mailbox === undefined ? 0n : BigInt((is ?? was)?.modseq ?? 0);
      this.#watchers.tellOf(account, { ...mailbox !== undefined && { mailbox }, modseq });
    }
  }

  #marksOf(account: AccountId): Marks {
    const rows = this.#marks.all(keyOf(account));
    return new Map(rows.map(({ mailbox, ...mark }) => [mailbox === null ? undefined : mailboxId(mailbox), mark]));
  }

  #versionNow(): number | undefined {
    return this.#version.get()?.data_version;
  }
}
