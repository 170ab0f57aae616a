/** A dataset as one user sees it: with what it inherits, and who may do what. */
import { compareKeys } from "../../../../core/message/casemap.ts";
import { printTime } from "../grammar/time.ts";
import { type Octets, octetsOf } from "../octets.ts";
import type { Value } from "./records.ts";
import type { Rules } from "./rules.ts";

/** An attribute of an entry. */
export interface Attribute {
  /** Absent: NIL. */
  readonly value?: Value;
  /** Its own access control list. */
  readonly acl?: readonly Octets[];
}

/** An entry. */
export interface Entry {
  /** In its dataset. */
  readonly name: string;
  /** In microseconds; 0 where nobody has stored it. */
  readonly modtime: number;
  /** Those that are stored; not `entry` and `modtime`, unless they have an access control list. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Octets, about. */
  readonly size: number;
}

/** A dataset. */
export interface View {
  /** Who may do what. */
  readonly rules: Rules;
  /** By name, in their order. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Whether all strings of it are sent as literals: Eudora reads no others. */
  readonly isAllLiterals?: true;
}

/** A view of entries in whatever order. */
export function newView(rules: Rules, entries: Iterable<Entry>): View {
  const ordered = [...entries].sort((a, b) => compareKeys(a.name, b.name));
  return { rules, entries: new Map(ordered.map((entry) => [entry.name, entry])) };
}

/** The value of an attribute, whoever asks (RFC 2244 §3.1.1). */
export function valueOf(entry: Entry, attribute: string): Value | undefined {
  if (attribute === "entry") return octetsOf(entry.name);
  if (attribute === "modtime") return printTime(entry.modtime);
  return entry.attributes.get(attribute)?.value;
}

/** What the user may do with an attribute of an entry. */
export function rightsTo(rules: Rules, entry: Entry, attribute: string): string {
  return rules.verdict(attribute, { name: entry.name, acl: entry.attributes.get(attribute)?.acl }).rights;
}

/** RFC 2244 §3.5: without the right to read its name, nobody may know that there is an entry. */
export function isVisible(rules: Rules, entry: Entry): boolean {
  return rightsTo(rules, entry, "entry").includes("r");
}

/** An entry that stands for a dataset below. */
export function listed(name: string): Entry {
  return { name, modtime: 0, attributes: new Map([["subdataset", { value: ["."] }]]), size: 0 };
}
