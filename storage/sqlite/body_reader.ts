/** Bodies, read at random: short ones from their rows, longer ones from files, a piece at a time. */
import type { DatabaseSync } from "node:sqlite";
import type { MessageSummary } from "../../core/contract/message.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Body } from "../../core/contract/storage.ts";
import type { Reads } from "./reads.ts";
import type { SegmentFiles } from "./segment_files.ts";
import { Statement, TupleStatement } from "./statement.ts";
import { columnsOf, partsOf, summaryColumns, type SummaryTuple, wholeSummary } from "./summary_columns.ts";

interface PlaceRow {
  /** Null where all is in the row. */
  readonly segment: number | null;
  /** Where in the segment its first octet is; negative: so many of the first are in the row. */
  readonly offset: number;
}

/** A row of `bodies`, as far as its octets go. */
type BodyTuple = readonly [
  id: number,
  size: number,
  segment: number | null,
  offset: number,
  /** SQLite reads the whole of it whatever part is asked for. */
  octets: Uint8Array<ArrayBuffer> | null,
];

/** Short bodies, one after the other: a value for each would cost several times what its octets do. */
type BlockTuple = readonly [
  /** Separated by commas, as they lie in the block; null: there are none. */
  ids: string | null,
  /** The octets of each. */
  sizes: string | null,
  /** How many octets there are before the first NUL. */
  clean: number | null,
  octets: Uint8Array<ArrayBuffer> | null,
];

/** Octets up to which a header is read with many others at once. */
const SHORT_HEADER = 16_384;

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
  readonly #short: TupleStatement<BlockTuple>;
  readonly #shorts: TupleStatement<BlockTuple>;
  readonly #headers: TupleStatement<BlockTuple>;
  readonly #summary: TupleStatement<SummaryTuple>;
  readonly #summaries: TupleStatement<readonly [...SummaryTuple, id: number]>;
  readonly #whole: Statement<{ readonly octets: Uint8Array }>;
  readonly #place: Statement<PlaceRow>;
  readonly #files: SegmentFiles;
  readonly #reads: Pick<Reads, "try">;

  /** Over a connection that reads. @param reads Absent: what fails while a body is read is told as it is. */
  constructor(database: DatabaseSync, files: SegmentFiles, reads: Pick<Reads, "try"> = asItIs) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#find = new TupleStatement(database, "SELECT id, size, segment, offset, octets FROM bodies WHERE id = ?");
    // %s ends at the first NUL.
    this.#short = new TupleStatement(
      database,
      `SELECT CAST(id AS TEXT), CAST(octet_length(octets) AS TEXT), octet_length(printf('%s', octets)), octets
         FROM bodies WHERE id = ? AND segment IS NULL AND octets IS NOT NULL`,
    );
    // SQLite joins text and not blobs; a cast between them leaves the octets as they are.
    this.#shorts = new TupleStatement(
      database,
      `SELECT group_concat(bodies.id), group_concat(octet_length(octets)),
         octet_length(printf('%s', group_concat(octets, ''))), CAST(group_concat(octets, '') AS BLOB)
         FROM json_each(?) AS wanted CROSS JOIN bodies ON bodies.id = wanted.value
         WHERE segment IS NULL AND octets IS NOT NULL`,
    );
    // Of nothing, substr is NULL, which is not joined.
    this.#headers = new TupleStatement(
      database,
      `SELECT group_concat(id), group_concat(octet_length(header)),
         octet_length(printf('%s', group_concat(header, ''))), CAST(group_concat(header, '') AS BLOB)
         FROM (SELECT bodies.id AS id, substr(octets, 1, summary ->> '$.headerSize') AS header
           FROM json_each(?) AS wanted CROSS JOIN bodies ON bodies.id = wanted.value
           WHERE summary ->> '$.headerSize' BETWEEN 1 AND min(octet_length(octets), ${SHORT_HEADER}))`,
    );
    this.#summary = new TupleStatement(database, `SELECT ${summaryColumns} FROM bodies WHERE id = ?1`);
    this.#summaries = new TupleStatement(
      database,
      `SELECT ${summaryColumns}, id FROM bodies WHERE id IN (SELECT value FROM json_each(?1))`,
    );
    this.#whole = prepare("SELECT octets FROM bodies WHERE id = ? AND octets IS NOT NULL");
    this.#place = prepare("SELECT segment, offset FROM bodies WHERE id = ?");
    this.#files = files;
    this.#reads = reads;
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
    const { size, read } = this.openNow(key);
    return { size, read: (start, end) => this.#reads.try(() => read(start, end)) };
  }

  /** Those of them that are there and short, by key. Their octets are read at once. */
  openShort(keys: readonly number[]): Map<number, Body> {
    const [only] = keys;
    return bodiesIn(
      keys.length === 1 && only !== undefined ? this.#short.get(only) : this.#shorts.get(JSON.stringify(keys)),
    );
  }

  /** The headers of those of them that are there and have short ones, which lie in their rows, by key. */
  openShortHeaders(keys: readonly number[]): Map<number, Body> {
    return bodiesIn(this.#headers.get(JSON.stringify(keys)));
  }

  /** One, read without waiting. */
  openNow(key: number): OpenBody {
    return this.#opened(this.#find.get(key) ?? notFound());
  }

  #opened(row: BodyTuple): OpenBody {
    const [, size, segment] = row, readPart = segment === null ? this.#readRow(row) : this.#readFile(row);
    const read = (start: number, end: number): Uint8Array => {
      const from = Math.max(0, start), to = Math.min(size, end);
      return from >= to ? new Uint8Array() : readPart(from, to);
    };
    return { size, read };
  }

  #readRow([id, size, , , octets]: BodyTuple): OpenBody["read"] {
    let whole: Uint8Array | null = octets;
    return (from, to) => {
      const here = whole ?? (this.#whole.get(id) ?? notFound()).octets;
      const isAll = from === 0 && to === size;
      // What is read is the reader's: it may change it.
      whole = isAll ? null : here;
      return isAll ? here : here.slice(from, to);
    };
  }

  /** Its start may be in the row, the rest is in a file. */
  #readFile([id, size, segment, offset, head]: BodyTuple): OpenBody["read"] {
    let place: PlaceRow = { segment, offset };
    const readRest = (from: number, to: number): Uint8Array => {
      for (;;) {
        const { segment, offset } = place;
        const octets = segment === null
          ? undefined
          : this.#files.read(segment, offset + from, to - from, offset + size);
        if (octets !== undefined) return octets;
        // Where it was, nothing is any more: it was moved, or has gone.
        place = this.#place.get(id) ?? notFound();
        if (segment !== null && place.segment === segment) throw this.#files.lost(segment, "it is missing");
      }
    };
    return (from, to) => {
      if (head === null || from >= head.length) return readRest(from, to);
      if (to <= head.length) return head.slice(from, to);
      const octets = new Uint8Array(to - from);
      octets.set(head.subarray(from));
      octets.set(readRest(head.length, to), head.length - from);
      return octets;
    };
  }
}

function bodiesIn(block: BlockTuple | undefined): Map<number, Body> {
  const [ids, sizes, clean, octets] = block ?? [null, null, null, null];
  const bodies = new Map<number, Body>();
  if (ids === null || sizes === null || octets === null) return bodies;
  const lengths = sizes.split(",");
  let at = 0;
  for (const [index, id] of ids.split(",").entries()) {
    const own = octets.subarray(at, at += Number(lengths[index]));
    bodies.set(Number(id), bodyInMemory(own, at <= (clean ?? 0)));
  }
  return bodies;
}

function bodyInMemory(octets: Uint8Array, isClean: boolean): Body {
  return {
    size: octets.length,
    read: (start, end) => Promise.resolve(octets.slice(Math.max(0, start), Math.max(0, end))),
    ...isClean && { clean: octets },
  };
}

const asItIs: Pick<Reads, "try"> = { try: (read) => Promise.try(read) };

function notFound(): never {
  throw new Refusal("not-found", "there is no such message body");
}
