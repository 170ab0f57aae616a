/** Names of metadata entries (RFC 5464 §3.2). */
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import type { Scanner } from "./scanner.ts";
import { printAstring, type WireText } from "./wire_text.ts";

/** An entry, or, with an empty name, all entries of a scope. */
export interface MetadataEntry {
  /** Whether each user has a value, or all have one. */
  readonly scope: "private" | "shared";
  /** What follows the scope, in lower case, for case makes no difference: `/comment`. */
  readonly name: string;
}

/** Characters of the longest name, its scope among them. */
export const LONGEST_ENTRY = 1000;

const EXPECTED = "the name of an entry: /private/name or /shared/name";
/** Components of printable ASCII without `%` and `*`, none of them empty. */
const entryName = /^\/(private|shared)((?:\/[ -$&-)+-.0-~]+)*)$/;

/** Reads a name that may stand for all entries below it, scopes among them. @throws Malformed. */
export function expectMetadataEntry(scanner: Scanner): MetadataEntry {
  const start = scanner.at;
  const octets = scanner.expectAstring(EXPECTED);
  const name = octets.length > LONGEST_ENTRY ? "" : latin1(octets).toLowerCase();
  const [, scope, rest] = entryName.exec(name) ?? [];
  if (rest === undefined) throw scanner.malformed(EXPECTED, start);
  return { scope: scope === "private" ? "private" : "shared", name: rest };
}

/** Reads a name of an entry that can have a value. @throws Malformed. */
export function expectValuedEntry(scanner: Scanner): MetadataEntry {
  const start = scanner.at;
  const entry = expectMetadataEntry(scanner);
  const components = entry.name.split("/").length;
  // RFC 5464 §3.2: at least two components, the scope among them, and four where the second is "vendor".
  if (components < 2 || (components < 4 && /^\/vendor(?:\/|$)/.test(entry.name))) {
    throw scanner.malformed(EXPECTED, start);
  }
  return entry;
}

/** Writes a name. */
export function printMetadataEntry({ scope, name }: MetadataEntry): WireText {
  return printAstring(latin1Bytes(`/${scope}${name}`));
}
