/**
 * One IMAP session (RFC 9051 §3), from greeting to goodbye. Its invariants:
 * - every command gets exactly one tagged response, in the order of the commands;
 * - what there is to be told of the selected mailbox is told before that response, and sequence numbers change at no
 *   other time (RFC 9051 §7.5.1);
 * - nothing is waited for while responses are kept back;
 * - a command either happened and is on disk, or the client is told that it did not: never OK too early.
 */
import type { AccountId, Connection, MailboxChange } from "../../../core/contract/mod.ts";
import { Refusal } from "../../../core/contract/mod.ts";
import { ConnectionClosed, DeadlineExceeded, LineTooLong, Stopping } from "../../../core/wire/errors.ts";
import { capabilitiesOf } from "./capabilities.ts";
import type { Command, Outcome, Telling } from "./command.ts";
import {
  type CommandLimits,
  CommandReader,
  type CommandText,
  CommandTooLarge,
  type IncomingLiteral,
  type LiteralMark,
} from "./command_reader.ts";
import { Extensions } from "./extensions.ts";
import { expectedReply, isBroken, serverBug } from "./failures.ts";
import { Malformed, type NameForm, Scanner } from "./grammar/scanner.ts";
import type { StringMode } from "./printing/strings.ts";
import { bad, ok, printReply, type Reply } from "./replies.ts";
import { OutOfStep } from "./sections/write_literal.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { MetadataNews } from "./metadata_news.ts";
import { refreshRights } from "./selected_rights.ts";
import type { ImapService } from "./service.ts";
import { notAuthenticated, type State, type User } from "./state.ts";
import { tellChanges } from "./tell.ts";
import { Watcher } from "./watcher.ts";

/** Before a login little is needed, and anybody may ask; RFC 9051 §5.5 has clients send literals for passwords. */
const strangersLimits: CommandLimits = { line: 16_384, command: 65_536 };
/** Sets of UIDs and lists of mailboxes may be long. */
const usersLimits: CommandLimits = { line: 65_536, command: 1_048_576 };
/** How long a goodbye may take, in milliseconds. */
const PATIENCE = 5000;

/** Serves one connection. The core closes it afterwards. */
export async function serveImap(connection: Connection, stop: AbortSignal, service: ImapService): Promise<void> {
  using session = new Session(connection, service);
  await session.serve(stop);
}

/** What commands may use of a session, and the loop that calls them. */
export class Session implements Disposable {
  /** Whom it serves. */
  readonly connection: Connection;
  /** What it shares with others. */
  readonly service: ImapService;
  /** What the client has enabled. */
  readonly extensions = new Extensions();
  /** Wakes those who wait for something to tell. */
  readonly watcher: Watcher;
  /** RFC 5464 §4.4.2: for clients that have enabled it. */
  metadataNews: MetadataNews | undefined;
  /** RFC 8437 §2: a security layer of SASL is there for good. */
  canUnauthenticate = true;
  readonly #reader: CommandReader;
  /** Of the command under way (RFC 9051 §7.3.4: some untagged responses name it). */
  tag = "*";
  #state: State = notAuthenticated;
  #errors = 0;
  #hasBegun = false;

  /** A session that has not begun. */
  constructor(connection: Connection, service: ImapService) {
    this.connection = connection;
    this.service = service;
    this.#reader = new CommandReader(connection.reader, connection.writer);
    this.watcher = new Watcher(service.context.storage, (account, change) => this.#committed(account, change));
  }

  /** Where it stands. */
  get state(): State {
    return this.#state;
  }

  /** Writes an untagged response without CR and LF in it; it is sent with the next flush. */
  untagged(text: string): void {
    this.connection.writer.line(`* ${text}`);
  }

  /** From the greeting to the goodbye. */
  async serve(stop: AbortSignal): Promise<void> {
    this.connection.setIdleTimeout(this.service.options.login_timeout);
    try {
      // RFC 9051 §7.1: the greeting may tell what can be done.
      this.untagged(printReply(ok(`${this.service.context.hostname} Quetzal ready`, this.capabilityCode())));
      await this.#converse(stop);
      await this.connection.writer.flush();
    } catch (error) {
      await this.#sayWhy(error);
      if (!isBroken(error) && !isGone(error)) throw error;
    }
  }

  /** The response code CAPABILITY (RFC 9051 §7.1), for a state that the session is about to be in. */
  capabilityCode(state: State = this.#state): string {
    return `CAPABILITY ${capabilitiesOf(this, state).join(" ")}`;
  }

  /** The user has logged in: clients may now take their time. */
  loggedIn(user: User): State {
    this.connection.setIdleTimeout(this.service.options.idle_timeout);
    return { name: "authenticated", user };
  }

  /** RFC 3501 §2.3.2: messages that no session has been told of become recent in this one, and in no other. */
  async takeRecent(mailbox: SelectedMailbox): Promise<void> {
    if (mailbox.selection.isReadOnly) return;
    await this.service.context.storage.apply([{ do: "takeRecent", mailbox: mailbox.id }]);
  }

  /** RFC 8437 §4: as if the client had only just come; TLS and compression stay. */
  forget(): void {
    this.extensions.clear();
    this.metadataNews = undefined;
    this.connection.setIdleTimeout(this.service.options.login_timeout);
  }

  /** A literal that follows one that a command took itself. */
  literal(mark: LiteralMark): IncomingLiteral {
    return this.#reader.literal(mark, this.#limits);
  }

  /** Nothing of it is watched any more. */
  [Symbol.dispose](): void {
    this.watcher[Symbol.dispose]();
  }

  #committed(_account: AccountId, change: MailboxChange): void {
    const state = this.#state;
    if (state.name === "selected" && state.mailbox.id === change.mailbox) state.mailbox.isStale = true;
    this.metadataNews?.committed(change);
  }

  async #converse(stop: AbortSignal): Promise<void> {
    for (;;) {
      if (stop.aborted) throw new Stopping();
      const text = await this.#nextText();
      if (text === undefined) return;
      const done = typeof text === "string" ? { tag: "*", reply: bad(text) } : await this.#run(text);
      this.#hasBegun = true;
      const { tag, reply, ends = false, after } = done;
      this.connection.writer.line(`${tag} ${printReply(reply)}`);
      if (ends) return;
      if (this.#isOneTooMany(reply)) return this.#sayBye("Too many errors");
      if (after !== undefined) {
        await this.connection.writer.flush();
        await after();
      }
      if (this.connection.writer.isFull) await this.connection.writer.flush();
    }
  }

  get #limits(): CommandLimits {
    return this.#state.name === "not-authenticated" ? strangersLimits : usersLimits;
  }

  /** The first line of a command; a text for the client where it was no such thing; undefined at the end. */
  async #nextText(): Promise<CommandText | string | undefined> {
    const { writer } = this.connection;
    try {
      const taken = this.#reader.take(this.#limits);
      if (taken !== undefined) return taken;
      await writer.flush();
      return await this.#reader.next(this.#limits);
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
      tag = this.tag = scanner.expectTag();
      scanner.expectSpace();
      const name = commandName(scanner);
      const command = this.service.commands.get(name);
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
      text = await this.#reader.inline(text, this.#limits);
    }
    return text;
  }

  async #do(command: Command, scanner: Scanner, { literal }: CommandText): Promise<Outcome> {
    const incoming = literal && this.#reader.literal(literal, this.#limits);
    let outcome: Outcome;
    try {
      const done = command.handle(this, this.#state, scanner, incoming);
      outcome = done instanceof Promise ? await done : done;
    } catch (error) {
      outcome = { reply: this.#failed(error) };
    }
    // Harmless where the command has taken it.
    await incoming?.refuse();
    if (outcome.state !== undefined) this.#moveTo(outcome.state);
    // RFC 9051 §5.2: what has changed is told before the tagged response.
    await this.tell(command.telling);
    return outcome;
  }

  /** Writes what there is to be told now. @throws Refusal `not-found` when the selected mailbox is gone. */
  async tell(telling: Telling = "everything"): Promise<void> {
    const state = this.#state;
    await this.metadataNews?.tell(this);
    if (state.name !== "selected") return;
    const { mailbox } = state;
    if (mailbox.isStale) await refreshRights(this, state.user, mailbox);
    if (mailbox.isStale || mailbox.hasGone) await tellChanges(this, mailbox, telling === "everything");
  }

  #moveTo(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (state === before) return;
    this.watchAccounts();
  }

  /**
   * RFC 9051 §6.3.2: another SELECT leaves the selected mailbox before anything else, also when it fails then; what comes
   * after the response code CLOSED is not about it any more (RFC 7162 §3.2.11).
   */
  deselect(): void {
    const state = this.#state;
    if (state.name !== "selected") return;
    this.untagged("OK [CLOSED] The mailbox that was selected no longer is");
    this.#moveTo({ name: "authenticated", user: state.user });
  }

  /** How strings are written to the client (RFC 9051 §4.3, RFC 6855 §3). */
  get stringMode(): StringMode {
    return { utf8: this.extensions.isUtf8 };
  }

  /** RFC 7162 §3.1: from now on every change is told with its mod-sequence. */
  wantModseq(): void {
    if (!this.extensions.enable("CONDSTORE") || this.#state.name !== "selected") return;
    this.untagged(`OK [HIGHESTMODSEQ ${this.#state.mailbox.modseq}] The greatest mod-sequence`);
  }

  /** How names of mailboxes are written, in either direction (RFC 3501 §5.1.3, RFC 6855 §3). */
  get nameForm(): NameForm {
    return this.extensions.isUtf8 ? "utf-8" : "modified-utf-7";
  }

  /** Watches what the state needs to be watched. */
  watchAccounts(): void {
    const state = this.#state;
    const selected = state.name === "selected" ? [state.mailbox.selection.owner] : [];
    this.watcher.watch(new Set([...selected, ...this.metadataNews?.accounts ?? []]));
  }

  /** The one place where an error becomes the reply to a command. */
  #failed(error: unknown): Reply {
    if (isBroken(error)) throw error;
    const expected = expectedReply(error);
    if (expected === undefined) this.connection.log.error("command failed", { error });
    return expected ?? serverBug;
  }

  #unknown(name: string): Outcome {
    // A browser, or someone who makes one speak to us (cross-protocol attacks): what follows is not for us.
    if (!this.#hasBegun && webVerbs.has(name)) throw new ConnectionClosed("the client speaks HTTP");
    this.connection.log.info("the client sent no command", { state: this.#state.name });
    return { reply: bad("Unknown command") };
  }

  /** Literals that came unasked, with a command that is none. */
  async #readAway({ literal }: CommandText): Promise<void> {
    if (literal !== undefined) await this.#reader.literal(literal, this.#limits).refuse();
  }

  #scanner(octets: Uint8Array): Scanner {
    return new Scanner(octets, this.nameForm);
  }

  /** A scanner of the whole command that stands behind its name. */
  #skipTo(octets: Uint8Array, at: number): Scanner {
    const scanner = this.#scanner(octets);
    scanner.skipTo(at);
    return scanner;
  }

  #isOneTooMany({ status, code }: Reply): boolean {
    const isClientError = status === "BAD" || code === "AUTHENTICATIONFAILED";
    if (!isClientError || ++this.#errors <= this.service.options.max_errors) return false;
    this.connection.log.warn("too many errors", { errors: this.#errors });
    return true;
  }

  #sayBye(text: string, code?: string): void {
    this.untagged(`BYE ${code === undefined ? "" : `[${code}] `}${text}`);
  }

  /** What there is to say at an end that was not the client's, if the client can still hear it. */
  async #sayWhy(error: unknown): Promise<void> {
    const { log } = this.connection;
    const state = this.#state.name;
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
      this.connection.setIdleTimeout(PATIENCE);
      await this.connection.writer.flush();
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
