/**
 * What commands may use of a session: whom it serves, where it stands, and what its client is told. Its invariants:
 * - what there is to be told of the selected mailbox is told before a tagged response, and sequence numbers change at no
 *   other time (RFC 9051 §7.5.1);
 * - what could not be told stays to be told.
 */
import { type AccountId, type Connection, type MailboxChange, Refusal } from "../../../core/contract/mod.ts";
import { capabilitiesOf } from "./capabilities.ts";
import type { Telling } from "./command.ts";
import { type CommandLimits, CommandReader } from "../../../core/wire/command_reader.ts";
import { Extensions } from "./extensions.ts";
import type { NameForm } from "./grammar/scanner.ts";
import { firstLanguage, type Language } from "./languages/languages.ts";
import type { MetadataNews } from "./metadata_news.ts";
import { type Notifications, tellNotifications } from "./notify/notifications.ts";
import { everything } from "./notify/wanted_events.ts";
import type { StringMode } from "./printing/strings.ts";
import { printReply, type Reply } from "./replies.ts";
import { refreshRights } from "./selected_rights.ts";
import type { ImapService } from "./service.ts";
import { notAuthenticated, type State, type StateOf, type User } from "./state.ts";
import { tellChanges } from "./tell.ts";
import { Watcher } from "../../../core/mailboxes/watcher.ts";

/** Before a login little is needed, and anybody may ask. RFC 4959 §3 has tokens of any length in the first line. */
const strangersLimits: CommandLimits = { line: 65_536, command: 65_536, refused: 1_048_576 };
/** Sets of UIDs and lists of mailboxes may be long, also without literals. */
const USERS_COMMAND = 1_048_576;

/** One session. */
export class Session implements Disposable {
  /** Whom it serves. */
  readonly connection: Connection;
  /** What it shares with others. */
  readonly service: ImapService;
  /** What the client has enabled. */
  readonly extensions = new Extensions();
  /** What the client sends. */
  readonly reader: CommandReader;
  /** Wakes those who wait for something to tell. */
  readonly watcher: Watcher;
  /** RFC 5464 §4.4.2: for clients that have enabled it. */
  metadataNews: MetadataNews | undefined;
  /** RFC 5465: once the client has sent NOTIFY. */
  notifications: Notifications | undefined;
  /** RFC 5255 §3: what the client has asked for. */
  language: Language = firstLanguage;
  /** Of the command under way (RFC 9051 §7.3.4: some untagged responses name it). */
  tag = "*";
  #state: State = notAuthenticated;

  /** A session that has not begun. */
  constructor(connection: Connection, service: ImapService) {
    this.connection = connection;
    this.service = service;
    this.reader = new CommandReader(connection.reader, connection.writer, "+ Go ahead", () => this.#limits);
    this.watcher = new Watcher(service.context.storage, {
      seen: (account, change) => this.#committed(account, change),
      failed: (error) => connection.log.error("changes can no longer be followed", { error }),
    });
  }

  /** Where it stands. */
  get state(): State {
    return this.#state;
  }

  /** How strings are written to the client (RFC 9051 §4.3, RFC 6855 §3). */
  get stringMode(): StringMode {
    return { utf8: this.extensions.isUtf8 };
  }

  /** How names of mailboxes are written, in either direction (RFC 3501 §5.1.3, RFC 6855 §3). */
  get nameForm(): NameForm {
    return this.extensions.isUtf8 ? "utf-8" : "modified-utf-7";
  }

  /**
   * Writes an untagged response without CR and LF in it; it is sent with the next flush. What it says to people, it says in
   * their language.
   */
  untagged(response: string): void {
    this.connection.writer.line(`* ${this.language.translation?.response(response) ?? response}`);
  }

  /** Writes the reply to a command. */
  reply(tag: string, reply: Reply): void {
    this.connection.writer.line(`${tag} ${printReply(this.language.translation?.reply(reply) ?? reply)}`);
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

  /** RFC 8437 §4: as if the client had only just come; TLS stays. */
  forget(): void {
    this.extensions.clear();
    this.metadataNews = undefined;
    this.notifications = undefined;
    this.language = firstLanguage;
    this.service.context.authentication.loggedOut(this.connection);
    this.connection.setIdleTimeout(this.service.options.login_timeout);
  }

  /** The session stands there from now on. */
  moveTo(state: State): void {
    if (state === this.#state) return;
    this.#state = state;
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

  /** RFC 7162 §3.1: from now on every change is told with its mod-sequence. */
  wantModseq(): void {
    if (this.extensions.enable("CONDSTORE")) this.tellModseq();
  }

  /** RFC 7162 §3.1: the first time that mod-sequences are wanted, HIGHESTMODSEQ is told of the selected mailbox. */
  tellModseq(): void {
    if (this.#state.name !== "selected") return;
    this.untagged(`OK [HIGHESTMODSEQ ${this.#state.mailbox.toldModseq}] The greatest mod-sequence`);
  }

  /**
   * Writes what there is to be told now. While the storage is not available that is nothing, and stays to be told.
   *
   * @returns Whether all has been told.
   * @throws Refusal `not-found` when the selected mailbox is gone.
   */
  async tell(telling: Telling = "everything"): Promise<boolean> {
    if (telling === "nothing" || !this.#mayHaveNews) return true;
    try {
      await this.#tellNews(telling);
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.kind === "unavailable") return false;
      throw error;
    }
  }

  /** Watches what the state needs to be watched. */
  watchAccounts(): void {
    const state = this.#state;
    const selected = state.name === "selected" ? [state.user.account, state.mailbox.selection.owner] : [];
    this.watcher.watch(
      new Set([...selected, ...this.metadataNews?.accounts ?? [], ...this.notifications?.accounts ?? []]),
    );
  }

  /** Nothing of it is watched any more. */
  [Symbol.dispose](): void {
    this.watcher[Symbol.dispose]();
  }

  /** Whether there may be something to tell; after most commands there is nothing. */
  get #mayHaveNews(): boolean {
    if (this.metadataNews !== undefined || this.notifications !== undefined) return true;
    if (this.#state.name !== "selected") return false;
    const { mailbox } = this.#state;
    return mailbox.isStale || mailbox.hasGone || mailbox.selection.key.mayBeNew;
  }

  async #tellNews(telling: Exclude<Telling, "nothing">): Promise<void> {
    await this.metadataNews?.tell(this);
    if (this.#state.name === "selected") await this.#tellOfSelected(this.#state, telling);
    if (this.notifications !== undefined) await tellNotifications(this, this.notifications);
  }

  async #tellOfSelected({ user, mailbox }: StateOf<"selected">, telling: Exclude<Telling, "nothing">): Promise<void> {
    if (mailbox.isStale) await refreshRights(this, user, mailbox);
    const { key } = mailbox.selection;
    if (key.mayBeNew) await key.tell(this);
    // RFC 5465 §1: what a command does is told to everybody, what others do to those who want it.
    const wanted = telling === "result" ? everything : this.notifications?.selected ?? everything;
    if (!wanted.messages || !mailbox.isStale && !mailbox.hasGone) return;
    await tellChanges(this, mailbox, telling !== "no-expunge", wanted);
  }

  get #limits(): CommandLimits {
    if (this.#state.name === "not-authenticated") return strangersLimits;
    // RFC 7888 §4: a message that cannot be taken is read away, if it is no larger than one that can.
    const refused = Math.max(this.service.context.limits.message, USERS_COMMAND);
    return { line: USERS_COMMAND, command: USERS_COMMAND, refused };
  }

  #committed(account: AccountId, change: MailboxChange): void {
    const state = this.#state;
    if (state.name === "selected") {
      const { mailbox, user } = state;
      if (mailbox.id === change.mailbox) mailbox.heard.hear(change);
      if (change.mailbox === undefined && account === user.account) mailbox.selection.key.mayBeNew = true;
    }
    this.metadataNews?.committed(change);
    this.notifications?.committed(account, change);
  }
}
