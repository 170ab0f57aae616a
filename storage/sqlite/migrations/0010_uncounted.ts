/** Schema 10: commits are not counted any more. */

/** The SQL. Whether others have written, `PRAGMA data_version` says; a row of its own was a page more for each commit. */
export const uncounted = `DELETE FROM counters WHERE name = 'commits'`;
