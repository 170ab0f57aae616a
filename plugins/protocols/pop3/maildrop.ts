/**
 * A maildrop: INBOX as it was when the session opened it (RFC 1939 §4). Numbers, sizes and unique-ids stay what they
 * are for as long as it is open, whatever other sessions do to the mailbox. Its invariants:
 * - whoever has one holds the lock of the account's maildrop, and gives it back by disposing of it;
 * - nothing is removed but by `commit`, which QUIT calls (RFC 1939 §6).
 */
import type { AccountId, BodyId, Mailbox, Storage, UidSet } from "../../../core/contract/mod.ts";

/** Messages that are asked for at once: other sessions have their turn between two pages. */
const PAGE = 2000;
const DAY = 86_400_000;

/** A message of an open maildrop. */
export interface MaildropMessage {
  /** From 1 on. */
  readonly number: number;
  /** Octets as sent, every line end CRLF, dots not doubled (RFC 1939 §11). */
  readonly size: number;
  /** Its octets. */
  readonly body: BodyId;
}

/** What a maildrop is opened with. */
export interface MaildropSettings {
  /** Days for which messages are kept (RFC 2449 §6.7). */
  readonly expire: "never" | number;
  /** The time. */
  readonly now: Date;
}

/** One that is open. */
export class Maildrop implements AsyncDisposable {
  /** How many messages there were when it was opened. */
  readonly count: number;
  /** Messages that were sent whole. */
  readonly retrieved = new Set<number>();
  readonly #storage: Storage;
  readonly #mailbox: Mailbox;
  readonly #lock: AsyncDisposable;
  readonly #content: Content;
  readonly #deleted = new Set<number>();
  readonly #removesRetrieved: boolean;
  /** Octets of the messages that are not marked. */
  #octets: number;
  #isReleased = false;

  private constructor(
    storage: Storage,
    mailbox: Mailbox,
    lock: AsyncDisposable,
    content: Content,
    removesRetrieved: boolean,
  ) {
    this.#storage = storage;
    this.#mailbox = mailbox;
    this.#lock = lock;
    this.#content = content;
    this.#removesRetrieved = removesRetrieved;
    this.#octets = content.octets;
    this.count = content.uids.length;
  }

  /**
   * Locks it and notes what is in it.
   *
   * @returns "in-use" while another session has it open, "missing" when the account has no INBOX.
   * @throws what the storage throws; the lock is then free again.
   */
  static async open(
    storage: Storage,
    account: AccountId,
    { expire, now }: MaildropSettings,
  ): Promise<Maildrop | "in-use" | "missing"> {
    const lock = await storage.lockMaildrop(account);
    if (lock === undefined) return "in-use";
    await using held = new AsyncDisposableStack();
    held.use(lock);
    const mailbox = await storage.mailboxByName(account, "INBOX");
    if (mailbox === undefined) return "missing";
    const keptSince = expire === "never" || expire === 0 ? -Infinity : now.getTime() - expire * DAY;
    const content = await readContent(storage, mailbox, keptSince);
    held.move();
    return new Maildrop(storage, mailbox, lock, content, expire === 0);
  }

  /** Messages that are not marked. */
  get visibleCount(): number {
    return this.count - this.#deleted.size;
  }

  /** Octets of those. */
  get visibleOctets(): number {
    return this.#octets;
  }

  /** The message of that number; undefined when there is none, or it is marked. */
  message(number: number): MaildropMessage | undefined {
    const body = this.#content.bodies[number - 1];
    if (body === undefined || this.#deleted.has(number)) return undefined;
    return { number, size: this.sizeOf(number), body };
  }

  /** Whether there is such a message, and it is marked. */
  isDeleted(number: number): boolean {
    return this.#deleted.has(number);
  }

  /** Numbers of the messages that are not marked. */
  *numbers(): Generator<number> {
    for (let number = 1; number <= this.count; number++) if (!this.#deleted.has(number)) yield number;
  }

  /** Octets of a message. */
  sizeOf(number: number): number {
    return this.#content.sizes[number - 1] ?? 0;
  }

  /**
   * RFC 1939 §7: 1 to 70 characters from 0x21 to 0x7E, never used again. UIDVALIDITY and UID are two numbers of 32 bits,
   * and the mailbox keeps them for ever (RFC 9051 §2.3.1.1).
   */
  uniqueId(number: number): string {
    return `${this.#mailbox.uidValidity}.${this.#content.uids[number - 1] ?? 0}`;
  }

  /** Marks a message: it is not removed before `commit`. */
  delete(number: number): void {
    if (this.message(number) === undefined) return;
    this.#deleted.add(number);
    this.#octets -= this.sizeOf(number);
  }

  /** Unmarks all. */
  reset(): void {
    this.#deleted.clear();
    this.#octets = this.#content.octets;
  }

  /**
   * RFC 1939 §6: removes what is marked, and what the retention policy allows; durable when it resolves. What another
   * session has removed already is removed.
   *
   * @returns How many messages are removed, and how many of those noted when it was opened are left.
   * @throws Refusal, and nothing is removed.
   */
  async commit(): Promise<{ readonly removed: number; readonly left: number }> {
    const removed = new Set([...this.#deleted, ...this.#content.expired]);
    if (this.#removesRetrieved) { for (const number of this.retrieved) removed.add(number); }
    if (removed.size > 0) {
      const uids = [...removed].sort((a, b) => a - b).map((number) => this.#content.uids[number - 1] ?? 0);
      await this.#storage.apply([{ do: "expunge", mailbox: this.#mailbox.id, uids: uidSet(uids) }]);
    }
    return { removed: removed.size, left: this.count - removed.size };
  }

  /** Gives the lock back; harmless when called again. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#lock[Symbol.asyncDispose]();
  }
}

/** What is kept of each message, by number less one: a maildrop may have a hundred thousand. */
interface Content {
  readonly uids: readonly number[];
  readonly sizes: readonly number[];
  readonly bodies: readonly BodyId[];
  /** Numbers of those that may be removed for their age. */
  readonly expired: readonly number[];
  readonly octets: number;
}

async function readContent(storage: Storage, mailbox: Mailbox, keptSince: number): Promise<Content> {
  const uids: number[] = [], sizes: number[] = [], bodies: BodyId[] = [], expired: number[] = [];
  let octets = 0;
  for (let isMore = true, after = 0; isMore;) {
    const page = await storage.messages(mailbox.id, { after, most: PAGE });
    for (const { uid, crlfSize, body, savedAt } of page.messages) {
      uids.push(uid);
      sizes.push(crlfSize);
      bodies.push(body);
      octets += crlfSize;
      if (savedAt.getTime() < keptSince) expired.push(uids.length);
      after = uid;
    }
    // A page without messages would be asked for again and again.
    isMore = page.more && page.messages.length > 0;
  }
  return { uids, sizes, bodies, expired, octets };
}

/** Ranges only where no UID lies between: what came later is not meant. */
function uidSet(uids: readonly number[]): UidSet {
  const set: (number | [from: number, to: number])[] = [];
  for (const uid of uids) {
    const last = set.at(-1);
    if (last === uid - 1) set[set.length - 1] = [last, uid];
    else if (Array.isArray(last) && last[1] === uid - 1) last[1] = uid;
    else set.push(uid);
  }
  return set;
}
