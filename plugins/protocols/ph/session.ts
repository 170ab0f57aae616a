/** One session of Ph (RFC 2378 §2): the client asks first, the server answers, nothing changes. */
import type { Connection, ProtocolContext } from "../../../core/contract/mod.ts";
import { latin1 } from "../../../core/wire/ascii.ts";
import { decodeUtf8 } from "../../../core/wire/utf8.ts";
import { holdDialogue, type LineDialogue } from "../line_dialogue.ts";
import { readCommandLine } from "./command_line.ts";
import { isCharset, run } from "./commands.ts";
import type { PhOptions } from "./options.ts";
import { type Line, line, printLine } from "./replies.ts";

const LONGEST_LINE = 1024;
/** Commands of a session: a query looks at all accounts. */
const MOST_COMMANDS = 200;

/** What is said to a client that has to come again. */
export const unavailable = "475:Database unavailable; try later.";

/** What all sessions share. */
export interface PhService {
  /** What the plugin was given. */
  readonly context: ProtocolContext;
  /** How it is configured. */
  readonly options: PhOptions;
}

/** Serves one connection. The core closes it afterwards. */
export async function servePh(connection: Connection, stop: AbortSignal, service: PhService): Promise<void> {
  // RFC 2378 §2.1 has CRLF; Eudora and others end their lines so.
  connection.reader.endLinesAtLineFeeds();
  await holdDialogue(connection, stop, new PhSession(connection, service));
}

/** What commands may use of a session, and what it says. */
export class PhSession implements LineDialogue {
  readonly longestLine = LONGEST_LINE;
  readonly idleTimeout: number;
  readonly stopping = unavailable;
  readonly failed = "401:Internal database error.";
  /** Whom it serves. */
  readonly connection: Connection;
  /** What it shares with others. */
  readonly service: PhService;
  /** RFC 2378 §3.5, by name. */
  readonly settings: Map<string, string> = new Map([
    ["echo", "off"],
    ["limit", "0"],
    ["charset", "us-ascii"],
    ["verbose", "off"],
    ["addonly", "off"],
    ["nolog", "off"],
    ["external", "on"],
  ]);
  #commands = 0;

  /** A session that has not begun. */
  constructor(connection: Connection, service: PhService) {
    this.connection = connection;
    this.service = service;
    this.idleTimeout = service.options.idle_timeout;
  }

  greet(): boolean {
    const { connection: { peer, log }, service: { options } } = this;
    if (options.allow.contains(peer.hostname)) return true;
    log.warn("turned away: the option allow does not name the address");
    this.#say(line(590, "Remote queries not allowed."));
    return false;
  }

  async answer(octets: Uint8Array | undefined): Promise<boolean> {
    const text = octets && this.#textOf(octets);
    if (text !== undefined && this.settings.get("echo") === "on") this.#say(line(101, text));
    const answer = await run(this, text === undefined ? undefined : readCommandLine(text));
    const isLast = answer === "bye" || ++this.#commands >= MOST_COMMANDS;
    for (const said of answer === "bye" ? [line(200, "Bye!")] : answer) this.#say(said);
    return !isLast;
  }

  #say(said: Line): void {
    const charset = this.settings.get("charset") ?? "";
    this.connection.writer.bytes(printLine(said, isCharset(charset) ? charset : "us-ascii"));
  }

  /** RFC 2378 §1.1.2: ISO-8859-1, or UTF-8 where it is that. */
  #textOf(octets: Uint8Array): string {
    return decodeUtf8(octets) ?? latin1(octets);
  }
}
