/** A search whose results are told as they change (RFC 5267 §4.3). */
import type { Message, Storage } from "../../../../core/contract/mod.ts";
import type { FetchItem } from "../grammar/fetch_items.ts";
import type { SortCriterion } from "../grammar/sort_criteria.ts";
import type { Work } from "../long_work.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import { Ordering } from "../sorting/sort_found.ts";
import { type Sortable, sortOrder } from "../sorting/sort_keys.ts";
import { type Condition, mayChange } from "./condition.ts";
import { type FoundMessage, matching } from "./find_messages.ts";
import { joinedInsertions, MailboxOrder, type ResultChange, SortedOrder } from "./result_list.ts";
import type { NamedBy } from "./search.ts";
import { unlessGone } from "./summarized.ts";

/** What a search that goes on is. */
export interface ContextDefinition {
  /** Which search is meant by what is told (RFC 4466 §6). */
  readonly correlator: string;
  /** What messages are called. */
  readonly by: NamedBy;
  /** Sequence numbers in it are those of the moment of the command (RFC 5267 §4.3). */
  readonly condition: Condition;
  /** The order of the results; absent: that of the mailbox. */
  readonly criteria?: readonly SortCriterion[];
  /** What is fetched of messages that are new and found (RFC 5465 §7). */
  readonly items: readonly FetchItem[];
}

/** What has become of the results. */
export interface ResultsNews {
  /** To be told first. */
  readonly removed: readonly ResultChange[];
  /** To be told then. */
  readonly added: readonly ResultChange[];
  /** UIDs of new messages among the latter. */
  readonly fresh: readonly number[];
}

/** A search, and the results that its client knows. */
export class SearchContext {
  /** What it is. */
  readonly definition: ContextDefinition;
  readonly #results: MailboxOrder | SortedOrder;
  readonly #mayChange: boolean;
  /** The last message that was there when it was last looked. */
  #last: number;

  /** With the results that the client has been told, in their order. */
  constructor(definition: ContextDefinition, results: readonly number[], last: number) {
    this.definition = definition;
    this.#results = definition.criteria === undefined ? new MailboxOrder(results) : new SortedOrder(results);
    this.#mayChange = mayChange(definition.condition);
    this.#last = last;
  }

  /** Messages are gone. */
  removeGone(uids: readonly number[]): readonly ResultChange[] {
    return this.#results.remove(uids);
  }

  /** Messages are new, or their flags have changed. */
  async look(
    storage: Storage,
    mailbox: SelectedMailbox,
    messages: readonly Message[],
    work: Work,
    now: number,
  ): Promise<ResultsNews> {
    const last = this.#last;
    // What a message says never changes, and nor does whether it is found by that.
    const touched = this.#mayChange ? messages : messages.filter(({ uid }) => uid > last);
    const { condition } = this.definition;
    // There is no command to refuse: it would be tried again and again, and nothing else be told.
    const mode = { work, now, mayPassOver: true };
    const found = await matching(storage, touched, (uid) => mailbox.recentUids.has(uid), condition, mode);
    this.#last = Math.max(last, messages.at(-1)?.uid ?? 0);
    const uids = new Set(found.map(({ message }) => message.uid));
    const removed = this.#results.remove(touched.map(({ uid }) => uid).filter((uid) => !uids.has(uid)));
    const fresh = [...uids].filter((uid) => uid > last);
    return { removed, added: await this.#add(storage, mailbox, found, work), fresh };
  }

  async #add(
    storage: Storage,
    mailbox: SelectedMailbox,
    found: readonly FoundMessage[],
    work: Work,
  ): Promise<readonly ResultChange[]> {
    const results = this.#results, { criteria = [] } = this.definition;
    if (results instanceof MailboxOrder) return results.add(found.map(({ message }) => message.uid));
    const order = sortOrder(criteria), places = new Places(storage, mailbox, criteria, results);
    const entries: Sortable[] = [];
    for (const { message } of found) {
      const entry = results.has(message.uid) ? undefined : await places.entryOf(message);
      if (entry !== undefined) entries.push(entry);
    }
    const added: ResultChange[] = [];
    for (const entry of entries.sort(order)) {
      added.push(...results.insert(await places.placeOf(entry), entry.number));
      if (work.isDue) await work.pause();
    }
    return joinedInsertions(added);
  }
}

/** Finds places in an order by comparing with few of those that are in it: they are read again, and not kept. */
class Places {
  readonly #storage: Storage;
  readonly #mailbox: SelectedMailbox;
  readonly #ordering: Ordering;
  readonly #order: (left: Sortable, right: Sortable) => number;
  readonly #results: SortedOrder;

  constructor(
    storage: Storage,
    mailbox: SelectedMailbox,
    criteria: readonly SortCriterion[],
    results: SortedOrder,
  ) {
    this.#storage = storage;
    this.#mailbox = mailbox;
    this.#ordering = new Ordering(criteria);
    this.#order = sortOrder(criteria);
    this.#results = results;
  }

  /** A message with what it is compared by; undefined when it is gone. */
  async entryOf(message: Message) {
    const summary = await unlessGone(this.#storage.summary(message.body));
    return summary && await this.#ordering.entry({ message, summary });
  }

  /** Where a message belongs, from 0 on. */
  async placeOf(entry: Sortable): Promise<number> {
    let low = 0, high = this.#results.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      let probe = middle, other = await this.#entryAt(probe);
      // One that is gone meanwhile compares with nothing; the client is told of it next.
      while (other === undefined && ++probe < high) other = await this.#entryAt(probe);
      if (other !== undefined && this.#order(entry, other) > 0) low = probe + 1;
      else high = middle;
    }
    return low;
  }

  async #entryAt(place: number): Promise<Sortable | undefined> {
    const uid = this.#results.at(place);
    if (uid === undefined) return undefined;
    const { messages: [message] } = await this.#storage.messages(this.#mailbox.id, { uids: [uid] });
    return message && await this.entryOf(message);
  }
}
