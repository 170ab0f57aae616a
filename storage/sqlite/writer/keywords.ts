/** Keywords that mailboxes know, as the writer keeps them. */
import type { DatabaseSync } from "node:sqlite";
import { keywordsOf, mostKeywords } from "../../common/flags.ts";
import { Statement } from "../statement.ts";

/** Their table. */
export class Keywords {
  readonly #insert: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    this.#insert = new Statement(
      database,
      `INSERT INTO keywords (mailbox, folded, keyword) SELECT ?1, ?2, ?3
         WHERE (SELECT count(*) FROM keywords WHERE mailbox = ?1) < ${mostKeywords} ON CONFLICT DO NOTHING`,
    );
  }

  /** Messages in the mailbox have these flags, in this order. */
  learn(mailbox: number, flags: readonly string[]): void {
    for (const keyword of new Set(keywordsOf(flags))) this.#insert.run(mailbox, keyword.toLowerCase(), keyword);
  }
}
