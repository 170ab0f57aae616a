/** Bodies in the database, read at random: short ones at once, long ones a piece at a time, never whole in memory. */
import type { DatabaseSync } from "node:sqlite";
import type { MessageSummary } from "../../core/contract/message.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Body } from "../../core/contract/storage.ts";
import { Statement, TupleStatement } from "./statement.ts";
import { columnsOf, partsOf, summaryColumns, type SummaryTuple, wholeSummary } from "./summary_columns.ts";

/** A row of `bodies`, as far as its octets go. */
type BodyTuple = readonly [
  id: number,
  size: number,
  content: number | null,
  first: number,
  /** All of a short one: SQLite reads the whole of it whatever part is asked for. */
  octets: Uint8Array<ArrayBuffer> | null,
];

/** A body, read without waiting. */
export interface OpenBody {
  /** Octets. */
  readonly size: number;
  /** As of a `Body`. */
  readonly read: (start: number, end: number) => Uint8Array;
}

/** Reads bodies. */
export class BodyReader {
  readonly #find: TupleStatement<BodyTuple>;
  readonly #findAll: TupleStatement<BodyTuple>;
  readonly #summary: TupleStatement<SummaryTuple>;
  readonly #summaries: TupleStatement<readonly [...SummaryTuple, id: number]>;
  readonly #whole: Statement<{ readonly octets: Uint8Array }>;
  readonly #chunk: Statement<{ readonly octets: Uint8Array }>;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    const find = "SELECT id, size, content, first, octets FROM bodies";
    this.#find = new TupleStatement(database, `${find} WHERE id = ?`);
    this.#findAll = new TupleStatement(database, `${find} WHERE id IN (SELECT value FROM json_each(?))`);
    this.#summary = new TupleStatement(database, `SELECT ${summaryColumns} FROM bodies WHERE id = ?1`);
    this.#summaries = new TupleStatement(
      database,
      `SELECT ${summaryColumns}, id FROM bodies WHERE id IN (SELECT value FROM json_each(?1))`,
    );
    this.#whole = prepare("SELECT octets FROM bodies WHERE id = ? AND octets IS NOT NULL");
    // The chunk that a position is in, from there on.
    this.#chunk = prepare(
      `SELECT substr(octets, ?2 - position + 1, ?3) AS octets FROM chunks
         WHERE content = ?1 AND position <= ?2 ORDER BY position DESC LIMIT 1`,
    );
  }

  /** What was parsed of it. @throws Refusal `not-found`. */
  summary(key: number): MessageSummary {
    return partsOf(this.#summary.get(key, ...wholeSummary) ?? notFound());
  }

  /** These parts of those that are there, by key. */
  summaries<Part extends keyof MessageSummary>(
    keys: readonly number[],
    parts?: readonly Part[],
  ): Map<number, Pick<MessageSummary, Part>> {
    const wanted = parts === undefined ? wholeSummary : columnsOf(parts);
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) {
      const row = this.#summary.get(only, ...wanted);
      return new Map(row && [[only, partsOf(row)]]);
    }
    const rows = this.#summaries.all(JSON.stringify(keys), ...wanted);
    return new Map(rows.map((row) => [row[4], partsOf(row)]));
  }

  /** @throws Refusal `not-found`; so does `read`, when the body has gone meanwhile. */
  open(key: number): Body {
    return asBody(this.openNow(key));
  }

  /** Those that are there, by key. */
  openAll(keys: readonly number[]): Map<number, Body> {
    const [only] = keys;
    const rows = keys.length === 1 && only !== undefined
      ? this.#find.all(only)
      : this.#findAll.all(JSON.stringify(keys));
    return new Map(rows.map((row) => [row[0], asBody(this.#opened(row))]));
  }

  /** One, read without waiting. */
  openNow(key: number): OpenBody {
    return this.#opened(this.#find.get(key) ?? notFound());
  }

  #opened([key, size, content, first, octets]: BodyTuple): OpenBody {
    let whole: Uint8Array | null = octets;
    const read = (start: number, end: number): Uint8Array => {
      const from = Math.max(0, start), to = Math.min(size, end);
      if (from >= to) return new Uint8Array();
      if (content !== null) return this.#readChunks(content, first + from, to - from);
      const here = whole ?? (this.#whole.get(key) ?? notFound()).octets;
      const isAll = from === 0 && to === size;
      // What is read is the reader's: it may change it.
      whole = isAll ? null : here;
      return isAll ? here : here.slice(from, to);
    };
    return { size, read };
  }

  #readChunks(content: number, position: number, length: number): Uint8Array {
    const octets = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const { octets: piece } = this.#chunk.get(content, position + at, length - at) ?? notFound();
      if (piece.length === 0) notFound();
      if (piece.length === length) return piece;
      octets.set(piece, at);
      at += piece.length;
    }
    return octets;
  }
}

function asBody({ size, read }: OpenBody): Body {
  return { size, read: (start, end) => Promise.try(read, start, end) };
}

function notFound(): never {
  throw new Refusal("not-found", "there is no such message body");
}
