/** Schema 2: what IMAP shows of mailboxes, quotas, rights, subscriptions and metadata. */

/** The SQL. Counters and keywords of the mailboxes that there are come from their messages. */
export const imap = `
-- quota: JSON, NULL where there are no limits. revision: counts changes of what belongs to the account itself.
ALTER TABLE accounts ADD COLUMN quota TEXT;
ALTER TABLE accounts ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

-- revision: counts changes that get no mod-sequence, as of the name.
ALTER TABLE mailboxes ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailboxes ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailboxes ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailboxes ADD COLUMN deletedSize INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailboxes ADD COLUMN recentFrom INTEGER NOT NULL DEFAULT 1;
ALTER TABLE mailboxes ADD COLUMN specialUse TEXT;
CREATE UNIQUE INDEX mailboxes_by_use ON mailboxes (account, specialUse) WHERE specialUse IS NOT NULL;

UPDATE mailboxes SET (unseen, deleted, deletedSize) = (
  SELECT count(*) FILTER (WHERE instr(' ' || flags || ' ', ' \\Seen ') = 0),
         count(*) FILTER (WHERE instr(' ' || flags || ' ', ' \\Deleted ') > 0),
         ifnull(sum(size) FILTER (WHERE instr(' ' || flags || ' ', ' \\Deleted ') > 0), 0)
  FROM messages WHERE mailbox = mailboxes.id
);

-- In the order in which they came. Not in the row of the mailbox: each message that arrives writes that.
CREATE TABLE keywords (
  id INTEGER PRIMARY KEY,
  mailbox INTEGER NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
  folded TEXT NOT NULL,
  keyword TEXT NOT NULL,
  UNIQUE (mailbox, folded)
) STRICT;
INSERT INTO keywords (mailbox, folded, keyword)
  SELECT mailbox, lower(value), value
  FROM (SELECT DISTINCT mailbox, flags, min(uid) AS uid FROM messages WHERE flags <> '' GROUP BY mailbox, flags),
       json_each('["' || replace(replace(flags, '\\', '\\\\'), ' ', '","') || '"]')
  WHERE substr(value, 1, 1) <> '\\' ORDER BY mailbox, uid, key
  ON CONFLICT DO NOTHING;
DELETE FROM keywords WHERE id IN (
  SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY mailbox ORDER BY id) AS place FROM keywords)
  WHERE place > 1000
);

-- who: an account, or 0 for anyone.
CREATE TABLE rights (
  mailbox INTEGER NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
  who INTEGER NOT NULL,
  letters TEXT NOT NULL,
  PRIMARY KEY (mailbox, who)
) STRICT, WITHOUT ROWID;
CREATE INDEX rights_by_who ON rights (who);

CREATE TABLE subscriptions (
  account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

-- mailbox: 0 for the whole server. account: 0 for what is shared.
CREATE TABLE metadata (
  mailbox INTEGER NOT NULL,
  account INTEGER NOT NULL,
  name TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (mailbox, account, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX metadata_by_account ON metadata (account);
`;
