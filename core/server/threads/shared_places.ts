/** How many clients there may be in all threads together, in all and from one address. */
import { createHmac } from "node:crypto";
import type { LimitsConfig } from "../../config/server_config.ts";
import { RecentMap } from "../../sasl/recent_map.ts";
import { networkOf } from "../../wire/network.ts";
import type { Places, TurnedAway } from "../connection_counts.ts";
import type { CountKey, SharedCounts } from "./shared_counts.ts";

/** Networks that have been turned away are remembered, so many: the log has each once. */
const mostRemembered = 1000;
/** Under this all clients are counted; networks have other keys. */
const everybody: CountKey = [1, 1];

/** Counts clients, where other threads count theirs. */
export class SharedPlaces implements Places {
  readonly #counts: SharedCounts;
  readonly #limits: Pick<LimitsConfig, "connections" | "connectionsPerAddress">;
  readonly #secret: Uint8Array;
  readonly #turnedAway = new RecentMap<string, true>(mostRemembered);

  /** @param secret The same in all threads: nobody can tell which networks would be taken for one. */
  constructor(
    counts: SharedCounts,
    limits: Pick<LimitsConfig, "connections" | "connectionsPerAddress">,
    secret: Uint8Array,
  ) {
    this.#counts = counts;
    this.#limits = limits;
    this.#secret = secret;
  }

  /** Counts a client in until it is disposed of, or says why it cannot. */
  enter(address: string): Disposable | TurnedAway {
    const { connections, connectionsPerAddress } = this.#limits;
    const network = networkOf(address), key = this.#keyOf(network);
    if (!this.#counts.add(everybody, connections)) return this.#turnAway("limits.connections", "");
    if (!this.#counts.add(key, connectionsPerAddress)) {
      this.#counts.remove(everybody);
      return this.#turnAway("limits.connections_per_address", network);
    }
    return {
      [Symbol.dispose]: () => {
        // Not at the first free place: whoever is at the limit leaves and comes all the time.
        if (this.#counts.remove(key) <= connectionsPerAddress / 2) this.#turnedAway.delete(network);
        if (this.#counts.remove(everybody) <= connections / 2) this.#turnedAway.delete("");
      },
    };
  }

  #turnAway(limit: TurnedAway["limit"], network: string): TurnedAway {
    const isFirst = this.#turnedAway.get(network) === undefined;
    this.#turnedAway.set(network, true);
    return { limit, isFirst };
  }

  #keyOf(network: string): CountKey {
    const digest = createHmac("sha256", this.#secret).update(network).digest();
    // No half of a key is 0.
    return [digest.readInt32LE(0) | 2, digest.readInt32LE(4) | 2];
  }
}
