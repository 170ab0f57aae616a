/** What delivery says to clients (RFC 5321 §4.2.3, RFC 3463). */
import type { AcceptAnswer, RecipientAnswer, SmtpReply } from "../contract/delivery.ts";
import type { Refusal, RefusalKind } from "../contract/refusal.ts";

/** A reply. */
export function reply(code: number, enhanced: SmtpReply["enhanced"], text: string): SmtpReply {
  return { code, enhanced, text };
}

/** An answer that refuses, to RCPT or to a message. */
export function refuse(reply: SmtpReply): AcceptAnswer & RecipientAnswer & { readonly accepted: false } {
  return { accepted: false, reply };
}

/** Something of ours failed; RFC 3463 §3.4: X.3.0, other or undefined mail system status. */
export const localError: SmtpReply = reply(451, "4.3.0", "Local error, try again later");

/** RFC 3463 §3.2: X.1.1, the mailbox does not exist. */
export const noSuchMailbox: SmtpReply = reply(550, "5.1.1", "There is no such mailbox here");

/** RFC 3463 §3.3: X.2.2, mailbox full; not for ever. */
export const mailboxFull: SmtpReply = reply(452, "4.2.2", "The mailbox is full, try again later");

/** RFC 3463 §3.8: X.7.1, the sender is not authorized. */
export const relayingDenied: SmtpReply = reply(
  550,
  "5.7.1",
  "Relaying denied: mail for other servers is taken only from those who have logged in",
);

/** RFC 3463 §3.5: X.4.4, unable to route: we know no next hop. */
export const noWayOut: SmtpReply = reply(550, "5.4.4", "This server has no way to send mail to that domain");

/** As `noWayOut`, where an alias of ours leads there. */
export const leadsOut: SmtpReply = reply(
  550,
  "5.4.4",
  "This address leads to another server, to which this one has no way to send mail",
);

/** RFC 3463 §3.5: X.4.6, routing loop detected. */
export const leadsInCircles: SmtpReply = reply(550, "5.4.6", "This address leads back to itself");

/** RFC 3463 §3.6: X.5.3, too many recipients. */
export const leadsToTooMany: SmtpReply = reply(550, "5.5.3", "This address leads to too many others");

const codes: Readonly<Record<RefusalKind, readonly [code: number, enhanced: SmtpReply["enhanced"]]>> = {
  "invalid": [554, "5.6.0"],
  "forbidden": [550, "5.7.1"],
  // An account that has just been removed, or something that has just been taken: the next try finds how things are.
  "not-found": [451, "4.3.0"],
  "conflict": [451, "4.3.0"],
  "too-large": [552, "5.3.4"],
  "over-quota": [452, "4.2.2"],
  "unavailable": [451, "4.3.0"],
};

/** What a client is told where the storage or the directory refuses. */
export function replyToRefusal({ kind, message }: Refusal): SmtpReply {
  return reply(...codes[kind], kind === "not-found" ? localError.text : message);
}
