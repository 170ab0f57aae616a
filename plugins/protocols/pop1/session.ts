/**
 * One POP1 session (RFC 918): whole mailboxes at once. Messages are removed by RCVD after RDEL and by nothing else: however a
 * session ends otherwise, the mailbox stays as it is and is unlocked.
 */
import type { Connection, ProtocolContext } from "../../../core/contract/mod.ts";
import { holdDialogue, type LineDialogue } from "../line_dialogue.ts";
import type { OldPopOptions } from "../pop2/options.ts";
import { refusalOf } from "../pop2/refused_client.ts";
import { readCommandLine } from "../pop3/command_line.ts";
import { error, type Outcome } from "./command.ts";
import { pop1Commands } from "./commands.ts";
import type { State } from "./state.ts";

const LONGEST_LINE = 2048;
/** Commands that made no sense; one more ends the session. */
const MOST_ERRORS = 20;

/** Serves one connection. The core closes it afterwards. */
export async function servePop1(
  connection: Connection,
  stop: AbortSignal,
  context: ProtocolContext,
  options: OldPopOptions,
): Promise<void> {
  await using session = new Pop1Session(connection, context, options);
  await holdDialogue(connection, stop, session);
}

/** What commands may use of a session, and what it says. */
export class Pop1Session implements LineDialogue, AsyncDisposable {
  readonly longestLine = LONGEST_LINE;
  readonly idleTimeout: number;
  readonly stopping = error("the server is stopping, try again later");
  readonly failed = error("local error, try again later");
  /** Whom it serves. */
  readonly connection: Connection;
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  readonly #options: OldPopOptions;
  #state: State = { name: "greeted" };
  #errors = 0;

  /** A session that has not begun. */
  constructor(connection: Connection, context: ProtocolContext, options: OldPopOptions) {
    this.connection = connection;
    this.context = context;
    this.#options = options;
    this.idleTimeout = options.idle_timeout;
  }

  greet(): boolean {
    const refusal = refusalOf(this.context, this.#options, this.connection);
    this.connection.writer.line(refusal === undefined ? "+OK POP server ready" : error(refusal));
    return refusal === undefined;
  }

  async answer(line: Uint8Array | undefined): Promise<boolean> {
    const { reply, state, ends = false } = await this.#run(line);
    if (reply !== undefined) this.connection.writer.line(reply);
    if (state !== undefined) this.#state = state;
    return !ends;
  }

  /** Gives back what the session holds, however it ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if ("mailbox" in this.#state) await this.#state.mailbox[Symbol.asyncDispose]();
  }

  async #run(line: Uint8Array | undefined): Promise<Outcome> {
    const read = line && readCommandLine(line);
    const command = read?.isText ? pop1Commands.get(read.keyword) : undefined;
    const outcome = command?.handle(this, this.#state, read?.argument ?? "");
    if (outcome !== undefined) return await outcome;
    // What the line was stays out of the log: it may hold a password.
    this.connection.log.info("the client sent no command", { state: this.#state.name });
    if (++this.#errors > MOST_ERRORS) return { reply: error("too many errors, goodbye"), ends: true };
    return { reply: error(command === undefined ? "unknown command" : "not now, or not so") };
  }
}
