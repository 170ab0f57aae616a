/** What commands may use of an IMAP session (RFC 9051 §3): where it stands, what the client has enabled, what it is told. */
import type { AccountId, Connection, MailboxChange } from "../../../core/contract/mod.ts";
import { capabilitiesOf } from "./capabilities.ts";
import type { Telling } from "./command.ts";
import { type CommandLimits, CommandReader, type IncomingLiteral, type LiteralMark } from "./command_reader.ts";
import { Extensions } from "./extensions.ts";
import type { NameForm } from "./grammar/scanner.ts";
import type { MetadataNews } from "./metadata_news.ts";
import type { StringMode } from "./printing/strings.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import { refreshRights } from "./selected_rights.ts";
import type { ImapService } from "./service.ts";
import { notAuthenticated, type State, type User } from "./state.ts";
import { tellChanges } from "./tell.ts";
import { Watcher } from "./watcher.ts";

/** Before a login little is needed, and anybody may ask; RFC 9051 §5.5 has clients send literals for passwords. */
const strangersLimits: CommandLimits = { line: 16_384, command: 65_536 };
/** Sets of UIDs and lists of mailboxes may be long. */
const usersLimits: CommandLimits = { line: 65_536, command: 1_048_576 };

/** One client's session. `conversation.ts` has the loop that calls the commands. */
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
  /** What the client sends. */
  readonly reader: CommandReader;
  /** Of the command under way (RFC 9051 §7.3.4: some untagged responses name it). */
  tag = "*";
  #state: State = notAuthenticated;

  /** A session that has not begun. */
  constructor(connection: Connection, service: ImapService) {
    this.connection = connection;
    this.service = service;
    this.reader = new CommandReader(connection.reader, connection.writer);
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

  /** What the client may send now. */
  get limits(): CommandLimits {
    return this.#state.name === "not-authenticated" ? strangersLimits : usersLimits;
  }

  /** A literal that follows one that a command took itself. */
  literal(mark: LiteralMark): IncomingLiteral {
    return this.reader.literal(mark, this.limits);
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

  /** Writes what there is to be told now. @throws Refusal `not-found` when the selected mailbox is gone. */
  async tell(telling: Telling = "everything"): Promise<void> {
    const state = this.#state;
    await this.metadataNews?.tell(this);
    if (state.name !== "selected") return;
    const { mailbox } = state;
    if (mailbox.isStale) await refreshRights(this, state.user, mailbox);
    if (mailbox.isStale || mailbox.hasGone) await tellChanges(this, mailbox, telling === "everything");
  }

  /** Stands there from now on. */
  moveTo(state: State): void {
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
    this.moveTo({ name: "authenticated", user: state.user });
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
}
