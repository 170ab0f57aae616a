/** Names that one session at a time holds, and what plugins have in common where there is one thread. */
import { createHmac } from "node:crypto";
import type { Common } from "../contract/common.ts";
import type { BaseContext } from "../contract/context.ts";

/** Who holds a name. */
interface Holder {
  readonly token: number;
  readonly since: number;
  readonly most: number;
}

/** Names that are looked at with each that is taken: those that are free by now are forgotten. */
const LOOKED_AT = 4;

/** The names of a server. Who holds one is known by a number. */
export class Holds {
  readonly #holders = new Map<string, Holder>();
  readonly #now: () => Date;
  #last = 0;

  /** By this clock. */
  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Takes a name, for so many milliseconds at most. @returns the holder's number; undefined while another one holds it. */
  take(name: string, most: number): number | undefined {
    const since = this.#now().getTime();
    this.#forget(since);
    const before = this.#holders.get(name);
    if (before !== undefined && isHeldAt(before, since)) return undefined;
    this.#holders.delete(name);
    this.#holders.set(name, { token: ++this.#last, since, most });
    return this.#last;
  }

  /** Whether nobody else has taken it. */
  isHeld(name: string, token: number): boolean {
    return this.#holders.get(name)?.token === token;
  }

  /** Lets it go, unless it is another's. */
  release(name: string, token: number): void {
    if (this.isHeld(name, token)) this.#holders.delete(name);
  }

  #forget(now: number): void {
    let looked = 0;
    for (const [name, holder] of this.#holders) {
      if (++looked > LOOKED_AT) return;
      this.#holders.delete(name);
      // Those that are still held go to the end, so that all have their turn.
      if (isHeldAt(holder, now)) this.#holders.set(name, holder);
    }
  }
}

/** A clock may be set back. */
function isHeldAt({ since, most }: Holder, now: number): boolean {
  return Math.abs(now - since) < most;
}

/** What the sessions of one thread have in common, over the names of a server. */
export function commonOver(holds: Holds, secret: Uint8Array): Common {
  return {
    secret,
    hold(name, most) {
      const token = holds.take(name, most);
      return Promise.resolve(
        token === undefined ? undefined : {
          isHeld: () => Promise.resolve(holds.isHeld(name, token)),
          [Symbol.asyncDispose]: () => Promise.resolve(holds.release(name, token)),
        },
      );
    },
  };
}

/** What a plugin is given, or what stands for it in one thread. */
export function inOneThread({ common, now }: Pick<BaseContext, "common" | "now">): Common {
  return common ?? commonOver(new Holds(() => now()), crypto.getRandomValues(new Uint8Array(32)));
}

/** A secret of one purpose, from that which all have in common. */
export function secretFor(purpose: string, { secret }: Pick<Common, "secret">): Uint8Array {
  return createHmac("sha256", secret).update(purpose).digest();
}
