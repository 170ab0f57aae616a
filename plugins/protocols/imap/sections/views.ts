/** Views of a body that only IMAP has, beside those of `core/message`. */
import type { Octets } from "../../../../core/message/views.ts";

export { MemoryView, type Octets, RangeView } from "../../../../core/message/views.ts";

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
  get clean(): Uint8Array | undefined {
    return this.#octets.clean;
  }

  /** As of a body. */
  async read(start: number, end: number): Promise<Uint8Array> {
    const octets = await this.#octets.read(start, end);
    for (let at = octets.indexOf(0); at >= 0; at = octets.indexOf(0, at + 1)) octets[at] = 0x80;
    return octets;
  }
}
