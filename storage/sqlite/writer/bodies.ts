/**
 * Bodies, as the writer keeps them. Short ones come with the batch that names them and lie in one row; those that are
 * longer lie in segments; long ones come before the batch, and are unnamed until then.
 */
import type { DatabaseSync } from "node:sqlite";
import type { MessageSummary } from "../../../core/contract/message.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { summarize, Summarizer } from "../../../core/message/summary.ts";
import { BodyReader } from "../body_reader.ts";
import type { SegmentFiles } from "../segment_files.ts";
import { Statement } from "../statement.ts";
import { columnsFrom } from "../summary_columns.ts";
import { type ArrivedBody, gone } from "./incoming_bodies.ts";
import type { Room } from "./room.ts";
import type { Place, Segments } from "./segments.ts";

/** What a message keeps of its body. */
export interface BodySize {
  /** Octets. */
  readonly size: number;
  /** Octets with CRLF line ends. */
  readonly crlfSize: number;
}

/** A body that came with the batch that names it. */
export interface NewBody {
  /** What was parsed of it. */
  readonly summary: MessageSummary;
  /** All of it, or where it lies. */
  readonly content: Uint8Array | Place;
  /** Whether something has been given it, in a batch that may have been taken back. */
  isNamed: boolean;
}

interface BodyRow extends BodySize {
  readonly segment: number | null;
  readonly offset: number;
}

type RemovedRow = Pick<BodyRow, "segment" | "offset" | "size">;

const nothing: ReadonlyMap<number, NewBody> = new Map();

/**
 * Octets of a body that always lies in its row, and of all longer ones of a group that do all the same. Measured: SQLite
 * writes what is in a row twice, with checksums; what is in a segment costs one more fsync, however much it is.
 */
const SHORT = 64 * 1024, FEW = 128 * 1024;
/** Octets of a long body that are read at a time. */
const PIECE = 256 * 1024;

/** Their table. */
export class Bodies {
  readonly #segments: Segments;
  readonly #room: Room;
  readonly #reader: BodyReader;
  readonly #find: Statement<BodyRow>;
  readonly #insert: Statement;
  readonly #remove: Statement<RemovedRow>;
  readonly #share: Statement;
  readonly #unshare: Statement<{ readonly messages: number }>;
  readonly #own: Statement;
  readonly #unnamed: Statement<{ readonly segment: number; readonly body: number | null }>;

  /** Over an open database. */
  constructor(database: DatabaseSync, files: SegmentFiles, segments: Segments, room: Room) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#segments = segments;
    this.#room = room;
    this.#reader = new BodyReader(database, files);
    this.#find = prepare("SELECT size, crlfSize, segment, offset FROM bodies WHERE id = ?");
    this.#insert = prepare(
      `INSERT INTO bodies (id, size, crlfSize, segment, offset, summary, envelope, structure, fields, octets)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#remove = prepare("DELETE FROM bodies WHERE id = ? RETURNING segment, offset, size");
    this.#share = prepare(
      "INSERT INTO shared (body, messages) VALUES (?, 2) ON CONFLICT DO UPDATE SET messages = messages + 1",
    );
    this.#unshare = prepare("UPDATE shared SET messages = messages - 1 WHERE body = ? RETURNING messages");
    this.#own = prepare("DELETE FROM shared WHERE body = ?");
    this.#unnamed = prepare(
      `SELECT segments.id AS segment, bodies.id AS body FROM segments LEFT JOIN bodies ON segment = segments.id
         WHERE unnamedSince < ?`,
    );
  }

  /**
   * Parses bodies and keeps them, in the order in which they came. Before the transaction that names them: another process
   * may be waiting for its end. @throws SegmentFileError, Error of SQLite.
   */
  keep(bodies: ReadonlyMap<number, Uint8Array>): Map<number, NewBody> {
    const long = [...bodies].filter(([, { length }]) => length > SHORT);
    const octets = long.reduce((sum, [, { length }]) => sum + length, 0), apart = octets > FEW ? long : [];
    this.#room.take(apart.length > 0 ? octets : 0);
    const kept = this.#segments.keep(apart.map(([, octets]) => octets));
    const places = new Map(kept.map((place, index) => [apart[index]?.[0], place]));
    return new Map([...bodies].map(([key, octets]) => {
      return [key, { summary: summarize(octets), content: places.get(key) ?? octets, isNamed: false }];
    }));
  }

  /** A message, or an entry of the queue, is about to have this body. @throws Refusal `not-found`. */
  name(body: number, fresh: ReadonlyMap<number, NewBody> = nothing): BodySize {
    const own = fresh.get(body);
    // Each delivery would look for what it has just brought.
    const found = own?.isNamed === false ? undefined : this.#find.get(body);
    if (found === undefined) return this.#insertNew(body, own ?? notFound());
    const isFirst = found.segment !== null && this.#segments.name(found.segment);
    if (!isFirst) this.#share.run(body);
    return found;
  }

  /** A message, or an entry, with each of these bodies is gone: what nobody else has goes too. */
  release(bodies: Iterable<number>): void {
    for (const body of bodies) {
      const left = this.#unshare.get(body)?.messages;
      if (left === 1) this.#own.run(body);
      if (left === undefined) this.#drop(body);
    }
  }

  /** A long body has come in. Its first key is that under which it came. @throws Refusal `unavailable`. */
  add(body: number, { segment, summary }: ArrivedBody): void {
    // What took longer than unnamed bodies are kept is gone.
    if (!this.#segments.complete(segment, summary.size)) gone();
    this.#insertRow(body, summary, { segment, offset: 0 }, null);
  }

  /** Octets before a long body: they lie in its row, and its key changes. @throws Refusal `not-found`, `invalid`. */
  prefix(body: number, as: number, octets: Uint8Array): void {
    const { segment, offset } = this.#find.get(body) ?? notFound();
    if (segment === null || !this.#segments.isUnnamed(segment)) {
      throw new Refusal("invalid", "a message has that body already");
    }
    const { size, read } = this.#reader.openNow(body);
    const summarizer = new Summarizer();
    summarizer.push(octets);
    for (let at = 0; at < size; at += PIECE) summarizer.push(read(at, at + PIECE));
    const before = read(0, -offset), head = new Uint8Array(octets.length + before.length);
    head.set(octets);
    head.set(before, octets.length);
    this.#remove.get(body);
    this.#insertRow(as, summarizer.finish(), { segment, offset: -head.length }, head);
  }

  /** Drops a long body that no message has. */
  discard(body: number): void {
    const segment = this.#find.get(body)?.segment ?? undefined;
    if (segment === undefined || !this.#segments.isUnnamed(segment)) return;
    this.#drop(body);
    this.#segments.forget(segment);
  }

  /** Drops what has been unnamed since before then (milliseconds), and what was coming in when a program ended. */
  discardOld(before: number): void {
    this.#segments.forgetAbandoned();
    for (const { segment, body } of this.#unnamed.all(before)) {
      if (body !== null) this.#drop(body);
      // What is still coming in will be told that nobody waits for it.
      this.#segments.forget(segment);
    }
  }

  #drop(body: number): void {
    const { segment = null, offset = 0, size = 0 } = this.#remove.get(body) ?? {};
    if (segment !== null) this.#segments.empty(segment, size + Math.min(0, offset));
  }

  #insertNew(body: number, fresh: NewBody): BodySize {
    const { content, summary } = fresh;
    fresh.isNamed = true;
    if (content instanceof Uint8Array) {
      this.#insertRow(body, summary, null, content);
    } else {
      this.#insertRow(body, summary, content, null);
      this.#segments.fill(content, summary.size);
    }
    return summary;
  }

  #insertRow(id: number, summary: MessageSummary, place: Place | null, octets: Uint8Array | null): void {
    const { segment = null, offset = 0 } = place ?? {};
    this.#insert.run(id, summary.size, summary.crlfSize, segment, offset, ...columnsFrom(summary), octets);
  }
}

function notFound(): never {
  throw new Refusal("not-found", "there is no such message body");
}
