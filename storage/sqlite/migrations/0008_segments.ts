/** Schema 8: long bodies in files (`segment_files.ts`). */
import type { DatabaseSync } from "node:sqlite";
import { SegmentFiles } from "../segment_files.ts";
import { Statement } from "../statement.ts";

/** The SQL before what is in chunks has gone into files. */
const before = `
-- Files that bodies lie in. octets: as many as were written. live: as many of them as bodies need. unnamedSince: of one that is
-- the body's alone, as long as no message has that.
CREATE TABLE segments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  octets INTEGER NOT NULL DEFAULT 0,
  live INTEGER NOT NULL DEFAULT 0,
  unnamedSince INTEGER
) STRICT;
CREATE INDEX sparse_segments ON segments (id) WHERE live * 2 <= octets;
CREATE INDEX unnamed_segments ON segments (unnamedSince) WHERE unnamedSince IS NOT NULL;

-- A body is in octets, or in a segment from offset on. Where offset is negative, that many octets of its start are in octets,
-- and the rest is in the segment from 0 on.
DROP INDEX bodies_by_content;
ALTER TABLE bodies RENAME COLUMN content TO segment;
ALTER TABLE bodies RENAME COLUMN first TO offset;
`;

/** The SQL after that. */
const after = `
CREATE INDEX bodies_by_segment ON bodies (segment) WHERE segment IS NOT NULL;
DROP TABLE chunks;
DROP TABLE unnamed;
DROP TABLE discarded;
`;

interface LongBodyRow {
  readonly id: number;
  readonly content: number;
  readonly since: number | null;
}

/** Each long body gets a segment of its own. What was coming in when the program ended, and what was being removed, goes. */
export function segments(database: DatabaseSync, file: string): void {
  database.exec(before);
  const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
  const bodies = prepare<LongBodyRow>(
    `SELECT id, segment AS content, since FROM bodies LEFT JOIN unnamed ON content = segment WHERE segment IS NOT NULL`,
  );
  const positions = prepare<{ readonly position: number }>(
    "SELECT position FROM chunks WHERE content = ? ORDER BY position",
  );
  const chunk = prepare<{ readonly octets: Uint8Array }>(
    "SELECT octets FROM chunks WHERE content = ? AND position = ?",
  );
  const begin = prepare<{ readonly id: number }>("INSERT INTO segments (unnamedSince) VALUES (?) RETURNING id");
  const fill = prepare("UPDATE segments SET octets = ?2, live = ?2 WHERE id = ?1");
  const move = prepare("UPDATE bodies SET segment = ?, offset = 0 WHERE id = ?");
  const files = new SegmentFiles(file);
  const moved = bodies.all();
  if (moved.length > 0) files.makeFolder();
  for (const { id, content, since } of moved) {
    const { id: segment = 0 } = begin.get(since) ?? {};
    // One of an attempt that did not come to its end.
    files.remove(segment);
    using target = files.create(segment);
    if (target === undefined) throw new Error(`${files.path(segment)} is in the way`);
    let length = 0;
    for (const { position } of positions.all(content)) {
      const { octets = new Uint8Array() } = chunk.get(content, position) ?? {};
      for (let at = 0; at < octets.length;) at += target.writeSync(octets.subarray(at));
      length += octets.length;
    }
    target.syncDataSync();
    fill.run(segment, length);
    move.run(segment, id);
  }
  if (moved.length > 0) files.sync();
  database.exec(after);
}
