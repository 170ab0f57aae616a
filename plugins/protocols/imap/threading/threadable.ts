/** What threading needs to know of a message: a few texts, so that those of a large mailbox fit in memory. */
import type { Message, MessageSummary } from "../../../../core/contract/mod.ts";
import { baseSubject } from "../../../../core/message/base_subject.ts";
import { type Collation, unicodeCasemap } from "../../../../core/message/casemap.ts";
import type { CharsetDecode } from "../../../../core/message/charset.ts";
import { normalizeMessageId } from "../../../../core/message/msg_id.ts";
import { collatedText } from "../collated_text.ts";

/** A message that is to be threaded. */
export interface Threadable {
  /** What it is called in the response. */
  readonly number: number;
  /** RFC 5256 §2.2, milliseconds since 1970. */
  readonly sentAt: number;
  /** The collation's key of the base subject. */
  readonly subject: string;
  /** Whether the subject says so (RFC 5256 §3, REFERENCES). */
  readonly isReplyOrForward: boolean;
  /** Normalised. */
  readonly messageId?: string;
  /** Normalised, oldest first. */
  readonly references: readonly string[];
}

/** How texts are read and compared; i;unicode-casemap and the platform's charsets unless given. */
export interface TextReading {
  /** The active comparator (RFC 5255 §4.6). */
  readonly collation?: Collation;
  /** Decodes encoded words. */
  readonly decode?: CharsetDecode;
}

/** What it needs of what was parsed. */
export const threadParts = ["envelope", "sentAt", "messageId", "references", "inReplyTo"] as const;

/** What threading needs of a message. @param number Its sequence number, or its UID: what the response names it by. */
export function threadable(
  number: number,
  message: Pick<Message, "receivedAt">,
  summary: Pick<MessageSummary, typeof threadParts[number]>,
  { collation = unicodeCasemap, decode }: TextReading = {},
): Threadable {
  const { subject = "" } = summary.envelope;
  const messageId = normalizeMessageId(summary.messageId ?? "");
  return {
    number,
    sentAt: sentDate(message, summary),
    subject: collatedText(subject, (value, decode) => baseSubject(value, decode).text, collation, decode),
    isReplyOrForward: baseSubject(subject, decode).isReplyOrForward,
    ...messageId !== undefined && { messageId },
    references: referencesOf(summary),
  };
}

/** RFC 5256 §2.2: INTERNALDATE where there is no Date that can be read. */
export function sentDate(
  { receivedAt }: Pick<Message, "receivedAt">,
  { sentAt }: Pick<MessageSummary, "sentAt">,
): number {
  return sentAt ?? receivedAt.getTime();
}

/** RFC 5256 §3: those of References, or the first valid one of In-Reply-To where there are none. */
function referencesOf({ references, inReplyTo }: Pick<MessageSummary, "references" | "inReplyTo">): string[] {
  const valid = normalized(references);
  return valid.length > 0 ? valid : normalized(inReplyTo).slice(0, 1);
}

function normalized(ids: readonly string[]): string[] {
  return ids.map(normalizeMessageId).filter((id) => id !== undefined);
}
