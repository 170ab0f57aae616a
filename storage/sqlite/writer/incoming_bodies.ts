/** Long bodies that are coming in, each into a segment of its own. */
import type { MessageSummary } from "../../../core/contract/message.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { Summarizer } from "../../../core/message/summary.ts";
import type { OpenSegment } from "./open_segment.ts";
import type { Room } from "./room.ts";
import type { Segments } from "./segments.ts";

/** Octets that are synced at once: others wait meanwhile. */
const SYNC = 4 * 1024 * 1024;

/** One that has come in. */
export interface ArrivedBody {
  /** The key of its segment. */
  readonly segment: number;
  /** What was parsed of it. */
  readonly summary: MessageSummary;
}

interface Incoming {
  readonly segment: OpenSegment;
  readonly summarizer: Summarizer;
  readonly since: number;
  /** Octets that the room holds for it. */
  held: number;
}

/** By the keys that they will have. */
export class IncomingBodies {
  readonly #segments: Segments;
  readonly #room: Room;
  readonly #incoming = new Map<number, Incoming>();

  /** Into new segments. */
  constructor(segments: Segments, room: Room) {
    this.#segments = segments;
    this.#room = room;
  }

  /**
   * The next octets. @throws Refusal `unavailable`, SegmentFileError, Error of SQLite; the body must be discarded then.
   *
   * @param at How many came before: what follows a beginning that is gone is no beginning.
   */
  takeIn(body: number, at: number, octets: Uint8Array, now: number): void {
    const incoming = at === 0 ? this.#begin(body, now) : this.#incoming.get(body) ?? gone();
    const { segment, summarizer } = incoming;
    if (segment.end !== at) gone();
    this.#room.hold(octets.length);
    incoming.held += octets.length;
    segment.append(octets);
    summarizer.push(octets);
    if (segment.unsynced >= SYNC) segment.sync();
  }

  /**
   * It is complete, and on the disk: `add` takes note of it. Until then its segment is locked, or others would take it for one
   * that a program has left behind. @throws Refusal `unavailable`, SegmentFileError, what `add` throws; the body must be
   * discarded then.
   */
  finish(body: number, add: (arrived: ArrivedBody) => void): void {
    const incoming = this.#incoming.get(body) ?? gone();
    incoming.segment.sync();
    add({ segment: incoming.segment.id, summary: incoming.summarizer.finish() });
    this.#letGo(body, incoming);
  }

  /** Lets go of one that is not complete, and gives the key of its segment, which is garbage. */
  discard(body: number): number | undefined {
    const incoming = this.#incoming.get(body);
    // Its room is wanted before it is collected.
    incoming?.segment.cut(0);
    if (incoming !== undefined) this.#letGo(body, incoming);
    return incoming?.segment.id;
  }

  /** Lets go of those that have been coming in since before then (milliseconds). */
  discardOld(before: number): void {
    for (const [body, { since }] of this.#incoming) if (since < before) this.discard(body);
  }

  /** Lets go of all. */
  close(): void {
    this.discardOld(Infinity);
  }

  #letGo(body: number, { segment, held }: Incoming): void {
    segment.close();
    this.#room.letGo(held);
    this.#incoming.delete(body);
  }

  #begin(body: number, since: number): Incoming {
    const incoming = { segment: this.#segments.begin(since), summarizer: new Summarizer(), since, held: 0 };
    this.#incoming.set(body, incoming);
    return incoming;
  }
}

/** It has been coming in for too long, the clock was set, or its writer died: whoever sends it has to begin anew. */
export function gone(): never {
  throw new Refusal("unavailable", "mail cannot be stored for now");
}
