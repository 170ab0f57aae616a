/**
 * Bodies, as the writer keeps them. Short ones come with the batch that names them and lie in one row; long ones come
 * before it, in chunks, and are unnamed until then.
 */
import type { DatabaseSync } from "node:sqlite";
import type { MessageSummary } from "../../../core/contract/message.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { summarize, Summarizer } from "../../../core/message/summary.ts";
import { Statement } from "../statement.ts";
import { columnsFrom } from "../summary_columns.ts";

/** What a message keeps of its body. */
export interface BodySize {
  /** Octets. */
  readonly size: number;
  /** Octets with CRLF line ends. */
  readonly crlfSize: number;
}

/** A short body on its way into its row. */
export interface NewBody {
  /** All of it. */
  readonly octets: Uint8Array;
  /** What was parsed of it. */
  readonly summary: MessageSummary;
}

interface LongBodyRow extends BodySize {
  readonly content: number | null;
  readonly first: number;
}

const nothing: ReadonlyMap<number, NewBody> = new Map();

/** Chunks that one step of collecting removes: a few milliseconds. */
const STEP = 16;

/** The tables of bodies. */
export class Bodies {
  readonly #find: Statement<LongBodyRow>;
  readonly #insert: Statement;
  readonly #remove: Statement<{ readonly content: number | null }>;
  readonly #share: Statement;
  readonly #unshare: Statement<{ readonly messages: number }>;
  readonly #own: Statement;
  readonly #chunk: Statement;
  readonly #chunks: Statement<{ readonly position: number; readonly octets: Uint8Array }>;
  readonly #unname: Statement;
  readonly #name: Statement;
  readonly #isUnnamed: Statement;
  readonly #discard: Statement;
  readonly #discarded: Statement<{ readonly content: number }>;
  readonly #undiscard: Statement;
  readonly #removeChunks: Statement;
  readonly #old: Statement<{ readonly content: number }>;
  readonly #removeContent: Statement;
  /** Long bodies that are coming in, by content: what was read of them so far. */
  readonly #incoming = new Map<number, { readonly summarizer: Summarizer; end: number }>();
  #garbage = false;

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#find = prepare("SELECT size, crlfSize, content, first FROM bodies WHERE id = ?");
    this.#insert = prepare(
      `INSERT INTO bodies (id, size, crlfSize, content, first, summary, envelope, structure, fields, octets)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#remove = prepare("DELETE FROM bodies WHERE id = ? RETURNING content");
    this.#share = prepare(
      "INSERT INTO shared (body, messages) VALUES (?, 2) ON CONFLICT DO UPDATE SET messages = messages + 1",
    );
    this.#unshare = prepare("UPDATE shared SET messages = messages - 1 WHERE body = ? RETURNING messages");
    this.#own = prepare("DELETE FROM shared WHERE body = ?");
    this.#chunk = prepare("INSERT INTO chunks (content, position, octets) VALUES (?, ?, ?)");
    this.#chunks = prepare(
      "SELECT position, octets FROM chunks WHERE content = ? AND position >= ? ORDER BY position LIMIT 1",
    );
    this.#unname = prepare("INSERT OR REPLACE INTO unnamed (content, since) VALUES (?, ?)");
    this.#name = prepare("DELETE FROM unnamed WHERE content = ?");
    this.#isUnnamed = prepare("SELECT 1 FROM unnamed WHERE content = ?");
    this.#discard = prepare("INSERT OR IGNORE INTO discarded (content) VALUES (?)");
    this.#discarded = prepare("SELECT content FROM discarded LIMIT 1");
    this.#undiscard = prepare("DELETE FROM discarded WHERE content = ?");
    this.#removeChunks = prepare(
      `DELETE FROM chunks WHERE content = ?1 AND position IN
         (SELECT position FROM chunks WHERE content = ?1 ORDER BY position LIMIT ${STEP})`,
    );
    this.#old = prepare("SELECT content FROM unnamed WHERE since < ?");
    this.#removeContent = prepare("DELETE FROM bodies WHERE content = ?");
  }

  /** A message, or an entry of the queue, is about to have this body. @throws Refusal `not-found`. */
  name(body: number, fresh: ReadonlyMap<number, NewBody> = nothing): BodySize {
    const found = this.#find.get(body);
    if (found !== undefined) {
      const isFirst = found.content !== null && this.#name.run(found.content) > 0;
      if (!isFirst) this.#share.run(body);
      return found;
    }
    const { octets, summary } = fresh.get(body) ?? notFound();
    this.#insert.run(body, summary.size, summary.crlfSize, null, 0, ...columnsFrom(summary), octets);
    return summary;
  }

  /** Whether long bodies lost whoever had them last since this was last asked: there is something to collect. */
  takeGarbage(): boolean {
    const garbage = this.#garbage;
    this.#garbage = false;
    return garbage;
  }

  /** A message, or an entry, with each of these bodies is gone: what nobody else has goes too. */
  release(bodies: Iterable<number>): void {
    for (const body of bodies) {
      const left = this.#unshare.get(body)?.messages;
      if (left === 1) this.#own.run(body);
      if (left !== undefined) continue;
      const content = this.#remove.get(body)?.content ?? undefined;
      if (content === undefined) continue;
      // Removing a long body takes longer than a commit should: its chunks are collected later.
      this.#discard.run(content);
      this.#garbage = true;
    }
  }

  /** The next octets of a long body. */
  takeIn(content: number, octets: Uint8Array, now: number): void {
    const incoming = this.#incoming.get(content) ?? { summarizer: new Summarizer(), end: 0 };
    if (incoming.end === 0) this.#unname.run(content, now);
    this.#chunk.run(content, incoming.end, octets);
    incoming.summarizer.push(octets);
    incoming.end += octets.length;
    this.#incoming.set(content, incoming);
  }

  /** A long body is complete. Its first key is that of its content. */
  finish(content: number): void {
    const incoming = this.#incoming.get(content) ?? notFound();
    this.#incoming.delete(content);
    // What took longer than unnamed bodies are kept is gone.
    if (this.#isUnnamed.get(content) === undefined) notFound();
    this.#insertLong(content, content, 0, incoming.summarizer.finish());
  }

  /** Octets before a long body: its chunks stay where they are, and its key changes. */
  prefix(body: number, as: number, octets: Uint8Array): void {
    const { content, first } = this.#find.get(body) ?? notFound();
    if (content === null || this.#isUnnamed.get(content) === undefined) {
      throw new Refusal("invalid", "a message has that body already");
    }
    const position = first - octets.length;
    if (octets.length > 0) this.#chunk.run(content, position, octets);
    const summarizer = new Summarizer();
    for (let next: number | undefined = position; next !== undefined;) {
      const chunk = this.#chunks.get(content, next);
      if (chunk !== undefined) summarizer.push(chunk.octets);
      next = chunk && chunk.position + chunk.octets.length;
    }
    this.#remove.get(body);
    this.#insertLong(as, content, position, summarizer.finish());
  }

  /** Drops a long body that no message has. */
  discard(body: number): boolean {
    this.#incoming.delete(body);
    const content = this.#find.get(body)?.content ?? body;
    if (this.#isUnnamed.get(content) === undefined) return false;
    this.#drop(content);
    return true;
  }

  /** Drops what has been unnamed since before then, and removes some chunks. Gives whether there are more. */
  collect(before: number): boolean {
    for (const { content } of this.#old.all(before)) this.#drop(content);
    const content = this.#discarded.get()?.content;
    if (content === undefined) return false;
    if (this.#removeChunks.run(content) < STEP) this.#undiscard.run(content);
    return this.#discarded.get() !== undefined;
  }

  #drop(content: number): void {
    this.#removeContent.run(content);
    this.#name.run(content);
    this.#discard.run(content);
  }

  #insertLong(id: number, content: number, first: number, summary: MessageSummary): void {
    this.#insert.run(id, summary.size, summary.crlfSize, content, first, ...columnsFrom(summary), null);
  }
}

/** Parsed before the transaction begins: another process may be waiting for its end. */
export function newBodies(bodies: ReadonlyMap<number, Uint8Array>): Map<number, NewBody> {
  return new Map([...bodies].map(([key, octets]) => [key, { octets, summary: summarize(octets) }]));
}

function notFound(): never {
  throw new Refusal("not-found", "there is no such message body");
}
