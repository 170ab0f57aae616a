/** RETR and TOP (RFC 1939 §5 and §7): a message on its way to the client, of any size, a piece at a time. */
import { isBroken, OutOfStep } from "../../../../core/wire/errors.ts";
import { isNotFound } from "../errors.ts";
import type { MaildropMessage } from "../maildrop/maildrop.ts";
import { failed, ok, type Reply } from "../replies.ts";
import type { Session } from "../session.ts";
import { type MessageSource, openMessage } from "./message_source.ts";
import { TopCut } from "./top.ts";

/**
 * Sends a message.
 *
 * @param lines Of the body, for TOP; undefined for all.
 * @returns Why it was not sent; undefined when it was.
 * @throws OutOfStep when the message cannot be read to its end.
 */
export async function sendMessage(
  session: Session,
  message: MaildropMessage,
  lines?: number,
): Promise<Reply | undefined> {
  const { texts, connection } = session;
  let source: MessageSource | "needs UTF8";
  try {
    source = await openMessage(session.service.context.storage, message, session.isUtf8);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // RFC 1939 §4 has the lock keep others from removing it, but IMAP knows no lock. The next session will not list it.
    connection.log.info("a message was removed while its maildrop was open", { message: message.number });
    return failed(texts.gone(message.number), "SYS/TEMP");
  }
  if (source === "needs UTF8") return failed(texts.needsUtf8(message.number), "UTF8");
  // RFC 1939 §7 shows a bare +OK for TOP: how much will come is not known.
  session.say(ok(lines === undefined ? texts.octets(message.size + source.sizeChange) : ""));
  await sendSource(session, source, lines);
  return undefined;
}

/**
 * Sends what has been opened, after the line of its reply.
 *
 * @param lines As for `sendMessage`.
 * @throws OutOfStep when it cannot be read to its end.
 */
export async function sendSource(
  { connection: { writer } }: Session,
  source: MessageSource,
  lines?: number,
): Promise<void> {
  const cut = lines === undefined ? undefined : new TopCut(lines);
  if (source.rest === undefined) return writer.dotStuffed(cut?.push(source.first) ?? source.first);
  try {
    await writer.dotStuffedFrom(pieces(source.first, source.rest, cut));
  } catch (cause) {
    throw isBroken(cause) ? cause : new OutOfStep("a message could not be read to its end", { cause });
  }
}

async function* pieces(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  cut: TopCut | undefined,
): AsyncGenerator<Uint8Array> {
  yield cut?.push(first) ?? first;
  if (cut?.hasEnded) return;
  for await (const piece of rest) {
    yield cut?.push(piece) ?? piece;
    if (cut?.hasEnded) return;
  }
}
