/** Schema 11: whose an address is, without what only logins ask for. */

/** The SQL. */
export const accountsForMail = `
-- All that RCPT asks, in pages that hold little else: after each commit a reader reads its pages anew.
CREATE INDEX accounts_for_mail ON accounts (address, quota);
`;
