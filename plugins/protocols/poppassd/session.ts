/** One session of poppassd: whoever knows a password may set another. What makes no sense ends it. */
import type { Connection, DirectoryAdmin, ProtocolContext } from "../../../core/contract/mod.ts";
import { holdDialogue, type LineDialogue } from "../line_dialogue.ts";
import { readCommandLine } from "../pop3/command_line.ts";
import type { Outcome, State } from "./command.ts";
import { poppassdCommands } from "./commands.ts";
import type { PoppassdOptions } from "./options.ts";

/** Octets: 512 of a password, and what is before it. */
const LONGEST_LINE = 2048;
/** Passwords that cannot be; one more ends the session. */
const MOST_REFUSED = 5;

/** What all sessions share. */
export interface PoppassdService {
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** How it is configured. */
  readonly options: PoppassdOptions;
  /** Who sets passwords. */
  readonly admin: Pick<DirectoryAdmin, "setPassword">;
}

/** Serves one connection. The core closes it afterwards. */
export async function servePoppassd(
  connection: Connection,
  stop: AbortSignal,
  service: PoppassdService,
): Promise<void> {
  // Web mail and scripts end their lines so.
  connection.reader.endLinesAtLineFeeds();
  await holdDialogue(connection, stop, new PoppassdSession(connection, service));
}

/** What commands may use of a session, and what it says. */
export class PoppassdSession implements LineDialogue {
  readonly longestLine = LONGEST_LINE;
  readonly idleTimeout: number;
  readonly stopping = "400 the server is stopping, try again later";
  readonly failed = "400 local error, try again later";
  /** Whom it serves. */
  readonly connection: Connection;
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** Who sets passwords. */
  readonly admin: PoppassdService["admin"];
  /** Whether nobody can read along, though there may be no TLS. */
  readonly isPrivate: boolean;
  readonly #isAllowed: boolean;
  #state: State = { name: "greeted" };
  #refused = 0;

  /** A session that has not begun. */
  constructor(connection: Connection, { context, options, admin }: PoppassdService) {
    const { allow, cleartext_from, idle_timeout } = options;
    const { peer, tls } = connection;
    this.connection = connection;
    this.context = context;
    this.admin = admin;
    this.idleTimeout = idle_timeout;
    this.isPrivate = tls !== undefined || cleartext_from.contains(peer.hostname);
    this.#isAllowed = allow.contains(peer.hostname);
  }

  greet(): boolean {
    const { connection: { log, writer }, context: { hostname } } = this;
    // Before a password is on its way.
    const refusal = !this.#isAllowed
      ? "you may not connect from there"
      : this.isPrivate
      ? undefined
      : "passwords are not taken here without TLS";
    if (refusal !== undefined) log.warn("turned away", { why: refusal });
    writer.line(refusal === undefined ? `200 ${hostname} password service, who are you?` : `500 ${refusal}`);
    return refusal === undefined;
  }

  async answer(line: Uint8Array | undefined): Promise<boolean> {
    const { reply, state } = await this.#run(line);
    this.connection.writer.line(reply);
    if (state === undefined || state === this.#state && ++this.#refused > MOST_REFUSED) return false;
    this.#state = state;
    return true;
  }

  async #run(line: Uint8Array | undefined): Promise<Outcome> {
    const read = line && readCommandLine(line);
    const command = read?.isText ? poppassdCommands.get(read.keyword) : undefined;
    const outcome = command?.handle(this, this.#state, read?.argument ?? "");
    if (outcome !== undefined) return await outcome;
    // What the line was stays out of the log: it may hold a password.
    this.connection.log.info("the client sent no command", { state: this.#state.name });
    return { reply: "500 not now, or not so" };
  }
}
