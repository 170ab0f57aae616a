/**
 * Names of parts: IMAP's numbers (RFC 9051 §6.4.5.1) with dots between them. `0` is the message itself, and `2.0` the
 * message that part 2 holds: IMAP has no number for those.
 */

/** A name that was read. */
export interface PartName {
  /** Numbers as IMAP has them. */
  readonly numbers: readonly number[];
  /** Whether the message is meant that this part holds; without numbers, the message itself. */
  readonly isMessage: boolean;
}

/** Messages are not nested more deeply when they are parsed. */
const MOST_NUMBERS = 100;

/** Reads a name; undefined for what is none. */
export function parsePartName(word: string): PartName | undefined {
  const [, above, isMessage] = /^((?:[1-9]\d{0,9}\.)*)(?:(0)|[1-9]\d{0,9})$/.exec(word) ?? [];
  if (above === undefined) return undefined;
  const numbers = (isMessage === undefined ? word : above).split(".").filter((number) => number !== "").map(Number);
  return numbers.length > MOST_NUMBERS ? undefined : { numbers, isMessage: isMessage !== undefined };
}

/** Writes a name. */
export function printPartName({ numbers, isMessage }: PartName): string {
  return [...numbers, ...isMessage ? [0] : []].join(".");
}
