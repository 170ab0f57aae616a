/** A message from its first octet to the reply: looked at, completed, given to the delivery. */
import type { Header } from "../../../core/message/header.ts";
import { isBroken, OutOfStep } from "../../../core/wire/errors.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { falseResults } from "./false_results.ts";
import { readHead } from "./message_head.ts";
import { BareLineEnds, bareLineEnds, type MessageSource } from "./message_source.ts";
import { expectedReply, localError, MessageRefused } from "./refusals.ts";
import { type Reply, reply } from "./replies.ts";
import type { Session } from "./session.ts";
import type { Client } from "./state.ts";
import {
  isIncomplete,
  missingFields,
  responsibleAddresses,
  shortDomainAddresses,
  unusableFields,
} from "./submission.ts";
import { printTrace, type TraceOptions } from "./trace.ts";
import type { Transaction } from "./transaction.ts";

/** What taking a message in needs of a session; another protocol's will do. */
export type Intake = Pick<Session, "context" | "connection"> & TraceOptions;

/** RFC 5321 §6.3: a large number of Received fields means a loop; at least 100. */
const MOST_HOPS = 100;

/** Addresses that one message may be from: nobody is so many people. */
const MOST_AUTHORS = 100;

/** Takes a message in and says what came of it. Throws only what broke the connection: then nothing was kept. */
export async function takeIn(
  session: Intake,
  client: Client,
  transaction: Transaction,
  source: MessageSource,
): Promise<Reply> {
  const id = newId(session.context.now());
  const { log } = session.connection;
  let answer: Reply;
  try {
    answer = await accept(session, client, transaction, source, id);
  } catch (thrown) {
    // What broke the reading is the reason, however it was wrapped on its way.
    const error = source.failure ?? thrown;
    const expected = expectedReply(error);
    if (expected === undefined && !isBroken(error)) log.error("message not taken", { message: id, error });
    answer = expected ?? localError;
    // Of a message that reached the delivery there is a line already.
    if (expected !== undefined) logRefusal(session, transaction, id, answer);
  }
  await source.drain();
  // Where the message was not read to its end, what comes next is not a command.
  if (source.failure !== undefined && expectedReply(source.failure) === undefined) throw outOfStep(source.failure);
  return answer;
}

function outOfStep(error: unknown): unknown {
  return isBroken(error) ? error : new OutOfStep("the end of the message was not found", { cause: error });
}

async function accept(
  session: Intake,
  client: Client,
  transaction: Transaction,
  source: MessageSource,
  id: string,
): Promise<Reply> {
  const { context } = session;
  const { header, isMissing, isWhole, body } = await readHead(source);
  // RFC 5322 §2.2: whatever octets parts may have, for readers whose lines a CR ends would find other fields here.
  if (transaction.bodyType === "binarymime" && hasBareLineEnds(header)) throw bareLineEnds();
  if (header.fields.filter(({ key }) => key === "received").length > MOST_HOPS) {
    // RFC 3463 §3.5: X.4.6, routing loop detected.
    throw new MessageRefused(
      reply(554, "5.4.6", `The message has gone through more than ${MOST_HOPS} servers: a loop`),
    );
  }
  const date = context.now();
  let trace = printTrace(session, client, transaction, id, date);
  // RFC 5321 §4.4: one Return-Path is to be there, the one that is true; a server of the final delivery may remove others.
  const dropped = header.fields.filter(({ key }) => key === "return-path");
  dropped.push(...falseResults(header, [context.hostname, ...context.domains]));
  if (client.account !== undefined) {
    if (!isWhole) throw new MessageRefused(reply(550, "5.7.1", "The header is too long to see whom it is from"));
    await checkAuthor(session, client.account, header);
    await checkDomains(session, header);
    trace += missingFields(header, { sender: transaction.sender, hostname: context.hostname, now: date });
    dropped.push(...unusableFields(header));
  }
  const answer = await context.delivery.accept({
    facts: client.facts,
    envelope: transaction.envelope(client.account),
    recipients: transaction.recipients,
    id,
    // A text without a header would become part of ours.
    trace: encodeUtf8(isMissing ? `${trace}\r\n` : trace),
    body: body(dropped),
  });
  return answer.accepted ? reply(250, "2.0.0", `Accepted as ${answer.id}`) : answer.reply;
}

function hasBareLineEnds(header: Header): boolean {
  const ends = new BareLineEnds();
  for (const field of header.fields) ends.push(header.raw(field));
  return ends.finish();
}

/** RFC 6409 §6.3, with the code of §6.1. */
async function checkAuthor(
  { context }: Intake,
  account: NonNullable<Client["account"]>,
  header: Header,
): Promise<void> {
  const addresses = responsibleAddresses(header);
  if (addresses.length > MOST_AUTHORS) {
    throw new MessageRefused(reply(550, "5.7.1", "The message has too many authors"));
  }
  for (const address of addresses) {
    if (await context.directory.maySendAs(account, address)) continue;
    throw new MessageRefused(reply(550, "5.7.1", `You may not send mail as ${address}`));
  }
}

/** RFC 6409 §4.2, with its code. */
async function checkDomains({ context }: Intake, header: Header): Promise<void> {
  for (const address of shortDomainAddresses(header)) {
    if (!await isIncomplete(address, context.directory)) continue;
    throw new MessageRefused(reply(554, "5.6.0", `The domain of ${address} is not a whole name`));
  }
}

function logRefusal({ connection }: Intake, transaction: Transaction, message: string, { code, text }: Reply): void {
  const { sender, recipients } = transaction;
  connection.log.info("message refused", { message, sender, recipients: recipients.length, code, reason: text });
}

/** Unique, which is not to say secret: milliseconds and 40 random bits; short, for it is read aloud. */
function newId(now: Date): string {
  return now.getTime().toString(36) + Math.floor(Math.random() * 2 ** 40).toString(16).padStart(10, "0");
}
