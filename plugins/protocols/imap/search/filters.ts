/** Searches that are kept under a name (RFC 5466): metadata of the server, the user's own before those for everyone. */
import type { Storage } from "../../../../core/contract/mod.ts";
import { CommandRefused } from "../failures.ts";
import { Malformed, Scanner } from "../grammar/scanner.ts";
import { expectSearchKeys, type SearchKey, searchKeysIn } from "../grammar/search_keys.ts";
import { bad } from "../replies.ts";
import type { User } from "../state.ts";
import { isUtf8 } from "./wanted_text.ts";

/** Where the entries are. */
const filterValues = "/filters/values/";
/** RFC 5466 §3.1 asks for 3 passes at least; deeper, filters name one another in a circle. */
const DEEPEST = 10;
/** Keys that filters may bring into one search: filters that name others twice multiply them. */
const MOST_KEYS = 10_000;

/** Reads a filter's value: keys, and nothing else (RFC 5466 §4, search-criteria). @throws Malformed. */
export function parseFilter(value: Uint8Array): readonly SearchKey[] {
  const scanner = new Scanner(value);
  const keys = expectSearchKeys(scanner);
  scanner.expectEnd();
  return keys;
}

/** The keys without FILTER: what it names stands in its place. @throws CommandRefused. */
export async function withoutFilters(
  storage: Storage,
  user: User,
  charset: string | undefined,
  keys: readonly SearchKey[],
): Promise<readonly SearchKey[]> {
  if (!keys.some((key) => searchKeysIn(key).some(({ key }) => key === "FILTER"))) return keys;
  // RFC 5466 §3.1: FILTER implies UTF-8, and another charset makes the command BAD.
  if (charset !== undefined && !isUtf8(charset)) {
    throw new CommandRefused(bad("FILTER is for searches in UTF-8", "BADCHARSET (UTF-8 US-ASCII)"));
  }
  const own = await storage.metadata({ account: user.account });
  const shared = await storage.metadata({});
  const entry = (name: string) => `${filterValues}${name.toLowerCase()}`;
  return new Filters((name) => own.get(entry(name)) ?? shared.get(entry(name))).replaceAll(keys, 0);
}

class Filters {
  readonly #value: (name: string) => Uint8Array | undefined;
  readonly #known = new Map<string, readonly SearchKey[]>();
  #count = 0;

  constructor(value: (name: string) => Uint8Array | undefined) {
    this.#value = value;
  }

  replaceAll(keys: readonly SearchKey[], depth: number): readonly SearchKey[] {
    return keys.map((key) => this.#replace(key, depth));
  }

  #replace(key: SearchKey, depth: number): SearchKey {
    if (depth > 0 && ++this.#count > MOST_KEYS) throw new CommandRefused("The filters are too much together", "LIMIT");
    switch (key.key) {
      case "FILTER":
        // RFC 5466 §3.1: as if there were no such filter.
        if (depth === DEEPEST) undefinedFilter(key.name);
        return { key: "AND", operands: this.replaceAll(this.#filter(key.name), depth + 1) };
      case "NOT":
      case "FUZZY":
        return { ...key, operand: this.#replace(key.operand, depth) };
      case "OR":
      case "AND":
        return { ...key, operands: this.replaceAll(key.operands, depth) };
      default:
        return key;
    }
  }

  #filter(name: string): readonly SearchKey[] {
    let keys = this.#known.get(name);
    if (keys === undefined) this.#known.set(name, keys = readFilter(name, this.#value(name)));
    return keys;
  }
}

function readFilter(name: string, value: Uint8Array | undefined): readonly SearchKey[] {
  try {
    return value === undefined ? undefinedFilter(name) : parseFilter(value);
  } catch (error) {
    if (error instanceof Malformed) return undefinedFilter(name);
    throw error;
  }
}

/** RFC 5466 §3.1. */
function undefinedFilter(name: string): never {
  throw new CommandRefused("There is no such filter", `UNDEFINED-FILTER ${name}`);
}
