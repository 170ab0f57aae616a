/** Schema 1 as its first programs made it, and as all others did (`0001_start.ts`). */
import type { DatabaseSync } from "node:sqlite";

/**
 * The SQL that makes the one out of the other. Messages referred to their bodies, in an index of their own; how many have one
 * was not counted.
 */
const repair = `
CREATE TABLE shared (body INTEGER PRIMARY KEY, messages INTEGER NOT NULL) STRICT;
INSERT INTO shared SELECT body, count(*) FROM messages GROUP BY body HAVING count(*) > 1;

CREATE TABLE unreferring (
  mailbox INTEGER NOT NULL REFERENCES mailboxes (id),
  uid INTEGER NOT NULL,
  modseq INTEGER NOT NULL,
  receivedAt INTEGER NOT NULL,
  savedAt INTEGER NOT NULL,
  flags TEXT NOT NULL,
  size INTEGER NOT NULL,
  crlfSize INTEGER NOT NULL,
  body INTEGER NOT NULL,
  PRIMARY KEY (mailbox, uid)
) STRICT, WITHOUT ROWID;
INSERT INTO unreferring SELECT * FROM messages;
DROP TABLE messages;
ALTER TABLE unreferring RENAME TO messages;
CREATE INDEX messages_by_modseq ON messages (mailbox, modseq);
`;

/** Mends a database of schema 1 to 3 that began so. Its index of contents goes with its bodies, which schema 4 makes anew. */
export function mendFirstStart(database: DatabaseSync): void {
  const isMended = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'shared'").get() !== undefined;
  if (!isMended) database.exec(repair);
}
