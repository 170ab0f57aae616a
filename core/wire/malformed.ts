/** The error of the grammar: what a client sent is not what its command has to be. */

/** Thrown by every parser of commands, and nothing else is. The reply is BAD. */
export class Malformed extends Error {
  override readonly name = "Malformed";
  /** Where, counted from 0 at the first octet that the scanner was given. */
  readonly at: number;
  /** What should have been there, for anybody to read: it never holds what the client sent. */
  readonly expected: string;

  /**
   * @param at Which octet.
   * @param expected What should have been there.
   */
  constructor(at: number, expected: string) {
    super(`expected ${expected} at octet ${at}`);
    this.at = at;
    this.expected = expected;
  }
}
