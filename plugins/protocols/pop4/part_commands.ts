/** Parts of messages (RFC 2045): LPRT lists them, RPRT sends one as it is in the message, DPRT sends one decoded. */
import type { Body, MessagePart } from "../../../core/contract/mod.ts";
import { openBinary } from "../../../core/message/open_binary.ts";
import { partAt } from "../../../core/message/part_at.ts";
import { type Octets, RangeView } from "../../../core/message/views.ts";
import { isBroken, OutOfStep } from "../../../core/wire/errors.ts";
import { messageNumber, type Outcome, words } from "../pop3/command.ts";
import { isNotFound } from "../pop3/errors.ts";
import type { Maildrop, MaildropMessage } from "../pop3/maildrop/maildrop.ts";
import { openEntity } from "../pop3/messages/message_source.ts";
import { sendSource } from "../pop3/messages/send_message.ts";
import { failed, ok } from "../pop3/replies.ts";
import type { Session } from "../pop3/session.ts";
import { withMessage } from "../pop3/transaction_commands.ts";
import { verb } from "./command.ts";
import { requireRights } from "./folders.ts";
import { partLines } from "./grammar/part_line.ts";
import { parsePartName, type PartName } from "./grammar/part_name.ts";
import { Refused } from "./reasons.ts";

/** Octets that are read at once. */
const PIECE = 131_072;

/** LPRT. */
export const listParts = verb({
  verb: "LPRT",
  usage: "msg",
  parse: messageNumber,
  run: (session, maildrop, number) =>
    withReadable(session, maildrop, number, async ({ body }) => {
      const { structure } = await session.service.context.storage.summary(body);
      return await session.list(ok(), partLines(structure));
    }),
});

/** RPRT. */
export const sendPart = verb({
  verb: "RPRT",
  usage: "msg part",
  parse: numberAndPart,
  run: (session, maildrop, { number, name }) =>
    withReadable(session, maildrop, number, async (message) => {
      const { body, part } = await openPart(session, message, name);
      const isNormal = body.size === message.size;
      const source = await openEntity(new RangeView(body, part.headerStart, part.bodyEnd), isNormal, session.isUtf8);
      // RFC 6856 §2.1: as for the whole message.
      if (source === "needs UTF8") return { reply: failed(session.texts.needsUtf8(number), "UTF8") };
      session.say(ok());
      await sendSource(session, source);
      return {};
    }),
});

/** DPRT. */
export const sendDecodedPart = verb({
  verb: "DPRT",
  usage: "msg part",
  parse: numberAndPart,
  run: (session, maildrop, { number, name }) =>
    withReadable(session, maildrop, number, async (message) => {
      const { body, structure, part } = await openPart(session, message, name);
      if (name.isMessage) return await sendOctets(session, new RangeView(body, part.headerStart, part.bodyEnd));
      const decoded = await openBinary(name.numbers, structure, body);
      if (decoded === "absent") throw new Refused("noPart");
      if (decoded === "unknown-cte") throw new Refused("unknownEncoding");
      return await sendOctets(session, decoded.octets);
    }),
});

function numberAndPart(
  argument: string | undefined,
): { readonly value: { readonly number: number; readonly name: PartName } } | undefined {
  const [first, second = "", ...more] = words(argument);
  const number = messageNumber(first), name = parsePartName(second);
  if (number === undefined || name === undefined || more.length > 0) return undefined;
  return { value: { number: number.value, name } };
}

/** A message that is there, and may be read. */
function withReadable(
  session: Session,
  maildrop: Maildrop,
  number: number,
  then: (message: MaildropMessage) => Promise<Outcome>,
): Outcome | Promise<Outcome> {
  const { texts, connection: { log }, service: { context: { storage } } } = session;
  return withMessage(texts, maildrop, number, async (message) => {
    await requireRights(storage, maildrop, maildrop.select([number]).keys(), "r");
    try {
      return await then(message);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // As with RETR: IMAP knows no lock.
      log.info("a message was removed while its maildrop was open", { message: number });
      return { reply: failed(texts.gone(number), "SYS/TEMP") };
    }
  });
}

/** @throws Refused where there is no such part. */
async function openPart(
  { service: { context: { storage } } }: Session,
  message: MaildropMessage,
  name: PartName,
): Promise<{ readonly body: Body; readonly structure: MessagePart; readonly part: MessagePart }> {
  const { structure } = await storage.summary(message.body);
  const part = partOf(structure, name);
  if (part === undefined) throw new Refused("noPart");
  return { body: await storage.openBody(message.body), structure, part };
}

function partOf(structure: MessagePart, { numbers, isMessage }: PartName): MessagePart | undefined {
  if (numbers.length === 0) return structure;
  const part = partAt(structure, numbers);
  return isMessage ? part?.message?.structure : part;
}

/** How many there are, and then exactly so many, whatever they are. @throws OutOfStep when they cannot be read to their end. */
async function sendOctets(session: Session, octets: Octets): Promise<Outcome> {
  const { writer } = session.connection, { size } = octets;
  const first = await readPiece(octets, 0);
  session.say(ok(`${size}`));
  writer.bytes(first);
  try {
    for (let at = first.length; at < size;) {
      await writer.flush();
      const piece = await readPiece(octets, at);
      writer.bytes(piece);
      at += piece.length;
    }
  } catch (cause) {
    throw isBroken(cause) ? cause : new OutOfStep("a part could not be read to its end", { cause });
  }
  return {};
}

async function readPiece(octets: Octets, from: number): Promise<Uint8Array> {
  const to = Math.min(octets.size, from + PIECE);
  const piece = await octets.read(from, to);
  if (piece.length !== to - from) throw new Error(`octets ${from} to ${to} of a part are not there`);
  return piece;
}
