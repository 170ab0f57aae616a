/**
 * What APPEND and REPLACE take in (RFC 9051 §6.3.12, RFC 3502, RFC 4469, RFC 8508): messages straight into the storage,
 * as they arrive. Nothing is in a mailbox before all of them are there; what fails leaves nothing behind.
 */
import type { BodyId, MessageDetails } from "../../../../core/contract/mod.ts";
import { type Access, openTarget } from "../access.ts";
import type { IncomingLiteral } from "../command_reader.ts";
import { CommandRefused } from "../failures.ts";
import { keptFlags } from "../flag_rights.ts";
import { type AppendLiteral, AppendReader, type AppendStep } from "../grammar/append_arguments.ts";
import { Scanner } from "../grammar/scanner.ts";
import type { SequenceNumber } from "../grammar/sequence_set.ts";
import { openMessageUrl } from "../message_url.ts";
import type { Session } from "../session.ts";
import type { User } from "../state.ts";
import { Handover } from "./handover.ts";

/** Octets of a URL in a literal. */
const LONGEST_URL = 4096;
/** Octets of a stored section that are read at once. */
const PIECE = 131_072;

/** All that came with the command. */
export interface TakenIn {
  /** Where the messages go. */
  readonly target: Access;
  /** What REPLACE replaces. */
  readonly replaces: SequenceNumber | undefined;
  /** In order, at least one. */
  readonly messages: readonly { readonly body: BodyId; readonly details: MessageDetails }[];
}

interface Pending {
  readonly handover: Handover;
  readonly written: Promise<BodyId>;
  readonly details: MessageDetails;
  size: number;
}

/**
 * Reads the command to its end. When it throws, what was taken in is dropped, and the connection stands at the next
 * command.
 *
 * @throws CommandRefused, Malformed, Refusal.
 */
export async function takeIn(
  session: Session,
  user: User,
  scanner: Scanner,
  literal: IncomingLiteral | undefined,
  isReplace: boolean,
): Promise<TakenIn> {
  const intake = new Intake(session, user);
  let pending = literal;
  let stretch = scanner;
  const reader = new AppendReader(isReplace);
  try {
    for (;;) {
      const { steps, literal: kind } = reader.read(stretch, pending);
      for (const step of steps) await intake.step(step);
      if (kind === undefined || pending === undefined) break;
      await intake.literal(kind, pending);
      const rest = await pending.rest();
      stretch = new Scanner(rest.octets, session.nameForm);
      pending = rest.literal && session.literal(rest.literal);
    }
    return await intake.finish();
  } catch (error) {
    await intake.abandon(error);
    // Harmless where it was taken.
    await pending?.refuse();
    throw error;
  }
}

class Intake {
  readonly #session: Session;
  readonly #user: User;
  readonly #done: { readonly body: BodyId; readonly details: MessageDetails }[] = [];
  #target: Access | undefined;
  #replaces: SequenceNumber | undefined;
  #message: Pending | undefined;

  constructor(session: Session, user: User) {
    this.#session = session;
    this.#user = user;
  }

  async step(step: AppendStep): Promise<void> {
    switch (step.step) {
      case "mailbox":
        // Before anything is sent: RFC 9051 §6.3.12, TRYCREATE.
        this.#target = await openTarget(this.#storage, this.#user, step.mailbox);
        this.#replaces = step.replaces;
        return;
      case "message":
        await this.#endMessage();
        return this.#begin(step.flags, step.date);
      case "url":
        return await this.#url(step.url);
    }
  }

  async literal(kind: AppendLiteral, literal: IncomingLiteral): Promise<void> {
    if (kind !== "url") {
      this.#count(literal.size);
      for await (const piece of literal.octets()) await this.#message?.handover.push(piece);
      return;
    }
    if (literal.size > LONGEST_URL) throw new CommandRefused("The URL is too long", "TOOBIG");
    let url = "";
    for await (const piece of literal.octets()) url += new TextDecoder("latin1").decode(piece);
    await this.#url(url);
  }

  async finish(): Promise<TakenIn> {
    await this.#endMessage();
    const target = this.#target;
    if (target === undefined) throw new Error("the grammar has a mailbox first");
    return { target, replaces: this.#replaces, messages: this.#done };
  }

  async abandon(error: unknown): Promise<void> {
    const message = this.#message;
    this.#message = undefined;
    message?.handover.fail(error);
    const unfinished = await message?.written.catch(() => undefined);
    for (const body of [unfinished, ...this.#done.map(({ body }) => body)]) {
      if (body !== undefined) this.#storage.discardBody(body);
    }
  }

  get #storage() {
    return this.#session.service.context.storage;
  }

  #begin(flags: readonly string[], date: Date | undefined): void {
    const target = this.#target;
    if (target === undefined) throw new Error("the grammar has a mailbox first");
    const wanted = flags.filter((flag) => flag.toLowerCase() !== "\\recent");
    const handover = new Handover();
    const written = this.#storage.writeBody(handover);
    // It may fail while more is read; it is awaited in the end.
    written.catch(() => {});
    const receivedAt = date ?? this.#session.service.context.now();
    this.#message = { handover, written, size: 0, details: { receivedAt, flags: keptFlags(wanted, target) } };
  }

  async #endMessage(): Promise<void> {
    const message = this.#message;
    if (message === undefined) return;
    message.handover.end();
    this.#done.push({ body: await message.written, details: message.details });
    this.#message = undefined;
  }

  /** RFC 7889 §4: before the client has sent it. */
  #count(octets: number): void {
    const message = this.#message;
    if (message === undefined) return;
    message.size += octets;
    const most = this.#session.service.context.limits.message;
    if (message.size > most) throw new CommandRefused(`A message may have at most ${most} octets`, "TOOBIG");
  }

  /** RFC 4469 §3.1. */
  async #url(url: string): Promise<void> {
    const octets = await openMessageUrl(this.#session, this.#user, url);
    if (octets === undefined) throw new CommandRefused("That URL names nothing that can be used", `BADURL "${url}"`);
    this.#count(octets.size);
    for (let at = 0; at < octets.size; at += PIECE) {
      await this.#message?.handover.push(await octets.read(at, Math.min(at + PIECE, octets.size)));
    }
  }
}
