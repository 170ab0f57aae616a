/** Choices that come out the same for the same seed. */

/** Makes them. */
export class Chance {
  #state: number;

  /** From a seed, a whole number. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1 (the generator "mulberry32"). */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ mixed >>> 15, mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  }

  /** A whole number, from 0 up to, not including, the limit. */
  below(limit: number): number {
    return Math.floor(this.number() * limit);
  }

  /** Whether something happens that does so often, between 0 and 1. */
  happens(often: number): boolean {
    return this.number() < often;
  }

  /** One of these. @throws Error where there are none. */
  of<Thing>(things: readonly Thing[]): Thing {
    const thing = things[this.below(things.length)];
    if (thing === undefined) throw new Error("there is nothing to choose from");
    return thing;
  }
}
