/** A search, from the arguments of its command to the messages that are found. */
import type { MailboxId, Message } from "../../../../core/contract/mod.ts";
import { type Outcome, uidRequired } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import type { SearchProgram } from "../grammar/search_arguments.ts";
import { namesNumbers, type SearchKey, searchKeysIn } from "../grammar/search_keys.ts";
import type { SearchReturn } from "../grammar/search_return.ts";
import { resolvedRanges } from "../grammar/sequence_set.ts";
import { LongWork, type Work } from "../long_work.ts";
import { type LimitReached, limitReached } from "../message_limit.ts";
import { bad } from "../replies.ts";
import { readMessages } from "../read_messages.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import type { User } from "../state.ts";
import { compile, type SearchedMailbox } from "./compile.ts";
import { type Condition, conditionsIn } from "./condition.ts";
import { withoutFilters } from "./filters.ts";
import { flagCondition } from "./flag_condition.ts";
import { findMessages, scopeOf, type SearchPlace, type SearchScope } from "./find_messages.ts";
import { type Enough, enoughFor, type Found } from "./found.ts";
import { relevancyScores } from "./relevancy.ts";
import { textReading } from "./wanted_text.ts";

/** Texts that one search may look for in messages: each is looked for in every piece of text. */
const MOST_TEXTS = 250;

/** How a command names messages, in its answer. */
export type NamedBy = "number" | "uid";

/** A search that has been read, for any mailbox. */
export interface PreparedSearch {
  /** What it is in one. @throws CommandRefused. */
  conditionIn(mailbox: SearchedMailbox): Condition;
  /** RFC 7162 §3.1.5: whether mod-sequences are to be told. */
  readonly asksModseq: boolean;
  /** RFC 6203. */
  readonly isFuzzy: boolean;
}

/** A mailbox to search: where, and what sets in the search mean there. */
export interface SearchTarget extends SearchPlace, SearchedMailbox {
  /** Flags that are kept from one search to the next; absent: none are. */
  readonly flags?: Pick<SelectedMailbox, "knowsFlags" | "readFlags">;
}

/** A search that has been done, and what it came to in its mailbox. */
export interface Searched {
  /** What was looked for. */
  readonly condition: Condition;
  /** What was found. */
  readonly found: Found;
  /** RFC 9738 §3.1: there were more to look at than may be, and what was found is of those with the highest UIDs. */
  readonly reached?: LimitReached;
}

/** How much is done at once. */
export interface SearchBounds {
  /** Where it is counted; absent: on its own. */
  readonly work?: Work;
  /** Messages to look at; absent: all. Of those that no index rules out and sets of UIDs leave. */
  readonly most?: number;
}

/** What a search may tell where the table says nothing of that: RFC 7162 §3.2.10.2: numbers that it names stay as they are. */
export function tellingOf({ keys }: SearchProgram): Pick<Outcome, "telling"> {
  return keys.some(namesNumbers) ? { telling: "no-expunge" } : {};
}

/** Reads a search. @throws CommandRefused. */
export async function prepareSearch(
  session: Session,
  user: User,
  { charset, keys: given }: SearchProgram,
): Promise<PreparedSearch> {
  // First: RFC 5466 §3.1 has its own answer to a charset, be it known or not.
  const keys = await withoutFilters(session.service.context.storage, user, charset, given);
  const read = await textReading(charset);
  // RFC 9586 §3: nor in searches.
  if (session.extensions.isUidOnly && keys.some(namesNumbers)) throw new CommandRefused(uidRequired);
  const has = (key: SearchKey["key"]) => keys.some((given) => searchKeysIn(given).some((inner) => inner.key === key));
  const asksModseq = has("MODSEQ");
  // RFC 7162 §3.1: a search for mod-sequences says that they are wanted.
  if (asksModseq) session.wantModseq();
  return {
    conditionIn: (mailbox) => limited(compile(keys, read, mailbox)),
    asksModseq,
    isFuzzy: has("FUZZY"),
  };
}

/** RFC 6855 §3: all strings are UTF-8 once that is enabled. @throws CommandRefused, with BAD. */
export function refuseCharset({ extensions }: Session, { charset }: SearchProgram): void {
  if (charset !== undefined && extensions.has("UTF8=ACCEPT")) {
    throw new CommandRefused(bad("All texts are in UTF-8 since that was enabled"));
  }
}

/** RFC 6203 §4, §6: relevancy is for fuzzy searches. @throws CommandRefused, with BAD. */
export function requireFuzzy({ isFuzzy }: PreparedSearch, wantsRelevancy: boolean): void {
  if (wantsRelevancy && !isFuzzy) throw new CommandRefused(bad("RELEVANCY is for searches that are FUZZY"));
}

/** The selected mailbox, as its client knows it. */
export function selectedTarget(session: Session, mailbox: SelectedMailbox): SearchTarget {
  return {
    mailbox: mailbox.id,
    uids: mailbox.uids,
    saved: resolvedRanges(mailbox.saved, 0),
    isRecent: (uid) => mailbox.recentUids.has(uid),
    read: (select) => readMessages(session, mailbox, select),
    flags: mailbox,
  };
}

/** Another mailbox, of which the client knows no sequence numbers; those of the search are places in it. */
export function otherTarget(mailbox: MailboxId, uids: Uint32Array): SearchTarget {
  return { mailbox, uids, saved: [], isRecent: () => false };
}

/** Looks for messages, as many as are needed for what is returned. */
export async function search(
  session: Session,
  prepared: PreparedSearch,
  target: SearchTarget,
  returns: SearchReturn | undefined,
  { work = new LongWork(session), most }: SearchBounds = {},
): Promise<Searched> {
  const condition = prepared.conditionIn(target);
  const enough = returns && enoughFor(returns);
  const withRelevancy = returns?.options.has("RELEVANCY") ?? false;
  const found = new Gathered(prepared.asksModseq, withRelevancy);
  const { context: { storage, now }, searched } = session.service;
  const mode = { work, now: now().getTime(), withRelevancy, fromEnd: enough?.fromEnd ?? false, searched };
  const scope = await scopeOf(storage, target, condition, work, most);
  const byFlags = await foundByFlags(target, condition, scope, { work, enough });
  for (const uid of byFlags ?? []) found.add({ uid }, undefined);
  const isEnough = () => enough !== undefined && found.count >= enough.count;
  const pages = byFlags === undefined ? findMessages(storage, target, condition, mode, scope) : [];
  for await (const page of pages) {
    for (const { message, relevancy } of page) found.add(message, relevancy);
    if (isEnough()) break;
  }
  // What was found from the end is what would have been found without a limit.
  const isCut = scope.isCut && !(isEnough() && mode.fromEnd);
  return {
    ...{ condition, found: found.take(mode.fromEnd && byFlags === undefined) },
    ...isCut && { reached: limitReached(session, scope.uids[0]) },
  };
}

/** What was found by flags that are kept; undefined where that cannot be, or where to read them costs more than to search. */
async function foundByFlags(
  { flags, uids: all, isRecent }: SearchTarget,
  condition: Condition,
  { uids }: SearchScope,
  { work, enough }: { readonly work: Work; readonly enough: Enough | undefined },
): Promise<readonly number[] | undefined> {
  const needsAll = enough === undefined && uids.length === all.length;
  if (flags === undefined || !flags.knowsFlags && !needsAll) return undefined;
  const met = flagCondition(condition, isRecent);
  if (met === undefined) return undefined;
  return (await flags.readFlags(work)).meeting(uids, met);
}

/** Collects what is found. */
export class Gathered {
  readonly #uids: number[] = [];
  readonly #modseqs: bigint[] | undefined;
  readonly #relevancies: number[] | undefined;

  /** What is wanted beside the UIDs. */
  constructor(withModseqs: boolean, withRelevancy: boolean) {
    this.#modseqs = withModseqs ? [] : undefined;
    this.#relevancies = withRelevancy ? [] : undefined;
  }

  /** How many there are. */
  get count(): number {
    return this.#uids.length;
  }

  /** One more. */
  add({ uid, modseq }: Pick<Message, "uid"> & Partial<Pick<Message, "modseq">>, relevancy: number | undefined): void {
    this.#uids.push(uid);
    if (modseq !== undefined) this.#modseqs?.push(modseq);
    // Where nothing fuzzy was met, all that was met is as good as can be.
    this.#relevancies?.push(relevancy ?? 1);
  }

  /** All of it, the other way round where it was found from the end. */
  take(isReversed = false): Found {
    const inOrder = <Item>(items: Item[]) => isReversed ? items.toReversed() : items;
    const relevancies = this.#relevancies && relevancyScores(this.#relevancies);
    return {
      uids: inOrder(this.#uids),
      ...this.#modseqs && { modseqs: inOrder(this.#modseqs) },
      ...relevancies && { relevancies: inOrder(relevancies) },
    };
  }
}

function limited(condition: Condition): Condition {
  let count = 0;
  for (const inner of conditionsIn(condition)) if (inner.is === "text") count += inner.texts.length + 1;
  // RFC 5530 §3.
  if (count > MOST_TEXTS) throw new CommandRefused("Too many texts are looked for at once", "LIMIT");
  return condition;
}
