/**
 * The selected mailbox as its client knows it (RFC 9051 §5.2). Its invariants:
 * - sequence numbers are those of the messages that the client has been told of: what was expunged since keeps its number
 *   until the client is told, what has arrived since has none;
 * - what the mailbox holds is read only when somebody has changed it, and each change is told once, or again when telling
 *   it failed;
 * - a change that a command of this session tells itself (STORE) is not told again.
 */
import type { ExpungedUids, MailboxId, MailboxSnapshot, Message, Storage, UidSet } from "../../../core/contract/mod.ts";
import type { NumberRanges } from "./grammar/sequence_set.ts";
import { HeardChanges } from "./heard_changes.ts";
import { KnownKeywords } from "./known_keywords.ts";
import type { KnownMessages } from "./known_messages.ts";
import type { KnownTarget } from "./known_target.ts";
import type { Changes, Vanished } from "./mailbox_changes.ts";
import type { Work } from "./long_work.ts";
import { placeIn } from "./number_ranges.ts";
import { KnownFlags } from "./search/known_flags.ts";
import type { SearchContext } from "./search/search_context.ts";
import type { Selection } from "./selection.ts";
import { UidRuns } from "./uid_runs.ts";

/** Changes that are read at a time. */
const PAGE = 1000;

/** The mailbox of a session in the selected state. */
export class SelectedMailbox {
  /** Which. */
  readonly id: MailboxId;
  /** RFC 9051 §2.3.1.1. */
  readonly uidValidity: number;
  /** See there; rights may change (`selected_rights.ts`). */
  selection: Selection;
  /** As APPEND has found it. */
  target: KnownTarget | undefined;
  /** The UIDs that SEARCHRES saved (RFC 5182): `$`. */
  saved: UidSet = [];
  /** Searches whose results are told as they change (RFC 5267 §4.3), by the tag of their command. */
  readonly contexts: Map<string, SearchContext> = new Map();
  /** RFC 7162 §3.2: the client was told of a mod-sequence that is lower than it need be, because EXPUNGE had to wait. */
  owesModseq = false;
  /** RFC 3501 §2.3.2: UIDs that are `\Recent` in this session and in no other. */
  readonly recentUids = new UidRuns();
  /** What has been committed to it, as far as that is known. */
  readonly heard: HeardChanges;
  /** Keywords that messages in it have or had. */
  readonly keywords = new KnownKeywords();
  readonly #storage: Storage;
  readonly #known: KnownMessages;
  /** What searches have read. */
  readonly #flags: KnownFlags;
  /** Ascending; a message's sequence number is one more than its place. */
  #uids: Uint32Array;
  /** Expunged, and the client has not been told. */
  readonly #gone = new Set<number>();
  /** Up to here the client knows of everything; undefined where nothing waits in `#gone`. */
  #goneSince: bigint | undefined;
  /** RFC 7162 §3.1: mod-sequences of changes that a command of the client has told; no other change has them. */
  readonly #toldAlready = new Set<bigint>();
  /** Everything up to here has been told, or lies in `#gone`. */
  #modseq: bigint;
  /** Messages that came since the client was last told how many there are. */
  #untold: number[] = [];
  /** What a command of the client put here right after what it knows: it need not be read. */
  #appended: Message[] = [];

  /** As it was read. @param known What sessions know of messages. */
  constructor(storage: Storage, { mailbox, uids }: MailboxSnapshot, selection: Selection, known: KnownMessages) {
    this.#storage = storage;
    this.#known = known;
    this.id = mailbox.id;
    this.#flags = new KnownFlags(storage, mailbox.id);
    this.uidValidity = mailbox.uidValidity;
    this.selection = selection;
    this.#uids = uids;
    this.#modseq = mailbox.highestModseq;
    this.heard = new HeardChanges(mailbox.highestModseq);
    this.keywords.learn(mailbox.keywords);
  }

  /** Whether something may have been committed of which the client has not been told. */
  get isStale(): boolean {
    return this.#appended.length > 0 || this.heard.isNews(this.#modseq);
  }

  /** How many messages the client knows: its greatest sequence number. */
  get count(): number {
    return this.#uids.length;
  }

  /** The greatest UID that the client knows; 0 in an empty mailbox. */
  get lastUid(): number {
    return this.#uids[this.#uids.length - 1] ?? 0;
  }

  /** The mod-sequence up to which the client has been told of everything (RFC 7162 §3.2: also of what was expunged). */
  get toldModseq(): bigint {
    return this.#goneSince ?? this.#modseq;
  }

  /** UIDs of all messages that the client knows, ascending; not to be changed, valid until changes are read. */
  get uids(): Uint32Array {
    return this.#uids;
  }

  /** How many messages are `\Recent` in this session. */
  get recent(): number {
    return this.recentUids.runs.reduce((sum, [from, to]) => sum + this.placeOf(to + 1) - this.placeOf(from), 0);
  }

  /** Whether the client knows this message and it is not there any more. */
  isGone(uid: number): boolean {
    return this.#gone.has(uid);
  }

  /** Whether something is gone of which the client has not been told. */
  get hasGone(): boolean {
    return this.#gone.size > 0;
  }

  /** The UID of a sequence number; undefined where the client knows none. */
  uidOf(number: number): number | undefined {
    return this.#uids[number - 1];
  }

  /** The sequence number of a UID; 0 where the client does not know it. */
  numberOf(uid: number): number {
    const place = this.placeOf(uid);
    return this.#uids[place] === uid ? place + 1 : 0;
  }

  /** UIDs of sequence numbers; undefined where one is beyond those that the client knows (a BAD, RFC 9051 §9). */
  uidsOfNumbers(ranges: NumberRanges): UidSet | undefined {
    const found: (readonly [number, number])[] = [];
    for (const [from, to] of ranges) {
      const first = this.uidOf(from), last = this.uidOf(to);
      if (first === undefined || last === undefined) return undefined;
      found.push([first, last]);
    }
    return found;
  }

  /**
   * A command of the client changed these messages in one step, and tells that itself.
   *
   * @returns Whether that came right after what the client has been told: nobody else has changed anything.
   */
  told(changed: readonly Message[]): boolean {
    const [{ modseq } = { modseq: 0n }] = changed, isNext = modseq === this.#modseq + 1n;
    // Searches whose results are told as they change are to see it.
    if (isNext && this.contexts.size === 0) {
      this.#follow(modseq, changed);
      this.#modseq = modseq;
    } else {
      this.#toldAlready.add(modseq);
      this.heard.ask();
    }
    return isNext;
  }

  /** A command of the client expunged these in one step: they are told as any that are gone. */
  expunged({ uids, modseq }: ExpungedUids): void {
    // As in `told`; where others have changed something before, it is all read.
    if (modseq !== this.#modseq + 1n || this.contexts.size > 0) return this.heard.ask();
    this.#follow(modseq, [], uids);
    for (const uid of uids) this.#markGone(uid);
    this.#modseq = modseq;
  }

  /** A command of the client put these here, ascending; others may have put some between. */
  appended(messages: readonly Message[]): void {
    const isNext = messages.every(({ modseq }, index) => modseq === this.#modseq + BigInt(index + 1));
    if (isNext) this.#appended = [...messages];
    else this.heard.ask();
  }

  /** What a command read of the mailbox was of this state: where that is news, it is still to be told (RFC 9051 §5.2). */
  hasSeen(modseq: bigint): void {
    if (modseq > this.#modseq) this.heard.ask();
  }

  /** Flags of the messages as they are now, read as far as they are not known. @throws Refusal `not-found`. */
  async readFlags(work: Work): Promise<KnownFlags> {
    if (!this.#storage.tellsFirst || this.isStale || this.#flags.modseq !== this.#modseq) {
      await this.#flags.refresh(work);
      this.hasSeen(this.#flags.modseq ?? this.#modseq);
    }
    return this.#flags;
  }

  /** Whether little or nothing of them is to be read. */
  get knowsFlags(): boolean {
    return this.#flags.modseq !== undefined;
  }

  /**
   * Reads what has been committed since, a page at a time; what a page says is told before the next is asked for. When
   * that ends early, it is read again the next time.
   *
   * @throws Refusal `not-found` when the mailbox is gone.
   */
  async *changes(): AsyncGenerator<Changes> {
    let mustRead = this.heard.take(), isTold = false;
    try {
      const appended = this.#appended.splice(0), last = appended.at(-1);
      if (last !== undefined && appended[0]?.modseq === this.#modseq + 1n) {
        // What happened to them since comes with the rest.
        this.#follow(last.modseq, appended);
        this.#grow(appended.map(({ uid }) => uid));
        yield { gone: [], arrived: this.#untold, changed: [], touched: appended };
        this.#untold = [];
        this.#modseq = last.modseq;
      } else if (last !== undefined) mustRead = true;
      isTold = !mustRead && !this.isStale;
      if (isTold) return;
      const since = this.#modseq;
      let horizon: bigint | undefined;
      for (let after = 0, more = true; more;) {
        const page = await this.#storage.messages(this.id, { changedSince: since, after, most: PAGE });
        if (horizon === undefined && !page.more) this.#follow(page.highestModseq, page.messages, page.expunged);
        // Later pages may be of a later moment; what that changed is read again.
        horizon ??= page.highestModseq;
        const gone = page.expunged.flatMap((item) => this.#markGone(item));
        const known = this.lastUid;
        this.#grow(page.messages.filter(({ uid }) => uid > known).map(({ uid }) => uid));
        const changed = page.messages.filter((message) =>
          message.uid <= known && !this.#toldAlready.has(message.modseq)
        );
        after = page.messages.at(-1)?.uid ?? after;
        more = page.more;
        yield { gone, arrived: this.#untold, changed, touched: page.messages };
        // Only now may the client be taken to know it.
        this.#untold = [];
      }
      this.#modseq = horizon ?? since;
      this.#toldAlready.clear();
      isTold = true;
    } finally {
      if (!isTold) this.heard.ask();
    }
  }

  /** Forgets what is gone, because the client is told now. */
  takeGone(): Vanished {
    if (this.#gone.size === 0) return { numbers: [], uids: [] };
    const numbers: number[] = [], uids: number[] = [];
    const left = new Uint32Array(this.#uids.length - this.#gone.size);
    let kept = 0;
    for (const uid of this.#uids) {
      if (this.#gone.has(uid)) {
        // RFC 9051 §7.5.1: each EXPUNGE lowers the numbers after it at once.
        numbers.push(kept + 1);
        uids.push(uid);
      } else left[kept++] = uid;
    }
    this.#uids = left;
    this.#gone.clear();
    this.#goneSince = undefined;
    return { numbers, uids };
  }

  /** @returns Those that were not marked before. */
  #markGone(item: number | readonly [number, number]): number[] {
    const [from, to] = typeof item === "number" ? [item, item] : item;
    const fresh: number[] = [];
    for (let place = this.placeOf(from); place < this.#uids.length; place++) {
      const uid = this.#uids[place];
      if (uid === undefined || uid > to) break;
      if (!this.#gone.has(uid)) fresh.push(uid);
      this.#gone.add(uid);
      this.#goneSince ??= this.#modseq;
    }
    return fresh;
  }

  /** What has been read of messages is brought to a later state: this is all that has happened up to there. */
  #follow(until: bigint, messages: readonly Message[], expunged: UidSet = []): void {
    const change = { since: this.#modseq, until, messages, expunged };
    this.#flags.follow(change);
    this.#known.follow(this.id, change);
  }

  #grow(uids: readonly number[]): void {
    if (uids.length === 0) return;
    const grown = new Uint32Array(this.#uids.length + uids.length);
    grown.set(this.#uids);
    grown.set(uids, this.#uids.length);
    this.#uids = grown;
    this.#untold = [...this.#untold, ...uids];
  }

  /** How many messages have a lower UID. */
  placeOf(uid: number): number {
    return placeIn(this.#uids, uid);
  }
}
