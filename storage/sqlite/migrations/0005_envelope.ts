/** Schema 5: between whom a message went (RFC 5321 §2.3.1). */

/** The SQL. Messages that are there already came before it was kept, or by another way than SMTP. */
export const envelope = `
ALTER TABLE messages ADD COLUMN sender TEXT;
ALTER TABLE messages ADD COLUMN recipient TEXT;
`;
