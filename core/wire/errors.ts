/** What can go wrong on the wire, as expected errors: each says whether the dialogue can go on. */

/** Octets at each end of a line that is too long which are kept: a tag, a command's name, the mark of a literal. */
export const LINE_EDGE = 64;

/** A line was longer than allowed; it has been read away, and the dialogue can go on. */
export class LineTooLong extends Error {
  /** For logs. */
  override readonly name = "LineTooLong";
  /** Its first octets, at most `LINE_EDGE`. */
  readonly beginning: Uint8Array;
  /** Its last octets, at most `LINE_EDGE`. */
  readonly ending: Uint8Array;

  /** A line past its limit. @param limit Octets that were allowed. @param beginning Its first octets. @param ending Its last. Both are copied. */
  constructor(limit: number, beginning: Uint8Array, ending: Uint8Array) {
    super(`the line is longer than ${limit} octets`);
    this.beginning = beginning.slice(0, LINE_EDGE);
    this.ending = ending.slice(-LINE_EDGE);
  }
}

/** Data was larger than allowed; it has been read away, and the dialogue can go on. */
export class MessageTooLarge extends Error {
  /** For logs. */
  override readonly name = "MessageTooLarge";

  /** Data past its limit. @param limit Octets that were allowed. */
  constructor(limit: number) {
    super(`the message is larger than ${limit} octets`);
  }
}

/** There is nobody to talk to any more, or no way to tell what is meant: nothing more can be read or sent. */
export class ConnectionClosed extends Error {
  /** For logs. */
  override readonly name: string = "ConnectionClosed";
}

/** What a client sends has no end within any limit, and is read no further; the other direction still works. */
export class Endless extends ConnectionClosed {
  /** For logs. */
  override readonly name = "Endless";
}

/** The client was too slow; the other direction still works. */
export class DeadlineExceeded extends Error {
  /** For logs. */
  override readonly name = "DeadlineExceeded";

  /** Says so. */
  constructor() {
    super("nothing that would end the wait came in time");
  }
}

/** The server stops, and the client has no command under way. */
export class Stopping extends Error {
  /** For logs. */
  override readonly name = "Stopping";

  /** Says so. */
  constructor() {
    super("the server is stopping");
  }
}

/**
 * A reply, or what a client sends, was begun and its end cannot be found: what comes next in that direction would be taken
 * for a part of it.
 */
export class OutOfStep extends Error {
  /** For logs. */
  override readonly name = "OutOfStep";
}

/** A client sends more of what nobody wants than can be read away (RFC 7888 §4): it has to be left. */
export class TooMuchRefused extends Error {
  /** For logs. */
  override readonly name = "TooMuchRefused";
}

const broken = [ConnectionClosed, DeadlineExceeded, Stopping, OutOfStep, TooMuchRefused];

/** Whether an error means that the connection goes no further, not that a command has failed. */
export function isBroken(error: unknown): boolean {
  return broken.some((kind) => error instanceof kind);
}
