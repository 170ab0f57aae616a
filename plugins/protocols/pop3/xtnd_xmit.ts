/**
 * XTND XMIT: a message is sent by POP3, as Berkeley's server let clients that know nobody else (Eudora, WinQVT/Net, Blat).
 * Who gets it stands in its To, Cc and Bcc; for all else it is a submission (RFC 6409): by the account whose maildrop is open,
 * from addresses of its own, judged by the filters, stored for all recipients or for none.
 */
import type { AccountId, ConnectionFacts } from "../../../core/contract/mod.ts";
import { mailboxesOf, parseAddressList } from "../../../core/message/address.ts";
import { addressSpec } from "../../../core/message/address_printer.ts";
import type { Header } from "../../../core/message/header.ts";
import { isBroken, OutOfStep } from "../../../core/wire/errors.ts";
import { readHead } from "../smtp/message_head.ts";
import { DotSource, type MessageSource } from "../smtp/message_source.ts";
import { expectedReply, localError } from "../smtp/refusals.ts";
import { type Reply as SmtpReply, reply as smtpReply, replyLines } from "../smtp/replies.ts";
import { takeIn } from "../smtp/take_in.ts";
import { Transaction } from "../smtp/transaction.ts";
import type { Outcome } from "./command.ts";
import { failed, ok, wrong } from "./replies.ts";
import type { Session } from "./session.ts";

/** RFC 5321 §4.5.3.1.8 asks for a hundred at least. */
const MOST_RECIPIENTS = 1000;

/** Takes a message in for an account. */
export async function transmit(session: Session, account: AccountId): Promise<Outcome> {
  const { connection, service: { context }, texts } = session;
  session.say(ok(texts.sendMessage));
  await connection.writer.flush();
  const source = new DotSource(connection.reader.readUntilDot(context.limits.message));
  let answer: SmtpReply | "no recipients";
  try {
    answer = await submit(session, account, source);
  } catch (thrown) {
    // What broke the reading is the reason, however it was wrapped on its way.
    const error = source.failure ?? thrown;
    const expected = expectedReply(error);
    if (expected === undefined) {
      if (isBroken(error)) throw outOfStep(error);
      connection.log.error("message not taken", { error });
    }
    answer = expected ?? localError;
  }
  await source.drain();
  // Where the message was not read to its end, what comes next is not a command.
  if (source.failure !== undefined && expectedReply(source.failure) === undefined) throw outOfStep(source.failure);
  if (answer === "no recipients") return { reply: wrong(texts.noRecipients) };
  if (answer.code < 400) return { reply: ok(texts.messageTaken) };
  const [line = ""] = replyLines(answer);
  // Who tries addresses out may do so no more often than with SMTP.
  return { reply: answer.code < 500 ? failed(line) : wrong(line) };
}

function outOfStep(error: unknown): unknown {
  return isBroken(error) ? error : new OutOfStep("the end of the message was not found", { cause: error });
}

async function submit(
  { connection, service: { context } }: Session,
  account: AccountId,
  source: MessageSource,
): Promise<SmtpReply | "no recipients"> {
  const { id, peer, tls } = connection;
  const facts: ConnectionFacts = { id, peer: peer.hostname, tls: tls !== undefined, helo: peer.hostname, account };
  const { header, isWhole, body } = await readHead(source);
  if (!isWhole) return smtpReply(550, "5.7.1", "The header is too long to see whom it is for");
  const sender = (await context.storage.account(account))?.address ?? "";
  const transaction = new Transaction({ sender, bodyType: "8bitmime", smtpUtf8: false });
  const refusal = await context.delivery.sender(facts, sender);
  if (refusal !== undefined) return refusal;
  const recipients = recipientsOf(header);
  if (recipients.length === 0) return "no recipients";
  if (recipients.length > MOST_RECIPIENTS) return smtpReply(452, "4.5.3", "Too many recipients");
  for (const address of recipients) {
    const found = await context.delivery.recipient(facts, address);
    // All or nobody: the client shows one answer for the message.
    if (!found.accepted) return { ...found.reply, text: `${address}: ${found.reply.text}` };
    transaction.add(found.recipient);
  }
  const client = { helo: peer.hostname, extended: true, account, facts };
  const intake = { context, connection, options: { received_from: "client" } as const };
  // RFC 5322 §3.6.3: those in Bcc are not to be seen by the others.
  const visible = body(header.fields.filter(({ key }) => key === "bcc"));
  return await takeIn(intake, client, transaction, new RestOf(visible, source));
}

/** Those whom the message names, each once. */
function recipientsOf(header: Header): string[] {
  const lists = ["to", "cc", "bcc"].flatMap((name) => header.all(name));
  return [...new Set(lists.flatMap((list) => mailboxesOf(parseAddressList(list)).map(addressSpec)))];
}

/** A message whose beginning has been looked at, as a source again. */
class RestOf implements MessageSource {
  readonly #octets: AsyncIterator<Uint8Array>;
  readonly #source: MessageSource;

  constructor(octets: AsyncIterable<Uint8Array>, source: MessageSource) {
    this.#octets = octets[Symbol.asyncIterator]();
    this.#source = source;
  }

  get failure(): unknown {
    return this.#source.failure;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const step = await this.#octets.next();
    return step.done === true ? { done: true, value: undefined } : step;
  }

  drain(): Promise<void> {
    return this.#source.drain();
  }
}
