/** A command that grows as it arrives. */

/** Room to begin with, beyond the first line. */
const ROOM = 1024;

/** Octets in one piece: by doubling, so that a command of many literals costs no more than its octets. */
export class GatheredText {
  #bytes: Uint8Array;
  #length = 0;

  /** Begins with a copy of these. */
  constructor(octets: Uint8Array) {
    this.#bytes = new Uint8Array(octets.length + ROOM);
    this.add(octets);
  }

  /** What was gathered; valid until more is. */
  get octets(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds a copy of these at the end. */
  add(octets: Uint8Array): void {
    const length = this.#length + octets.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.octets);
      this.#bytes = larger;
    }
    this.#bytes.set(octets, this.#length);
    this.#length = length;
  }
}
