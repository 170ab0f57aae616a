/** A message as POP1 and POP2 send it: octets whose number was told before, with no dots stuffed and nothing at their end. */
import type { Storage, WireWriter } from "../../../core/contract/mod.ts";
import { isBroken, OutOfStep } from "../../../core/wire/errors.ts";
import { isNotFound } from "../pop3/errors.ts";
import type { MaildropMessage } from "../pop3/maildrop/maildrop.ts";
import { type MessageSource, openMessage } from "../pop3/messages/message_source.ts";

/** One that is open; it can be sent once. */
export interface RawMessage {
  /** Octets. */
  readonly size: number;
  /** Them. */
  readonly source: MessageSource;
}

/** Opens a message; undefined where another session has removed it. */
export async function openRaw(storage: Storage, message: MaildropMessage): Promise<RawMessage | undefined> {
  try {
    const shown = await openMessage(storage, message, false);
    // As it is, where no surrogate can be made: RFC 937 has no way to refuse it.
    const source = shown === "needs UTF8" ? await openMessage(storage, message, true) : shown;
    if (source === "needs UTF8") return undefined;
    return { size: message.size + source.sizeChange, source };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Its octets, in pieces. */
export async function* octetsOf({ source: { first, rest } }: RawMessage): AsyncGenerator<Uint8Array> {
  yield first;
  if (rest !== undefined) yield* rest;
}

/**
 * Sends octets that were announced.
 *
 * @throws OutOfStep when there turn out to be more or less of them: the client cannot tell then what is what.
 */
export async function sendAnnounced(
  writer: WireWriter,
  octets: AsyncIterable<Uint8Array>,
  size: number,
): Promise<void> {
  let sent = 0;
  try {
    for await (const piece of octets) {
      sent += piece.length;
      if (sent > size) break;
      writer.bytes(piece);
      // A piece may change when the next is asked for.
      await writer.flush();
    }
  } catch (cause) {
    throw isBroken(cause) ? cause : new OutOfStep("a message could not be read to its end", { cause });
  }
  if (sent !== size) throw new OutOfStep(`a message of ${size} octets turned out to have ${sent}`);
}
