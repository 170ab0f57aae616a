/**
 * What failed logins cost. Every failure makes the next answers to its address slower, doubling up to a cap, and so do
 * failures of one account from anywhere; but nobody is locked out:
 *
 * - an answer waits the same whether it is yes or no, as far as the client can tell by leaving early: success is not
 *   told faster than failure to an address that has failed;
 * - where an account's last login from an address was right, that pair waits for nothing. Others' failures, behind the
 *   same address or against the same account, do not touch it;
 * - an owner at a new address waits at most the base delay, however often the account was attacked from elsewhere.
 *
 * Failures are forgotten after a while, and of the many addresses and accounts only the latest are remembered.
 */
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

/** Who tried to log in, and how that went. */
export interface Attempt {
  /** The client's IP address. */
  readonly address: string;
  /** The login as the client wrote it. */
  readonly login: string;
  /** Whether it was proven. */
  readonly succeeded: boolean;
}

/** The longest wait is so many base delays: clients are still there after it. */
const longest = 16;
/** Milliseconds without a failure after which all are forgotten. */
const memory = 15 * 60_000;
/** Addresses, accounts and pairs that are remembered, each. */
const mostRemembered = 20_000;
/** Characters of a login that tell it from others here. */
const loginLength = 256;

interface Failures {
  readonly count: number;
  readonly latest: number;
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

  /** Remembers an attempt, then waits as long as it has to before its answer may be told. */
  async settle(attempt: Attempt, signal: AbortSignal): Promise<void> {
    if (this.#settings.authDelay <= 0) return;
    const delay = attempt.succeeded ? this.#succeeded(attempt) : this.#failed(attempt);
    if (delay > 0 && !signal.aborted) await this.#settings.sleep(delay, signal);
  }

  /** At once, before any wait: a client that opens many connections, or leaves early, gains nothing by it. */
  #failed({ address, login }: Attempt): number {
    const [network, account] = [networkOf(address), nameOf(login)];
    this.#proven.delete(pairOf(network, account));
    return Math.max(
      this.#delay(this.#count(this.#byAddress, network)),
      this.#delay(this.#count(this.#byLogin, account)),
    );
  }

  #succeeded({ address, login }: Attempt): number {
    const [network, account] = [networkOf(address), nameOf(login)];
    const pair = pairOf(network, account);
    if (this.#proven.get(pair) === true) return 0;
    this.#proven.set(pair, true);
    return Math.max(
      this.#delay(this.#failures(this.#byAddress, network)),
      Math.min(this.#settings.authDelay, this.#delay(this.#failures(this.#byLogin, account))),
    );
  }

  #delay(failures: number): number {
    return failures === 0 ? 0 : this.#settings.authDelay * Math.min(longest, 2 ** (failures - 1));
  }

  #failures(map: RecentMap<string, Failures>, key: string): number {
    const failures = map.get(key);
    return failures === undefined || this.#settings.now().getTime() - failures.latest > memory ? 0 : failures.count;
  }

  #count(map: RecentMap<string, Failures>, key: string): number {
    const count = this.#failures(map, key) + 1;
    map.set(key, { count, latest: this.#settings.now().getTime() });
    return count;
  }
}

/** What an attacker has one of: an IPv4 address, or an IPv6 network of 64 bits (RFC 6177 §2). */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().replace(/%.*$/, "").split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  const all = [...groups, ...Array<string>(zeros).fill("0"), ...rest];
  return all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}

function nameOf(login: string): string {
  return login.slice(0, loginLength).toLowerCase();
}

function pairOf(network: string, account: string): string {
  return `${network} ${account}`;
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
