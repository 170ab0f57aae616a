/** Schema 7: datasets (RFC 2244). */

/** The SQL. */
export const datasets = `
-- account: 0 for everybody's. value: NULL where the entry was removed, and that is remembered.
CREATE TABLE dataset_entries (
  account INTEGER NOT NULL,
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  modtime INTEGER NOT NULL,
  value BLOB,
  PRIMARY KEY (account, path, name)
) STRICT;
CREATE INDEX dataset_removals ON dataset_entries (account, modtime) WHERE value IS NULL;
CREATE INDEX dataset_paths ON dataset_entries (path, account) WHERE value IS NOT NULL;

-- modtime: when its entries were last changed. octets: of its entries with their paths and names. remembersSince: removals
-- after this are all there.
CREATE TABLE dataset_owners (
  account INTEGER PRIMARY KEY,
  modtime INTEGER NOT NULL,
  octets INTEGER NOT NULL,
  remembersSince INTEGER NOT NULL
) STRICT;
`;
