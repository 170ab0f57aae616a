/** Takes bodies in: short ones into memory, long ones to the writer, a chunk at a time. */
import type { BodyId } from "../../core/contract/identifiers.ts";
import type { BodyContent } from "../../core/contract/storage.ts";
import type { WaitClock } from "../../core/wire/waits.ts";
import type { PendingBodies } from "./pending_bodies.ts";
import { bodyId, keyOf } from "./rows.ts";
import { SharedBytes, type SharedOctets } from "./shared_memory.ts";
import type { WriterLink } from "./writer_link.ts";

/** Octets of a body that still waits in memory, and of a chunk of one that does not. Measured: `storage_bench.ts`. */
const CHUNK = 256 * 1024;
/** Bodies that one writer can number; then another number is asked for. */
const IN_SESSION = 2 ** 29;

/** Writes bodies. */
export class BodyWriter {
  readonly #link: WriterLink;
  readonly #pending: PendingBodies;
  readonly #now: () => Date;
  readonly #clock: Pick<WaitClock, "now">;
  #session: number | undefined;
  #given = 0;

  /** Long bodies go through the link. @param clock How long short ones have waited: a time that is set says nothing of that. */
  constructor(link: WriterLink, pending: PendingBodies, now: () => Date, clock: Pick<WaitClock, "now">) {
    this.#link = link;
    this.#pending = pending;
    this.#now = now;
    this.#clock = clock;
  }

  /** @throws Refusal, and what the iterable throws. */
  async write(content: BodyContent): Promise<BodyId> {
    if (content instanceof Uint8Array) {
      return this.#isShort(content.length) ? await this.#keep(this.#shared([content])) : await this.#stream([content]);
    }
    return Symbol.asyncIterator in content ? await this.#gather(content) : await this.#prefix(content);
  }

  /** Drops an unnamed body. */
  discard(body: BodyId): void {
    if (this.#pending.delete(keyOf(body))) return;
    // What the writer cannot drop now, it collects later.
    this.#link.request("discard", { body: keyOf(body) }).catch(() => {});
  }

  #isShort(size: number): boolean {
    return size <= CHUNK && this.#pending.hasRoom(size);
  }

  async #keep(octets: SharedOctets): Promise<BodyId> {
    const key = this.#nextKey() ?? await this.#firstKey();
    this.#pending.add(key, octets, this.#clock.now());
    return bodyId(key);
  }

  /** Into memory as long as it is short. */
  async #gather(content: AsyncIterable<Uint8Array>): Promise<BodyId> {
    const gathered = new SharedBytes(this.#pending.memory);
    const iterator = content[Symbol.asyncIterator]();
    try {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
        if (!this.#isShort(gathered.length + next.value.length)) {
          return await this.#stream(following([gathered.all(), next.value], iterator));
        }
        gathered.append(next.value);
      }
    } catch (error) {
      await iterator.return?.();
      throw error;
    }
    return await this.#keep(gathered.all());
  }

  async #prefix({ prefix, body }: { readonly prefix: Uint8Array; readonly body: BodyId }): Promise<BodyId> {
    const key = keyOf(body);
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      this.#pending.delete(key);
      // A little longer than short is still short enough.
      return await this.#keep(this.#shared([prefix, pending]));
    }
    const as = this.#nextKey() ?? await this.#firstKey();
    await this.#link.request("prefix", { body: key, as, octets: prefix });
    return bodyId(as);
  }

  /** A chunk is on its way to the writer while the next one is gathered; no more than that is in memory. */
  async #stream(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<BodyId> {
    const content = this.#nextKey() ?? await this.#firstKey();
    const { memory } = this.#pending;
    let underWay: Promise<unknown> = Promise.resolve(), sent = 0;
    const send = async (octets: SharedOctets) => {
      await underWay;
      const request = { content, at: sent, octets, now: this.#now().getTime() };
      sent += octets.length;
      underWay = this.#link.request("chunk", request).then(() => memory.give(octets));
      // It is awaited before the next is sent; meanwhile a failure must not count as unheard.
      underWay.catch(() => {});
    };
    try {
      let chunk = new SharedBytes(memory, CHUNK);
      for await (const piece of pieces) {
        for (let at = 0; at < piece.length;) {
          const part = piece.subarray(at, at + CHUNK - chunk.length);
          chunk.append(part);
          at += part.length;
          if (chunk.length < CHUNK) continue;
          await send(chunk.all());
          chunk = new SharedBytes(memory, CHUNK);
        }
      }
      if (chunk.length > 0) await send(chunk.all());
      await underWay;
      await this.#link.request("finish", { content });
      return bodyId(content);
    } catch (error) {
      this.discard(bodyId(content));
      throw error;
    }
  }

  #shared(pieces: readonly Uint8Array[]): SharedOctets {
    const shared = new SharedBytes(this.#pending.memory);
    for (const piece of pieces) shared.append(piece);
    return shared.all();
  }

  /** Unique among all writers that there ever were: the upper bits are the session's, the lower 29 count. */
  #nextKey(): number | undefined {
    if (this.#session === undefined || this.#given === IN_SESSION) return undefined;
    return this.#session * IN_SESSION + this.#given++;
  }

  async #firstKey(): Promise<number> {
    const session = await this.#link.session();
    if (this.#session !== session) {
      this.#session = session;
      this.#given = 0;
    }
    return this.#nextKey() ?? await this.#firstKey();
  }
}

async function* following(
  chunks: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* chunks;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}
