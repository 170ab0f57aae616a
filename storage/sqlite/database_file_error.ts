/** Why the database's file, or the folder beside it, cannot be used. */

/** What an operator is told, in one line: where, what was expected, and what to do. */
export class DatabaseFileError extends Error {
  override readonly name = "DatabaseFileError";
}
