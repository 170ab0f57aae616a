/** Schema 4: what was parsed of messages, in parts. */
import type { DatabaseSync } from "node:sqlite";
import { mendFirstStart } from "./first_start.ts";

/** The SQL. What stands behind the octets in a row would be read through them: the table is made anew. */
const sql = `
-- envelope, structure, fields: these parts of what was parsed, and summary: the rest. All are JSON.
CREATE TABLE parted (
  id INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  crlfSize INTEGER NOT NULL,
  content INTEGER,
  first INTEGER NOT NULL DEFAULT 0,
  summary TEXT NOT NULL,
  envelope TEXT NOT NULL,
  structure TEXT NOT NULL,
  fields TEXT NOT NULL,
  octets BLOB
) STRICT;
INSERT INTO parted
  SELECT id, size, crlfSize, content, first, json_remove(summary, '$.envelope', '$.structure', '$.fields'),
    summary -> '$.envelope', summary -> '$.structure', summary -> '$.fields', octets
  FROM bodies;
DROP TABLE bodies;
ALTER TABLE parted RENAME TO bodies;
CREATE UNIQUE INDEX bodies_by_content ON bodies (content) WHERE content IS NOT NULL;
`;

/** The step. Bodies that messages refer to could not be dropped. */
export function summaries(database: DatabaseSync): void {
  mendFirstStart(database);
  database.exec(sql);
}
