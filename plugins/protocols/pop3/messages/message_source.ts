/** A message as POP clients are sent it: every line end CRLF, of any size, a piece at a time. */
import type { Body, Storage } from "../../../../core/contract/mod.ts";
import { concat } from "../../../../core/message/bytes.ts";
import { headerSize } from "../../../../core/message/header.ts";
import { LineEndingNormalizer } from "../../../../core/message/line_endings.ts";
import { isAscii, latin1Bytes } from "../../../../core/wire/ascii.ts";
import type { MaildropMessage } from "../maildrop/maildrop.ts";
import { isInternational, surrogateHeader } from "./surrogate.ts";
import { hasParts, surrogateParts } from "./surrogate_parts.ts";

/** Octets that are read at once: most messages are no larger. */
const PIECE = 131_072;
/** Octets of a header that are looked through for UTF-8. */
const LARGEST_HEADER = 1_048_576;

/** A message as it is sent, but for the dots. */
export interface MessageSource {
  /** All of it, or its beginning with the whole header where that is looked at. */
  readonly first: Uint8Array;
  /** What follows; undefined when nothing does. */
  readonly rest: AsyncIterable<Uint8Array> | undefined;
  /** Octets by which a surrogate is larger. RFC 6858 §4: LIST may mean the original. */
  readonly sizeChange: number;
}

/** Opens a message; the rest as for `openEntity`. @throws Refusal `not-found`, when another session has removed it. */
export async function openMessage(
  storage: Storage,
  message: MaildropMessage,
  isUtf8: boolean,
): Promise<MessageSource | "needs UTF8"> {
  const { size, head = "" } = message, body = await storage.openBody(message.body);
  // The size on the wire is that of the octets exactly when every line ends in CRLF already.
  const isNormal = body.size === size - head.length;
  let source = await openEntity(body, isNormal, isUtf8);
  if (!isUtf8 && source !== "needs UTF8" && mayNeedSurrogates(source)) {
    const { structure } = await storage.summary(message.body);
    const spliced = await surrogateParts(body, structure);
    if (spliced !== undefined) source = enlarged(await openEntity(spliced.body, isNormal, false), spliced.sizeChange);
  }
  if (source === "needs UTF8" || head === "") return source;
  return { ...source, first: concat([latin1Bytes(head), source.first]) };
}

/** Whether parts may have UTF-8 in their headers. What is all there is looked through, for that is quicker. */
function mayNeedSurrogates({ first, rest }: MessageSource): boolean {
  return hasParts(first.subarray(0, headerSize(first))) && (rest !== undefined || !isAscii(first));
}

function enlarged(source: MessageSource | "needs UTF8", by: number): MessageSource | "needs UTF8" {
  return source === "needs UTF8" ? source : { ...source, sizeChange: source.sizeChange + by };
}

/**
 * Opens what has a header and a body: a message, or a part of one.
 *
 * @param isNormal Whether every line in it ends in CRLF already.
 * @param isUtf8 Whether the client takes UTF-8 in headers (RFC 6856 §2.1).
 * @returns "needs UTF8" where it does not, and no surrogate can be made.
 */
export async function openEntity(
  body: Body,
  isNormal: boolean,
  isUtf8: boolean,
): Promise<MessageSource | "needs UTF8"> {
  const normalizer = isNormal ? undefined : new LineEndingNormalizer();
  const read = async (from: number): Promise<Uint8Array> => {
    const piece = await readPiece(body, from);
    const sent = normalizer?.push(piece) ?? piece;
    return normalizer !== undefined && from + PIECE >= body.size ? concat([sent, normalizer.finish()]) : sent;
  };
  let first = await read(0), next = PIECE;
  if (isUtf8) return { first, rest: restOf(body, next, read), sizeChange: 0 };
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
