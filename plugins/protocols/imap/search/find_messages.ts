/** Looks through a mailbox a page at a time, and at no more of each message than its answer needs. */
import type {
  Body,
  MailboxId,
  Message,
  MessagePage,
  MessageSelection,
  MessageSummary,
  Storage,
  UidSet,
} from "../../../../core/contract/mod.ts";
import { CharsetDecoder } from "../../../../core/message/charset.ts";
import { Header } from "../../../../core/message/header.ts";
import { searchedHeader, searchText } from "../../../../core/message/search_text.ts";
import type { Kept } from "../kept.ts";
import type { Work } from "../long_work.ts";
import { numbersIn, placeIn } from "../number_ranges.ts";
import { type Condition, conditionsIn } from "./condition.ts";
import { type Candidate, evaluate, fewParts, isWhole, needsWhole, type SearchedSummary } from "./evaluate.ts";
import { KnownFields } from "./known_fields.ts";
import { narrowed } from "./narrow.ts";
import { relevancyOf } from "./relevancy.ts";
import { summariesOf, unlessGone } from "./summarized.ts";
import { TextScan } from "./text_scan.ts";
import type { WantedText } from "./wanted_text.ts";

/** Messages that are read at a time, and of which summaries are. */
const PAGE = 250, SUMMARIES = 50;
/** One message in so many: fewer are read one by one. */
const DENSE = 4;
/** Octets of a body that is read whole, and not a section at a time. */
const SHORT = 262_144;
/** Conditions that are looked at before the clock is: that takes as long as one of them. */
const CONDITIONS = 64;

/** Where to look. */
export interface SearchPlace {
  /** In which mailbox. */
  readonly mailbox: MailboxId;
  /** UIDs of the messages that are known in it, ascending. */
  readonly uids: Uint32Array;
  /** Whether a message is `\Recent`. */
  isRecent(uid: number): boolean;
  /** Reads messages of it; absent: as the storage does. */
  read?(select: MessageSelection): Promise<MessagePage>;
}

/** How to look. */
export interface SearchMode {
  /** What is done is counted here. */
  readonly work: Work;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** From the last message to the first. */
  readonly fromEnd?: boolean;
  /** Whether relevancies are wanted. */
  readonly withRelevancy?: boolean;
  /** What searches have read before. */
  readonly searched?: Kept<readonly string[]>;
  /** Whether what cannot be read is not found. Otherwise the search fails: it would say that nothing is there. */
  readonly mayPassOver?: boolean;
}

/** A message that was found. */
export interface FoundMessage {
  /** Its row. */
  readonly message: Message;
  /** Where the whole of it was read for the search. */
  readonly summary?: MessageSummary | undefined;
  /** Where it was wanted. */
  readonly relevancy?: number | undefined;
}

/** The messages that have to be looked at. */
export interface SearchScope {
  /** Their UIDs, ascending. */
  readonly uids: Uint32Array;
  /** Whether there are others, with lower UIDs. */
  readonly isCut: boolean;
}

/** Which messages have to be looked at, and no more than `most` of them. */
export async function scopeOf(
  storage: Storage,
  { mailbox, uids }: SearchPlace,
  condition: Condition,
  work: Work,
  most = Infinity,
): Promise<SearchScope> {
  const ranges = await narrowed(storage, { mailbox, uids }, condition, work);
  const all = ranges === undefined ? uids : numbersIn(uids, ranges);
  return { uids: all.subarray(Math.max(0, all.length - most)), isCut: all.length > most };
}

/** Messages in the scope that meet the condition, in UID order or from the end, a page at a time. */
export async function* findMessages(
  storage: Storage,
  place: SearchPlace,
  condition: Condition,
  mode: SearchMode,
  { uids: wanted }: SearchScope,
): AsyncGenerator<readonly FoundMessage[]> {
  const first = wanted[0] ?? 0, last = wanted.at(-1) ?? 0;
  const between = place.uids.subarray(placeIn(place.uids, first), placeIn(place.uids, last + 1));
  // Where many are wanted it is quicker to read them all in a row.
  const uids = wanted.length > between.length / DENSE ? between : wanted;
  const isWanted = uids.length === wanted.length ? () => true : (uid: number) => wanted[placeIn(wanted, uid)] === uid;
  mode.work.expect(uids.length);
  const looking = new Looking(storage, condition, mode);
  const read = place.read ?? ((select) => storage.messages(place.mailbox, select));
  for (let done = 0; done < uids.length; done += PAGE) {
    const [from, to] = mode.fromEnd
      ? [Math.max(0, uids.length - done - PAGE), uids.length - done]
      : [done, done + PAGE];
    const { messages } = await read({ uids: runs(uids.subarray(from, to), place.uids) });
    const rows = messages.filter(({ uid }) => isWanted(uid))
      .map((message) => ({ message, isRecent: place.isRecent(message.uid) }));
    const found = await looking.among(rows);
    yield mode.fromEnd ? found.toReversed() : found;
    mode.work.did(to - from);
    await mode.work.pause();
  }
}

/** Those of `messages` that meet the condition. */
export async function matching(
  storage: Storage,
  messages: readonly Message[],
  isRecent: (uid: number) => boolean,
  condition: Condition,
  mode: SearchMode,
): Promise<readonly FoundMessage[]> {
  return await new Looking(storage, condition, mode).among(
    messages.map((message) => ({ message, isRecent: isRecent(message.uid) })),
  );
}

/** Ranges without any known UID between those given. */
function runs(uids: Uint32Array, known: Uint32Array): UidSet {
  if (uids.buffer === known.buffer) return uids.length === 0 ? [] : [[uids[0] ?? 0, uids.at(-1) ?? 0]];
  return Array.from(uids);
}

type Row = Pick<Candidate, "message" | "isRecent">;
/** Most searches wait for nothing between messages. */
type MaybePromise<Value> = Value | Promise<Value>;

/** One search, and what is sought by it in texts. */
class Looking {
  readonly #storage: Storage;
  readonly #condition: Condition;
  readonly #mode: SearchMode;
  readonly #decoder = new CharsetDecoder();
  readonly #sought: ReadonlyMap<WantedText, boolean>;
  readonly #parts: typeof fewParts | undefined;
  readonly #isInHeaders: boolean;
  readonly #hasOctetFields: boolean;
  readonly #known: Pick<Candidate, "known">;
  /** Messages that are looked at before the clock is. */
  readonly #stride: number;

  constructor(storage: Storage, condition: Condition, mode: SearchMode) {
    this.#storage = storage;
    this.#condition = condition;
    this.#mode = mode;
    this.#known = mode.searched === undefined ? {} : { known: new KnownFields(mode.searched, this.#decoder) };
    const all = [...conditionsIn(condition)];
    this.#stride = Math.ceil(CONDITIONS / all.length);
    this.#sought = soughtBy(all, mode.withRelevancy ?? false);
    this.#parts = all.some(needsWhole) ? undefined : fewParts;
    this.#isInHeaders = all.some((inner) => inner.is === "text" && inner.header);
    this.#hasOctetFields = all.some((inner) =>
      inner.is === "field" && inner.texts.some(({ key }) => key === undefined)
    );
  }

  async among(rows: readonly Row[]): Promise<readonly FoundMessage[]> {
    const { work, now, withRelevancy = false } = this.#mode;
    const rest = { now, decode: this.#decoder.decode, ...this.#known };
    /** By the place of their row. */
    const found: (FoundMessage | undefined)[] = [], open: number[] = [];
    for (const [place, { message, isRecent }] of rows.entries()) {
      const verdict = evaluate(this.#condition, { message, isRecent, ...rest });
      if (verdict === true && !withRelevancy) found[place] = { message };
      else if (verdict !== false) open.push(place);
      if (place % this.#stride === 0 && work.isDue) await work.pause();
    }
    for (let done = 0; done < open.length; done += SUMMARIES) {
      const places = open.slice(done, done + SUMMARIES);
      const some = places.flatMap((place) => rows[place] ?? []);
      const bodies = some.map(({ message }) => message.body);
      const summaries: readonly (SearchedSummary | undefined)[] = await summariesOf(this.#storage, bodies, this.#parts);
      for (const [index, { message, isRecent }] of some.entries()) {
        const summary = summaries[index];
        const hit = summary && this.#look({ message, isRecent, ...rest, summary }, summary);
        found[places[index] ?? 0] = hit instanceof Promise ? await hit : hit;
        if (work.isDue) await work.pause();
      }
    }
    return found.filter((hit) => hit !== undefined);
  }

  /** With what was parsed, then with the header or the whole text, which are read once for all keys. */
  #look(candidate: Candidate, summary: SearchedSummary): MaybePromise<FoundMessage | undefined> {
    const verdict = this.#evaluate(candidate);
    return verdict instanceof Promise
      ? verdict.then((loaded) => this.#lookFurther(candidate, summary, loaded))
      : this.#lookFurther(candidate, summary, verdict);
  }

  #lookFurther(
    candidate: Candidate,
    summary: SearchedSummary,
    verdict: boolean | undefined,
  ): MaybePromise<FoundMessage | undefined> {
    if (verdict === false) return undefined;
    // How well it fits is only known of the text as a whole.
    const isEnough = verdict === true && (!this.#mode.withRelevancy || this.#sought.size === 0);
    return isEnough ? this.#found(candidate, summary) : this.#lookInside(candidate, summary);
  }

  async #lookInside(candidate: Candidate, summary: SearchedSummary): Promise<FoundMessage | undefined> {
    const { mayPassOver } = this.#mode;
    const body = await unlessGone(this.#open(candidate.message), mayPassOver);
    const read = body && await unlessGone(this.#read(candidate, summary, body), mayPassOver);
    return read !== undefined && await this.#evaluate(read) === true ? this.#found(read, summary) : undefined;
  }

  #found(full: Candidate, summary: SearchedSummary): FoundMessage {
    return {
      message: full.message,
      ...isWhole(summary) && { summary },
      ...this.#mode.withRelevancy && { relevancy: relevancyOf(this.#condition, full) },
    };
  }

  #evaluate(candidate: Candidate): MaybePromise<boolean | undefined> {
    return this.#decoder.reading(() => evaluate(this.#condition, candidate));
  }

  async #open({ body: id }: Message): Promise<Body> {
    const body = await this.#storage.openBody(id);
    if (body.size > SHORT) return body;
    const octets = await body.read(0, body.size);
    return { size: octets.length, read: (start, end) => Promise.resolve(octets.subarray(start, end)) };
  }

  async #read(candidate: Candidate, summary: SearchedSummary, body: Body): Promise<Candidate> {
    const scan = new TextScan(this.#sought);
    const isHeaderNeeded = summary.truncated === true || this.#hasOctetFields;
    const headerEnd = Math.min(summary.headerSize, searchedHeader);
    const header = isHeaderNeeded ? { header: new Header(await body.read(0, headerEnd)) } : {};
    const wanted = { header: this.#isInHeaders, octets: scan.needsOctets };
    if (this.#sought.size > 0 && isWhole(summary)) {
      for await (const piece of searchText(summary.structure, body, wanted, this.#decoder)) {
        scan.push(piece);
        if (scan.isDone) break;
        if (this.#mode.work.isDue) await this.#mode.work.pause();
      }
    }
    return { ...candidate, ...header, contains: (text, withHeader) => scan.has(text, withHeader) };
  }
}

/** Each text that is looked for in whole messages, and whether a header that has it is enough. */
function soughtBy(conditions: readonly Condition[], withRelevancy: boolean): Map<WantedText, boolean> {
  const sought = new Map<WantedText, boolean>();
  for (const condition of conditions) {
    if (condition.is !== "text") continue;
    // Whether it is also found below the header is asked for its relevancy.
    for (const text of condition.texts) sought.set(text, condition.header && !withRelevancy);
    if (withRelevancy && condition.phrase !== undefined) sought.set(condition.phrase, false);
  }
  return sought;
}
