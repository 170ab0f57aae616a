/** Schema 9: messages by mod-sequence, those alone that were changed after they came. */

/** The SQL. */
export const changes = `
-- Of a message that was never changed, modseq. It grows with the UID, so the messages that came after a mod-sequence are
-- found from the last one on, and a delivery has no index to write. 0 for those of before: they are all in the index.
ALTER TABLE messages ADD COLUMN arrivedModseq INTEGER NOT NULL DEFAULT 0;
DROP INDEX messages_by_modseq;
CREATE INDEX messages_changed ON messages (mailbox, modseq) WHERE modseq <> arrivedModseq;
`;
