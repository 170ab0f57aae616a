/** A mailbox in a transaction of POP1: locked, measured, sent, and emptied where RDEL has asked for that. */
import type { AccountId, ProtocolContext, Storage, WireWriter } from "../../../core/contract/mod.ts";
import { mailboxesOf } from "../../../core/message/address.ts";
import { addressSpec } from "../../../core/message/address_printer.ts";
import { parseDate } from "../../../core/message/date.ts";
import { OutOfStep } from "../../../core/wire/errors.ts";
import { octetsOf, openRaw, sendAnnounced } from "../pop2/raw_message.ts";
import { isNotFound } from "../pop3/errors.ts";
import { Maildrop, type MaildropMessage } from "../pop3/maildrop/maildrop.ts";
import { inMailbox, type Separation } from "./mbox.ts";

/** Which mailbox, and for what. */
export interface Request {
  /** Whose. */
  readonly account: AccountId;
  /** Which. */
  readonly name: string;
  /** Whether RCVD removes what was sent. */
  readonly deletes: boolean;
}

/** One that is open. */
export class OpenMailbox implements AsyncDisposable {
  /** Octets of all of it. */
  readonly size: number;
  readonly #storage: Storage;
  readonly #maildrop: Maildrop;
  readonly #messages: readonly MaildropMessage[];
  readonly #deletes: boolean;

  private constructor(
    storage: Storage,
    maildrop: Maildrop,
    messages: readonly MaildropMessage[],
    size: number,
    deletes: boolean,
  ) {
    this.#storage = storage;
    this.#maildrop = maildrop;
    this.#messages = messages;
    this.#deletes = deletes;
    this.size = size;
  }

  /** Locks it and counts its octets. @throws what the storage throws; the lock is then free again. */
  static async open(
    { storage, now }: Pick<ProtocolContext, "storage" | "now">,
    { account, name, deletes }: Request,
  ): Promise<OpenMailbox | "in-use" | "missing"> {
    const view = { of: "mailbox", name } as const;
    const maildrop = await Maildrop.open(storage, account, { view, expire: "never", now: now() });
    if (typeof maildrop === "string") return maildrop;
    await using held = new AsyncDisposableStack();
    held.use(maildrop);
    const messages: MaildropMessage[] = [];
    let size = 0;
    for (const number of maildrop.numbers()) {
      const message = maildrop.message(number);
      // Which lines look like separators is seen only by reading them.
      const octets = message && await octetsInMailbox(storage, message);
      if (message === undefined || octets === undefined) continue;
      for await (const { length } of octets) size += length;
      messages.push(message);
    }
    held.move();
    return new OpenMailbox(storage, maildrop, messages, size, deletes);
  }

  /** Sends all of it. @throws OutOfStep when it is not what was counted: a message was removed meanwhile. */
  async send(writer: WireWriter): Promise<void> {
    await sendAnnounced(writer, this.#octets(), this.size);
  }

  /** RFC 918, RCVD: removes what was sent, after RDEL. @throws Refusal, and nothing was removed. */
  async finish(): Promise<number> {
    if (this.#deletes) { for (const { number } of this.#messages) this.#maildrop.delete(number); }
    return (await this.#maildrop.commit()).removed;
  }

  /** Unlocks it; harmless when called again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#maildrop[Symbol.asyncDispose]();
  }

  async *#octets(): AsyncGenerator<Uint8Array> {
    for (const message of this.#messages) {
      const octets = await octetsInMailbox(this.#storage, message);
      if (octets === undefined) throw new OutOfStep("a message was removed while its mailbox was open");
      yield* octets;
    }
  }
}

/** Undefined where another session has removed the message. */
async function octetsInMailbox(
  storage: Storage,
  message: MaildropMessage,
): Promise<AsyncGenerator<Uint8Array> | undefined> {
  try {
    const separation = await separationOf(storage, message);
    const raw = await openRaw(storage, message);
    return raw && inMailbox(separation, octetsOf(raw));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** From the header: the envelope is not kept. */
async function separationOf(storage: Storage, { body }: MaildropMessage): Promise<Separation> {
  const { envelope: { sender, from = [], date = "" } } = await storage.summary(body);
  const [author] = mailboxesOf(sender ?? from);
  return {
    sender: author === undefined ? "" : addressSpec(author),
    date: new Date(parseDate(date)?.epochMilliseconds ?? 0),
  };
}
