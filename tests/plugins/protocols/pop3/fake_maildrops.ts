/** A storage that has only what POP3 asks for: inboxes, their lock, and ways to go wrong. */
import type {
  AccountId,
  Body,
  BodyId,
  Mailbox,
  MailboxId,
  Message,
  MessagePage,
  MessageSelection,
  Operation,
  Storage,
  UidSet,
} from "../../../../core/contract/mod.ts";
import { Refusal } from "../../../../core/contract/mod.ts";
import { crlfSizeOf, lineEndingsOf } from "../../../../core/message/line_endings.ts";
import { summarize } from "../../../../core/message/summary.ts";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";

/** A body, and its octets as POP3 sends them. */
export interface FakeBody extends Body {
  readonly crlfSize: number;
}

/** A body of these octets; text is one character an octet. */
export function bodyOf(content: string | Uint8Array): FakeBody {
  const bytes = typeof content === "string" ? latin1Bytes(content) : content;
  return {
    size: bytes.length,
    crlfSize: crlfSizeOf(lineEndingsOf(bytes)),
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}

/** A message of so many octets, with one field and one line. */
export function mailOf(size: number): string {
  const header = "Subject: message\r\n\r\n";
  return `${header}${"x".repeat(size - header.length - 2)}\r\n`;
}

interface Kept {
  readonly uid: number;
  readonly body: FakeBody;
  readonly savedAt: Date;
}

/** Inboxes of accounts named after their addresses. */
export class FakeMaildrops {
  /** What the sessions of a test are given. */
  readonly storage: Storage;
  /** Accounts whose maildrop is locked. */
  readonly locked = new Set<AccountId>();
  /** Batches that were applied. */
  readonly batches: (readonly Operation[])[] = [];
  /** Runs before a batch is applied. */
  onApply: () => Promise<void> | void = () => {};
  /** Runs before messages are listed. */
  onMessages: () => Promise<void> | void = () => {};
  /** Runs before a body is opened. */
  onOpen: (body: BodyId) => Promise<void> | void = () => {};
  /** How often messages were asked for, and how many at once. */
  readonly pages: number[] = [];
  readonly #inboxes = new Map<AccountId, Kept[]>();
  readonly #bodies = new Map<string, FakeBody>();

  constructor(messages: Readonly<Record<string, readonly (string | FakeBody)[]>> = {}) {
    for (const [account, bodies] of Object.entries(messages)) {
      this.#inboxes.set(account as AccountId, []);
      for (const body of bodies) this.deliver(account, body);
    }
    const known = {
      lockMaildrop: (account: AccountId) => Promise.resolve(this.#lock(account)),
      mailboxByName: (account: AccountId, name: string) => Promise.resolve(this.#mailbox(account, name)),
      messages: async (mailbox: MailboxId, select?: MessageSelection) => {
        await this.onMessages();
        return this.#page(mailbox, select);
      },
      openBody: async (body: BodyId) => {
        await this.onOpen(body);
        return this.#body(body);
      },
      summary: async (id: BodyId) => {
        const body = this.#body(id);
        return summarize(await body.read(0, body.size));
      },
      apply: async (batch: readonly Operation[]) => {
        await this.onApply();
        this.batches.push(batch);
        return batch.map((operation) => this.#apply(operation));
      },
    };
    this.storage = new Proxy({} as Storage, {
      get(_storage, name) {
        if (name in known) return known[name as keyof typeof known];
        throw new Error(`POP3 has no business with ${String(name)}`);
      },
    });
  }

  /** UIDs of the messages in an inbox. */
  uids(account: string): number[] {
    return this.#inbox(account as AccountId).map(({ uid }) => uid);
  }

  /** A message arrives. */
  deliver(account: string, body: string | FakeBody, savedAt: Date = new Date("2026-11-01T00:00:00Z")): void {
    const inbox = this.#inboxes.get(account as AccountId) ?? [];
    this.#inboxes.set(account as AccountId, inbox);
    const kept = { uid: ++this.#lastUid, body: typeof body === "string" ? bodyOf(body) : body, savedAt };
    this.#bodies.set(String(kept.uid), kept.body);
    inbox.push(kept);
  }

  /** Someone else removes a message. */
  expunge(account: string, uid: number): void {
    const inbox = this.#inbox(account as AccountId);
    inbox.splice(inbox.findIndex((kept) => kept.uid === uid), 1);
    this.#bodies.delete(String(uid));
  }

  #lastUid = 0;

  #inbox(account: AccountId): Kept[] {
    return this.#inboxes.get(account) ?? [];
  }

  #accountOf(mailbox: MailboxId): AccountId {
    return [...this.#inboxes.keys()][mailbox - 1] ?? ("" as AccountId);
  }

  #lock(account: AccountId): AsyncDisposable | undefined {
    if (this.locked.has(account)) return undefined;
    this.locked.add(account);
    return { [Symbol.asyncDispose]: () => Promise.resolve(void this.locked.delete(account)) };
  }

  #mailbox(account: AccountId, name: string): Mailbox | undefined {
    const index = [...this.#inboxes.keys()].indexOf(account);
    if (index < 0 || name !== "INBOX") return undefined;
    return {
      id: index + 1 as MailboxId,
      account,
      name,
      uidValidity: 4_294_967_295,
      uidNext: this.#lastUid + 1,
      highestModseq: 1n,
      messages: this.#inbox(account).length,
      size: 0,
      unseen: this.#inbox(account).length,
      deleted: 0,
      deletedSize: 0,
      recentFrom: 1,
      keywords: [],
      rights: {},
    };
  }

  #page(mailbox: MailboxId, { after = 0, most = Infinity }: MessageSelection = {}): MessagePage {
    const rest = this.#inbox(this.#accountOf(mailbox)).filter(({ uid }) => uid > after);
    this.pages.push(most);
    const messages = rest.slice(0, most).map(({ uid, body, savedAt }): Message => ({
      uid,
      modseq: 1n,
      savedAt,
      receivedAt: savedAt,
      flags: [],
      size: body.size,
      crlfSize: body.crlfSize,
      body: String(uid) as BodyId,
    }));
    return { messages, expunged: [], highestModseq: 1n, more: rest.length > most };
  }

  #body(id: BodyId): Body {
    const body = this.#bodies.get(id);
    if (body === undefined) throw new Refusal("not-found", "no such body");
    return body;
  }

  #apply(operation: Operation): unknown {
    if (operation.do !== "expunge") throw new Error(`POP3 has no business with ${operation.do}`);
    const account = this.#accountOf(operation.mailbox);
    const [gone, left] = [[] as Kept[], [] as Kept[]];
    for (const kept of this.#inbox(account)) (isIn(operation.uids, kept.uid) ? gone : left).push(kept);
    this.#inboxes.set(account, left);
    return gone.map(({ uid }) => uid);
  }
}

function isIn(set: UidSet, uid: number): boolean {
  return set.some((item) => typeof item === "number" ? item === uid : item[0] <= uid && uid <= item[1]);
}
