/**
 * Object identifiers (RFC 8474): short, of its alphabet, the same for ever. A letter in front keeps the kinds apart
 * (RFC 8474 §5.2) and numbers from looking like numbers (§8.1); nothing else is in upper case.
 */
import { createHash } from "node:crypto";
import type { BodyId, MailboxId, MessageSummary } from "../../../../core/contract/mod.ts";
import { normalizeMessageId } from "../../../../core/message/msg_id.ts";

/** What a storage's own names are made of, and what is short enough to be left as it is (RFC 8474 §7). */
const plainId = /^[0-9a-z_-]{1,200}$/;

/** MAILBOXID of a mailbox. */
export function mailboxObjectId(mailbox: MailboxId): string {
  return `F${mailbox}`;
}

/** EMAILID of a message: copies share their body, and so this. */
export function emailObjectId(body: BodyId): string {
  return plainId.test(body) ? `M${body}` : `M-${digestOf(body)}`;
}

/**
 * THREADID of a message: that of the first message it refers to, or of itself. What answers a message has its references
 * before its own (RFC 5322 §3.6.4), and so the same first one, in whatever mailbox it is.
 */
export function threadObjectId(
  summary: Pick<MessageSummary, "references" | "inReplyTo" | "messageId">,
  body: BodyId,
): string {
  const { references, inReplyTo, messageId } = summary;
  const root = firstValid(references) ?? firstValid(inReplyTo) ?? firstValid([messageId ?? ""]);
  // RFC 8474 §5.2: the same for all messages with the same EMAILID.
  return `T${digestOf(root === undefined ? `body ${body}` : `id ${root}`)}`;
}

function firstValid(ids: readonly string[]): string | undefined {
  for (const id of ids) {
    const normal = normalizeMessageId(id);
    if (normal !== undefined) return normal;
  }
  return undefined;
}

/** 96 bits: nobody makes two that are the same. */
function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}
