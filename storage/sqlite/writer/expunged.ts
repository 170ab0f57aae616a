/** UIDs that are gone, as the writer remembers them (RFC 7162, QRESYNC). */
import type { DatabaseSync } from "node:sqlite";
import type { UidRange } from "../../common/uid_set.ts";
import { Statement } from "../statement.ts";

/** Their table. */
export class Expunged {
  readonly #insert: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    this.#insert = new Statement(
      database,
      "INSERT INTO expunged (mailbox, modseq, firstUid, lastUid) VALUES (?, ?, ?, ?)",
    );
  }

  /** They went with this change. */
  remember(mailbox: number, modseq: number, ranges: Iterable<UidRange>): void {
    for (const [first, last] of ranges) this.#insert.run(mailbox, modseq, first, last);
  }
}
