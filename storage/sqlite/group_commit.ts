/**
 * Batches of all callers, gathered while the writer commits those before: one fsync for all that came meanwhile, and
 * none waits for company.
 */
import type { Operation } from "../../core/contract/storage.ts";
import type { AccountId } from "../../core/contract/identifiers.ts";
import type { MailboxChange } from "../../core/contract/mailbox.ts";
import type { PendingBodies } from "./pending_bodies.ts";
import { accountId, keyOf, mailboxId } from "./rows.ts";
import { errorOf, type WriterLink } from "./writer_link.ts";
import { type BatchOutcome, everybody, type News } from "./writer_messages.ts";

/** How much is committed at once. Measured: larger groups are no quicker, and keep other processes from writing longer. */
const mostBatches = 500, mostOctets = 2 * 1024 * 1024;

/** Milliseconds in which a commit of another thread counts as under way. */
const MOMENT = 100;

/** What others are told of a commit. */
export interface CommitListener {
  /** A mailbox was changed, or what belongs to an account; `revision` is then its own. */
  changed(account: AccountId, change: MailboxChange, revision: number): void;
  /** What is everybody's was changed. */
  changedForAll(revision: number): void;
  /** All of a commit has been told. */
  committed(): void;
  /** Another process may have written. */
  othersWrote(): void;
  /** There is something to collect. */
  garbage(): void;
  /** There may be something to claim from the queue. */
  queueWoken(): void;
}

interface Caller {
  readonly batch: readonly Operation[];
  readonly resolve: (results: readonly unknown[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** One group under way at most. */
export class GroupCommit {
  readonly #link: WriterLink;
  readonly #bodies: PendingBodies;
  readonly #now: () => Date;
  readonly #listener: CommitListener;
  #waiting: Caller[] = [];
  #running: Promise<void> | undefined;
  #heardAt = -Infinity;

  /** Commits through the link; bodies that wait in memory go with the batch that names them. */
  constructor(link: WriterLink, bodies: PendingBodies, now: () => Date, listener: CommitListener) {
    this.#link = link;
    this.#bodies = bodies;
    this.#now = now;
    this.#listener = listener;
  }

  /** Whether a group is under way. */
  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** Whether a group is under way in any thread, or was a moment ago. */
  get isBusyAnywhere(): boolean {
    return this.isBusy || performance.now() - this.#heardAt < MOMENT;
  }

  /** The results of a batch, when it is durable. @throws Refusal. */
  submit(batch: readonly Operation[]): Promise<readonly unknown[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
    this.#waiting.push({ batch, resolve, reject });
    this.#running ??= this.#run();
    return promise;
  }

  /** Another thread of the program has committed something: those who watch here are told as of our own. */
  heard(news: News): void {
    this.#heardAt = performance.now();
    this.#tell(news);
  }

  /** When all that was submitted is settled. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Callers that submit in this turn go with the first.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#commit();
    this.#running = undefined;
  }

  async #commit(): Promise<void> {
    const { callers, bodies } = this.#nextGroup();
    try {
      const batches = callers.map(({ batch }) => batch);
      const group = { now: this.#now().getTime(), batches, bodies };
      // What was done all the same is told all the same: the callers cannot be answered any more, but others watch.
      const outcome = await this.#link.request("commit", group, (late) => this.#tell(late));
      this.#tell(outcome);
      for (const [index, caller] of callers.entries()) this.#answer(caller, outcome.batches[index]);
    } catch (error) {
      for (const { reject } of callers) reject(error);
    }
  }

  #nextGroup(): { callers: Caller[]; bodies: Map<number, Uint8Array> } {
    const bodies = new Map<number, Uint8Array>();
    let count = 0, octets = 0;
    for (const { batch } of this.#waiting) {
      if (count > 0 && (count === mostBatches || octets > mostOctets)) break;
      count++;
      for (const body of bodiesOf(batch)) {
        const pending = bodies.has(body) ? undefined : this.#bodies.get(body);
        if (pending === undefined) continue;
        bodies.set(body, pending);
        octets += pending.length;
      }
    }
    return { callers: this.#waiting.splice(0, count), bodies };
  }

  #answer({ batch, resolve, reject }: Caller, outcome: BatchOutcome | undefined): void {
    if (outcome === undefined) return reject(new Error("storage: the writer has left out a batch"));
    if ("failure" in outcome) return reject(errorOf(outcome.failure));
    for (const body of bodiesOf(batch)) this.#bodies.committed(body);
    resolve(outcome.results);
  }

  #tell({ touched, othersWrote, garbage, wakesQueue }: News): void {
    for (const { account, mailbox, modseq, revision } of touched) {
      if (account === everybody) {
        this.#listener.changedForAll(revision);
        continue;
      }
      const change = { ...mailbox !== undefined && { mailbox: mailboxId(mailbox), revision }, modseq: BigInt(modseq) };
      this.#listener.changed(accountId(account), change, revision);
    }
    if (othersWrote) this.#listener.othersWrote();
    this.#listener.committed();
    if (garbage) this.#listener.garbage();
    if (wakesQueue) this.#listener.queueWoken();
  }
}

function* bodiesOf(batch: readonly Operation[]): Generator<number> {
  for (const operation of batch) {
    if (operation.do === "append" || operation.do === "deliver") yield keyOf(operation.body);
    else if (operation.do === "enqueue") yield keyOf(operation.entry.body);
  }
}
