/**
 * One POP3 session (RFC 1939 §3), from greeting to goodbye. Its invariants:
 * - every command gets exactly one reply, in the order of the commands (RFC 2449 §6.6);
 * - nothing is waited for while replies are kept back;
 * - messages are removed by QUIT in the TRANSACTION state and by nothing else: however a session ends otherwise, its
 *   marks are forgotten, and the lock of its maildrop is given back (RFC 1939 §6).
 */
import type { Connection, Exchange, Protocol } from "../../../core/contract/mod.ts";
import { ErrorCount } from "../../../core/wire/error_count.ts";
import {
  ConnectionClosed,
  DeadlineExceeded,
  Endless,
  isBroken,
  LineTooLong,
  OutOfStep,
  Stopping,
} from "../../../core/wire/errors.ts";
import { sendLastWords } from "../../../core/wire/last_words.ts";
import type { Command, Outcome } from "./command.ts";
import { readCommandLine } from "./command_line.ts";
import { failureReply } from "./errors.ts";
import { AttemptLogins } from "./logins.ts";
import { firstLanguage } from "./languages/languages.ts";
import type { Language, Texts } from "./languages/texts.ts";
import { failed, ok, type Reply, replyLine, type ResponseCode, wrong } from "./replies.ts";
import type { Pop3Service } from "./service.ts";
import { authorization, type State } from "./state.ts";

/**
 * Octets of a line. RFC 2449 §4 asks for 255, in which passwords in UTF-8 (RFC 6856 §2.2) and the tickets of some clients'
 * AUTH lines do not fit.
 */
const LONGEST_LINE = 16_384;

/** The protocol that a plugin gives. */
export function pop3Protocol(service: Pop3Service): Protocol {
  return {
    serve: (connection, stop) => servePop3(connection, stop, service),
    // RFC 3206 §4: for now. Nobody has asked for another language yet.
    tooMany: replyLine(failed("too many connections, try again later", "SYS/TEMP")),
  };
}

/** Serves one connection. The core closes it afterwards. */
export async function servePop3(connection: Connection, stop: AbortSignal, service: Pop3Service): Promise<void> {
  await using session = new Session(connection, service);
  await session.serve(stop);
}

/** What commands may use of a session, and the loop that calls them. */
export class Session implements AsyncDisposable {
  /** Whom it serves. */
  readonly connection: Connection;
  /** What it shares with others. */
  readonly service: Pop3Service;
  /** RFC 6856 §3: what the server says is said in this language. */
  language: Language = firstLanguage;
  /** RFC 6856 §2.1: whether the client takes UTF-8 in headers. */
  isUtf8 = false;
  /** RFC 1939 §7: the exchange whose challenge stands in the greeting, until it is used. */
  apop: Exchange | "used" | undefined;
  /** What the login of APOP says. */
  readonly apopLogins: AttemptLogins;
  #state: State = authorization;
  readonly #errors: ErrorCount;

  /** A session that has not begun. */
  constructor(connection: Connection, service: Pop3Service) {
    this.connection = connection;
    this.service = service;
    this.#errors = new ErrorCount(service.options.max_errors, connection.log);
    this.apopLogins = new AttemptLogins(service.readLogin);
  }

  /** What the server says. */
  get texts(): Texts {
    return this.language.texts;
  }

  /** Whether nobody has logged in yet. */
  get isAuthorizing(): boolean {
    return this.#state.name !== "transaction";
  }

  /** Writes the line of a reply; it is sent with the next flush. */
  say(reply: Reply): void {
    this.connection.writer.line(replyLine(reply));
  }

  /** A reply of several lines (RFC 1939 §3), sent as it goes where there are many. */
  list(reply: Reply, lines: Iterable<string>): Outcome | Promise<Outcome> {
    this.say(reply);
    return this.#list(lines[Symbol.iterator]());
  }

  /** RFC 2595 §4, RFC 5034 §4: what the client said before a security layer counts no more. */
  forget(): void {
    this.language = firstLanguage;
    this.isUtf8 = false;
  }

  /** From the greeting to the goodbye. */
  async serve(stop: AbortSignal): Promise<void> {
    this.connection.setIdleTimeout(this.service.options.idle_timeout);
    try {
      await this.#greet();
      await this.#converse(stop);
      await this.connection.writer.flush();
    } catch (error) {
      await this.#sayWhy(error);
      if (!isBroken(error)) throw error;
    }
  }

  /** Gives back what the session holds, however it ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { apop } = this;
    this.apop = "used";
    if (typeof apop === "object") await apop[Symbol.asyncDispose]();
    if (this.#state.name === "transaction") await this.#state.maildrop[Symbol.asyncDispose]();
  }

  async #greet(): Promise<void> {
    const { service, connection } = this;
    const { authentication } = service.context;
    if (service.commands.has("APOP") && authentication.isUsable("APOP", connection, "pop")) {
      this.apop = await authentication.begin("APOP", connection, "pop", undefined, this.apopLogins.read);
    }
    const step = typeof this.apop === "object" ? this.apop.step : undefined;
    // RFC 1939 §7: the timestamp says that APOP is implemented.
    const timestamp = step?.state === "challenge" ? ` ${new TextDecoder().decode(step.data)}` : "";
    this.say(ok((service.greeting ?? this.texts.ready) + timestamp));
  }

  async #converse(stop: AbortSignal): Promise<void> {
    for (;;) {
      if (stop.aborted) throw new Stopping();
      // An idle session waits here, and costs what is kept of it: so no function of its own waits in between.
      let line: Line;
      try {
        line = this.connection.reader.takeLine(LONGEST_LINE);
        if (line === undefined) {
          await this.connection.writer.flush();
          line = await this.connection.reader.readLine(LONGEST_LINE);
        }
      } catch (error) {
        if (!(error instanceof LineTooLong)) throw error;
        line = "too long";
      }
      if (line === undefined) throw new ConnectionClosed("the client left without QUIT");
      const done = this.#run(line);
      const outcome = done instanceof Promise ? await done : done;
      this.#state = outcome.state ?? (this.#state.name === "named" ? authorization : this.#state);
      if (this.#isOneTooMany(outcome.reply)) {
        return this.say(failed(this.texts.tooManyErrors));
      }
      if (outcome.reply !== undefined) this.say(outcome.reply);
      if (outcome.ends) return;
      if (this.connection.writer.isFull) await this.connection.writer.flush();
    }
  }

  #run(line: Uint8Array | "too long"): Outcome | Promise<Outcome> {
    // RFC 1939 §3: a negative reply to what is no command.
    if (line === "too long") return this.#noCommand("a line too long", this.texts.lineTooLong);
    const { keyword, argument, isText } = readCommandLine(line);
    const command = this.service.commands.get(keyword);
    if (!isText) return this.#noCommand("not text", this.texts.notText, command?.isProof ? "AUTH" : undefined);
    if (command === undefined) return this.#noCommand("an unknown command", this.texts.unknownCommand);
    return this.#handle(command, argument);
  }

  /** What the line was stays out of the log: it may be a password that came at the wrong moment. */
  #noCommand(what: string, text: string, code?: ResponseCode): Outcome {
    this.connection.log.info("the client sent no command", { what, state: this.#state.name });
    return { reply: wrong(text, code) };
  }

  #handle(command: Command, argument: string | undefined): Outcome | Promise<Outcome> {
    try {
      const outcome = command.handle(this, this.#state, argument);
      return outcome instanceof Promise ? outcome.catch((error) => this.#failed(error)) : outcome;
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** The one place where an error becomes the reply to a command. */
  #failed(error: unknown): Outcome {
    if (isBroken(error)) throw error;
    this.connection.log.error("command failed", { error });
    return { reply: failureReply(this.texts) };
  }

  #list(lines: Iterator<string>): Outcome | Promise<Outcome> {
    const { writer } = this.connection;
    for (let next = lines.next(); !next.done; next = lines.next()) {
      // RFC 1939 §3: a line that begins with a dot is given another one.
      writer.line(next.value.startsWith(".") ? `.${next.value}` : next.value);
      if (writer.isFull) return writer.flush().then(() => this.#list(lines));
    }
    writer.line(".");
    return {};
  }

  /** @param reply Absent: the command has said itself what came of it. */
  #isOneTooMany(reply: Reply | undefined): boolean {
    if (reply?.isClientError) return this.#errors.add();
    if (reply?.status !== "-ERR" && !this.isAuthorizing) this.#errors.makeUp();
    return false;
  }

  /** What there is to say at an end that was not the client's, if the client can still hear it. */
  async #sayWhy(error: unknown): Promise<void> {
    const { log } = this.connection;
    const state = this.#state.name;
    if (error instanceof Endless) log.info("client cut off", { state, why: error.message });
    else if (error instanceof ConnectionClosed) return log.debug("client broke off", { state, why: error.message });
    // RFC 1939 §3: the autologout closes the connection without sending any response.
    if (error instanceof DeadlineExceeded) return log.info("client was too slow", { state });
    if (error instanceof OutOfStep) return log.error("a reply was left unfinished", { error: error.cause ?? error });
    this.say(this.#goodbyeFor(error));
    await sendLastWords(this.connection);
  }

  #goodbyeFor(error: unknown): Reply {
    if (error instanceof Endless) return failed(this.texts.endless);
    return error instanceof Stopping ? failed(this.texts.stopping, "SYS/TEMP") : failureReply(this.texts);
  }
}

type Line = Uint8Array | undefined | "too long";
