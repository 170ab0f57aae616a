/**
 * A maildrop: INBOX as it was when the session opened it (RFC 1939 §4), or what another view shows. Numbers, sizes and
 * unique-ids stay what they are for as long as it is open, whatever other sessions do to the mailbox. Its invariants:
 * - whoever has one holds the lock of the account's maildrop, and gives it back by disposing of it;
 * - nothing is changed but by `commit`, which QUIT calls (RFC 1939 §6).
 */
import {
  type AccountId,
  type BodyId,
  type Mailbox,
  type Operation,
  Refusal,
  type Storage,
} from "../../../../core/contract/mod.ts";
import { type Content, noContent, type Presented } from "./maildrop_content.ts";
import { marking, operationsOn, type Popped, removing, type Selected } from "./popped.ts";
import { contentOf, inbox, readContent, type View } from "./view.ts";

/** A message of an open maildrop, and what another protocol makes of it. */
export interface MaildropMessage extends Partial<Presented> {
  /** From 1 on. */
  readonly number: number;
  /** Octets as sent, every line end CRLF, dots not doubled (RFC 1939 §11). */
  readonly size: number;
  /** Its octets. */
  readonly body: BodyId;
}

/** What a maildrop is opened with. */
export interface MaildropSettings {
  /** Absent: INBOX. */
  readonly view?: View;
  /** Days for which messages are kept (RFC 2449 §6.7). */
  readonly expire: "never" | number;
  /** What becomes of what was popped; absent: nothing. */
  readonly popped?: Popped;
  /** Whether sessions keep what was retrieved last (RFC 1225, LAST). */
  readonly keepsLast?: boolean;
  /** The time. */
  readonly now: Date;
  /** Asked before anything is removed; absent: all of it may be. */
  readonly mayRemove?: () => Promise<boolean>;
}

/** What a maildrop is made of. */
interface Parts {
  readonly storage: Storage;
  readonly account: AccountId;
  readonly lock: AsyncDisposable;
  /** What is held for this mailbox alone, besides. */
  readonly hold?: AsyncDisposable;
  readonly content: Content;
  readonly settings: MaildropSettings;
}

/** One that is open. */
export class Maildrop implements AsyncDisposable {
  /** How many messages there were when it was opened. */
  readonly count: number;
  readonly #parts: Parts;
  readonly #retrieved = new Set<number>();
  readonly #deleted = new Set<number>();
  readonly #moved = new Set<number>();
  /** Octets of the messages that are not marked. */
  #octets: number;
  #lastRetrieved: number;
  #isReleased = false;

  private constructor(parts: Parts) {
    const { content } = parts;
    this.#parts = parts;
    this.#octets = content.octets;
    this.#lastRetrieved = content.lastRetrieved;
    this.count = content.uids.length;
  }

  /**
   * Locks it and notes what is in it.
   *
   * @returns "in-use" while another session has it open, "missing" when the account has no such mailbox.
   * @throws what the storage throws; the lock is then free again.
   */
  static async open(
    storage: Storage,
    account: AccountId,
    settings: MaildropSettings,
  ): Promise<Maildrop | "in-use" | "missing"> {
    const lock = await storage.lockMaildrop(account);
    if (lock === undefined) return "in-use";
    await using held = new AsyncDisposableStack();
    held.use(lock);
    const content = await readContent(storage, account, settings);
    if (content === undefined) return "missing";
    held.move();
    return new Maildrop({ storage, account, lock, content, settings });
  }

  /** One with nothing in it, locked all the same. @returns "in-use" while another session has it open. */
  static async openEmpty(
    storage: Storage,
    account: AccountId,
    settings: MaildropSettings,
  ): Promise<Maildrop | "in-use"> {
    const lock = await storage.lockMaildrop(account);
    return lock === undefined ? "in-use" : new Maildrop({ storage, account, lock, content: noContent, settings });
  }

  /**
   * Another mailbox, under the lock of this maildrop: whoever goes on with it leaves this one, and disposes of that one.
   *
   * @param hold Given back with it.
   * @throws what the storage throws; this one then stays what it is.
   */
  async beside(mailbox: Mailbox, settings: Omit<MaildropSettings, "view">, hold?: AsyncDisposable): Promise<Maildrop> {
    const content = await contentOf(this.#parts.storage, mailbox, settings);
    return new Maildrop({ ...this.#parts, content, settings, ...hold && { hold } });
  }

  /** The mailbox that it is of, as it was when it was opened; undefined where it is of several, or of none. */
  get mailbox(): Mailbox | undefined {
    return this.#parts.content.mailbox;
  }

  /** Messages that are neither marked nor moved. */
  get visibleCount(): number {
    return this.count - this.#deleted.size - this.#moved.size;
  }

  /** Octets of those. */
  get visibleOctets(): number {
    return this.#octets;
  }

  /** Whose it is. */
  get account(): AccountId {
    return this.#parts.account;
  }

  /** How many messages were sent whole. */
  get retrievedCount(): number {
    return this.#retrieved.size;
  }

  /** RFC 1460 §5, LAST: the highest number that was sent whole, here or, where that is kept, before; 0 after RSET. */
  get lastRetrieved(): number {
    return this.#lastRetrieved;
  }

  /** The message of that number; undefined when there is none, or it is marked, or moved. */
  message(number: number): MaildropMessage | undefined {
    const { bodies, presented } = this.#parts.content, body = bodies[number - 1];
    if (body === undefined || this.#deleted.has(number) || this.#moved.has(number)) return undefined;
    return { ...presented?.[number - 1], number, size: this.sizeOf(number), body };
  }

  /** Whether there is such a message, and it is marked. */
  isDeleted(number: number): boolean {
    return this.#deleted.has(number);
  }

  /** Numbers of the messages that are neither marked nor moved. */
  *numbers(): Generator<number> {
    for (let number = 1; number <= this.count; number++) {
      if (!this.#deleted.has(number) && !this.#moved.has(number)) yield number;
    }
  }

  /** Octets of a message. */
  sizeOf(number: number): number {
    return this.#parts.content.sizes[number - 1] ?? 0;
  }

  /** RFC 1939 §7: never another message's, and the same in every session with this view. */
  uniqueId(number: number): string {
    return this.#parts.content.uniqueId(number - 1);
  }

  /** A message was sent whole. */
  retrieve(number: number): void {
    this.#retrieved.add(number);
    this.#lastRetrieved = Math.max(this.#lastRetrieved, number);
  }

  /** Marks a message: nothing becomes of it before `commit`. */
  delete(number: number): void {
    if (this.message(number) === undefined) return;
    this.#deleted.add(number);
    this.#octets -= this.sizeOf(number);
  }

  /** Unmarks all. */
  reset(): void {
    for (const number of this.#deleted) this.#octets += this.sizeOf(number);
    this.#deleted.clear();
    this.#lastRetrieved = 0;
  }

  /** Messages have been moved elsewhere: their numbers name nothing any more, and RSET does not bring them back. */
  moved(numbers: Iterable<number>): void {
    for (const number of numbers) {
      if (this.message(number) === undefined) continue;
      this.#moved.add(number);
      this.#octets -= this.sizeOf(number);
    }
  }

  /**
   * RFC 1939 §6: removes what is marked, and what the retention policy allows; durable when it resolves. What another
   * session has removed already is removed. Where popped mail goes elsewhere, nothing is removed: all of that goes there.
   *
   * @returns How many messages leave the maildrop, and how many of those noted when it was opened are left.
   * @throws Refusal, `forbidden` where something is to be removed and may not be; and nothing was done.
   */
  async commit(): Promise<{ readonly removed: number; readonly left: number }> {
    const { storage, account, content, settings: { view = inbox, expire, popped = "nothing", keepsLast, mayRemove } } =
      this.#parts;
    // What others have fetched is shown to see it again: fetching it here is no reason to hide it from them.
    const retrieved = view.of === "recent" ? new Set<number>() : this.#retrieved;
    const taken = expire === 0 || popped !== "nothing" ? retrieved : [];
    const gone = new Set([...this.#deleted, ...content.expired, ...taken]).difference(this.#moved);
    if (gone.size > 0 && await mayRemove?.() === false) throw new Refusal("forbidden", "nothing may be removed there");
    const operations: Operation[] = popped === "nothing"
      ? removing(this.select(gone))
      : await operationsOn(this.select(gone), popped, storage, account);
    if (keepsLast) operations.push(...marking(this.select(retrieved.difference(gone).difference(this.#moved))));
    if (operations.length > 0) await storage.apply(operations);
    return { removed: gone.size, left: this.count - gone.size - this.#moved.size };
  }

  /** Gives the lock back; harmless when called again. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.leave();
    await this.#parts.lock[Symbol.asyncDispose]();
  }

  /** Gives back what is held for this mailbox alone: the lock has gone over to a maildrop beside it. */
  async leave(): Promise<void> {
    await this.#parts.hold?.[Symbol.asyncDispose]();
  }

  /** Where a message is, whether it is marked or not; undefined when there is none of that number. */
  placeOf(number: number): { readonly mailbox: Mailbox; readonly uid: number } | undefined {
    const { mailboxes, uids } = this.#parts.content;
    const mailbox = mailboxes[number - 1], uid = uids[number - 1];
    return mailbox === undefined || uid === undefined ? undefined : { mailbox, uid };
  }

  /** UIDs of these messages, ascending, by mailbox. */
  select(numbers: Iterable<number>): Selected {
    const selected = new Map<Mailbox, number[]>();
    for (const number of numbers) {
      const { mailbox, uid } = this.placeOf(number) ?? {};
      if (mailbox === undefined || uid === undefined) continue;
      const chosen = selected.get(mailbox);
      if (chosen === undefined) selected.set(mailbox, [uid]);
      else chosen.push(uid);
    }
    for (const chosen of selected.values()) chosen.sort((a, b) => a - b);
    return selected;
  }
}
