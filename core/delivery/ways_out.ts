/** Ways out: which transport carries mail for which domain, and from whom such mail is taken. */
import { domainToASCII } from "node:url";
import type { Transport } from "../contract/transport.ts";

/** A transport as it was configured. */
export interface PlacedTransport {
  /** As the configuration names it. */
  readonly name: string;
  /** The transport. */
  readonly transport: Transport;
  /** Domains; `*` for all that no other transport names. */
  readonly for: readonly string[];
}

/** Whose mail for a domain goes out: that of everyone, where the configuration names it, as a backup MX does. */
export type MayUse = "everyone" | "authenticated" | "nobody";

/** What stands in a list of domains for all others. */
const others = "*";

/** The transports of a configuration. Where several name a domain, the first counts. */
export class WaysOut {
  readonly #byDomain = new Map<string, PlacedTransport>();

  constructor(transports: readonly PlacedTransport[]) {
    for (const placed of transports) {
      for (const domain of placed.for) {
        const compared = comparedDomain(domain);
        if (!this.#byDomain.has(compared)) this.#byDomain.set(compared, placed);
      }
    }
  }

  /** Who carries mail for a domain, as `comparedDomain` gives it. */
  transportFor(domain: string): PlacedTransport | undefined {
    return this.#byDomain.get(domain) ?? this.#byDomain.get(others);
  }

  /** Whose mail for an address goes out. `*` names nobody: whoever could use it without a login had an open relay. */
  whoMayUse(address: string): MayUse {
    const domain = domainOf(address);
    if (domain === "") return "nobody";
    if (domain !== others && this.#byDomain.has(domain)) return "everyone";
    return this.#byDomain.has(others) ? "authenticated" : "nobody";
  }
}

/** The domain of an address, as domains are compared; empty where it has none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf("@");
  return at < 0 ? "" : comparedDomain(address.slice(at + 1));
}

/** Lower case, and A-labels (RFC 5890 §2.3.2.1), so that both spellings of an internationalized domain meet. */
function comparedDomain(domain: string): string {
  const lower = domain.toLowerCase();
  // Neither an address literal (RFC 5321 §4.1.3) nor `*` is a name.
  return lower.startsWith("[") || lower === others ? lower : domainToASCII(lower) || lower;
}
