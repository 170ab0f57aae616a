/**
 * One SMTP session (RFC 5321 §3), from greeting to goodbye. Its invariants:
 * - every command gets exactly one reply, in the order of the commands (§4.2, RFC 2920 §3.2);
 * - nothing is waited for while replies are kept back, so that no client waits for what it has been owed;
 * - a message in chunks that its state no longer names has been aborted;
 * - whatever happens, the reply says it or the connection ends: nothing is answered twice, or with success too early.
 */
import type { Connection, ProtocolContext } from "../../../core/contract/mod.ts";
import { ErrorCount } from "../../../core/wire/error_count.ts";
import {
  ConnectionClosed,
  DeadlineExceeded,
  Endless,
  isBroken,
  LineTooLong,
  MessageTooLarge,
  Stopping,
} from "../../../core/wire/errors.ts";
import { sendLastWords } from "../../../core/wire/last_words.ts";
import { type Command, type Outcome, outOfOrder } from "./command.ts";
import { commands } from "./commands.ts";
import { readCommandLine } from "./command_line.ts";
import type { SmtpOptions } from "./options.ts";
import { expectedReply, localError, tooLarge } from "./refusals.ts";
import { type Reply, reply, replyLines, replyOf } from "./replies.ts";
import type { State } from "./state.ts";

/** RFC 5321 §4.5.3.1.4 asks for 512 octets, the extensions for more; RFC 4954 §4 for 12,288 with AUTH. */
const LONGEST_LINE = 16_384;

const closing = {
  stopping: reply(421, "4.3.2", "The server is stopping, try again later"),
  idle: reply(421, "4.4.2", "Nothing was heard in time, goodbye"),
  errors: reply(421, "4.7.0", "Too many errors, goodbye"),
  endless: reply(421, "4.7.0", "What is sent does not end, goodbye"),
  failed: reply(421, "4.3.0", "Local error, try again later"),
  // RFC 3463 §3.4: X.3.2 is that of excessive load too.
  tooMany: reply(421, "4.3.2", "Too many connections, try again later"),
};

/** RFC 5321 §3.8: no connection is closed without 421. This is that of a client who gets no session. */
export function tooMany(hostname: string): string {
  return replyLines(replyOf(hostname, closing.tooMany)).join("\r\n");
}

/** What commands may use of a session, and the loop that calls them. */
export class Session {
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** How it is configured. */
  readonly options: SmtpOptions;
  /** Whom it serves. */
  readonly connection: Connection;
  /** What the client has done wrong. */
  readonly errors: ErrorCount;
  /** How many MAIL commands there were. */
  messages = 0;
  #state: State = { name: "start" };

  /** A session that has not begun. */
  constructor(context: ProtocolContext, options: SmtpOptions, connection: Connection) {
    this.context = context;
    this.options = options;
    this.connection = connection;
    this.errors = new ErrorCount(options.max_errors, connection.log);
  }

  /** Mechanisms that can succeed on this connection now. */
  get mechanisms(): readonly string[] {
    return this.options.auth ? this.context.authentication.mechanismsFor(this.connection, "smtp") : [];
  }

  /** Writes a reply; it is sent with the next flush. */
  say(given: Reply): void {
    for (const line of replyLines(replyOf(this.context.hostname, given))) this.connection.writer.line(line);
  }

  /** Sends what was said. */
  flush(): Promise<void> {
    return this.connection.writer.flush();
  }

  /** From the greeting to the goodbye. */
  async serve(stop: AbortSignal): Promise<void> {
    this.connection.setIdleTimeout(this.options.idle_timeout);
    try {
      if (await this.#greet()) await this.#converse(stop);
      await this.flush();
    } catch (error) {
      await this.#sayWhy(error);
      if (!isBroken(error)) throw error;
    } finally {
      await this.#moveTo({ name: "refused" });
    }
  }

  /** Whether there is to be a dialogue. */
  async #greet(): Promise<boolean> {
    const { id, peer, tls } = this.connection;
    const refusal = await this.context.delivery.connected({ id, peer: peer.hostname, tls: tls !== undefined });
    if (refusal === undefined) {
      // RFC 5321 §4.3.1: our name comes first. A client that does not wait for this is served all the same.
      this.say({ code: 220, text: `${this.context.hostname} ESMTP Quetzal` });
      return true;
    }
    this.connection.log.info("client refused", { code: refusal.code, reason: refusal.text });
    // RFC 5321 §3.1: 554 for good, and the client is to QUIT; for now, 421 ends the session.
    const isForGood = refusal.code >= 500;
    this.say({ ...refusal, code: isForGood ? 554 : 421 });
    this.#state = { name: "refused" };
    return isForGood;
  }

  async #converse(stop: AbortSignal): Promise<void> {
    for (;;) {
      if (stop.aborted) return this.say(closing.stopping);
      // An idle session waits here, and costs what is kept of it: so no function of its own waits in between.
      let line: Line;
      try {
        line = this.connection.reader.takeLine(LONGEST_LINE);
        if (line === undefined) {
          await this.flush();
          line = await this.connection.reader.readLine(LONGEST_LINE);
        }
      } catch (error) {
        if (!(error instanceof LineTooLong)) throw error;
        line = "too long";
      }
      if (line === undefined) return;
      const { command, argument, what } = line === "too long" ? tooLong : resolve(line);
      // What the line was stays out of the log: it may be a password that came at the wrong moment.
      if (what !== undefined) this.connection.log.info("the client sent no command", { what, state: this.#state.name });
      const done = this.#run(command, argument);
      const outcome = done instanceof Promise ? await done : done;
      if (outcome.state) await this.#moveTo(outcome.state);
      if (outcome.reply) this.say(outcome.reply);
      // RFC 5321 §4.2.3: 421 closes the connection, whoever says it: it may be a filter.
      if (outcome.ends || outcome.reply?.code === 421) return;
      if (this.#hasErred(outcome.reply)) return this.say(closing.errors);
      // RFC 2920 §3.2: replies to what may stand in a group go out together, when all input is used up.
      if (!command.mayWait || this.connection.writer.isFull) await this.flush();
    }
  }

  #run(command: Command, argument: string): Outcome | Promise<Outcome> {
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
    const expected = expectedReply(error);
    if (expected === undefined) this.connection.log.error("command failed", { error });
    return { reply: expected ?? localError };
  }

  /** Counts replies that say that a command made no sense, or no login was right; whether there were too many. */
  #hasErred(given: Reply | undefined): boolean {
    if (given === undefined || given.code < 500 || (given.code >= 550 && given.code !== 555)) return false;
    return this.errors.add();
  }

  /** A message in chunks that is left behind is aborted: nothing of it is kept. */
  async #moveTo(state: State): Promise<void> {
    const left = this.#state;
    this.#state = state;
    if (left.name === "chunks" && (state.name !== "chunks" || state.message !== left.message)) {
      await left.message.abort();
    }
  }

  /** A goodbye, if the client can still hear it. */
  async #sayWhy(error: unknown): Promise<void> {
    const { log } = this.connection, state = this.#state.name;
    if (error instanceof Endless) log.info("client cut off", { state, why: error.message });
    else if (error instanceof ConnectionClosed) {
      // Whoever asks for a message that never came finds this.
      const level = state === "transaction" || state === "chunks" ? "info" : "debug";
      return log[level]("client broke off", { state, why: error.message });
    }
    if (error instanceof DeadlineExceeded) log.info("client was too slow", { state });
    // The answer to DATA: a client that has not heard it sends the message again, for days.
    if (error instanceof Endless && error.cause instanceof MessageTooLarge) this.say(tooLarge);
    this.say(goodbyeFor(error));
    await sendLastWords(this.connection);
  }
}

function goodbyeFor(error: unknown): Reply {
  if (error instanceof Endless) return closing.endless;
  if (error instanceof DeadlineExceeded) return closing.idle;
  return error instanceof Stopping ? closing.stopping : closing.failed;
}

type Line = Uint8Array | undefined | "too long";

interface Resolved {
  readonly command: Command;
  readonly argument: string;
  /** What the line was instead of a command. */
  readonly what?: string;
}

/** A line that is no command is one that does nothing but reply. */
function noCommand(what: string, given: Reply, ends = false): Resolved {
  const handle: Command["handle"] = (_session, state) => ({
    reply: state.name === "refused" ? outOfOrder(state) : given,
    ends,
  });
  return { command: { handle }, argument: "", what };
}

// RFC 5321 §4.5.3.1.9.
const tooLong = noCommand("a line too long", reply(500, "5.5.2", "The line is too long"));
const notText = noCommand("not text", reply(500, "5.5.2", "The line has control characters, or is not UTF-8"));
const unknown = noCommand(
  "an unknown command",
  reply(500, "5.5.1", "Unknown command; HELP lists those that are known"),
);
/**
 * A browser, or someone who makes one speak to us (cross-protocol attacks): what follows is not for us. RFC 5321 §3.8 has a
 * server stay whatever is said, but for attacks (§7.8).
 */
const webRequest = noCommand(
  "a web request",
  reply(554, "5.5.1", "This is a mail server; it does not speak HTTP"),
  true,
);
const webVerbs = new Set(["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH", "PRI"]);

function resolve(line: Uint8Array): Resolved {
  const read = readCommandLine(line);
  if (read === undefined) return notText;
  const { verb, argument } = read;
  const command = commands.get(verb);
  if (command !== undefined) return { command, argument };
  return webVerbs.has(verb) ? webRequest : unknown;
}
