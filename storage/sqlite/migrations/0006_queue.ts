/** Schema 6: mail on its way out. */

/** The SQL. */
export const queue = `
-- envelope and recipients are JSON; the recipients of the envelope are those. readyAt: when an entry can be claimed, which is
-- dueAt, or, where a runner has it, when its lease ends.
CREATE TABLE queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain TEXT NOT NULL,
  message TEXT NOT NULL,
  envelope TEXT NOT NULL,
  recipients TEXT NOT NULL,
  body INTEGER NOT NULL,
  queuedAt INTEGER NOT NULL,
  dueAt INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  isWarned INTEGER NOT NULL DEFAULT 0,
  runner TEXT,
  readyAt INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_by_time ON queue (readyAt, domain);
`;
