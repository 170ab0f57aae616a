/**
 * One ACAP session (RFC 2244 §2), from greeting to goodbye. Its invariants:
 * - every command gets exactly one tagged response, in the order of the commands;
 * - nothing is waited for while responses are kept back;
 * - a command either happened and is on disk, or the client is told that it did not: never OK too early.
 */
import { type Connection, Refusal } from "../../../core/contract/mod.ts";
import { type CommandText, CommandTooLarge } from "../../../core/wire/command_reader.ts";
import { ErrorCount } from "../../../core/wire/error_count.ts";
import {
  ConnectionClosed,
  DeadlineExceeded,
  Endless,
  isBroken,
  LineTooLong,
  Stopping,
  TooMuchRefused,
} from "../../../core/wire/errors.ts";
import { sendLastWords } from "../../../core/wire/last_words.ts";
import { literalMark } from "../../../core/wire/literal_mark.ts";
import { isWebRequest } from "../../../core/wire/web_request.ts";
import { Turns } from "../../../core/wire/turns.ts";
import type { Command, Outcome } from "./command.ts";
import { expectedReply, serverBug } from "./failures.ts";
import { Malformed, Scanner } from "./grammar/scanner.ts";
import { printName } from "./printing/strings.ts";
import { bad, type Reply } from "./replies.ts";
import type { AcapService } from "./service.ts";
import { Session } from "./session.ts";

/** Serves one connection. The core closes it afterwards. */
export async function serveAcap(connection: Connection, stop: AbortSignal, service: AcapService): Promise<void> {
  using session = new Session(connection, service);
  await new Conversation(session).hold(stop);
}

/** What came of a command, or of what was none. */
interface Finished extends Outcome {
  readonly tag: string;
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
      this.#session.greet();
      await this.#converse(stop);
      await connection.writer.flush();
    } catch (error) {
      await this.#sayWhy(error);
      if (!isBroken(error)) throw error;
    }
  }

  async #converse(stop: AbortSignal): Promise<void> {
    const session = this.#session, { reader, writer } = session.connection;
    for (;;) {
      if (stop.aborted) throw new Stopping();
      const finished = await this.#next();
      if (finished === undefined) return;
      this.#hasBegun = true;
      const { tag, reply, state, ends = false, after } = finished;
      if (state !== undefined) this.#enter(state);
      session.reply(tag, reply);
      if (ends) return;
      if (this.#isOneTooMany(finished)) return session.untagged(`BYE ${printName("Too many errors")}`);
      if (after !== undefined) {
        await writer.flush();
        await after();
      }
      await session.flushIfFull();
      // Whoever pipelines thousands of commands does not keep others waiting.
      if (reader.hasInput) await this.#turns.take();
    }
  }

  #enter(state: Session["state"]): void {
    this.#session.state = state;
    this.#session.connection.setIdleTimeout(this.#session.service.options.idle_timeout);
  }

  /** One command: its tag, what came of it. Undefined when the client has left. */
  async #next(): Promise<Finished | undefined> {
    try {
      const first = await this.#nextText();
      return first && await this.#run(first);
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      await this.#session.reader.refuse(literalMark(error.ending));
      return { tag: tagOf(error.beginning), reply: bad("The line is too long") };
    }
  }

  async #nextText(): Promise<CommandText | undefined> {
    const { reader, connection: { writer } } = this.#session;
    const taken = reader.take();
    if (taken !== undefined) return taken;
    await writer.flush();
    const next = await this.#tellUntil(reader.next());
    this.#turns.restart();
    return next;
  }

  /** RFC 2244 §2.4.2: what changes in contexts is told at once, also while no command is under way. */
  async #tellUntil<Heard>(heard: Promise<Heard>): Promise<Heard> {
    const { contexts, connection: { writer } } = this.#session;
    let isHeard = false;
    const wake = () => {
      isHeard = true;
      contexts.wake();
    };
    // It may fail while something else is waited for, and is waited for in the end.
    heard.then(wake, wake);
    while (!isHeard && contexts.isNotified) {
      // Before the telling: what comes meanwhile wakes us at once.
      const { changed } = contexts;
      await this.#tell();
      await writer.flush();
      if (!isHeard) await changed;
    }
    return await heard;
  }

  /** While the storage is not available there is nothing to tell, and it stays to be told. */
  async #tell(): Promise<void> {
    const { state, contexts } = this.#session;
    if (state.name === "not-authenticated") return;
    try {
      await contexts.tell(state.user);
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "unavailable") throw error;
    }
  }

  async #run(first: CommandText): Promise<Finished> {
    const session = this.#session, { reader, service } = session;
    // What follows is not for us.
    if (!this.#hasBegun && isWebRequest(first.octets)) throw new ConnectionClosed("the client speaks HTTP");
    // RFC 2244 §6.2.7.
    if (first.octets.length === 0 && first.literal === undefined) return { tag: "*", reply: bad("Empty command line") };
    const scanner = new Scanner(first.octets);
    let tag = "*";
    try {
      tag = session.tag = scanner.expectTag();
      scanner.expectSpace();
      const command = service.commands.get(scanner.expectWord("the name of a command"));
      if (command === undefined) {
        // RFC 2244 §6.9: non-synchronizing literals of an unknown command are skipped.
        await reader.refuse(first.literal);
        session.connection.log.info("the client sent no command", { state: session.state.name });
        return { tag, reply: bad("Unknown command") };
      }
      const { octets } = await reader.whole(first, () => false);
      const whole = new Scanner(octets);
      whole.skipTo(scanner.at);
      return { tag, ...await this.#do(command, whole) };
    } catch (error) {
      if (error instanceof CommandTooLarge) return { tag, reply: this.#failed(error) };
      if (!(error instanceof Malformed)) throw error;
      await reader.refuse(first.literal);
      return { tag, reply: this.#failed(error) };
    }
  }

  async #do(command: Command, scanner: Scanner): Promise<Outcome> {
    const session = this.#session;
    let outcome: Outcome;
    try {
      outcome = await command.handle(session, session.state, scanner);
    } catch (error) {
      outcome = { reply: this.#failed(error) };
    }
    await this.#tell();
    return outcome;
  }

  /** The one place where an error becomes the reply to a command. */
  #failed(error: unknown): Reply {
    if (isBroken(error)) throw error;
    const expected = expectedReply(error);
    if (expected === undefined) this.#session.connection.log.error("command failed", { error });
    return expected ?? serverBug;
  }

  #isOneTooMany({ reply, isFailedLogin = false }: Outcome): boolean {
    if (reply.status === "BAD" || isFailedLogin) return this.#errors.add();
    if (reply.status === "OK" && this.#session.state.name !== "not-authenticated") this.#errors.makeUp();
    return false;
  }

  /** What there is to say at an end that was not the client's, if the client can still hear it. */
  async #sayWhy(error: unknown): Promise<void> {
    const { connection, state: { name: state } } = this.#session, { log } = connection;
    if (error instanceof Endless) log.info("client cut off", { state, why: error.message });
    else if (error instanceof ConnectionClosed) return log.debug("client broke off", { state, why: error.message });
    this.#session.untagged(`BYE ${byeFor(error)}`);
    if (error instanceof DeadlineExceeded) log.info("client was too slow", { state });
    await sendLastWords(connection);
  }
}

function byeFor(error: unknown): string {
  if (error instanceof DeadlineExceeded) return printName("Nothing was heard in time");
  if (error instanceof Stopping) return `(TRYLATER) ${printName("The server is stopping")}`;
  if (error instanceof Endless) return printName("A line does not end");
  if (error instanceof TooMuchRefused) return printName("What was sent unasked is too large to be read away");
  return `(TRYLATER) ${printName("Something went wrong here; it has been logged")}`;
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
