/** How many clients there may be, in all and from one address. */
import type { LimitsConfig } from "../config/server_config.ts";
import { networkOf } from "../wire/network.ts";

/** Counts clients. */
export class ConnectionCounts {
  readonly #limits: Pick<LimitsConfig, "connections" | "connectionsPerAddress">;
  readonly #byNetwork = new Map<string, number>();
  #all = 0;

  /** @param limits The most there may be. */
  constructor(limits: Pick<LimitsConfig, "connections" | "connectionsPerAddress">) {
    this.#limits = limits;
  }

  /** Counts a client in until it is disposed of; or says which limit it would exceed. */
  enter(address: string): Disposable | "connections" | "connections_per_address" {
    const network = networkOf(address);
    const others = this.#byNetwork.get(network) ?? 0;
    if (this.#all >= this.#limits.connections) return "connections";
    if (others >= this.#limits.connectionsPerAddress) return "connections_per_address";
    this.#all++;
    this.#byNetwork.set(network, others + 1);
    return { [Symbol.dispose]: () => this.#leave(network) };
  }

  #leave(network: string): void {
    const others = (this.#byNetwork.get(network) ?? 1) - 1;
    this.#all--;
    if (others > 0) this.#byNetwork.set(network, others);
    else this.#byNetwork.delete(network);
  }
}
