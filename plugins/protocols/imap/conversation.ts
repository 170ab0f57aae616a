/**
 * The conversation of one IMAP session (RFC 9051 §3), from greeting to goodbye. Its invariants:
 * - every command gets exactly one tagged response, in the order of the commands;
 * - what there is to be told of the selected mailbox is told before that response, and sequence numbers change at no
 *   other time (RFC 9051 §7.5.1);
 * - nothing is waited for while responses are kept back;
 * - a command either happened and is on disk, or the client is told that it did not: never OK too early.
 */
import { type Connection, Refusal } from "../../../core/contract/mod.ts";
import { ConnectionClosed, DeadlineExceeded, LineTooLong, Stopping } from "../../../core/wire/errors.ts";
import type { Command, Outcome } from "./command.ts";
import { type CommandText, CommandTooLarge } from "./command_reader.ts";
import { expectedReply, isBroken, serverBug } from "./failures.ts";
import { Malformed, Scanner } from "./grammar/scanner.ts";
import { bad, ok, printReply, type Reply } from "./replies.ts";
import { OutOfStep } from "./sections/write_literal.ts";
import type { ImapService } from "./service.ts";
import { Session } from "./session.ts";

/** How long a goodbye may take, in milliseconds. */
const PATIENCE = 5000;

/** Serves one connection. The core closes it afterwards. */
export async function serveImap(connection: Connection, stop: AbortSignal, service: ImapService): Promise<void> {
  using session = new Session(connection, service);
  await new Conversation(session).serve(stop);
}

/** Takes one command after another. */
class Conversation {
  readonly #session: Session;
  #errors = 0;
  #hasBegun = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** From the greeting to the goodbye. */
  async serve(stop: AbortSignal): Promise<void> {
    const { connection, service } = this.#session;
    connection.setIdleTimeout(service.options.login_timeout);
    try {
      // RFC 9051 §7.1: the greeting may tell what can be done.
      const greeting = ok(`${service.context.hostname} Quetzal ready`, this.#session.capabilityCode());
      this.#session.untagged(printReply(greeting));
      await this.#converse(stop);
      await connection.writer.flush();
    } catch (error) {
      await this.#sayWhy(error);
      if (!isBroken(error) && !isGone(error)) throw error;
    }
  }

  async #converse(stop: AbortSignal): Promise<void> {
    const { writer } = this.#session.connection;
    for (;;) {
      if (stop.aborted) throw new Stopping();
      const text = await this.#nextText();
      if (text === undefined) return;
      const done = typeof text === "string" ? { tag: "*", reply: bad(text) } : await this.#run(text);
      this.#hasBegun = true;
      const { tag, reply, ends = false, after } = done;
      writer.line(`${tag} ${printReply(reply)}`);
      if (ends) return;
      if (this.#isOneTooMany(reply)) return this.#sayBye("Too many errors");
      if (after !== undefined) {
        await writer.flush();
        await after();
      }
      if (writer.isFull) await writer.flush();
    }
  }

  /** The first line of a command; a text for the client where it was no such thing; undefined at the end. */
  async #nextText(): Promise<CommandText | string | undefined> {
    const { writer } = this.#session.connection;
    try {
      const taken = this.#session.reader.take(this.#session.limits);
      if (taken !== undefined) return taken;
      await writer.flush();
      return await this.#session.reader.next(this.#session.limits);
    } catch (error) {
      if (error instanceof LineTooLong) return "The line is too long";
      throw error;
    }
  }

  /** One command: its tag, what came of it. */
  async #run(first: CommandText): Promise<Finished> {
    const scanner = this.#scanner(first.octets);
    let tag = "*";
    try {
      tag = this.#session.tag = scanner.expectTag();
      scanner.expectSpace();
      const name = commandName(scanner);
      const command = this.#session.service.commands.get(name);
      if (command === undefined) {
        await this.#readAway(first);
        return { tag, ...this.#unknown(name) };
      }
      const text = await this.#whole(first, command);
      return { tag, ...await this.#do(command, this.#skipTo(text.octets, scanner.at), text) };
    } catch (error) {
      if (error instanceof Malformed) {
        await this.#readAway(first);
        return { tag, reply: this.#failed(error) };
      }
      if (error instanceof CommandTooLarge || error instanceof LineTooLong) {
        return { tag, reply: bad("The command is too large", "TOOBIG") };
      }
      throw error;
    }
  }

  /** The command to its end, or to the literal that it takes itself. */
  async #whole(first: CommandText, { takesLiteral }: Command): Promise<CommandText> {
    let text = first;
    while (text.literal !== undefined && takesLiteral?.(text.octets) !== true) {
      text = await this.#session.reader.inline(text, this.#session.limits);
    }
    return text;
  }

  async #do(command: Command, scanner: Scanner, { literal }: CommandText): Promise<Outcome> {
    const incoming = literal && this.#session.reader.literal(literal, this.#session.limits);
    let outcome: Outcome;
    try {
      const done = command.handle(this.#session, this.#session.state, scanner, incoming);
      outcome = done instanceof Promise ? await done : done;
    } catch (error) {
      outcome = { reply: this.#failed(error) };
    }
    // Harmless where the command has taken it.
    await incoming?.refuse();
    if (outcome.state !== undefined) this.#session.moveTo(outcome.state);
    // RFC 9051 §5.2: what has changed is told before the tagged response.
    await this.#session.tell(command.telling);
    return outcome;
  }

  /** The one place where an error becomes the reply to a command. */
  #failed(error: unknown): Reply {
    if (isBroken(error)) throw error;
    const expected = expectedReply(error);
    if (expected === undefined) this.#session.connection.log.error("command failed", { error });
    return expected ?? serverBug;
  }

  #unknown(name: string): Outcome {
    // A browser, or someone who makes one speak to us (cross-protocol attacks): what follows is not for us.
    if (!this.#hasBegun && webVerbs.has(name)) throw new ConnectionClosed("the client speaks HTTP");
    this.#session.connection.log.info("the client sent no command", { state: this.#session.state.name });
    return { reply: bad("Unknown command") };
  }

  /** Literals that came unasked, with a command that is none. */
  async #readAway({ literal }: CommandText): Promise<void> {
    if (literal !== undefined) await this.#session.reader.literal(literal, this.#session.limits).refuse();
  }

  #scanner(octets: Uint8Array): Scanner {
    return new Scanner(octets, this.#session.nameForm);
  }

  /** A scanner of the whole command that stands behind its name. */
  #skipTo(octets: Uint8Array, at: number): Scanner {
    const scanner = this.#scanner(octets);
    scanner.skipTo(at);
    return scanner;
  }

  #isOneTooMany({ status, code }: Reply): boolean {
    const isClientError = status === "BAD" || code === "AUTHENTICATIONFAILED";
    if (!isClientError || ++this.#errors <= this.#session.service.options.max_errors) return false;
    this.#session.connection.log.warn("too many errors", { errors: this.#errors });
    return true;
  }

  #sayBye(text: string, code?: string): void {
    this.#session.untagged(`BYE ${code === undefined ? "" : `[${code}] `}${text}`);
  }

  /** What there is to say at an end that was not the client's, if the client can still hear it. */
  async #sayWhy(error: unknown): Promise<void> {
    const { log } = this.#session.connection;
    const state = this.#session.state.name;
    if (error instanceof ConnectionClosed) return log.debug("client broke off", { state, why: error.message });
    // The client waits for the rest of a literal: whatever is said would be taken for that.
    if (error instanceof OutOfStep) return log.error("a message could not be sent to its end", { state, error });
    if (error instanceof DeadlineExceeded) {
      log.info("client was too slow", { state });
      this.#sayBye("Nothing was heard in time");
    } else if (error instanceof Stopping) this.#sayBye("The server is stopping", "UNAVAILABLE");
    else if (isGone(error)) this.#sayBye("The selected mailbox is gone");
    else this.#sayBye("Something went wrong here; it has been logged", "SERVERBUG");
    try {
      this.#session.connection.setIdleTimeout(PATIENCE);
      await this.#session.connection.writer.flush();
    } catch {
      // It can not; the connection is about to be closed anyway.
    }
  }
}

interface Finished extends Outcome {
  readonly tag: string;
}

/** Another session has removed the selected mailbox: nothing more can be said of it. */
function isGone(error: unknown): boolean {
  return error instanceof Refusal && error.kind === "not-found";
}

const webVerbs = new Set(["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH", "PRI"]);

/** `FETCH`, or `UID FETCH`. @throws Malformed. */
function commandName(scanner: Scanner): string {
  const name = scanner.expectWord("the name of a command");
  if (name !== "UID") return name;
  scanner.expectSpace();
  return `UID ${scanner.expectWord("the name of a command")}`;
}
