/** Mailboxes, as the writer changes them; their messages are in `messages.ts`. */
import type { DatabaseSync } from "node:sqlite";
import type { Mailbox } from "../../../core/contract/mailbox.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { inferiorPrefix, renamed, superiorNames } from "../../common/mailbox_name.ts";
import { knownSpecialUse } from "../../common/special_use.ts";
import { Tally } from "../../common/tally.ts";
import { mailboxColumns, mailboxOf, type MailboxRow } from "../rows.ts";
import { Statement, TupleStatement } from "../statement.ts";
import type { Touched } from "./touched.ts";

/** What the writer needs to know of a mailbox. */
export type MailboxHead =
  & Pick<MailboxRow, "id" | "account" | "name" | "uidNext" | "highestModseq" | "deleted" | "specialUse">
  & {
    /** How many changes there were that got no mod-sequence. */
    readonly revision: number;
  };

/** A mailbox after a change of its messages. */
export type ChangedMailbox = Pick<MailboxHead, "id" | "account" | "uidNext" | "highestModseq" | "revision"> & {
  /** Of its account, as its column has it. */
  readonly quota: string | null;
};

/** The same before it, without names, in the order of `ownColumns`. */
type OwnTuple = readonly [
  id: number,
  account: number,
  uidNext: number,
  highestModseq: number,
  revision: number,
  quota: string | null,
];

const ownColumns = `id, account, uidNext, highestModseq, revision,
  (SELECT quota FROM accounts WHERE accounts.id = account)`;
const headColumns = "id, account, name, uidNext, highestModseq, deleted, specialUse, revision";

/** Their table. */
export class Mailboxes {
  readonly #touched: Touched;
  readonly #find: Statement<MailboxHead>;
  readonly #byName: Statement<MailboxHead>;
  readonly #ofAccount: Statement<MailboxHead>;
  readonly #whole: Statement<MailboxRow>;
  readonly #insert: Statement<MailboxHead>;
  readonly #inheritRights: Statement;
  readonly #nextUidValidity: Statement<{ readonly value: number }>;
  readonly #own: TupleStatement<OwnTuple>;
  readonly #ownByName: TupleStatement<OwnTuple>;
  readonly #change: Statement;
  readonly #nextRevision: Statement<MailboxHead>;
  readonly #rename: Statement;
  readonly #hasUse: Statement;
  readonly #setUse: Statement;
  readonly #recent: Statement<{ readonly recentFrom: number }>;
  readonly #takeRecent: Statement;
  readonly #forget: Statement;
  readonly #remove: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync, touched: Touched) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#touched = touched;
    this.#find = prepare(`SELECT ${headColumns} FROM mailboxes WHERE id = ?`);
    this.#byName = prepare(`SELECT ${headColumns} FROM mailboxes WHERE account = ? AND name = ?`);
    this.#ofAccount = prepare(`SELECT ${headColumns} FROM mailboxes WHERE account = ?`);
    this.#whole = prepare(`SELECT ${mailboxColumns} FROM mailboxes WHERE id = ?`);
    this.#insert = prepare(
      `INSERT INTO mailboxes (account, name, uidValidity) VALUES (?, ?, ?) RETURNING ${headColumns}`,
    );
    this.#inheritRights = prepare(
      `INSERT INTO rights (mailbox, who, letters) SELECT ?, who, letters FROM rights
         WHERE mailbox = (SELECT id FROM mailboxes WHERE account = ? AND name = ?)`,
    );
    this.#nextUidValidity = prepare(
      "UPDATE counters SET value = max(value + 1, ?) WHERE name = 'uid_validity' RETURNING value",
    );
    this.#own = new TupleStatement(database, `SELECT ${ownColumns} FROM mailboxes WHERE id = ?`);
    this.#ownByName = new TupleStatement(
      database,
      `SELECT ${ownColumns} FROM mailboxes WHERE account = ? AND name = ?`,
    );
    // What it comes to is reckoned here: for RETURNING SQLite makes a table and a journal, and takes twice as long as for both.
    this.#change = prepare(
      `UPDATE mailboxes SET uidNext = ?, highestModseq = ?, messages = messages + ?, size = size + ?,
         unseen = unseen + ?, deleted = deleted + ?, deletedSize = deletedSize + ? WHERE id = ?`,
    );
    this.#nextRevision = prepare(
      `UPDATE mailboxes SET revision = revision + 1 WHERE id = ? RETURNING ${headColumns}`,
    );
    this.#rename = prepare("UPDATE mailboxes SET name = ? WHERE id = ?");
    this.#hasUse = prepare("SELECT 1 FROM mailboxes WHERE account = ? AND specialUse = ?");
    this.#setUse = prepare("UPDATE mailboxes SET specialUse = ? WHERE id = ?");
    this.#recent = prepare("SELECT recentFrom FROM mailboxes WHERE id = ?");
    this.#takeRecent = prepare("UPDATE mailboxes SET recentFrom = max(recentFrom, min(?, uidNext)) WHERE id = ?");
    this.#forget = prepare("DELETE FROM expunged WHERE mailbox = ?");
    this.#remove = prepare("DELETE FROM mailboxes WHERE id = ?");
  }

  /** @throws Refusal `not-found`. */
  get(mailbox: number): MailboxHead {
    return this.#find.get(mailbox) ?? noMailbox();
  }

  /** As the contract shows it. @throws Refusal `not-found`. */
  whole(mailbox: number): Mailbox {
    return mailboxOf(this.#whole.get(mailbox) ?? noMailbox());
  }

  /** By canonical name. */
  byName(account: number, name: string): MailboxHead | undefined {
    return this.#byName.get(account, name);
  }

  /** In no order. */
  ofAccount(account: number): MailboxHead[] {
    return this.#ofAccount.all(account);
  }

  /** With what is above it (RFC 9051 §6.3.4). @throws Refusal `conflict`. */
  create(account: number, name: string, now: number): MailboxHead {
    if (this.byName(account, name) !== undefined) throw taken();
    this.#addSuperiors(account, name, now);
    return this.add(account, name, now);
  }

  /** One whose name is known to be free, below one that is there. */
  add(account: number, name: string, now: number): MailboxHead {
    // RFC 9051 §2.3.1.1: greater than any before, in whatever account, so that no name ever has the same twice.
    const validity = this.#nextUidValidity.get(Math.floor(now / 1000))?.value;
    const row = this.#touch(this.#insert.get(account, name, validity ?? null));
    const superior = superiorNames(name).at(-1);
    // RFC 4314 §4: what is made has the rights of what is above it.
    if (superior !== undefined) this.#inheritRights.run(row.id, account, superior);
    return row;
  }

  /**
   * Messages came or went, or their flags were changed: so many UIDs, and one mod-sequence for all of that, or so many
   * (RFC 7162 §3.1). @throws Refusal `not-found`.
   */
  change(mailbox: number, tally: Tally, uids: number, modseqs = 1): ChangedMailbox {
    return this.#changed(this.#own.get(mailbox) ?? noMailbox(), tally, uids, modseqs);
  }

  /** A message comes into an account's mailbox of that name, or INBOX where there is none. @throws Refusal `not-found`. */
  changeForDelivery(account: number, name: string, tally: Tally): ChangedMailbox {
    const own = this.#ownByName.get(account, name) ?? this.#ownByName.get(account, "INBOX");
    if (own === undefined) throw new Refusal("not-found", "there is no such account");
    return this.#changed(own, tally, 1, 1);
  }

  /** RFC 7162 §3.2: its metadata was changed, which gets a mod-sequence. @throws Refusal `not-found`. */
  annotated(mailbox: number): void {
    this.change(mailbox, new Tally(), 0);
  }

  /** Something of it was changed that gets no mod-sequence. @throws Refusal `not-found`. */
  touch(mailbox: number): void {
    this.#touch(this.#nextRevision.get(mailbox));
  }

  /** RFC 9051 §6.3.6: with what is below it. @throws Refusal `conflict`, `invalid`. */
  rename(mailbox: MailboxHead, to: string, now: number): void {
    const { account, name: from } = mailbox;
    const all = this.ofAccount(account);
    const isFamily = ({ id, name }: MailboxHead) => id === mailbox.id || name.startsWith(inferiorPrefix(from));
    const others = new Set(all.filter((row) => !isFamily(row)).map(({ name }) => name));
    const family = all.filter(isFamily).map((row) => ({ ...row, name: renamed(row.name, from, to) }));
    if (to === from || family.some(({ name }) => others.has(name))) throw taken();
    // A name of the family may be another's new one: the way goes through names that no mailbox can have.
    for (const { id } of family) this.#rename.run(`/${id}`, id);
    for (const row of family) {
      this.#rename.run(row.name, row.id);
      this.touch(row.id);
    }
    this.#addSuperiors(account, to, now);
  }

  /** RFC 6154 §3: at most one mailbox of an account has each. @throws Refusal `not-found`, `conflict`, `invalid`. */
  setSpecialUse(mailbox: number, specialUse: string | undefined): void {
    const { account, specialUse: before } = this.get(mailbox);
    const use = specialUse === undefined ? null : knownSpecialUse(specialUse);
    if (use === before) return;
    if (use !== null && this.#hasUse.get(account, use) !== undefined) {
      throw new Refusal("conflict", "another mailbox has that use");
    }
    this.#setUse.run(use, mailbox);
    // RFC 6154 §4: clients take it for metadata.
    this.annotated(mailbox);
  }

  /** RFC 3501 §2.3.2: gives from which UID on messages were `\Recent`, and makes that the next. @throws Refusal. */
  takeRecent(mailbox: number, before: number = Number.MAX_SAFE_INTEGER): number {
    const { recentFrom } = this.#recent.get(mailbox) ?? noMailbox();
    this.#takeRecent.run(before, mailbox);
    return recentFrom;
  }

  /** Its messages have been removed before. */
  remove(mailbox: MailboxHead): void {
    this.#forget.run(mailbox.id);
    this.#remove.run(mailbox.id);
    this.#touch({ ...mailbox, revision: mailbox.revision + 1 });
  }

  #changed(
    [id, account, uidBefore, modseqBefore, revision, quota]: OwnTuple,
    { messages, size, unseen, deleted, deletedSize }: Tally,
    uids: number,
    modseqs: number,
  ): ChangedMailbox {
    const uidNext = uidBefore + uids, highestModseq = modseqBefore + modseqs;
    this.#change.run(uidNext, highestModseq, messages, size, unseen, deleted, deletedSize, id);
    return this.#touch({ id, account, uidNext, highestModseq, revision, quota });
  }

  #addSuperiors(account: number, name: string, now: number): void {
    for (const superior of superiorNames(name)) {
      if (this.byName(account, superior) === undefined) this.add(account, superior, now);
    }
  }

  #touch<Row extends Pick<MailboxHead, "id" | "account" | "highestModseq" | "revision">>(row: Row | undefined): Row {
    const { id: mailbox, account, highestModseq: modseq, revision } = row ?? noMailbox();
    this.#touched.add({ mailbox, account, modseq, revision });
    return row ?? noMailbox();
  }
}

function noMailbox(): never {
  throw new Refusal("not-found", "there is no such mailbox");
}

function taken(): Refusal {
  return new Refusal("conflict", "there is a mailbox of that name");
}
