/** Schema 1: accounts, mailboxes, messages, and their bodies. */

/** The SQL. Times are milliseconds since 1970; flags are separated by spaces; lists and summaries are JSON. */
export const start = `
-- uid_validity: the last one given. commits: groups of batches written, by any process.
-- sessions: writers started; the number of one is the upper part of the body ids that it gives.
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('uid_validity', 0), ('commits', 0), ('sessions', 0);

-- AUTOINCREMENT: an id is never given to another, also when the one that had it is gone.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL UNIQUE,
  createdAt INTEGER NOT NULL,
  secrets TEXT NOT NULL
) STRICT;

CREATE TABLE aliases (address TEXT PRIMARY KEY, targets TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE mailboxes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts (id),
  name TEXT NOT NULL,
  uidValidity INTEGER NOT NULL,
  uidNext INTEGER NOT NULL DEFAULT 1,
  highestModseq INTEGER NOT NULL DEFAULT 1,
  messages INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, name)
) STRICT;

-- A body is in one piece in octets, or in chunks under the number content, the first at the position first.
CREATE TABLE bodies (
  id INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  crlfSize INTEGER NOT NULL,
  content INTEGER,
  first INTEGER NOT NULL DEFAULT 0,
  summary TEXT NOT NULL,
  octets BLOB
) STRICT;
CREATE UNIQUE INDEX bodies_by_content ON bodies (content) WHERE content IS NOT NULL;

-- How many messages have a body, where it is more than one. An index of messages by body would have to be written for every
-- message, and would be asked only when one goes.
CREATE TABLE shared (body INTEGER PRIMARY KEY, messages INTEGER NOT NULL) STRICT;

CREATE TABLE chunks (
  content INTEGER NOT NULL,
  position INTEGER NOT NULL,
  octets BLOB NOT NULL,
  PRIMARY KEY (content, position)
) STRICT, WITHOUT ROWID;

-- Contents that no message has yet, and those that none will have again.
CREATE TABLE unnamed (content INTEGER PRIMARY KEY, since INTEGER NOT NULL) STRICT;
CREATE TABLE discarded (content INTEGER PRIMARY KEY) STRICT;

CREATE TABLE messages (
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
CREATE INDEX messages_by_modseq ON messages (mailbox, modseq);

-- RFC 7162 (QRESYNC): a row for each run of UIDs that went together.
CREATE TABLE expunged (
  mailbox INTEGER NOT NULL REFERENCES mailboxes (id),
  modseq INTEGER NOT NULL,
  firstUid INTEGER NOT NULL,
  lastUid INTEGER NOT NULL,
  PRIMARY KEY (mailbox, modseq, firstUid)
) STRICT, WITHOUT ROWID;
`;
