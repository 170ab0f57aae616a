/**
 * The storage in one SQLite file, and a folder beside it for long bodies, which SQLite would write twice. Reads are short
 * queries in the thread that asks; writes go to a thread of their own, which commits those of many callers with one fsync.
 * Other processes may use the files at the same time.
 */
import type { Account, AccountForMail, AccountOperation, Alias } from "../../core/contract/accounts.ts";
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
import type { Lifecycle } from "../../core/contract/plugin.ts";
import type { QueueEntry } from "../../core/contract/queue.ts";
import type {
  Body,
  BodyContent,
  MessageSelection,
  Operation,
  ResultOf,
  SharedStorage,
  Storage,
} from "../../core/contract/storage.ts";
import { Listeners } from "../common/listeners.ts";
import { knownMailboxName } from "../common/mailbox_name.ts";
import { Watchers } from "../common/watchers.ts";
import { systemClock } from "../../core/wire/waits.ts";
import { AccountReader } from "./account_reader.ts";
import { AllBodies } from "./all_bodies.ts";
import { BodyReader } from "./body_reader.ts";
import { BodyWriter } from "./body_writer.ts";
import { Collector } from "./collector.ts";
import { commitListener } from "./commit_listener.ts";
import { DatasetReader } from "./dataset_reader.ts";
import { openForReading, prepareDatabase } from "./database_file.ts";
import { GroupCommit } from "./group_commit.ts";
import { Indexer } from "./indexer.ts";
import { MailboxReader } from "./mailbox_reader.ts";
import { MessageReader } from "./message_reader.ts";
import { migrations } from "./migrate.ts";
import { OtherProcesses } from "./other_processes.ts";
import { PendingBodies } from "./pending_bodies.ts";
import { QueueReader } from "./queue_reader.ts";
import { ReadTransaction } from "./read_transaction.ts";
import { Reads } from "./reads.ts";
import { keyOf } from "./rows.ts";
import { SegmentFiles } from "./segment_files.ts";
import { Owner, Sharers, type Sharing } from "./sharing.ts";
import { TextReader } from "./text_reader.ts";
import { WriterLink, type WriterSettings } from "./writer_link.ts";

/** What a storage needs to know. */
export interface SqliteSettings extends WriterSettings {
  /** To the thread of this program that has opened the file; absent: this one opens it, for others too. */
  readonly through?: MessagePort | undefined;
}

/** Opens the storage in a file, which is made if there is none. @throws DatabaseFileError that tells the operator why. */
export async function sqliteStorage(settings: SqliteSettings): Promise<SqliteStorage> {
  if (settings.through === undefined) await prepareDatabase(settings.file, migrations, settings.log);
  return new SqliteStorage(settings);
}

/** In one file, and a folder of long bodies. */
export class SqliteStorage implements Storage, Lifecycle {
  readonly features: Storage["features"];
  readonly #database: ReturnType<typeof openForReading>;
  readonly #reads: Reads;
  readonly #accounts: AccountReader;
  readonly #mailboxes: MailboxReader;
  readonly #messages: MessageReader;
  readonly #datasets: DatasetReader;
  readonly #bodies: AllBodies;
  readonly #queue: QueueReader;
  readonly #pending = new PendingBodies();
  readonly #link: WriterLink;
  readonly #bodyWriter: BodyWriter;
  readonly #commits: GroupCommit;
  readonly #collector: Collector | undefined;
  readonly #texts: TextReader;
  readonly #indexer: Indexer | undefined;
  readonly #watchers = new Watchers();
  readonly #bell = new Listeners();
  readonly #others: OtherProcesses;
  readonly #sharing: Sharing;

  constructor(settings: SqliteSettings) {
    this.#database = openForReading(settings.file);
    const { clock = systemClock } = settings;
    this.#reads = new Reads(settings.file, settings.log, clock);
    const transaction = new ReadTransaction(this.#database);
    this.#accounts = new AccountReader(this.#database);
    this.#mailboxes = new MailboxReader(this.#database, transaction);
    this.#messages = new MessageReader(this.#database, transaction);
    this.#datasets = new DatasetReader(this.#database, transaction);
    const stored = new BodyReader(this.#database, new SegmentFiles(settings.file, settings.log), this.#reads);
    this.#bodies = new AllBodies(stored, this.#pending);
    this.#queue = new QueueReader(this.#database);
    const { fullText = true, through } = settings;
    this.#sharing = through
      ? new Owner(through, settings.clock)
      : new Sharers({ link: () => this.#link, seeks: () => this.#indexer?.touched() });
    const { spawn = settings.spawn } = this.#sharing;
    this.#link = new WriterLink({ ...settings, ...spawn && { spawn } }, {
      heard: (news) => this.#commits.heard(news),
      died: (reason) => this.#sharing.died(reason),
    });
    this.#bodyWriter = new BodyWriter(this.#link, this.#pending, settings.now, clock);
    // Once for all threads.
    this.#collector = through ? undefined : new Collector(this.#link, { ...settings, clock });
    this.#texts = new TextReader(this.#database, transaction, settings);
    this.features = new Set(fullText ? ["full-text-search"] : []);
    this.#indexer = !fullText || through ? undefined : new Indexer(this.#link, {
      isBusy: () => this.#commits.isBusyAnywhere,
      waiting: (after) => this.#texts.waiting(after),
      clock,
    });
    const [watchers, bell, collector, indexer] = [this.#watchers, this.#bell, this.#collector, this.#indexer];
    const others = new OtherProcesses(this.#database, watchers, bell, indexer, this.#link);
    this.#others = others;
    const listener = commitListener({ watchers, bell, others, collector, indexer });
    this.#commits = new GroupCommit(this.#link, this.#pending, settings.now, listener);
  }

  async apply<const Batch extends readonly Operation[]>(
    batch: Batch,
  ): Promise<{ readonly [Index in keyof Batch]: ResultOf<Batch[Index]> }> {
    // One result for each operation, of its kind.
    return await this.#commits.submit(batch) as unknown as {
      readonly [Index in keyof Batch]: ResultOf<Batch[Index]>;
    };
  }

  async changeAccounts(batch: readonly AccountOperation[]): Promise<void> {
    await this.#commits.submit(batch);
  }

  writeBody(content: BodyContent): Promise<BodyId> {
    return this.#bodyWriter.write(content);
  }

  discardBody(body: BodyId): void {
    this.#bodyWriter.discard(body);
  }

  openBody = (body: BodyId): Promise<Body> => this.#reads.try(() => this.#bodies.open(body));

  openBodies(bodies: readonly BodyId[]): Promise<readonly Body[]> {
    return this.#reads.try(() => this.#bodies.openAll(bodies));
  }

  openHeaders(bodies: readonly BodyId[]): Promise<readonly Body[]> {
    return this.#reads.try(() => this.#bodies.openHeaders(bodies));
  }

  summary = (body: BodyId): Promise<MessageSummary> => this.#reads.try(() => this.#bodies.summary(body));

  summaries<Part extends keyof MessageSummary>(
    bodies: readonly BodyId[],
    parts?: readonly Part[],
  ): Promise<readonly Pick<MessageSummary, Part>[]> {
    return this.#reads.try(() => this.#bodies.summaries(bodies, parts));
  }

  mailboxes(account: AccountId): Promise<readonly Mailbox[]> {
    return this.#reads.try(() => this.#mailboxes.mailboxes(keyOf(account)));
  }

  mailboxByName(account: AccountId, name: string): Promise<Mailbox | undefined> {
    const known = knownMailboxName(name);
    return this.#reads.try(() =>
      known === undefined ? undefined : this.#mailboxes.mailboxByName(keyOf(account), known)
    );
  }

  mailbox = (id: MailboxId): Promise<Mailbox | undefined> => this.#reads.try(() => this.#mailboxes.mailbox(id));

  mailboxesSharedWith(account: AccountId): Promise<readonly Mailbox[]> {
    return this.#reads.try(() => this.#mailboxes.sharedWith(keyOf(account)));
  }

  subscriptions(account: AccountId): Promise<readonly string[]> {
    return this.#reads.try(() => this.#accounts.subscriptions(keyOf(account)));
  }

  metadata = (place: MetadataPlace): Promise<Metadata> => this.#reads.try(() => this.#accounts.metadata(place));

  dataset(place: DatasetPlace, select: DatasetSelection = {}): Promise<Dataset> {
    return this.#reads.try(() => this.#datasets.dataset(place, select));
  }

  datasets(below: string, owner?: DatasetOwner): Promise<readonly DatasetPlace[]> {
    return this.#reads.try(() => this.#datasets.places(below, owner));
  }

  datasetOctets(owner: DatasetOwner): Promise<number> {
    return this.#reads.try(() => this.#datasets.octets(owner));
  }

  snapshot(mailbox: MailboxId): Promise<MailboxSnapshot> {
    return this.#reads.try(() => this.#mailboxes.snapshot(mailbox));
  }

  messages(mailbox: MailboxId, select: MessageSelection = {}): Promise<MessagePage> {
    return this.#reads.try(() => this.#messages.messages(mailbox, select));
  }

  envelopes(mailbox: MailboxId, uids?: UidSet): Promise<ReadonlyMap<number, DeliveryEnvelope>> {
    return this.#reads.try(() => this.#messages.envelopes(mailbox, uids));
  }

  watch(account: AccountId, stop: AbortSignal): AsyncIterable<MailboxChange> {
    this.#reads.now(() => this.#others.follow(account));
    return this.#watchers.watch(account, stop, () => this.#others.leave(account));
  }

  watchAll(stop: AbortSignal): AsyncIterable<AccountChange> {
    this.#reads.now(() => this.#others.followAll());
    return this.#watchers.watchAll(stop, () => this.#others.leave());
  }

  lockMaildrop = (account: AccountId): Promise<AsyncDisposable | undefined> => this.#sharing.lock(account);

  share = (): SharedStorage => this.#sharing.share();

  /** Other threads hear of a commit by a message of its own, which may come late. */
  get tellsFirst(): boolean {
    return this.#sharing.isAlone;
  }

  queued = (id: QueueId): Promise<QueueEntry | undefined> => this.#reads.try(() => this.#queue.entry(keyOf(id)));

  queue(after?: QueueId, most = Infinity): Promise<readonly QueueEntry[]> {
    return this.#reads.try(() => this.#queue.entries(after === undefined ? 0 : keyOf(after), most));
  }

  nextDue = (after: Date): Promise<Date | undefined> => this.#reads.try(() => this.#queue.nextDue(after));

  watchQueue(stop: AbortSignal): AsyncIterable<void> {
    this.#reads.now(() => this.#others.followQueue());
    return this.#bell.listen(stop, () => this.#others.leave());
  }

  account = (id: AccountId): Promise<Account | undefined> => this.#reads.try(() => this.#accounts.account(keyOf(id)));

  accountByAddress(address: string): Promise<Account | undefined> {
    return this.#reads.try(() => this.#accounts.accountByAddress(address));
  }

  accountForMail = (address: string): Promise<AccountForMail | undefined> =>
    this.#reads.try(() => this.#accounts.accountForMail(address));

  accounts(after = "", most = Infinity): Promise<readonly Account[]> {
    return this.#reads.try(() => this.#accounts.accounts(after, most));
  }

  alias = (address: string): Promise<readonly string[] | undefined> =>
    this.#reads.try(() => this.#accounts.alias(address));

  aliases = (): Promise<readonly Alias[]> => this.#reads.try(() => this.#accounts.aliases());

  async textCandidates(mailbox: MailboxId, keys: readonly string[]): Promise<UidSet | undefined> {
    if (!this.features.has("full-text-search")) return undefined;
    this.#sharing.seeks();
    return await this.#reads.whole(this.#texts.candidates(mailbox, keys));
  }

  /** When the texts of the messages that are there now have been indexed. */
  async indexed(): Promise<void> {
    await this.#indexer?.settled();
  }

  /** Waits for what has been submitted: nobody is left without an answer. */
  drain = (): Promise<void> => this.#commits.settled();

  async stop(): Promise<void> {
    await this.#commits.settled();
    this.#watchers.end();
    this.#bell.end();
    this.#others.stop();
    await this.#collector?.stop();
    await this.#indexer?.stop();
    // The writer goes last: only then does SQLite move its log into the database and remove it.
    this.#database.close();
    await this.#link.close();
    this.#sharing.end();
  }
}
