/** RETR and TOP (RFC 1939 §5 and §7): a message on its way to the client, of any size, a piece at a time. */
import type { Body } from "../../../core/contract/mod.ts";
import { concat } from "../../../core/message/bytes.ts";
import { headerSize } from "../../../core/message/header.ts";
import { LineEndingNormalizer } from "../../../core/message/line_endings.ts";
import { isAscii } from "../../../core/wire/ascii.ts";
import { isBroken, isNotFound, OutOfStep } from "./errors.ts";
import type { MaildropMessage } from "./maildrop.ts";
import { failed, ok, type Reply } from "./replies.ts";
import type { Session } from "./session.ts";
import { isInternational, surrogateHeader } from "./surrogate.ts";
import { TopCut } from "./top.ts";

/** Octets that are read at once: most messages are no larger. */
const PIECE = 131_072;
/** Octets of a header that are looked through for UTF-8. */
const LARGEST_HEADER = 1_048_576;

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
  let source: Source | "needs UTF8";
  try {
    source = await openSource(session, message);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // RFC 1939 §4 has the lock keep others from removing it, but IMAP knows no lock. The next session will not list it.
    connection.log.info("a message was removed while its maildrop was open", { message: message.number });
    return failed(texts.gone(message.number), "SYS/TEMP");
  }
  if (source === "needs UTF8") return failed(texts.needsUtf8(message.number), "UTF8");
  // RFC 1939 §7 shows a bare +OK for TOP: how much will come is not known.
  session.say(ok(lines === undefined ? texts.octets(message.size + source.sizeChange) : ""));
  const cut = lines === undefined ? undefined : new TopCut(lines);
  if (source.rest === undefined) {
    connection.writer.dotStuffed(cut?.push(source.first) ?? source.first);
    return undefined;
  }
  try {
    await connection.writer.dotStuffedFrom(pieces(source.first, source.rest, cut));
  } catch (cause) {
    throw isBroken(cause) ? cause : new OutOfStep("a message could not be read to its end", { cause });
  }
  return undefined;
}

/** A message as it is sent, but for the dots. */
interface Source {
  /** All of it, or its beginning with the whole header. */
  readonly first: Uint8Array;
  /** What follows; undefined when nothing does. */
  readonly rest: AsyncIterable<Uint8Array> | undefined;
  /** Octets by which a surrogate is larger. RFC 6858 §4: LIST may mean the original. */
  readonly sizeChange: number;
}

async function openSource(session: Session, message: MaildropMessage): Promise<Source | "needs UTF8"> {
  const body = await session.service.context.storage.openBody(message.body);
  // The size on the wire is that of the octets exactly when every line ends in CRLF already.
  const normalizer = body.size === message.size ? undefined : new LineEndingNormalizer();
  const read = async (from: number): Promise<Uint8Array> => {
    const piece = await readPiece(body, from);
    const sent = normalizer?.push(piece) ?? piece;
    return normalizer !== undefined && from + PIECE >= body.size ? concat([sent, normalizer.finish()]) : sent;
  };
  let first = await read(0), next = PIECE;
  if (session.isUtf8) return { first, rest: restOf(body, next, read), sizeChange: 0 };
  let size = headerSize(first);
  for (; size === undefined && next < Math.min(body.size, LARGEST_HEADER); next += PIECE) {
    first = concat([first, await read(next)]);
    size = headerSize(first);
  }
  const rest = restOf(body, next, read);
  const header = first.subarray(0, size);
  if (isAscii(header)) return { first, rest, sizeChange: 0 };
  // Where the header ends is not known; what is known of it must not be sent as it is.
  if (size === undefined && rest !== undefined) return "needs UTF8";
  if (!isInternational(header)) return { first, rest, sizeChange: 0 };
  const surrogate = surrogateHeader(header);
  return {
    first: concat([surrogate, first.subarray(header.length)]),
    rest,
    sizeChange: surrogate.length - header.length,
  };
}

async function readPiece(body: Body, from: number): Promise<Uint8Array> {
  const to = Math.min(body.size, from + PIECE);
  const piece = await body.read(from, to);
  if (piece.length !== to - from) throw new Error(`a body of ${body.size} octets ends before octet ${to}`);
  return piece;
}

function restOf(
  body: Body,
  from: number,
  read: (from: number) => Promise<Uint8Array>,
): AsyncIterable<Uint8Array> | undefined {
  return from < body.size ? readRest(body, from, read) : undefined;
}

async function* readRest(
  body: Body,
  from: number,
  read: (from: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (let at = from; at < body.size; at += PIECE) yield await read(at);
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
