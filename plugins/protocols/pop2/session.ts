/**
 * One POP2 session (RFC 937). Its invariants: whatever is wrong ends it, with "- " and the reason; messages are removed when
 * their mailbox is released, by FOLD or QUIT, and by nothing else: however a session ends otherwise, marks are forgotten.
 */
import type { Connection, ProtocolContext } from "../../../core/contract/mod.ts";
import { holdDialogue, type LineDialogue } from "../line_dialogue.ts";
import { readCommandLine } from "./arguments.ts";
import { type Outcome, wrong } from "./command.ts";
import { pop2Commands } from "./commands.ts";
import type { OldPopOptions } from "./options.ts";
import { refusalOf } from "./refused_client.ts";
import type { State } from "./state.ts";

/** RFC 937, Sizes: 512 characters with the CRLF. Names and passwords may be longer than in 1985. */
const LONGEST_LINE = 2048;

/** Serves one connection. The core closes it afterwards. */
export async function servePop2(
  connection: Connection,
  stop: AbortSignal,
  context: ProtocolContext,
  options: OldPopOptions,
): Promise<void> {
  await using session = new Pop2Session(connection, context, options);
  await holdDialogue(connection, stop, session);
}

/** What commands may use of a session, and what it says. */
export class Pop2Session implements LineDialogue, AsyncDisposable {
  readonly longestLine = LONGEST_LINE;
  readonly idleTimeout: number;
  readonly stopping = "- the server is stopping, try again later";
  readonly failed = "- local error, try again later";
  /** Whom it serves. */
  readonly connection: Connection;
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  readonly #options: OldPopOptions;
  #state: State = { name: "auth" };

  /** A session that has not begun. */
  constructor(connection: Connection, context: ProtocolContext, options: OldPopOptions) {
    this.connection = connection;
    this.context = context;
    this.#options = options;
    this.idleTimeout = options.idle_timeout;
  }

  greet(): boolean {
    const refusal = refusalOf(this.context, this.#options, this.connection);
    this.connection.writer.line(
      refusal === undefined ? `+ POP2 ${this.context.hostname} server ready` : `- ${refusal}`,
    );
    return refusal === undefined;
  }

  async answer(line: Uint8Array | undefined): Promise<boolean> {
    const outcome = await this.#run(line);
    if (outcome.reply !== undefined) this.connection.writer.line(outcome.reply);
    if ("ends" in outcome) return false;
    this.#state = outcome.state;
    return true;
  }

  /** Gives back what the session holds, however it ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state.name !== "auth") await this.#state.folder.maildrop[Symbol.asyncDispose]();
  }

  async #run(line: Uint8Array | undefined): Promise<Outcome> {
    const read = line && readCommandLine(line);
    const outcome = read && pop2Commands.get(read.keyword)?.handle(this, this.#state, read.words);
    if (outcome !== undefined) return await outcome;
    // What the line was stays out of the log: it may hold a password.
    this.connection.log.info("the client sent no command", { state: this.#state.name });
    return wrong("error");
  }
}
