/**
 * What APPEND and REPLACE take in (RFC 9051 §6.3.12, RFC 3502, RFC 4469, RFC 8508): messages straight into the storage,
 * as they arrive. Nothing is in a mailbox before all of them are there; what fails leaves nothing behind.
 */
import type { BodyId, MessageDetails, Operation } from "../../../../core/contract/mod.ts";
import { hasBinary, withoutBinary } from "../../../../core/message/encode_binary.ts";
import { isBroken } from "../../../../core/wire/errors.ts";
import { type Access, hasRights, putInto } from "../access.ts";
import type { IncomingLiteral } from "../../../../core/wire/command_reader.ts";
import { hasNul, latin1 } from "../../../../core/wire/ascii.ts";
import { CommandRefused } from "../failures.ts";
import { keptFlags } from "../../../../core/mailboxes/flag_rights.ts";
import { type AppendLiteral, AppendReader, type AppendStep } from "../grammar/append_arguments.ts";
import { LONGEST_URL } from "../grammar/imap_url.ts";
import { Malformed, Scanner } from "../grammar/scanner.ts";
import type { SequenceNumber } from "../grammar/sequence_set.ts";
import { findTarget } from "../known_target.ts";
import { limitReached, messageLimit, overLimit } from "../message_limit.ts";
import { openMessageUrl } from "../message_url.ts";
import { tellNormalized } from "../new_names.ts";
import { printNumbers } from "../printing/sequence_sets.ts";
import { printUrlText } from "../printing/url_text.ts";
import type { Session } from "../session.ts";
import type { User } from "../state.ts";
import { Handover } from "./handover.ts";
import { HeaderScan } from "./header_scan.ts";

/** Octets of a stored section that are read at once. */
const PIECE = 131_072;

/** What a command has been given. */
export interface Given {
  /** Arguments, up to the first literal. */
  readonly scanner: Scanner;
  /** That literal. */
  readonly literal: IncomingLiteral | undefined;
  /** REPLACE: what is to be replaced. Called before any message is taken in. @throws CommandRefused. */
  readonly replaces?: (message: SequenceNumber) => void;
}

/** All that came with the command. */
export interface TakenIn {
  /** Where the messages go. */
  readonly target: Access;
  /** Puts them there, in order; at least one. */
  readonly appends: readonly (Operation & { readonly do: "append" })[];
}

interface Pending {
  readonly handover: Handover;
  readonly written: Promise<BodyId>;
  readonly details: MessageDetails;
  /** Absent where the header may hold anything. */
  readonly header: HeaderScan | undefined;
  size: number;
  hasNul: boolean;
}

/**
 * Reads the command to its end and has its messages used. When that fails, what was taken in is dropped, and the connection
 * stands at the next command.
 *
 * @throws CommandRefused, Malformed, Refusal.
 */
export async function takeIn<Result>(
  session: Session,
  user: User,
  { scanner, literal, replaces }: Given,
  use: (taken: TakenIn) => Promise<Result>,
): Promise<Result> {
  const intake = new Intake(session, user, replaces);
  let pending = literal;
  let stretch = scanner, before = 0;
  const most = messageLimit(session);
  // One more can be read: it is refused for what it is.
  const reader = new AppendReader(replaces !== undefined, most === Infinity ? undefined : most + 1);
  try {
    for (;;) {
      const { steps, literal: kind } = reader.read(stretch, pending);
      for (const step of steps) await intake.step(step);
      if (kind === undefined || pending === undefined) break;
      await intake.literal(kind, pending);
      const rest = await pending.rest();
      before += stretch.at + sizeOnWire(pending);
      stretch = new Scanner(rest.octets, session.nameForm);
      pending = rest.literal && session.reader.literal(rest.literal);
    }
    const taken = await intake.finish();
    const { target } = taken;
    const result = await putInto(session.service.context.storage, target, () => use(taken));
    // RFC 9051 §6.3.12.
    tellNormalized(session, { name: target.listedAs, attributes: [] }, target.name);
    return result;
  } catch (error) {
    await intake.abandon(error);
    if (!isBroken(error)) await pending?.refuse();
    // Whatever was read of it, places are those in the command.
    throw error instanceof Malformed && before > 0 ? new Malformed(before + error.at, error.expected) : error;
  }
}

/** Octets of a literal with its mark, as they are counted in other commands (`command_reader.ts`). */
function sizeOnWire({ size, isBinary }: IncomingLiteral): number {
  return `${isBinary ? "~" : ""}{${size}}\r\n`.length + size;
}

/** RFC 4315 §3: where appended messages are; not for who may not select the mailbox. */
export function appendUid({ mailbox, rights }: Access, uids: readonly number[]): string | undefined {
  return hasRights({ rights }, "r") ? `APPENDUID ${mailbox.uidValidity} ${printNumbers(uids)}` : undefined;
}

class Intake {
  readonly #session: Session;
  readonly #user: User;
  readonly #replaces: Given["replaces"];
  readonly #done: { readonly body: BodyId; readonly details: MessageDetails }[] = [];
  #target: Access | undefined;
  #message: Pending | undefined;

  constructor(session: Session, user: User, replaces: Given["replaces"]) {
    this.#session = session;
    this.#user = user;
    this.#replaces = replaces;
  }

  async step(step: AppendStep): Promise<void> {
    switch (step.step) {
      case "mailbox":
        // Before anything is sent: RFC 9051 §6.3.12, TRYCREATE.
        this.#target = await findTarget(this.#session, this.#user, step.mailbox);
        if (step.replaces !== undefined) this.#replaces?.(step.replaces);
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
      // RFC 3502 §6.3.11: this is also how a client says that it wants no more of it.
      if (kind === "message" && literal.size === 0) throw emptyMessage();
      this.#count(literal.size);
      for await (const piece of literal.octets()) await this.#push(piece);
      return;
    }
    if (literal.size > LONGEST_URL) throw new CommandRefused("The URL is too long", "TOOBIG");
    let url = "";
    for await (const piece of literal.octets()) url += latin1(piece);
    await this.#url(url);
  }

  async finish(): Promise<TakenIn> {
    await this.#endMessage();
    const target = this.#targetOf();
    const appends = this.#done.map((message) => ({ do: "append", mailbox: target.mailbox.id, ...message }) as const);
    return { target, appends };
  }

  /** Harmless for what has got into a mailbox. */
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

  #targetOf(): Access {
    if (this.#target === undefined) throw new Error("the grammar has a mailbox first");
    return this.#target;
  }

  #begin(flags: readonly string[], date: Date | undefined): void {
    // RFC 9738 §3.1: none of them is appended.
    if (this.#done.length >= messageLimit(this.#session)) throw overLimit(limitReached(this.#session));
    const details = {
      receivedAt: date ?? this.#session.service.context.now(),
      flags: keptFlags(flags, this.#targetOf()),
    };
    const handover = new Handover();
    const written = this.#storage.writeBody(handover);
    // It may fail while more is read, which then goes nowhere; it is awaited in the end.
    written.catch(() => handover.return());
    const header = this.#session.extensions.isUtf8 ? undefined : new HeaderScan();
    this.#message = { handover, written, header, size: 0, hasNul: false, details };
  }

  async #endMessage(): Promise<void> {
    const message = this.#message;
    if (message === undefined) return;
    if (message.size === 0) throw emptyMessage();
    message.handover.end();
    const written = await message.written;
    const body = message.hasNul ? await this.#sendable(written) : written;
    this.#done.push({ body, details: message.details });
    this.#message = undefined;
  }

  /** RFC 3516 §6: BODYSTRUCTURE and BODY have an encoding that can be sent to everybody; NUL can not. */
  async #sendable(written: BodyId): Promise<BodyId> {
    const { structure } = await this.#storage.summary(written);
    if (!hasBinary(structure)) return written;
    const body = await this.#storage.writeBody(withoutBinary(structure, await this.#storage.openBody(written)));
    this.#storage.discardBody(written);
    return body;
  }

  async #push(piece: Uint8Array): Promise<void> {
    const message = this.#message;
    // RFC 6855 §4: before a client has enabled UTF-8, its messages must have none in their headers.
    if (message?.header?.finds8Bit(piece)) {
      throw new CommandRefused("Headers beyond ASCII need ENABLE UTF8=ACCEPT or IMAP4rev2 first");
    }
    if (message?.hasNul === false && hasNul(piece)) message.hasNul = true;
    await message?.handover.push(piece);
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
    if (octets === undefined) {
      throw new CommandRefused("That URL names nothing that can be used", `BADURL ${printUrlText(url)}`);
    }
    this.#count(octets.size);
    for (let at = 0; at < octets.size; at += PIECE) {
      await this.#push(await octets.read(at, Math.min(at + PIECE, octets.size)));
    }
  }
}

/** RFC 3502 §6.3.11. */
function emptyMessage(): CommandRefused {
  return new CommandRefused("A message without octets is not appended");
}
