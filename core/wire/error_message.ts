/** What an error says, whatever was thrown: JavaScript lets anything be. */

/** Its message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first line of that: a compiler draws below it, and OpenSSL goes on. */
export function firstLineOf(error: unknown): string {
  return messageOf(error).split("\n", 1).join("");
}
