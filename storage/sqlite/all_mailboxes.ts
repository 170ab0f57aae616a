/**
 * Changes that other processes make, for those who watch all accounts: what is there is compared with what was. Nobody waits
 * for these, so that it is done seldom; and not at all while nobody else writes.
 */
import type { DatabaseSync } from "node:sqlite";
import type { AccountId } from "../../core/contract/identifiers.ts";
import type { MailboxChange } from "../../core/contract/mailbox.ts";
import type { Watchers } from "../common/watchers.ts";
import { accountId, keyOf, mailboxId } from "./rows.ts";
import { Statement } from "./statement.ts";

/** Milliseconds from a commit of others until it is looked for; what they commit meanwhile is found with it. */
const PATIENCE = 2000;

/** How far a mailbox, or (null) what belongs to its account itself, has come: either number grows with each change. */
interface Mark {
  readonly account: number;
  readonly mailbox: number | null;
  readonly modseq: number;
  readonly revision: number;
}

/** Follows from `begin` to `stop`. */
export class AllMailboxes {
  readonly #marks: Statement<Mark>;
  readonly #everybody: Statement<{ readonly value: number }>;
  readonly #watchers: Watchers;
  #seen: Map<number, Mark> | undefined;
  #forAll = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(database: DatabaseSync, watchers: Watchers) {
    this.#marks = new Statement(
      database,
      `SELECT account, id AS mailbox, highestModseq AS modseq, revision FROM mailboxes
         UNION ALL SELECT id, NULL, 0, revision FROM accounts`,
    );
    this.#everybody = new Statement(database, "SELECT value FROM counters WHERE name = 'everybody'");
    this.#watchers = watchers;
  }

  /** Somebody is about to watch. */
  begin(): void {
    if (this.#seen !== undefined) return;
    this.#seen = this.#read();
    this.#forAll = this.#revisionForAll();
  }

  /** Nobody watches any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#seen = undefined;
  }

  /** A change of our own, which the watchers have been told. */
  changed(account: AccountId, { mailbox, modseq }: MailboxChange, revision: number): void {
    if (this.#seen === undefined) return;
    const mark = { account: keyOf(account), mailbox: mailbox ?? null, revision };
    this.#seen.set(placeOf(mark), { ...mark, modseq: Number(modseq) });
  }

  /** A change of our own of what is everybody's, which the watchers have been told. */
  changedForAll(revision: number): void {
    this.#forAll = revision;
  }

  /** Others have written. */
  othersWrote(): void {
    if (this.#seen !== undefined) this.#timer ??= setTimeout(() => this.#compare(), PATIENCE);
  }

  /** What is of our own and was committed just now may be told twice: for whoever watches, several changes are one. */
  #compare(): void {
    this.#timer = undefined;
    try {
      this.#tellChanges();
    } catch {
      // Where the disk fails, those who read are told so; what was changed is told when it can be read again.
      this.othersWrote();
    }
  }

  #tellChanges(): void {
    const before = this.#seen ?? new Map<number, Mark>(), now = this.#read(), forAll = this.#revisionForAll();
    this.#seen = now;
    for (const mark of now.values()) {
      const was = before.get(placeOf(mark));
      before.delete(placeOf(mark));
      if (was?.modseq !== mark.modseq || was.revision !== mark.revision) this.#tell(mark);
    }
    // What is left is gone.
    for (const mark of before.values()) this.#tell(mark);
    if (forAll !== this.#forAll) this.#watchers.tellOfAll({ modseq: 0n });
    this.#forAll = forAll;
  }

  #tell({ account, mailbox, modseq }: Mark): void {
    const place = mailbox === null ? {} : { mailbox: mailboxId(mailbox) };
    this.#watchers.tellOfAll({ ...place, account: accountId(account), modseq: BigInt(modseq) });
  }

  #read(): Map<number, Mark> {
    return new Map(this.#marks.all().map((mark) => [placeOf(mark), mark]));
  }

  #revisionForAll(): number {
    return this.#everybody.get()?.value ?? 0;
  }
}

/** One number for both: keys of rows begin at 1. */
function placeOf({ account, mailbox }: Pick<Mark, "account" | "mailbox">): number {
  return mailbox ?? -account;
}
