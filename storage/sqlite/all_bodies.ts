/** Bodies wherever they are: in the database, or in memory as long as no batch has named them. */
import type { BodyId } from "../../core/contract/identifiers.ts";
import type { MessageSummary } from "../../core/contract/message.ts";
import type { Body } from "../../core/contract/storage.ts";
import { summarize } from "../../core/message/summary.ts";
import { RangeView } from "../../core/message/views.ts";
import type { BodyReader } from "./body_reader.ts";
import type { PendingBodies } from "./pending_bodies.ts";
import { keyOf } from "./rows.ts";

/** Reads of the contract, without waiting. All throw Refusal `not-found`. */
export class AllBodies {
  readonly #stored: BodyReader;
  readonly #pending: PendingBodies;

  /** Of both. */
  constructor(stored: BodyReader, pending: PendingBodies) {
    this.#stored = stored;
    this.#pending = pending;
  }

  /** One. */
  open(body: BodyId): Body {
    const inDatabase = () => this.#stored.open(keyOf(body));
    return this.#pending.open(keyOf(body), inDatabase) ?? inDatabase();
  }

  /** In their order. */
  openAll(bodies: readonly BodyId[]): readonly Body[] {
    const short = this.#stored.openShort(bodies.map(keyOf));
    return bodies.map((body) => short.get(keyOf(body)) ?? this.open(body));
  }

  /** Their headers, in their order. */
  openHeaders(bodies: readonly BodyId[]): readonly Body[] {
    const short = this.#stored.openShortHeaders(bodies.map(keyOf));
    return bodies.map((body) => short.get(keyOf(body)) ?? this.#header(body));
  }

  /** What was parsed of one. */
  summary(body: BodyId): MessageSummary {
    const pending = this.#pending.get(keyOf(body));
    return pending === undefined ? this.#stored.summary(keyOf(body)) : summarize(pending);
  }

  /** These parts of that, in their order. */
  summaries<Part extends keyof MessageSummary>(
    bodies: readonly BodyId[],
    parts?: readonly Part[],
  ): readonly Pick<MessageSummary, Part>[] {
    const stored = this.#stored.summaries(bodies.map(keyOf), parts);
    // Those that wait in memory, and those that are not there.
    return bodies.map((body) => stored.get(keyOf(body)) ?? this.summary(body));
  }

  #header(body: BodyId): Body {
    return new RangeView(this.open(body), 0, this.summary(body).headerSize);
  }
}
