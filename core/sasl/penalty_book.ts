/** Where failed logins are counted: see `penalties.ts` for what they cost, and whom. */
import { networkOf } from "../wire/network.ts";
import { RecentMap } from "./recent_map.ts";

/** How hard failures are punished. */
export interface PenaltyBookSettings {
  /** Milliseconds for a first failure; 0: no failure costs anything. */
  readonly authDelay: number;
  /** The time. */
  now(): Date;
  /** Told of each failure, and when its answer may be told; absent: nobody is. */
  readonly counted?: (until: number) => void;
}

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

/** Failures of all clients, and who of them was right. */
export class PenaltyBook {
  readonly #settings: PenaltyBookSettings;
  readonly #byAddress = new RecentMap<string, Failures>(mostRemembered);
  readonly #byLogin = new RecentMap<string, Failures>(mostRemembered);
  /** Pairs of address and login whose last attempt was right. */
  readonly #proven = new RecentMap<string, true>(mostRemembered);

  /** No failures yet. */
  constructor(settings: PenaltyBookSettings) {
    this.#settings = settings;
  }

  /** Milliseconds until answers to earlier failures may have been told. */
  remaining(claim: Claim): number {
    const { network, login, pair } = keysOf(claim);
    if (this.#proven.get(pair) === true) return 0;
    const ofLogin = Math.min(this.#settings.authDelay, this.#remaining(this.#byLogin, login));
    return Math.max(this.#remaining(this.#byAddress, network), ofLogin);
  }

  /** Counts a failure. @returns how many milliseconds its answer waits. */
  failed(claim: Claim): number {
    const { network, login, pair } = keysOf(claim);
    this.#proven.delete(pair);
    return Math.max(this.#count(this.#byAddress, network), this.#count(this.#byLogin, login));
  }

  /** It was proven: the pair waits for nothing. */
  succeeded(claim: Claim): void {
    this.#proven.set(keysOf(claim).pair, true);
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
    this.#settings.counted?.(latest + delay);
    return delay;
  }
}

/** Under what a claim is remembered. */
function keysOf({ address, login: written }: Claim): { network: string; login: string; pair: string } {
  const network = networkOf(address);
  const login = written.slice(0, loginLength).toLowerCase();
  return { network, login, pair: `${network} ${login}` };
}
