/** What is told of searches that go on: ADDTO and REMOVEFROM (RFC 5267 §4.3). */
import type { Message } from "../../../../core/contract/mod.ts";
import { CommandRefused } from "../failures.ts";
import { fetchArrived, type WantedItems } from "../fetch_arrived.ts";
import type { SearchReturn } from "../grammar/search_return.ts";
import { QuietWork } from "../long_work.ts";
import { printNumbers } from "../printing/sequence_sets.ts";
import { bad } from "../replies.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import type { Found } from "./found.ts";
import type { ResultChange } from "./result_list.ts";
import { type ContextDefinition, type ResultsNews, SearchContext } from "./search_context.ts";
import { esearch } from "./tell_found.ts";

/** Searches of one session that go on at a time (RFC 5267 §4.3.1: one at least). */
const MOST = 8;

/** RFC 5267 §4.3: no two searches that go on have the same tag. @throws CommandRefused, with BAD. */
export function requireFreshTag(session: Session, mailbox: SelectedMailbox, returns: SearchReturn | undefined): void {
  if (returns?.update !== undefined && mailbox.contexts.has(session.tag)) {
    throw new CommandRefused(bad("A search with that tag is going on"));
  }
}

/** From now on changes of the results are told; or the client is told that they are not (RFC 5267 §4.3.1). */
export function keepTelling(
  session: Session,
  mailbox: SelectedMailbox,
  { uids }: Found,
  definition: ContextDefinition,
): void {
  // Relevancies are relative to one another: one message more may change the order of all.
  const isRelative = definition.criteria?.some(({ key }) => key === "RELEVANCY") ?? false;
  if (isRelative) return refuse(session, "An order by relevancy cannot be followed");
  if (mailbox.contexts.size >= MOST) return refuse(session, "Too many searches are going on");
  mailbox.contexts.set(session.tag, new SearchContext(definition, uids, mailbox.lastUid));
}

/** RFC 5267 §4.3.1: the response code names the search. */
export function refuse(session: Session, why: string): void {
  session.untagged(`NO [NOUPDATE "${session.tag}"] ${why}`);
}

/** Tells that messages are gone from results; before they lose their sequence numbers (RFC 5267 §4.3.4). */
export function tellGoneResults(session: Session, mailbox: SelectedMailbox, gone: readonly number[]): void {
  if (gone.length === 0) return;
  for (const context of contextsOf(session, mailbox)) {
    tell(session, mailbox, context.definition, "REMOVEFROM", context.removeGone(gone));
  }
}

/**
 * Tells what messages that are new, or whose flags have changed, make of the results (RFC 5267 §4.3.3), and what is wanted
 * of those that are new.
 *
 * @param wanted What NOTIFY wants, whatever is searched for.
 */
export async function tellChangedResults(
  session: Session,
  mailbox: SelectedMailbox,
  touched: readonly Message[],
  wanted: WantedItems,
): Promise<void> {
  const { storage, now } = session.service.context;
  const looked: { readonly definition: ContextDefinition; readonly news: ResultsNews }[] = [];
  for (const context of touched.length === 0 ? [] : contextsOf(session, mailbox)) {
    const { definition } = context;
    const news = await context.look(storage, mailbox, touched, new QuietWork(), now().getTime());
    tell(session, mailbox, definition, "REMOVEFROM", news.removed);
    looked.push({ definition, news });
  }
  // RFC 5465 §7: before ADDTO, and not of what was there before. §5.2 has it after ADDTO; erratum 4833: either will do.
  await fetchArrived(session, mailbox, [
    wanted,
    ...looked.map(({ definition: { items }, news: { fresh } }) => ({ uids: fresh, items })),
  ]);
  for (const { definition, news } of looked) tell(session, mailbox, definition, "ADDTO", news.added);
}

/** RFC 9586 §3: what is told by sequence numbers ends with them. */
function contextsOf(session: Session, { contexts }: SelectedMailbox): readonly SearchContext[] {
  if (session.extensions.isUidOnly) {
    for (const [tag, { definition }] of contexts) if (definition.by === "number") contexts.delete(tag);
  }
  return [...contexts.values()];
}

function tell(
  session: Session,
  mailbox: SelectedMailbox,
  { correlator, by }: ContextDefinition,
  name: "ADDTO" | "REMOVEFROM",
  changes: readonly ResultChange[],
): void {
  if (changes.length === 0) return;
  const pairs = changes.map(([position, uids]) => {
    const numbers = by === "uid" ? uids : uids.map((uid) => mailbox.numberOf(uid));
    return `${position} ${printNumbers(numbers)}`;
  });
  session.untagged(esearch(correlator, by, [`${name} (${pairs.join(" ")})`]));
}
