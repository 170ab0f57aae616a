/** DATA (RFC 5321 §4.1.1.4) and BDAT (RFC 3030 §2): the message itself. */
import type { WireReader } from "../../../core/contract/mod.ts";
import { ChunkedMessage } from "./chunked_message.ts";
import { type Command, command, noArgument, type Outcome, outOfOrder, type Parsed } from "./command.ts";
import { DotSource, type MessageSource } from "./message_source.ts";
import { tooLarge } from "./refusals.ts";
import { type Reply, reply } from "./replies.ts";
import type { Session } from "./session.ts";
import type { State, StateOf } from "./state.ts";
import { takeIn } from "./take_in.ts";

// RFC 5321 §3.3: 554 where there are no valid recipients; after DATA the transaction goes on.
const noRecipients: Reply = reply(554, "5.5.1", "No valid recipients");

/** DATA. */
export const data: Command = command({
  states: ["transaction"],
  parse: noArgument,
  async run(session, state): Promise<Outcome> {
    const { client, transaction } = state;
    // RFC 3030 §3: 503 whoever it would be for.
    if (transaction.bodyType === "binarymime") return { reply: reply(503, "5.5.1", "BINARYMIME needs BDAT") };
    // RFC 2920 §3.2 (3).
    if (transaction.recipients.length === 0) return { reply: noRecipients };
    session.say({ code: 354, text: "Send the message; end with <CRLF>.<CRLF>" });
    await session.flush();
    const source = new DotSource(session.connection.reader.readUntilDot(session.context.limits.message));
    const answer = await take(session, state, source);
    // RFC 5321 §4.1.1.4: the buffers are cleared, whatever came of it.
    return { reply: answer, state: { name: "greeted", client } };
  },
});

/** A client that brings mail may err now and then. */
async function take(
  session: Session,
  { client, transaction }: StateOf<"transaction">,
  source: MessageSource,
): Promise<Reply> {
  const answer = await takeIn(session, client, transaction, source);
  if (answer.code === 250) session.errors.makeUp();
  return answer;
}

interface Chunk {
  readonly size: number;
  readonly isLast: boolean;
}

/** Octets beyond twice the largest message that a refused chunk may have: whoever announces more is cut off. */
const PATIENCE = 1024 * 1024;

/** BDAT. */
export const bdat: Command = {
  extensions: [() => "CHUNKING"],
  mayWait: true,
  async handle(session, state, argument): Promise<Outcome> {
    const chunk = parseChunk(argument);
    // Where a chunk ends cannot be known then, and its octets must not be taken for commands: RFC 5321 §7.8, not §3.8.
    if ("refusal" in chunk) return { reply: chunk.refusal, ends: true };
    // What was answered so far may be what the client waits for before it sends the rest.
    await session.flush();
    return await run(session, state, chunk.value);
  },
};

async function run(session: Session, state: State, chunk: Chunk): Promise<Outcome> {
  const { connection: { reader }, context: { limits } } = session;
  if (state.name !== "transaction" && state.name !== "chunks") return await discard(session, chunk, outOfOrder(state));
  const { client, transaction } = state;
  const greeted: State = { name: "greeted", client };
  // RFC 3030 §2: after a failure the transaction is over; chunks that are on their way already get 503.
  if (transaction.recipients.length === 0) {
    return { ...await discard(session, chunk, noRecipients), state: greeted };
  }
  const before = state.name === "chunks" ? state.message.octets : 0;
  if (before + chunk.size > limits.message) return { ...await discard(session, chunk, tooLarge), state: greeted };
  const message = state.name === "chunks" ? state.message : begin(session, state);
  const refusal = await add(message, reader, chunk);
  if (refusal) return { reply: refusal, state: greeted };
  if (chunk.isLast) return { reply: await message.finish(), state: greeted };
  return {
    reply: reply(250, "2.0.0", `${chunk.size} octets received`),
    state: { name: "chunks", client, transaction, message },
  };
}

/**
 * RFC 3030 §3: with BINARYMIME all octets are content; otherwise they are lines, as after DATA. The same section would have
 * a message of binary parts accepted without it; where such a message has a bare CR or LF it is refused, for no message that
 * others could split gets in (RFC 5321 §2.3.8).
 */
function begin(session: Session, state: StateOf<"transaction">): ChunkedMessage {
  const isText = state.transaction.bodyType !== "binarymime";
  return new ChunkedMessage(isText, (source) => take(session, state, source));
}

/** Hands a chunk over; if the connection breaks meanwhile, nothing of the message is kept. */
async function add(message: ChunkedMessage, reader: WireReader, { size }: Chunk): Promise<Reply | undefined> {
  try {
    return await message.add(reader.readExactly(size));
  } catch (error) {
    await message.abort();
    throw error;
  }
}

/** RFC 3030 §2: the octets are to be accepted and discarded before the refusal is sent. */
async function discard(session: Session, { size }: Chunk, refusal: Reply): Promise<Outcome> {
  if (size > 2 * session.context.limits.message + PATIENCE) return { reply: refusal, ends: true };
  for await (const _octets of session.connection.reader.readExactly(size));
  return { reply: refusal };
}

/** RFC 3030 §2: `BDAT SP chunk-size [SP "LAST"]`. */
function parseChunk(argument: string): Parsed<Chunk> {
  const [, digits, last] = /^(\d{1,15})(?:[ \t]+(LAST))?$/i.exec(argument) ?? [];
  if (digits === undefined) {
    return { refusal: reply(501, "5.5.4", "Expected BDAT size [LAST]; closing the connection") };
  }
  return { value: { size: Number(digits), isLast: last !== undefined } };
}
