/** Messages as a test wants to look at them. */
import type { Mailbox, Message } from "../contract/mailbox.ts";
import type { MessageSummary } from "../contract/message.ts";
import { decodeEncodedWords } from "../message/encoded_word.ts";
import type { Storage } from "../contract/storage.ts";

/** A message that has arrived. */
export interface StoredMessage {
  /** Unique in its mailbox, and rising. */
  readonly uid: number;
  /** `\Seen` and the like, keywords. */
  readonly flags: readonly string[];
  /** When it came. */
  readonly receivedAt: Date;
  /** Its octets as stored, with the trace fields of the server. */
  readonly octets: Uint8Array;
  /** The same as text; what is no UTF-8 is replaced. */
  readonly text: string;
  /** What was parsed of it: ENVELOPE, the MIME tree, header fields. */
  readonly summary: MessageSummary;
  /** Its subject, decoded; empty where there is none. */
  readonly subject: string;
}

/** All messages of a mailbox, the oldest first. */
export async function storedMessages(storage: Storage, mailbox: Mailbox): Promise<StoredMessage[]> {
  const { messages } = await storage.messages(mailbox.id);
  return await Promise.all(messages.map((message) => storedMessage(storage, message)));
}

async function storedMessage(
  storage: Storage,
  { uid, flags, receivedAt, body }: Message,
): Promise<StoredMessage> {
  const [opened, summary] = [await storage.openBody(body), await storage.summary(body)];
  const octets = await opened.read(0, opened.size);
  return {
    ...{ uid, flags, receivedAt, octets, summary },
    text: new TextDecoder().decode(octets),
    subject: decodeEncodedWords(summary.envelope.subject ?? ""),
  };
}
