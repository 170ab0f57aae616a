/**
 * The contexts of one session, and what there is to be told of them (RFC 2244 §6.5). What was committed by whomever is told
 * in the order of its modtimes: after a MODTIME nothing comes that is not later.
 */
import type { AccountId, MailboxChange } from "../../../../core/contract/mod.ts";
import { Watcher } from "../../../../core/mailboxes/watcher.ts";
import { Tree } from "../datasets/tree.ts";
import { printTime } from "../grammar/time.ts";
import type { Octets } from "../octets.ts";
import { printName } from "../printing/strings.ts";
import { CommandRefused, no } from "../replies.ts";
import { type Found, runSearch } from "../search/run.ts";
import type { AcapService } from "../service.ts";
import type { User } from "../state.ts";
import { type Context, contextEntries, sizeOf } from "./context.ts";
import { type Difference, differences } from "./differences.ts";

/** Octets that all contexts of a session may keep. */
const MOST_OCTETS = 16 * 1024 * 1024;
/** Accounts that are watched at most; what others store is told with the next UPDATECONTEXT. */
const MOST_WATCHED = 1000;
/** How often is looked again because something was committed meanwhile, before others have their turn. */
const MOST_ROUNDS = 2;

/** What contexts need of their session. */
export interface ContextHolder {
  /** What it shares with others. */
  readonly service: AcapService;
  /** Tells the client something. */
  untagged(response: Octets): void;
  /** Something has gone wrong that should not. */
  failed(error: unknown): void;
}

/** By name. */
export class Contexts implements Disposable {
  readonly #holder: ContextHolder;
  readonly #contexts = new Map<string, Context>();
  readonly #watcher: Watcher;
  #watched: ReadonlySet<AccountId> = new Set();
  /** Names of those that may have changed. */
  readonly #stale = new Set<string>();

  /** None yet. */
  constructor(holder: ContextHolder) {
    this.#holder = holder;
    this.#watcher = new Watcher(holder.service.context.storage, {
      seen: (_account, change) => this.#committed(change),
      failed: (error) => holder.failed(error),
    });
  }

  /** Resolves at the next change, or when `wake` is called. */
  get changed(): Promise<void> {
    return this.#watcher.changed;
  }

  /** Whether any wants to be told of changes. */
  get isNotified(): boolean {
    return [...this.#contexts.values()].some(({ given }) => given.isNotified);
  }

  /** Those who wait for a change go on. */
  wake(): void {
    this.#watcher.wake();
  }

  /** The context of that name. @throws CommandRefused. */
  get(name: string): Context {
    const context = this.#contexts.get(name);
    if (context === undefined) throw new CommandRefused(no("There is no such context"));
    return context;
  }

  /** Adds one, in place of one of the same name. @throws CommandRefused when there are too many. */
  add(context: Context): void {
    const { name } = context.given;
    const others = [...this.#contexts].flatMap(([other, its]) => other === name ? [] : its);
    const octets = [...others, context].reduce((sum, its) => sum + sizeOf(its), 0);
    if (others.length >= this.#holder.service.options.contexts || octets > MOST_OCTETS) {
      // RFC 2244 §6.4.1, MAKECONTEXT.
      throw new CommandRefused(no("There are too many contexts, or too large ones", "TRYFREECONTEXT"));
    }
    this.#contexts.set(name, context);
    this.#watch();
    // What was committed between its search and the watch is not missed.
    if (context.given.isNotified) this.#stale.add(name);
  }

  /** Frees one. @throws CommandRefused when there is none. */
  free(name: string): void {
    this.#contexts.delete(this.get(name).given.name);
    this.#watch();
  }

  /** Something may have changed. */
  touch(): void {
    for (const [name, { given }] of this.#contexts) if (given.isNotified) this.#stale.add(name);
  }

  /** Tells what has changed, if anything may have. */
  async tell(user: User): Promise<void> {
    for (let round = 0; this.#stale.size > 0 && round < MOST_ROUNDS; round++) {
      // Before anything is read: what is committed from now on makes them stale again.
      const names = new Set(this.#stale), tree = new Tree(this.#holder.service, user);
      this.#stale.clear();
      try {
        for (const name of names) {
          const context = this.#contexts.get(name);
          if (context !== undefined) this.#contexts.set(name, await this.#toldOf(context, tree));
          names.delete(name);
        }
      } finally {
        // What could not be told stays to be told.
        for (const name of names) this.#stale.add(name);
      }
      this.#watch();
    }
  }

  /** Nothing is watched any more. */
  [Symbol.dispose](): void {
    this.#contexts.clear();
    this.#watcher[Symbol.dispose]();
  }

  async #toldOf(context: Context, tree: Tree): Promise<Context> {
    const { given: { name, isEnumerated }, search, returned } = context;
    const found = await entriesNow(tree, search), entries = contextEntries(found.entries, returned);
    const owners = new Set(tree.owners), told = new Map(context.entries.map(({ path, printed }) => [path, printed]));
    for (const difference of differences(context.entries, entries)) {
      // An entry that is elsewhere in a list without numbers is where it was.
      const isSeen = difference.is !== "changed" || isEnumerated ||
        told.get(difference.member.path) !== difference.member.printed;
      if (isSeen) this.#holder.untagged(printDifference(name, difference, isEnumerated));
    }
    // RFC 2244 §6.5.2: also where what has changed is not among what RETURN names.
    if (marks(context.entries) === marks(entries)) return { ...context, owners };
    const { modtime } = tree;
    this.#holder.untagged(`MODTIME ${printName(name)} ${printName(printTime(modtime))}`);
    return { ...context, entries, modtime, owners };
  }

  #committed({ mailbox }: MailboxChange): void {
    // What happens to mail is not told here.
    if (mailbox === undefined) this.touch();
  }

  #watch(): void {
    const owners = new Set<AccountId>();
    for (const [name, { given, owners: its }] of this.#contexts) {
      for (const owner of given.isNotified && owners.size < MOST_WATCHED ? its : []) {
        owners.add(owner);
        // Of those who were not watched yet, something may have been committed since it was read.
        if (!this.#watched.has(owner)) this.#stale.add(name);
      }
    }
    this.#watched = owners;
    this.#watcher.watch(owners);
  }
}

/** A dataset that is gone has no entries. */
async function entriesNow(tree: Tree, search: Context["search"]): Promise<Found> {
  try {
    return await runSearch(tree, search);
  } catch (error) {
    if (error instanceof CommandRefused) return { entries: [], referrals: [] };
    throw error;
  }
}

/** What differs where anything has changed. */
function marks(entries: Context["entries"]): string {
  return JSON.stringify(entries.map(({ path, printed, candidate }) => [path, candidate.entry.modtime, printed]));
}

/** RFC 2244 §6.5.3 to §6.5.5: positions are 0 where they were not asked for. */
function printDifference(name: string, difference: Difference<Context["entries"][number]>, counts: boolean): Octets {
  const { is, member: { candidate, printed } } = difference;
  const which = `${printName(name)} ${printName(candidate.shown)}`, position = (at: number) => counts ? at : 0;
  if (is === "removed") return `REMOVEFROM ${which} ${position(difference.from)}`;
  if (is === "added") return `ADDTO ${which} ${position(difference.at)}${printed}`;
  return `CHANGE ${which} ${position(difference.from)} ${position(difference.at)}${printed}`;
}
