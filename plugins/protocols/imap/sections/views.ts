/** Views of a body: octets that are read at random from it, never more at a time than is asked for. */
import type { Body } from "../../../../core/contract/mod.ts";

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
  read(start: number, end: number): Promise<Uint8Array> {
    const to = Math.min(end, this.size);
    return this.#body.read(this.#start + Math.min(start, to), this.#start + to);
  }
}

/** Octets in memory. */
export class MemoryView implements Octets {
  readonly size: number;
  readonly #octets: Uint8Array;

  /** The octets are not copied. */
  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.size = octets.length;
  }

  /** As of a body. */
  read(start: number, end: number): Promise<Uint8Array> {
    return Promise.resolve(this.#octets.slice(start, end));
  }
}

/**
 * The same octets, 0x80 instead of NUL: RFC 9051 §4.3.1 and RFC 3501 §4.3.1 have no place for NUL in what is not fetched
 * as BINARY, and sizes and offsets must stay what they are.
 */
export class NulFreeView implements Octets {
  readonly size: number;
  readonly #octets: Octets;

  /** Reads what it is asked for from these. */
  constructor(octets: Octets) {
    this.#octets = octets;
    this.size = octets.size;
  }

  /** As of a body. */
  async read(start: number, end: number): Promise<Uint8Array> {
    const octets = await this.#octets.read(start, end);
    for (let at = octets.indexOf(0); at >= 0; at = octets.indexOf(0, at + 1)) octets[at] = 0x80;
    return octets;
  }
}
