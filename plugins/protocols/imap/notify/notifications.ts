/**
 * What a client is told of by NOTIFY (RFC 5465). Its invariants:
 * - what is committed is remembered by the mailbox, not by the change: what has still to be told is never more than the
 *   mailboxes that there are, however slowly the client reads;
 * - what a mailbox is like is read when it is told, and compared with what the client knows;
 * - what the client has done itself it knows, and is not told; where another has done something as well, it is.
 */
import {
  type AccountId,
  type MailboxChange,
  type MailboxId,
  Refusal,
  type Storage,
} from "../../../../core/contract/mod.ts";
import { type Access, accessById, findMailbox, hasRights } from "../access.ts";
import { CommandRefused } from "../failures.ts";
import type { EventGroup } from "../grammar/notify_arguments.ts";
import type { Session } from "../session.ts";
import type { User } from "../state.ts";
import { letOthersIn, Turns } from "../../../../core/wire/turns.ts";
import { visibleMailboxes } from "../../../../core/mailboxes/visible_mailboxes.ts";
import { resolveGroups } from "./filter_names.ts";
import { type KnownMailbox, KnownMailboxes, knownOf, tooMany } from "./known_mailboxes.ts";
import { News } from "./news.ts";
import { OwnChanges } from "./own_changes.ts";
import { tellName, tellState } from "./tell_news.ts";
import { FLAGS, MESSAGES, METADATA, NAMES, type SelectedEvents, SUBSCRIPTIONS, WantedEvents } from "./wanted_events.ts";

/** So many accounts are watched for a client. */
const MOST_ACCOUNTS = 1000;

/** Tells what there is to be told; where that is too much, or cannot be read, nothing more is (RFC 5465 §5.8). */
export async function tellNotifications(session: Session, notifications: Notifications): Promise<void> {
  try {
    await notifications.tell(session);
  } catch (error) {
    if (!(error instanceof CommandRefused || error instanceof Refusal)) throw error;
    session.connection.log.warn("no notifications any more", { error });
    session.untagged("OK [NOTIFICATIONOVERFLOW] Nothing more is told from here on");
    session.notifications = noNotifications(notifications.user);
    session.metadataNews = undefined;
    session.watchAccounts();
  }
}

/** As after NOTIFY NONE. */
export function noNotifications(user: User): Notifications {
  return new Notifications(user, []);
}

/** What one client has asked for. */
export class Notifications {
  /** What the client does itself. */
  readonly own: OwnChanges;
  /** Events of mailboxes, by name. */
  readonly wanted: WantedEvents;
  /** Whose client it is. */
  readonly user: User;
  readonly #known = new KnownMailboxes();
  readonly #accounts: Set<AccountId>;
  readonly #touched = new Set<MailboxId>();
  readonly #subscribed = new Set<string>();
  #isAccountTouched = false;

  /** Of groups whose names are as LIST has them. */
  constructor(user: User, groups: readonly EventGroup[], owners: ReadonlySet<AccountId> = new Set()) {
    this.user = user;
    this.wanted = new WantedEvents(groups);
    this.own = new OwnChanges(this.#known, this.#subscribed, (name) => this.#isOfInterest(name));
    // Where it is all about the selected mailbox, that is watched already.
    this.#accounts = new Set(this.wanted.isOfOthers ? [user.account, ...owners] : []);
  }

  /** Whose mailboxes are watched. */
  get accounts(): ReadonlySet<AccountId> {
    return this.#accounts;
  }

  /** What is told of the selected mailbox. */
  get selected(): SelectedEvents {
    return this.wanted.selected;
  }

  /** Whether anything is told while no command is under way. */
  get isActive(): boolean {
    return this.selected.messages || this.wanted.isOfOthers || this.wanted.serverMetadata;
  }

  /**
   * From now on the session is told of these events; with `withState`, what the mailboxes are like now is told first.
   *
   * @throws CommandRefused when it is too much; nothing has been told then.
   */
  static async begin(
    session: Session,
    user: User,
    given: readonly EventGroup[],
    withState: boolean,
  ): Promise<Notifications> {
    const { groups, owners } = await resolveGroups(session.service.context.storage, user, given);
    const notifications = new Notifications(user, groups, owners);
    // Before anything is read: what is committed meanwhile is looked at again.
    session.notifications = notifications;
    session.watchAccounts();
    if (notifications.wanted.isOfOthers) await notifications.#read(session, withState);
    return notifications;
  }

  /** Something was committed. */
  committed(account: AccountId, { mailbox }: MailboxChange): void {
    if (!this.#accounts.has(account)) return;
    if (mailbox !== undefined) this.#touched.add(mailbox);
    else if (account === this.user.account) this.#isAccountTouched = true;
  }

  /** Writes what is new. @throws CommandRefused when it is too much, Refusal. */
  async tell(session: Session): Promise<void> {
    if (this.#touched.size === 0 && !this.#isAccountTouched) return;
    // The rest of the same commit belongs with it: a rename touches all that is below.
    await letOthersIn();
    const turns = new Turns();
    const { storage } = session.service.context;
    const news = new News();
    if (this.#isAccountTouched) await this.#lookAtAccount(storage, news);
    const selected = session.state.name === "selected" ? session.state.mailbox.id : undefined;
    for (const id of [...this.#touched]) {
      // Before it is read: what is committed meanwhile is for the next time.
      this.#touched.delete(id);
      await this.#lookAt(storage, id, news, id === selected);
      await turns.take();
    }
    session.watchAccounts();
    const around = { known: this.#known, subscribed: this.#subscribed };
    for (const [name, why] of news.names((name) => (this.#eventsOf(name) & NAMES) !== 0)) {
      await tellName(session, this.user, name, why, around);
      if (session.connection.writer.isFull) await session.connection.writer.flush();
      await turns.take();
    }
    news.tellCounts(session, (name) => this.#eventsOf(name));
  }

  async #read(session: Session, withState: boolean): Promise<void> {
    const { storage } = session.service.context;
    for (const name of await storage.subscriptions(this.user.account)) this.#subscribed.add(name);
    const meant: (readonly [Access, KnownMailbox])[] = [];
    for (const access of await visibleMailboxes(storage, this.user)) {
      if (!this.#isOfInterest(access.listedAs)) continue;
      const now = knownOf(access);
      this.#keep(access, now);
      meant.push([access, now]);
      // Its owner may not have been watched when it was read.
      if (access.mailbox.account !== this.user.account) this.#touched.add(access.mailbox.id);
    }
    session.watchAccounts();
    const selected = session.state.name === "selected" ? session.state.mailbox.id : undefined;
    const turns = new Turns(), around = { known: this.#known, subscribed: this.#subscribed };
    for (const [{ mailbox }, now] of meant) {
      const events = this.#eventsOf(now.name);
      // RFC 5465 §3.1: the client is told where it lacks the rights.
      if (events !== 0 && !now.canRead) await tellName(session, this.user, now.name, {}, around);
      else if (withState && mailbox.id !== selected && (events & (MESSAGES | FLAGS)) !== 0) {
        tellState(session, now, events);
      }
      if (session.connection.writer.isFull) await session.connection.writer.flush();
      await turns.take();
    }
  }

  /** Subscriptions may have changed (RFC 5465 §5.5, §6.4), and others may have shared something. */
  async #lookAtAccount(storage: Storage, news: News): Promise<void> {
    this.#isAccountTouched = false;
    const after = new Set(await storage.subscriptions(this.user.account));
    for (const name of after.symmetricDifference(new Set(this.#subscribed))) {
      const isNow = after.has(name);
      if (isNow) this.#subscribed.add(name);
      if ((this.wanted.of(name, true) & SUBSCRIPTIONS) !== 0) news.listed(name);
      if (isNow) await this.#meet(storage, name);
      else this.#subscribed.delete(name);
    }
    for (const name of this.own.takeMet()) await this.#meet(storage, name);
    if (!this.wanted.reachesOthers) return;
    for (const { id } of await storage.mailboxesSharedWith(this.user.account)) {
      if (this.#known.get(id) === undefined) this.#touched.add(id);
    }
  }

  /** RFC 5465 §6.4: what is subscribed now may be meant now. */
  async #meet(storage: Storage, name: string): Promise<void> {
    const access = await findMailbox(storage, this.user, name);
    if (access === undefined || !hasRights(access, "l") || !this.#isOfInterest(access.listedAs)) return;
    const { id } = access.mailbox;
    // What was touched is looked at in a moment, and is news.
    if (this.#known.get(id) === undefined && !this.#touched.has(id)) this.#keep(access, knownOf(access));
  }

  async #lookAt(storage: Storage, id: MailboxId, news: News, isSelected: boolean): Promise<void> {
    const before = this.#known.get(id);
    const own = this.own.take(id);
    const access = await accessById(storage, this.user, id);
    if (access === undefined || !hasRights(access, "l")) {
      if (before === undefined) return;
      this.#known.delete(id);
      const isHidden = await storage.mailbox(id) !== undefined;
      // RFC 5465 §5.9: whatever is wanted of it, nothing comes any more.
      if (isHidden && this.#eventsOf(before.name) !== 0) news.listed(before.name, { isHidden });
      return news.gone(before.name, { isHidden });
    }
    const now = knownOf(access);
    if (before !== undefined && before.name !== now.name) news.renamed(before.name, now);
    if (!this.#isOfInterest(now.name)) return this.#known.delete(id);
    if (before === undefined) news.made(now);
    // RFC 5465 §5.9.
    else if (before.canRead !== now.canRead && this.#eventsOf(now.name) !== 0) news.listed(now.name);
    this.#keep(access, now.canRead ? now : { ...before ?? now, name: now.name, canRead: false });
    if (now.canRead && !isSelected && !own?.explains(now)) news.changed(before, now);
  }

  #keep({ mailbox }: Access, known: KnownMailbox): void {
    this.#known.set(mailbox.id, known);
    this.#accounts.add(mailbox.account);
    if (this.#accounts.size > MOST_ACCOUNTS) throw tooMany();
  }

  /** Whether entries of a mailbox's metadata are wanted (RFC 5465 §5.6). */
  wantsMetadata(name: string): boolean {
    return (this.#eventsOf(name) & METADATA) !== 0;
  }

  #eventsOf(name: string): number {
    return this.wanted.of(name, this.#subscribed.has(name));
  }

  /** Whoever wants to know of names is told what they were before, and what is below them: all of them are known. */
  #isOfInterest(name: string): boolean {
    return this.wanted.hasNames || this.#eventsOf(name) !== 0;
  }
}
