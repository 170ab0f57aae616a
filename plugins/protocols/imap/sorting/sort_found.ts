/** SORT (RFC 5256 §3): searches, and puts what is found in an order. */
import type { Message } from "../../../../core/contract/mod.ts";
import { CharsetDecoder } from "../../../../core/message/charset.ts";
import type { SortCriterion } from "../grammar/sort_criteria.ts";
import type { SearchReturn } from "../grammar/search_return.ts";
import { LongWork } from "../long_work.ts";
import { limitReached, messageLimit, overLimit } from "../message_limit.ts";
import { findMessages, type FoundMessage, scopeOf } from "../search/find_messages.ts";
import { Gathered, type PreparedSearch, type Searched, type SearchTarget } from "../search/search.ts";
import { summariesOf } from "../search/summarized.ts";
import type { Session } from "../session.ts";
import { inTurns, sortSteps } from "../steps.ts";
import { needsSummaries, type Sortable, sortable, sortOrder, sortParts, type SortSummary } from "./sort_keys.ts";

/** Messages whose summaries are read at a time. */
const SUMMARIES = 50;

/** As little of a message as is needed: there may be as many as a mailbox has. */
interface Entry extends Sortable, Pick<Message, "uid" | "modseq"> {
  readonly relevancy: number | undefined;
}

interface SortedMessage extends Pick<FoundMessage, "message" | "relevancy"> {
  readonly summary: SortSummary | undefined;
}

/** Whether the order is by how well messages fit (RFC 6203 §6). */
export function sortsByRelevancy(criteria: readonly SortCriterion[]): boolean {
  return criteria.some(({ key }) => key === "RELEVANCY");
}

/** What is found, in order. */
export async function sortedSearch(
  session: Session,
  prepared: PreparedSearch,
  target: SearchTarget,
  criteria: readonly SortCriterion[],
  returns: SearchReturn | undefined,
): Promise<Searched> {
  const { storage, now } = session.service.context;
  const work = new LongWork(session);
  const withRelevancy = returns?.options.has("RELEVANCY") ?? false;
  const mode = { work, now: now().getTime(), withRelevancy: withRelevancy || sortsByRelevancy(criteria) };
  const condition = prepared.conditionIn(target), order = new Ordering(criteria);
  const entries: Entry[] = [];
  const scope = await scopeOf(storage, target, condition, work, messageLimit(session));
  // RFC 9738 §3.3: no order is kept here, and a part of the messages has none of its own.
  if (scope.isCut) throw overLimit(limitReached(session));
  for await (const page of findMessages(storage, target, condition, mode, scope)) {
    for (let at = 0; at < page.length; at += SUMMARIES) {
      const some = page.slice(at, at + SUMMARIES);
      const missing = needsSummaries(criteria) ? some.filter(({ summary }) => summary === undefined) : [];
      const summaries = await summariesOf(storage, missing.map(({ message }) => message.body), sortParts);
      const byUid = new Map(missing.map(({ message }, index) => [message.uid, summaries[index]]));
      for (const { message, relevancy, summary = byUid.get(message.uid) } of some) {
        // A message that is gone by now is not in the answer.
        if (summary === undefined && needsSummaries(criteria)) continue;
        entries.push(await order.entry({ message, relevancy, summary }));
      }
      if (work.isDue) await work.pause();
    }
  }
  const gathered = new Gathered(prepared.asksModseq, withRelevancy);
  for (const entry of await inTurns(sortSteps(entries, sortOrder(criteria)), work)) {
    gathered.add(entry, entry.relevancy);
  }
  return { condition, found: gathered.take() };
}

/** Makes messages comparable. */
export class Ordering {
  readonly #criteria: readonly SortCriterion[];
  readonly #decoder = new CharsetDecoder();

  /** By these. */
  constructor(criteria: readonly SortCriterion[]) {
    this.#criteria = criteria;
  }

  /** A message with what it is compared by; its summary, which is large, is let go. */
  entry({ message, relevancy, summary }: SortedMessage): Entry | Promise<Entry> {
    return this.#decoder.reading(() => this.#entry(message, summary, relevancy));
  }

  #entry(message: Message, summary: SortSummary | undefined, relevancy: number | undefined): Entry {
    const { uid, modseq } = message;
    // The order of the mailbox is that of the UIDs, whatever the messages are called in the answer.
    const source = { number: uid, message, ...summary && { summary }, ...relevancy !== undefined && { relevancy } };
    const { number, values } = sortable(source, this.#criteria, { decode: this.#decoder.decode });
    return { number, values, uid, modseq, relevancy };
  }
}
