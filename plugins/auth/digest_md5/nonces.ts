/** Nonces that proved a password, for subsequent authentication (RFC 2831 §2.2): each count may be used once. */
import { RecentMap } from "../../../core/sasl/recent_map.ts";
import type { DigestResponse } from "./directives.ts";

/** What a nonce is good for. */
export type NonceStanding =
  /** Never given, or used already, or another's. */
  | "unknown"
  /** It was good; the password may still be (RFC 2831 §2.2.2, stale). */
  | "expired"
  /** This count is its turn. */
  | "good";

interface Remembered {
  readonly username: string;
  readonly realm: string;
  /** The last that was used. */
  readonly count: number;
  readonly provenAt: number;
}

/** Nonces that are remembered: the latest. */
const mostRemembered = 10_000;

/** Nonces of all connections. */
export class Nonces {
  readonly #proven = new RecentMap<string, Remembered>(mostRemembered);
  readonly #lifetime: number;
  readonly #now: () => Date;

  /** @param lifetime Milliseconds after the password was asked for. */
  constructor(lifetime: number, now: () => Date) {
    this.#lifetime = lifetime;
    this.#now = now;
  }

  /** A response to a challenge was right. */
  remember({ nonce, username, realm }: DigestResponse): void {
    this.#proven.set(nonce, { username, realm, count: 1, provenAt: this.#now().getTime() });
  }

  /** Whether a response may be right: not whether it is. */
  standing({ nonce, username, realm, nonceCount }: DigestResponse): NonceStanding {
    const remembered = this.#proven.get(nonce);
    // RFC 2831 §2.2.2: "one greater than that used in the previous authentication".
    const isIts = remembered !== undefined && remembered.username === username && remembered.realm === realm &&
      parseInt(nonceCount, 16) === remembered.count + 1;
    if (!isIts) return "unknown";
    return this.#now().getTime() - remembered.provenAt > this.#lifetime ? "expired" : "good";
  }

  /** Uses up the count of a response that is right. False when another connection did so in the meantime. */
  use(response: DigestResponse): boolean {
    const remembered = this.#proven.get(response.nonce);
    if (remembered === undefined || this.standing(response) !== "good") return false;
    this.#proven.set(response.nonce, { ...remembered, count: remembered.count + 1 });
    return true;
  }
}
