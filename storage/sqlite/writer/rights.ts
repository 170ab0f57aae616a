/** Rights in mailboxes (RFC 4314), as the writer changes them. */
import type { DatabaseSync } from "node:sqlite";
import { changedRights } from "../../common/rights.ts";
import { Statement } from "../statement.ts";
import type { Mailboxes } from "./mailboxes.ts";

/** Their table. */
export class Rights {
  readonly #mailboxes: Mailboxes;
  readonly #find: Statement<{ readonly letters: string }>;
  readonly #set: Statement;
  readonly #remove: Statement;
  readonly #removeAllOf: Statement<{ readonly mailbox: number }>;

  /** Over an open database. */
  constructor(database: DatabaseSync, mailboxes: Mailboxes) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#mailboxes = mailboxes;
    this.#find = prepare("SELECT letters FROM rights WHERE mailbox = ? AND who = ?");
    this.#set = prepare("INSERT OR REPLACE INTO rights (mailbox, who, letters) VALUES (?, ?, ?)");
    this.#remove = prepare("DELETE FROM rights WHERE mailbox = ? AND who = ?");
    this.#removeAllOf = prepare("DELETE FROM rights WHERE who = ? RETURNING mailbox");
  }

  /**
   * Who: the key of an account, or 0 for anyone. @returns Whether that changes anything.
   *
   * @throws Refusal `not-found`, `invalid`.
   */
  set(mailbox: number, who: number, letters: string, mode: "add" | "remove" | undefined): boolean {
    this.#mailboxes.get(mailbox);
    const before = this.#find.get(mailbox, who)?.letters ?? "";
    const after = changedRights(before, letters, mode);
    if (after === before) return false;
    if (after === "") this.#remove.run(mailbox, who);
    else this.#set.run(mailbox, who, after);
    this.#mailboxes.touch(mailbox);
    return true;
  }

  /** Of an account that goes. */
  removeAllOf(who: number): void {
    for (const { mailbox } of this.#removeAllOf.all(who)) this.#mailboxes.touch(mailbox);
  }
}
