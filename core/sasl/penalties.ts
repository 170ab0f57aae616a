/**
 * What failed logins cost. A failure's answer waits, and until it may be told nothing more is verified for the address
 * it came from: whoever does not wait for answers, or asks on many connections, gets no more guesses by it, and costs
 * the server no work. Each failure of an address, or of an account from anywhere, doubles the wait, up to a cap.
 *
 * Nobody is locked out:
 *
 * - where an account's last login from an address was right, that pair waits for nothing. Others' failures, behind the
 *   same address or against the same account, do not touch it;
 * - an owner at a clean address waits the base delay at most, however often the account was attacked from elsewhere.
 *
 * Failures are forgotten after a while, and of the many addresses and accounts only the latest are remembered.
 */
import { networkOf } from "../wire/network.ts";
import { RecentMap } from "./recent_map.ts";

/** How hard failures are punished. */
export interface PenaltySettings {
  /** Milliseconds for a first failure; 0: no failure costs anything. */
  readonly authDelay: number;
  /** The time. */
  now(): Date;
  /** Waits. */
  readonly sleep: Sleep;
}

/** Resolves after so many milliseconds, or as soon as the signal aborts; never rejects. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Who tries to log in. */
export interface Claim {
  /** The client's IP address. */
  readonly address: string;
  /** The login as the client wrote it. */
  readonly login: string;
}

/** The longest wait is so many base delays: clients are still there after it. */
const longest = 16;
/** Milliseconds without a failure after which all are forgotten. */
const memory = 15 * 60_000;
/** Addresses, accounts and pairs that are remembered, each. */
const mostRemembered = 20_000;
/** Characters of a login that tell it from others here. */
const loginLength = 256;

/** Failures of one address or account. */
interface Failures {
  readonly count: number;
  readonly latest: number;
  /** When the answer to the latest may be told. */
  readonly until: number;
}

/** Failures of all clients. */
export class Penalties {
  readonly #settings: PenaltySettings;
  readonly #byAddress = new RecentMap<string, Failures>(mostRemembered);
  readonly #byLogin = new RecentMap<string, Failures>(mostRemembered);
  /** Pairs of address and login whose last attempt was right. */
  readonly #proven = new RecentMap<string, true>(mostRemembered);

  /** No failures yet. */
  constructor(settings: PenaltySettings) {
    this.#settings = settings;
  }

  /** Before anything is verified: waits until answers to earlier failures may have been told. */
  async admit(claim: Claim, signal: AbortSignal): Promise<void> {
    const { authDelay } = this.#settings;
    const { network, login, pair } = keysOf(claim);
    if (authDelay <= 0 || this.#proven.get(pair) === true) return;
    await this.#wait(
      Math.max(this.#remaining(this.#byAddress, network), Math.min(authDelay, this.#remaining(this.#byLogin, login))),
      signal,
    );
  }

  /** It was not proven. Counts at once, then waits until that may be told. */
  async failed(claim: Claim, signal: AbortSignal): Promise<void> {
    if (this.#settings.authDelay <= 0) return;
    const { network, login, pair } = keysOf(claim);
    this.#proven.delete(pair);
    await this.#wait(Math.max(this.#count(this.#byAddress, network), this.#count(this.#byLogin, login)), signal);
  }

  /** It was proven. Failures of the address stay: else an account of one's own would wash them away. */
  succeeded(claim: Claim): void {
    this.#proven.set(keysOf(claim).pair, true);
  }

  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds > 0 && !signal.aborted) await this.#settings.sleep(milliseconds, signal);
  }

  /** Milliseconds; never more than the longest wait, whatever the clock does. */
  #remaining(map: RecentMap<string, Failures>, key: string): number {
    const { authDelay, now } = this.#settings;
    const until = map.get(key)?.until ?? 0;
    return Math.min(longest * authDelay, Math.max(0, until - now().getTime()));
  }

  /** Counts a failure. @returns how long its answer waits. */
  #count(map: RecentMap<string, Failures>, key: string): number {
    const { authDelay, now } = this.#settings;
    const latest = now().getTime();
    const before = map.get(key);
    const count = before === undefined || latest - before.latest > memory ? 1 : before.count + 1;
    const delay = authDelay * Math.min(longest, 2 ** (count - 1));
    map.set(key, { count, latest, until: latest + delay });
    return delay;
  }
}

/** Under what a claim is remembered. */
function keysOf({ address, login: written }: Claim): { network: string; login: string; pair: string } {
  const network = networkOf(address);
  const login = written.slice(0, loginLength).toLowerCase();
  return { network, login, pair: `${network} ${login}` };
}

/** Sleeps by the clock: what penalties use outside tests. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
