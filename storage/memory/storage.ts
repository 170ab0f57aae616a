/**
 * The storage in memory: the contract's executable specification, and what tests use. Nothing survives the process.
 * It is written to be read; a backend for many messages does the same with indexes.
 */
import { Buffer } from "node:buffer";
import type { Account, AccountOperation, Alias } from "../../core/contract/accounts.ts";
import type { Dataset, DatasetOwner, DatasetPlace, DatasetSelection } from "../../core/contract/datasets.ts";
import type { AccountId, BodyId, MailboxId, QueueId } from "../../core/contract/identifiers.ts";
import type {
  AccountChange,
  DeliveryEnvelope,
  Mailbox,
  MailboxChange,
  MailboxSnapshot,
  MessagePage,
  Metadata,
  MetadataPlace,
  UidSet,
} from "../../core/contract/mailbox.ts";
import type { MessageSummary } from "../../core/contract/message.ts";
import type { QueueEntry } from "../../core/contract/queue.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Body, BodyContent, MessageSelection, Operation, ResultOf, Storage } from "../../core/contract/storage.ts";
import { isInRanges } from "../../core/mailboxes/number_ranges.ts";
import { summarize } from "../../core/message/summary.ts";
import { Listeners } from "../common/listeners.ts";
import { knownMailboxName } from "../common/mailbox_name.ts";
import { MaildropLocks } from "../common/maildrop_locks.ts";
import { wakesQueue } from "../common/queue.ts";
import { asUidSet, uidRanges } from "../common/uid_set.ts";
import { Watchers } from "../common/watchers.ts";
import { datasetOctets, datasetPlaces, readDataset } from "./datasets.ts";
import { perform } from "./operations.ts";
import { entriesOf, readyAt } from "./queue.ts";
import { Changes, placeKey, shown, State, type StoredMailbox } from "./state.ts";

/** Makes an empty storage; `now` dates accounts and messages. */
export function memoryStorage(options: { readonly now?: () => Date } = {}): Storage {
  return new MemoryStorage(options.now ?? (() => new Date()));
}

class MemoryStorage implements Storage {
  readonly features: Storage["features"] = new Set();
  readonly tellsFirst = true;
  readonly #state = new State();
  readonly #watchers = new Watchers();
  readonly #locks = new MaildropLocks();
  readonly #bell = new Listeners();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  async apply<const Batch extends readonly Operation[]>(
    batch: Batch,
  ): Promise<{ readonly [Index in keyof Batch]: ResultOf<Batch[Index]> }> {
    const results = this.#apply(batch);
    // Callers must not come to rely on a batch that is done before `apply` returns.
    await Promise.resolve();
    // One result for each operation, of its kind.
    return results as unknown as { readonly [Index in keyof Batch]: ResultOf<Batch[Index]> };
  }

  async changeAccounts(batch: readonly AccountOperation[]): Promise<void> {
    await this.apply(batch);
  }

  #apply(batch: readonly Operation[]): readonly ResultOf<Operation>[] {
    const changes = new Changes();
    try {
      const now = this.#now();
      const results = batch.map((operation) => perform(this.#state, changes, operation, now));
      for (const { account, id: mailbox, highestModseq: modseq } of changes.touched) {
        this.#watchers.tell(account, { mailbox, modseq });
      }
      for (const account of changes.touchedAccounts) this.#watchers.tell(account, { modseq: 0n });
      if (batch.some(wakesQueue)) this.#bell.tell();
      return results;
    } catch (error) {
      changes.undo();
      throw error;
    }
  }

  async writeBody(content: BodyContent): Promise<BodyId> {
    const octets = await this.#gather(content);
    const id = String(this.#state.nextId()) as BodyId;
    this.#state.bodies.set(id, { octets, summary: summarize(octets), references: 0 });
    return id;
  }

  async #gather(content: BodyContent): Promise<Uint8Array> {
    if (content instanceof Uint8Array) return content.slice();
    if (Symbol.asyncIterator in content) {
      // Each chunk is only valid until the next one is asked for.
      return new Uint8Array(Buffer.concat(await Array.fromAsync(content, (chunk) => chunk.slice())));
    }
    const { octets, references } = this.#state.body(content.body);
    if (references > 0) throw new Refusal("invalid", "a message has that body already");
    this.#state.bodies.delete(content.body);
    return new Uint8Array(Buffer.concat([content.prefix, octets]));
  }

  discardBody(body: BodyId): void {
    if (this.#state.bodies.get(body)?.references === 0) this.#state.bodies.delete(body);
  }

  openBody(body: BodyId): Promise<Body> {
    return promised(() => this.#open(body));
  }

  openBodies(bodies: readonly BodyId[]): Promise<readonly Body[]> {
    return promised(() => bodies.map((body) => this.#open(body)));
  }

  #open(body: BodyId): Body {
    const { octets } = this.#state.body(body);
    const size = octets.length;
    return { size, read: (start, end) => Promise.resolve(octets.slice(Math.max(0, start), Math.max(0, end))) };
  }

  summary(body: BodyId): Promise<MessageSummary> {
    return promised(() => this.#state.body(body).summary);
  }

  summaries(bodies: readonly BodyId[]): Promise<readonly MessageSummary[]> {
    return promised(() => bodies.map((body) => this.#state.body(body).summary));
  }

  mailboxes(account: AccountId): Promise<readonly Mailbox[]> {
    return Promise.resolve(this.#state.mailboxesOf(account).sort(inboxFirst).map(shown));
  }

  mailboxByName(account: AccountId, name: string): Promise<Mailbox | undefined> {
    const known = knownMailboxName(name);
    const mailbox = known === undefined ? undefined : this.#state.mailboxByName(account, known);
    return Promise.resolve(mailbox && shown(mailbox));
  }

  mailbox(id: MailboxId): Promise<Mailbox | undefined> {
    const mailbox = this.#state.mailboxes.get(id);
    return Promise.resolve(mailbox && shown(mailbox));
  }

  mailboxesSharedWith(account: AccountId): Promise<readonly Mailbox[]> {
    const shared = [...this.#state.mailboxes.values()].filter(({ account: owner, rights }) =>
      owner !== account && (rights[account] ?? rights.anyone) !== undefined
    );
    const inIdOrder = (a: StoredMailbox, b: StoredMailbox) => Number(a.account) - Number(b.account);
    return Promise.resolve(shared.sort((a, b) => inIdOrder(a, b) || inboxFirst(a, b)).map(shown));
  }

  subscriptions(account: AccountId): Promise<readonly string[]> {
    return Promise.resolve([...this.#state.subscriptions.get(account) ?? []].sort(inOrder));
  }

  metadata(place: MetadataPlace): Promise<Metadata> {
    const entries = [...this.#state.metadata.get(placeKey(place))?.entries ?? []];
    return Promise.resolve(new Map(entries.map(([name, value]) => [name, value.slice()])));
  }

  dataset(place: DatasetPlace, select: DatasetSelection = {}): Promise<Dataset> {
    const { entries, ...rest } = readDataset(this.#state, place, select);
    return Promise.resolve({ entries: [...entries].sort((a, b) => inOrder(a.name, b.name)), ...rest });
  }

  datasets(below: string, owner?: DatasetOwner): Promise<readonly DatasetPlace[]> {
    return Promise.resolve(datasetPlaces(this.#state, below, owner).sort((a, b) => inOrder(a.path, b.path)));
  }

  datasetOctets(owner: DatasetOwner): Promise<number> {
    return Promise.resolve(datasetOctets(this.#state, owner));
  }

  snapshot(mailbox: MailboxId): Promise<MailboxSnapshot> {
    return promised(() => {
      const stored = this.#state.mailbox(mailbox);
      const firstUnseen = [...stored.messages.values()].find(({ flags }) => !flags.includes("\\Seen"))?.uid;
      return {
        mailbox: shown(stored),
        uids: Uint32Array.from(stored.messages.keys()),
        ...firstUnseen !== undefined && { firstUnseen },
      };
    });
  }

  messages(mailbox: MailboxId, select: MessageSelection = {}): Promise<MessagePage> {
    return promised(() => {
      const { messages, expunged, highestModseq } = this.#state.mailbox(mailbox);
      const { changedSince, after = 0, most = Infinity } = select;
      const ranges = select.uids && uidRanges(select.uids);
      const isWanted = ({ uid, modseq }: { readonly uid: number; readonly modseq: bigint }) =>
        uid > after && (ranges === undefined || isInRanges(uid, ranges)) &&
        (changedSince === undefined || modseq > changedSince);
      const wanted = [...messages.values()].filter(isWanted);
      const gone = changedSince === undefined ? [] : expunged.filter(isWanted).map(({ uid }) => uid);
      return {
        messages: wanted.slice(0, most),
        expunged: asUidSet(uidRanges(gone)),
        highestModseq,
        more: wanted.length > most,
      };
    });
  }

  envelopes(mailbox: MailboxId, uids?: UidSet): Promise<ReadonlyMap<number, DeliveryEnvelope>> {
    return promised(() => {
      const { envelopes } = this.#state.mailbox(mailbox);
      const ranges = uids && uidRanges(uids);
      const wanted = [...envelopes].filter(([uid]) => ranges === undefined || isInRanges(uid, ranges));
      return new Map(wanted.sort(([a], [b]) => a - b));
    });
  }

  watch(account: AccountId, stop: AbortSignal): AsyncIterable<MailboxChange> {
    return this.#watchers.watch(account, stop);
  }

  watchAll(stop: AbortSignal): AsyncIterable<AccountChange> {
    return this.#watchers.watchAll(stop);
  }

  lockMaildrop(account: AccountId): Promise<AsyncDisposable | undefined> {
    return Promise.resolve(this.#locks.lock(account));
  }

  queued(id: QueueId): Promise<QueueEntry | undefined> {
    return Promise.resolve(this.#state.queue.get(id));
  }

  queue(after: QueueId = "0" as QueueId, most = Infinity): Promise<readonly QueueEntry[]> {
    return Promise.resolve(entriesOf(this.#state).filter(({ id }) => Number(id) > Number(after)).slice(0, most));
  }

  nextDue(after: Date): Promise<Date | undefined> {
    const later = entriesOf(this.#state).map(readyAt).filter((time) => time > after.getTime());
    return Promise.resolve(later.length === 0 ? undefined : new Date(Math.min(...later)));
  }

  watchQueue(stop: AbortSignal): AsyncIterable<void> {
    return this.#bell.listen(stop);
  }

  accountByAddress(address: string): Promise<Account | undefined> {
    return Promise.resolve([...this.#state.accounts.values()].find((account) => account.address === address));
  }

  account(id: AccountId): Promise<Account | undefined> {
    return Promise.resolve(this.#state.accounts.get(id));
  }

  accounts(after = "", most = Infinity): Promise<readonly Account[]> {
    const later = [...this.#state.accounts.values()].filter(({ address }) => inOrder(after, address) < 0);
    return Promise.resolve(later.sort((a, b) => inOrder(a.address, b.address)).slice(0, most));
  }

  alias(address: string): Promise<readonly string[] | undefined> {
    return Promise.resolve(this.#state.aliases.get(address)?.to);
  }

  aliases(): Promise<readonly Alias[]> {
    return Promise.resolve([...this.#state.aliases.values()].sort((a, b) => inOrder(a.address, b.address)));
  }
}

/** The order of code points, as databases have it. */
function inOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** By name, INBOX first. */
function inboxFirst(a: StoredMailbox, b: StoredMailbox): number {
  const rank = ({ name }: StoredMailbox) => name === "INBOX" ? 0 : 1;
  return rank(a) - rank(b) || inOrder(a.name, b.name);
}

/** What throws, rejects. */
function promised<Result>(make: () => Result): Promise<Result> {
  return Promise.try(make);
}
