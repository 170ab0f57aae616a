/** Reads of mailboxes as a whole: short queries in the thread that asks. */
import type { DatabaseSync } from "node:sqlite";
import type { Mailbox, MailboxSnapshot } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { ReadTransaction } from "./read_transaction.ts";
import { mailboxColumns, mailboxOf, type MailboxRow } from "./rows.ts";
import { Statement } from "./statement.ts";

/** Sees what is committed. */
export class MailboxReader {
  readonly #transaction: ReadTransaction;
  readonly #mailbox: Statement<MailboxRow>;
  readonly #mailboxByName: Statement<MailboxRow>;
  readonly #mailboxes: Statement<MailboxRow>;
  readonly #sharedWith: Statement<MailboxRow>;
  readonly #uids: Statement<{ readonly uids: string }>;
  readonly #firstUnseen: Statement<{ readonly uid: number }>;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync, transaction: ReadTransaction) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    const select = `SELECT ${mailboxColumns} FROM mailboxes`;
    this.#transaction = transaction;
    this.#mailbox = prepare(`${select} WHERE id = ?`);
    this.#mailboxByName = prepare(`${select} WHERE account = ? AND name = ?`);
    this.#mailboxes = prepare(`${select} WHERE account = ? ORDER BY name <> 'INBOX', name`);
    this.#sharedWith = prepare(
      `${select} WHERE account <> ?1 AND id IN (SELECT mailbox FROM rights WHERE who IN (0, ?1))
         ORDER BY account, name <> 'INBOX', name`,
    );
    // One value for all of them: a row each would cost five times as much.
    this.#uids = prepare("SELECT json_group_array(uid) AS uids FROM messages WHERE mailbox = ?");
    this.#firstUnseen = prepare(
      "SELECT uid FROM messages WHERE mailbox = ? AND instr(' ' || flags || ' ', ' \\Seen ') = 0 ORDER BY uid LIMIT 1",
    );
  }

  /** By key. */
  mailbox(key: number): Mailbox | undefined {
    const row = this.#mailbox.get(key);
    return row && mailboxOf(row);
  }

  /** By canonical name. */
  mailboxByName(account: number, name: string): Mailbox | undefined {
    const row = this.#mailboxByName.get(account, name);
    return row && mailboxOf(row);
  }

  /** INBOX first. */
  mailboxes(account: number): Mailbox[] {
    return this.#mailboxes.all(account).map(mailboxOf);
  }

  /** Of others, by account, INBOX first. */
  sharedWith(account: number): Mailbox[] {
    return this.#sharedWith.all(account).map(mailboxOf);
  }

  /** One moment's state of a mailbox. @throws Refusal `not-found`. */
  snapshot(key: number): MailboxSnapshot {
    return this.#transaction.run(() => {
      const mailbox = this.mailbox(key);
      if (mailbox === undefined) throw new Refusal("not-found", "there is no such mailbox");
      // An aggregate promises no order.
      const uids = Uint32Array.from<number>(JSON.parse(this.#uids.get(key)?.uids ?? "[]")).sort();
      const firstUnseen = mailbox.unseen === 0 ? undefined : this.#firstUnseen.get(key)?.uid;
      return { mailbox, uids, ...firstUnseen !== undefined && { firstUnseen } };
    });
  }
}
