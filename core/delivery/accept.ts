/**
 * A message from its envelope to the disk. The body is written once; then filters judge it; then one batch delivers it to
 * all accounts. Only when that batch is durable is the message accepted: for all of its recipients, or for none.
 */
import type { AcceptAnswer, IncomingMessage, SmtpReply } from "../contract/delivery.ts";
import type { MessageChanges } from "../contract/filter.ts";
import type { BodyId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { QueuedRecipient } from "../contract/queue.ts";
import { Refusal } from "../contract/refusal.ts";
import type { Storage } from "../contract/storage.ts";
import type { EventSink } from "../observe/observation.ts";
import { concat } from "../message/bytes.ts";
import { hasBinary, withoutBinary } from "../message/encode_binary.ts";
import { printFindings } from "./added_header.ts";
import { copiesFor, type Copy } from "./copies.ts";
import { storeCopies } from "./store_copies.ts";
import { ReviewedMessage } from "./filtered_message.ts";
import { MessageContent } from "./message_content.ts";
import { type Destinations, placeCopies, type PlacingParts, plainCopy } from "./place_copies.ts";
import { tellQueued } from "./queue_events.ts";
import { localError, refuse, reply, replyToRefusal } from "./replies.ts";
import { type FilterChain, type Findings, mergeFindings } from "./run_filters.ts";

/** What delivery needs of a storage. */
export type MessageStorage = Pick<
  Storage,
  "writeBody" | "openBody" | "discardBody" | "summary" | "apply" | "mailboxByName"
>;

/** What accepting needs. */
export interface AcceptParts {
  /** Where messages are kept. */
  readonly storage: MessageStorage;
  /** Who judges them. */
  readonly filters: FilterChain;
  /** Who says where copies go; absent: nobody does. */
  readonly placing?: PlacingParts;
  /** Who is told. */
  readonly events: EventSink;
  /** Octets that filters may make of a message. */
  readonly largest: number;
  /** One line a message. */
  readonly log: Logger;
  /** The time. */
  now(): Date;
}

/** What was found before there was a message: about the whole, and about each recipient in turn. */
export interface EarlierFindings {
  /** On connection and at MAIL. */
  readonly whole: Findings;
  /** At RCPT, in the order of the message's recipients. */
  readonly recipients: readonly Findings[];
}

/** Takes a message in. Throws only what its body's iterable throws. */
export async function acceptMessage(
  message: IncomingMessage,
  earlier: EarlierFindings,
  parts: AcceptParts,
): Promise<AcceptAnswer> {
  const acceptance = new Acceptance(message, earlier, parts);
  const answer = await acceptance.run();
  logAnswer(parts.log, message, acceptance.octets, answer);
  return answer;
}

/** Addresses that a line of the log names. */
const mostLogged = 20;

function logAnswer(log: Logger, message: IncomingMessage, size: number, answer: AcceptAnswer) {
  const { id, envelope, recipients, facts: { id: connection, peer } } = message;
  const facts = {
    connection,
    peer,
    message: id,
    sender: envelope.sender,
    recipients: recipients.slice(0, mostLogged).map(({ address }) => address).join(" "),
    size,
  };
  if (answer.accepted) {
    const queued = recipients.reduce((sum, { remote = [] }) => sum + remote.length, 0);
    const isLocal = recipients.some(({ accounts }) => accounts.length > 0);
    return log.info(isLocal ? "message delivered" : "message queued", { ...facts, ...queued > 0 && { queued } });
  }
  log.info("message not delivered", { ...facts, code: answer.reply.code, reason: answer.reply.text });
}

/** A message that passed the filters. */
interface WrittenMessage {
  readonly body: BodyId;
  readonly isQuarantined: boolean;
  readonly refusal?: undefined;
}

class Acceptance {
  readonly #message: IncomingMessage;
  readonly #earlier: EarlierFindings;
  readonly #parts: AcceptParts;
  #content: MessageContent | undefined;
  /** Written, and in no batch that may have been committed: to be discarded at the end. */
  #body: BodyId | undefined;

  constructor(message: IncomingMessage, earlier: EarlierFindings, parts: AcceptParts) {
    this.#message = message;
    this.#earlier = earlier;
    this.#parts = parts;
  }

  /** Octets read so far, our fields included. */
  get octets(): number {
    return this.#content?.octets ?? 0;
  }

  async run(): Promise<AcceptAnswer> {
    const { log } = this.#parts;
    try {
      return await this.#accept();
    } catch (error) {
      // However the storage may have wrapped it: what broke the reading is the client's matter.
      if (this.#content?.failure !== undefined) throw this.#content.failure.error;
      if (error instanceof Refusal) {
        log.warn("the storage refused a message", { message: this.#message.id, kind: error.kind, error });
        return refuse(replyToRefusal(error));
      }
      log.error("a message could not be stored", { message: this.#message.id, error });
      return refuse(localError);
    } finally {
      if (this.#body !== undefined) this.#parts.storage.discardBody(this.#body);
    }
  }

  async #accept(): Promise<AcceptAnswer> {
    const { id, recipients } = this.#message;
    // Nobody would get it, and the client would be told that it arrived.
    if (recipients.every(({ accounts, remote = [] }) => accounts.length + remote.length === 0)) {
      return refuse(reply(554, "5.5.1", "No valid recipients"));
    }
    const written = await this.#write();
    if (written.refusal !== undefined) return refuse(written.refusal);
    await this.#deliver(await this.#readable(written));
    return { accepted: true, id };
  }

  /**
   * RFC 3030 §3 lets a client send what no reader can be sent: IMAP has no place for NUL (RFC 3516 §6), nor has POP3, whose
   * lines end in CRLF besides (RFC 1939 §3), which would change octets. Binary parts are in base64 from here on, where there
   * is any of that; what signatures said of them, filters have seen.
   */
  async #readable(written: WrittenMessage): Promise<WrittenMessage> {
    const hasNul = this.#content?.hasNul === true;
    if (!hasNul && this.#message.envelope.bodyType !== "binarymime") return written;
    const { storage } = this.#parts;
    const { structure, size, crlfSize } = await storage.summary(written.body);
    if (!hasNul && crlfSize === size || !hasBinary(structure)) return written;
    await this.#rewrite(written.body, withoutBinary(structure, await storage.openBody(written.body)));
    return { ...written, body: this.#body ?? written.body };
  }

  /** Writes the body, has it judged, and puts the filters' header fields before it. */
  async #write(): Promise<WrittenMessage | { readonly refusal: SmtpReply }> {
    const { storage, filters } = this.#parts;
    const { facts, envelope, id, trace } = this.#message;
    const { quarantine } = this.#earlier.whole;
    const known = this.#knownFindings();
    if (!filters.has("message")) {
      const body = await this.#writeBody(concat([printFindings(known), trace]));
      return { body, isQuarantined: quarantine !== undefined };
    }
    const body = await this.#writeBody(trace);
    const reviewed = new ReviewedMessage(id, await storage.openBody(body), trace.length);
    const { refusal, findings } = await filters.ask(
      "message",
      (filter) => filter.message?.(facts, envelope, reviewed),
      { message: id },
      (changes) => this.#change(reviewed, changes),
    );
    if (refusal !== undefined) return { refusal };
    const isQuarantined = (quarantine ?? findings.quarantine) !== undefined;
    const prefix = printFindings(mergeFindings([known, findings]));
    // RFC 8601 §4: above any other trace field, so that readers see which of them can be trusted.
    if (reviewed.isChanged) await this.#rewrite(body, below(prefix, reviewed.chunks()));
    else if (prefix.length > 0) this.#body = await storage.writeBody({ prefix, body });
    return { body: this.#body ?? body, isQuarantined };
  }

  /** What a filter makes of a message is bounded as what a client sends. */
  async #change(reviewed: ReviewedMessage, changes: MessageChanges): Promise<void> {
    const { largest } = this.#parts;
    if ((changes.replaceBody?.length ?? 0) > largest) throw new RangeError(`the body has more than ${largest} octets`);
    await reviewed.change(changes);
  }

  /** Another body takes the place of the one that was written. */
  async #rewrite(before: BodyId, content: AsyncIterable<Uint8Array>): Promise<void> {
    const { storage } = this.#parts;
    this.#body = await storage.writeBody(content);
    storage.discardBody(before);
  }

  async #writeBody(head: Uint8Array): Promise<BodyId> {
    this.#content = new MessageContent(head, this.#message.body);
    const body = this.#body = await this.#parts.storage.writeBody(this.#content.content);
    // A storage that took an end by error for an end would have half a message.
    if (this.#content.failure !== undefined) throw this.#content.failure.error;
    return body;
  }

  /** All share one body: why only some of them find it in Junk is not written there. */
  #knownFindings(): Findings {
    const { whole, recipients } = this.#earlier;
    const isForAll = recipients.every(({ quarantine }) => quarantine !== undefined);
    return mergeFindings([whole, ...isForAll ? recipients : recipients.map(({ headers }) => ({ headers }))]);
  }

  /** One batch, all copies of it. They share the body. */
  async #deliver(written: WrittenMessage): Promise<void> {
    const { storage, log, events } = this.#parts;
    const { id, facts, envelope } = this.#message;
    const { body } = written;
    const isJunk = (index: number) =>
      written.isQuarantined || this.#earlier.recipients[index]?.quarantine !== undefined;
    const copies = copiesFor(this.#message.recipients, isJunk);
    const outgoing = this.#outgoing();
    const placed = await this.#place(copies, outgoing, body);
    const plain = { copies: copies.map(plainCopy), outgoing };
    const at = this.#parts.now();
    // Until the storage says that nothing was done, the body may be somebody's: it is not ours to discard.
    this.#body = undefined;
    try {
      const message = { id, envelope, body, receivedAt: at, placed, plain };
      const { copies, queued } = await storeCopies(message, storage, log);
      tellQueued(queued, events);
      if (copies.length === 0 || !events.has("delivered")) return;
      const size = copies[0]?.size ?? 0;
      events.tell("delivered", {
        ...{ at, id, facts, envelope, body, size },
        copies: copies.map(({ account, mailbox, uid }) => ({ account, mailbox, uid })),
      });
    } catch (error) {
      if (error instanceof Refusal) this.#body = body;
      throw error;
    }
  }

  /** Where extensions want the copies that are not for Junk; undefined where there are none. */
  async #place(
    copies: readonly Copy[],
    outgoing: readonly QueuedRecipient[],
    body: BodyId,
  ): Promise<Destinations | undefined> {
    const { placing, storage } = this.#parts;
    if (placing === undefined) return undefined;
    const { id, facts, envelope } = this.#message;
    const message = new ReviewedMessage(id, await storage.openBody(body), 0);
    const asked = copies.filter(({ isJunk }) => !isJunk)
      .map(({ account, recipients }) => ({ account, recipients, facts, envelope, message }));
    const placed = await placeCopies(asked, copies.filter(({ isJunk }) => isJunk).map(plainCopy), placing);
    return { ...placed, outgoing: [...outgoing, ...placed.outgoing] };
  }

  /** Those on other servers, with the address that the sender knows. */
  #outgoing(): QueuedRecipient[] {
    return this.#message.recipients.flatMap(({ address: original, remote = [] }) =>
      remote.map((address) => ({ address, ...address !== original && { original } }))
    );
  }
}

async function* below(prefix: Uint8Array, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield prefix;
  yield* chunks;
}
