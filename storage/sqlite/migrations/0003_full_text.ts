/** Schema 3: an index of the texts of messages. */

/** The SQL. The index is filled later, a few messages at a time (`writer/full_text.ts`). */
export const fullText = `
-- Which messages have which three characters in a row in their text, as indexed_text.ts makes its keys. No positions: what
-- is found is looked at. rowid: the mailbox in the upper bits, the UID in the lower 32.
CREATE VIRTUAL TABLE message_texts USING fts5(
  text, content='', contentless_delete=1, detail=none, tokenize='trigram case_sensitive 1'
);
-- Merging is done in steps too, and not when a commit happens to find that it is time.
INSERT INTO message_texts (message_texts, rank) VALUES ('automerge', 0);
INSERT INTO message_texts (message_texts, rank) VALUES ('crisismerge', 1000);

-- nextUid: messages before it are in the index, or in unindexed. cleanedModseq, cleanedUid: up to this run of expunged UIDs
-- the index has been cleaned. A mailbox that is gone stays here until its texts are gone.
CREATE TABLE indexed_mailboxes (
  mailbox INTEGER PRIMARY KEY,
  nextUid INTEGER NOT NULL,
  cleanedModseq INTEGER NOT NULL,
  cleanedUid INTEGER NOT NULL
) STRICT;

-- Messages that cannot be indexed.
CREATE TABLE unindexed (
  mailbox INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  PRIMARY KEY (mailbox, uid)
) STRICT, WITHOUT ROWID;

-- What made the keys; without a row, there are none.
CREATE TABLE indexed_by (version TEXT NOT NULL) STRICT;
`;
