/** How many clients there may be, in all and from one address. */
import type { LimitsConfig } from "../config/server_config.ts";
import { networkOf } from "../wire/network.ts";

/** Why a client is turned away. */
export interface TurnedAway {
  /** The limit that it would exceed, as the configuration calls it. */
  readonly limit: "limits.connections" | "limits.connections_per_address";
  /** Whether it is the first since there was plenty of room: the log has it once, not for each who knocks. */
  readonly isFirst: boolean;
}

/** Where clients are counted, be it with those of other threads. */
export interface Places {
  /** Counts a client in until it is disposed of, or says why it cannot. */
  enter(address: string): Disposable | TurnedAway;
}

/** Counts clients. */
export class ConnectionCounts implements Places {
  readonly #all: Count;
  readonly #perAddress: number;
  readonly #byNetwork = new Map<string, Count>();

  /** @param limits The most there may be. */
  constructor({ connections, connectionsPerAddress }: Pick<LimitsConfig, "connections" | "connectionsPerAddress">) {
    this.#all = new Count(connections);
    this.#perAddress = connectionsPerAddress;
  }

  /** Counts a client in until it is disposed of, or says why it cannot. */
  enter(address: string): Disposable | TurnedAway {
    const network = networkOf(address);
    const others = this.#byNetwork.get(network) ?? new Count(this.#perAddress);
    if (this.#all.isFull) return { limit: "limits.connections", isFirst: this.#all.turnsAwayFirst() };
    if (others.isFull) return { limit: "limits.connections_per_address", isFirst: others.turnsAwayFirst() };
    this.#byNetwork.set(network, others);
    this.#all.add(1);
    others.add(1);
    return {
      [Symbol.dispose]: () => {
        this.#all.add(-1);
        others.add(-1);
        if (others.isEmpty) this.#byNetwork.delete(network);
      },
    };
  }
}

class Count {
  readonly #most: number;
  #now = 0;
  #hasTurnedAway = false;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#now >= this.#most;
  }

  get isEmpty(): boolean {
    return this.#now === 0;
  }

  add(change: 1 | -1): void {
    this.#now += change;
    // Not at the first free place: whoever is at the limit leaves and comes all the time.
    if (this.#now <= this.#most / 2) this.#hasTurnedAway = false;
  }

  turnsAwayFirst(): boolean {
    const isFirst = !this.#hasTurnedAway;
    this.#hasTurnedAway = true;
    return isFirst;
  }
}
