/** From errors to replies: the one place where a refusal gets its code. */
import { Refusal, type RefusalKind } from "../../../core/contract/mod.ts";
import { MessageTooLarge } from "../../../core/wire/errors.ts";
import { type Reply, reply, type SmtpReplyLines } from "./replies.ts";

/** A message that is not taken, found while its octets go by: thrown through whoever reads them. */
export class MessageRefused extends Error {
  override readonly name = "MessageRefused";
  /** What the client is told. */
  readonly reply: SmtpReplyLines;

  /** With what the client is told. */
  constructor(refusal: SmtpReplyLines) {
    super("message refused");
    this.reply = refusal;
  }
}

const codes: Readonly<Record<RefusalKind, readonly [code: number, enhanced: SmtpReplyLines["enhanced"]]>> = {
  "invalid": [554, "5.6.0"],
  "forbidden": [550, "5.7.1"],
  "not-found": [550, "5.1.1"],
  // Another try may find the other one gone.
  "conflict": [451, "4.3.0"],
  "too-large": [552, "5.3.4"],
  // RFC 3463 §3.3: X.2.2, mailbox full; not for ever.
  "over-quota": [452, "4.2.2"],
  "unavailable": [451, "4.3.0"],
};

/** RFC 1870 §6.1, with the status of RFC 3463 §3.4 ("message too big for system"). */
export const tooLarge: SmtpReplyLines = reply(552, "5.3.4", "The message is larger than this server accepts");

/** The reply to an expected error; undefined for one that nobody expected. */
export function expectedReply(error: unknown): Reply | undefined {
  if (error instanceof MessageRefused) return error.reply;
  if (error instanceof MessageTooLarge) return tooLarge;
  return error instanceof Refusal ? reply(...codes[error.kind], error.message) : undefined;
}

/** What a client is told of an error that nobody expected: nothing but that it may try again. */
export const localError: SmtpReplyLines = reply(451, "4.3.0", "Local error, try again later");
