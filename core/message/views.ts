/** Views of a body: octets that are read at random from it, never more at a time than is asked for. */
import type { Body } from "../contract/mod.ts";
import { concat } from "./bytes.ts";

/** Some octets of a message: a section, decoded or not, of any size. Reads follow one another; none runs beside another. */
export type Octets = Body;

/** The octets `start..end` of a body. */
export class RangeView implements Octets {
  readonly size: number;
  readonly #body: Body;
  readonly #start: number;

  /** Clipped to the body. */
  constructor(body: Body, start: number, end: number) {
    this.#body = body;
    this.#start = Math.min(start, body.size);
    this.size = Math.max(0, Math.min(end, body.size) - this.#start);
  }

  /** As of a body. */
  get clean(): Uint8Array | undefined {
    return this.#body.clean?.subarray(this.#start, this.#start + this.size);
  }

  /** As of a body. */
  read(start: number, end: number): Promise<Uint8Array> {
    const to = Math.min(end, this.size);
    return this.#body.read(this.#start + Math.min(start, to), this.#start + to);
  }
}

/** Octets in memory. */
export class MemoryView implements Octets {
  readonly size: number;
  readonly clean: Uint8Array | undefined;
  readonly #octets: Uint8Array;

  /** The octets are not copied. @param isClean Whether none of them is known to be NUL. */
  constructor(octets: Uint8Array, isClean = false) {
    this.#octets = octets;
    this.size = octets.length;
    this.clean = isClean ? octets : undefined;
  }

  /** As of a body. */
  read(start: number, end: number): Promise<Uint8Array> {
    return Promise.resolve(this.#octets.slice(start, end));
  }
}

/** Other octets in place of `start..end` of a body. */
export interface Splice {
  /** First octet that goes. */
  readonly start: number;
  /** After the last one. */
  readonly end: number;
  /** What stands there instead. */
  readonly octets: Uint8Array;
}

/** A body with some of its octets replaced by others. */
export class SplicedView implements Octets {
  readonly size: number;
  /** What there is, in order: of the body, or in memory; each with where it begins here. */
  readonly #pieces: { readonly at: number; readonly octets: Octets }[] = [];

  /** @param splices In order; none touches another. */
  constructor(body: Body, splices: readonly Splice[]) {
    let at = 0, from = 0;
    const add = (octets: Octets) => {
      if (octets.size > 0) this.#pieces.push({ at, octets });
      at += octets.size;
    };
    for (const { start, end, octets } of splices) {
      add(new RangeView(body, from, start));
      add(new MemoryView(octets));
      from = end;
    }
    add(new RangeView(body, from, body.size));
    this.size = at;
  }

  /** As of a body. */
  async read(start: number, end: number): Promise<Uint8Array> {
    const read: Uint8Array[] = [];
    for (const { at, octets } of this.#pieces) {
      if (at + octets.size <= start || at >= end) continue;
      // A body may use its buffer again with the next read.
      read.push((await octets.read(Math.max(0, start - at), end - at)).slice());
    }
    return concat(read);
  }
}
