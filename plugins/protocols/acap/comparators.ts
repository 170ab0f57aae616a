/** Comparators (RFC 2244 §3.4, RFC 4790, RFC 5051): how values are ordered, and when they are equal. */
import { asciiCasemap, compareKeys, unicodeCasemap } from "../../../core/message/casemap.ts";
import { type Octets, octetsOf, textOf } from "./octets.ts";

/** A comparator in one direction. */
export interface Comparator {
  /** As a client may write it, with its sign. */
  readonly name: string;
  /** What is compared instead of a value. Two values are equal where these are. */
  key(value: Octets): Octets;
  /** Whether it can find a value in another: PREFIX and SUBSTRING. */
  readonly findsParts: boolean;
  /** Of keys: below 0 where the first comes earlier. NIL, and a multi-value, come after all others and are all the same. */
  order(left: Octets | undefined, right: Octets | undefined): number;
}

/** What a comparator does, without direction. */
interface Collation {
  readonly key: (value: Octets) => Octets;
  readonly findsParts: boolean;
}

/** RFC 2244 §3.4: leading digits; without them a value comes after all numbers. */
function numericKey(value: Octets): Octets {
  const digits = /^0*(\d*)/.exec(value)?.[1] ?? "";
  if (!/^\d/.test(value)) return "\xff";
  // A number with more digits is greater; the count of its digits goes before it, in a width of its own.
  const count = String(digits.length);
  return `${String.fromCharCode(count.length)}${count} ${digits}`;
}

/** RFC 2244 §3.4 demands the first three. */
const collations: ReadonlyMap<string, Collation> = new Map([
  ["i;octet", { key: (value: Octets) => value, findsParts: true }],
  ["i;ascii-casemap", { key: asciiCasemap, findsParts: true }],
  ["i;ascii-numeric", { key: numericKey, findsParts: false }],
  ["i;unicode-casemap", { key: (value: Octets) => octetsOf(unicodeCasemap(textOf(value))), findsParts: true }],
]);

/** Their names, from the most efficient to the most appropriate for people (RFC 2244 §6.2.3). */
export const comparatorNames: readonly string[] = [...collations.keys()];

/** What Eudora calls i;ascii-casemap, as drafts of ACAP did. */
const eudorasNames: ReadonlyMap<string, string> = new Map([["en-nocase", "i;ascii-casemap"]]);

/** The comparator of a name. @param knowsEudora Whether names of Eudora's own are known. */
export function comparatorOf(written: string, knowsEudora = false): Comparator | undefined {
  const sign = /^[+-]/.exec(written)?.[0] ?? "";
  const name = written.slice(sign.length).toLowerCase();
  const collation = collations.get(knowsEudora ? eudorasNames.get(name) ?? name : name);
  return collation && { name: written, ...collation, order: ordering(sign === "-" ? -1 : 1) };
}

/** What is compared instead of a value; undefined of what has no order. */
export function keyOf(comparator: Comparator, value: Octets | undefined): Octets | undefined {
  return value === undefined ? undefined : comparator.key(value);
}

/** Comparison of octets, in either direction (RFC 2244 §3.4: what has no order comes last in both). */
function ordering(direction: 1 | -1): Comparator["order"] {
  return (left, right) => {
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return compareKeys(left, right) * direction;
  };
}

/** i;octet. */
export const octet: Comparator = {
  name: "i;octet",
  key: (value) => value,
  findsParts: true,
  order: ordering(1),
};
