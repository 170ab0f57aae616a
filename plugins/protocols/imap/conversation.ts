/**
 * One IMAP session (RFC 9051 §3), from greeting to goodbye. Its invariants:
 * - every command gets exactly one tagged response, in the order of the commands;
 * - nothing is waited for while responses are kept back;
 * - a command either happened and is on disk, or the client is told that it did not: never OK too early.
 */
import type { Connection } from "../../../core/contract/mod.ts";
import { ErrorCount } from "../../../core/wire/error_count.ts";
import {
  ConnectionClosed,
  DeadlineExceeded,
  Endless,
  isBroken,
  LineTooLong,
  OutOfStep,
  Stopping,
  TooMuchRefused,
} from "../../../core/wire/errors.ts";
import { sendLastWords } from "../../../core/wire/last_words.ts";
import type { Command, Outcome } from "./command.ts";
import { type CommandText, CommandTooLarge } from "../../../core/wire/command_reader.ts";
import { expectedReply, isGone, serverBug } from "./failures.ts";
import { literalMark } from "../../../core/wire/literal_mark.ts";
import { isWebRequest } from "../../../core/wire/web_request.ts";
import { Malformed, Scanner } from "./grammar/scanner.ts";
import { bad, ok, printReply, type Reply } from "./replies.ts";
import type { ImapService } from "./service.ts";
import { Session } from "./session.ts";
import { tellHeldBack } from "./tell.ts";
import { tellUntil } from "./tell_until.ts";
import { Turns } from "../../../core/wire/turns.ts";

/** RFC 2180 §3.3: nothing more can be said of it. */
const gone = "The selected mailbox is gone";

/** Serves one connection. The core closes it afterwards. */
export async function serveImap(connection: Connection, stop: AbortSignal, service: ImapService): Promise<void> {
  using session = new Session(connection, service);
  await new Conversation(session).hold(stop);
}

/** What came of a command, or of what was none. */
interface Finished extends Outcome {
  readonly tag: string;
  /** Said after the reply: the session is over, and not because the client wishes so. */
  readonly bye?: string;
}

class Conversation {
  readonly #session: Session;
  readonly #turns = new Turns();
  readonly #errors: ErrorCount;
  #hasBegun = false;

  constructor(session: Session) {
    this.#session = session;
    this.#errors = new ErrorCount(session.service.options.max_errors, session.connection.log);
  }

  /** From the greeting to the goodbye. */
  async hold(stop: AbortSignal): Promise<void> {
    const { connection, service } = this.#session;
    connection.setIdleTimeout(service.options.login_timeout);
    try {
      // RFC 9051 §7.1: the greeting may tell what can be done.
      this.#session.untagged(
        printReply(ok(`${service.context.hostname} Quetzal ready`, this.#session.capabilityCode())),
      );
      await this.#converse(stop);
      await connection.writer.flush();
    } catch (error) {
      await this.#sayWhy(error);
      if (!isBroken(error)) throw error;
    }
  }

  async #converse(stop: AbortSignal): Promise<void> {
    const { connection: { reader, writer } } = this.#session;
    for (;;) {
      if (stop.aborted) throw new Stopping();
      const finished = await this.#next();
      if (finished === undefined) return;
      this.#hasBegun = true;
      const { tag, reply, ends = false, bye, after } = finished;
      this.#session.reply(tag, reply);
      if (bye !== undefined) this.#session.untagged(`BYE ${bye}`);
      if (ends || bye !== undefined) return;
      if (this.#isOneTooMany(reply)) return this.#session.untagged("BYE Too many errors");
      if (after !== undefined) {
        await writer.flush();
        await after();
      }
      if (writer.isFull) await writer.flush();
      // Whoever pipelines thousands of commands does not keep others waiting.
      if (reader.hasInput) await this.#turns.take();
    }
  }

  /** One command: its tag, what came of it. Undefined when the client has left. */
  async #next(): Promise<Finished | undefined> {
    try {
      const first = await this.#nextText();
      return first && await this.#run(first);
    } catch (error) {
      if (isGone(error)) {
        this.#session.untagged(`BYE ${gone}`);
        return undefined;
      }
      if (!(error instanceof LineTooLong)) throw error;
      await this.#session.reader.refuse(literalMark(error.ending));
      return { tag: tagOf(error.beginning), reply: bad("The line is too long", "TOOBIG") };
    }
  }

  async #nextText(): Promise<CommandText | undefined> {
    const { reader, connection: { writer } } = this.#session;
    const taken = reader.take();
    if (taken !== undefined) return taken;
    await writer.flush();
    const heard = reader.next();
    // RFC 5465 §3.1: the client may want to be told also while no command is under way.
    const next = await (this.#session.notifications?.isActive ? tellUntil(this.#session, heard) : heard);
    this.#turns.restart();
    return next;
  }

  async #run(first: CommandText): Promise<Finished> {
    const { reader, service } = this.#session;
    // What follows is not for us.
    if (!this.#hasBegun && isWebRequest(first.octets)) throw new ConnectionClosed("the client speaks HTTP");
    const scanner = this.#scanner(first.octets);
    let tag = "*";
    try {
      tag = this.#session.tag = scanner.expectTag();
      scanner.expectSpace();
      const name = commandName(scanner);
      const command = service.commands.get(name);
      if (command === undefined) {
        await reader.refuse(first.literal);
        return { tag, ...this.#unknown() };
      }
      const text = await reader.whole(first, (text) => command.takesLiteral?.(text) === true);
      return { tag, ...await this.#do(command, this.#scanner(text.octets, scanner.at), text) };
    } catch (error) {
      if (error instanceof CommandTooLarge) return { tag, reply: this.#failed(error) };
      if (!(error instanceof Malformed)) throw error;
      await reader.refuse(first.literal);
      return { tag, reply: this.#failed(error) };
    }
  }

  async #do(command: Command, scanner: Scanner, { literal }: CommandText): Promise<Omit<Finished, "tag">> {
    const session = this.#session;
    const incoming = literal && session.reader.literal(literal);
    let outcome: Outcome;
    try {
      const done = command.handle(session, session.state, scanner, incoming);
      outcome = done instanceof Promise ? await done : done;
    } catch (error) {
      outcome = { reply: this.#failed(error) };
    }
    // Harmless where the command has taken it.
    await incoming?.refuse();
    if (outcome.state !== undefined) session.moveTo(outcome.state);
    try {
      // RFC 9051 §5.2: what has changed is told before the tagged response.
      await session.tell(outcome.telling ?? command.telling);
      tellHeldBack(session);
    } catch (error) {
      // What the command did is done, and the client hears of it; but nothing more can be said of the mailbox.
      if (isGone(error)) return { ...outcome, bye: gone };
      throw error;
    }
    return outcome;
  }

  /** The one place where an error becomes the reply to a command. */
  #failed(error: unknown): Reply {
    if (isBroken(error)) throw error;
    const expected = expectedReply(error);
    if (expected === undefined) this.#session.connection.log.error("command failed", { error });
    return expected ?? serverBug;
  }

  #unknown(): Outcome {
    const { connection, state } = this.#session;
    connection.log.info("the client sent no command", { state: state.name });
    return { reply: bad("Unknown command") };
  }

  /** @param at What is before it has been read. */
  #scanner(octets: Uint8Array, at = 0): Scanner {
    const scanner = new Scanner(octets, this.#session.nameForm);
    scanner.skipTo(at);
    return scanner;
  }

  #isOneTooMany({ status, code }: Reply): boolean {
    if (status === "BAD" || code === "AUTHENTICATIONFAILED") return this.#errors.add();
    if (status === "OK" && this.#session.state.name !== "not-authenticated") this.#errors.makeUp();
    return false;
  }

  /** What there is to say at an end that was not the client's, if the client can still hear it. */
  async #sayWhy(error: unknown): Promise<void> {
    const { connection } = this.#session, { log } = connection;
    const state = this.#session.state.name;
    if (error instanceof Endless) log.info("client cut off", { state, why: error.message });
    else if (error instanceof ConnectionClosed) return log.debug("client broke off", { state, why: error.message });
    // The client waits for the rest of a literal: whatever is said would be taken for that.
    if (error instanceof OutOfStep) return log.error("a message could not be sent to its end", { state, error });
    this.#session.untagged(`BYE ${byeFor(error)}`);
    if (error instanceof DeadlineExceeded) log.info("client was too slow", { state });
    await sendLastWords(connection);
  }
}

function byeFor(error: unknown): string {
  if (error instanceof DeadlineExceeded) return "Nothing was heard in time";
  if (error instanceof Stopping) return "[UNAVAILABLE] The server is stopping";
  if (error instanceof Endless) return "[TOOBIG] A line does not end";
  // RFC 7888 §4: the other choice would be to read it all.
  if (error instanceof TooMuchRefused) return "[TOOBIG] What was sent unasked is too large to be read away";
  return "[SERVERBUG] Something went wrong here; it has been logged";
}

/** The tag of a line, as far as it is there. */
function tagOf(line: Uint8Array): string {
  try {
    const scanner = new Scanner(line);
    const tag = scanner.expectTag();
    return scanner.acceptSpace() ? tag : "*";
  } catch {
    return "*";
  }
}

/** `FETCH`, or `UID FETCH`. @throws Malformed. */
function commandName(scanner: Scanner): string {
  const name = scanner.expectWord("the name of a command");
  if (name !== "UID") return name;
  scanner.expectSpace();
  return `UID ${scanner.expectWord("the name of a command")}`;
}
