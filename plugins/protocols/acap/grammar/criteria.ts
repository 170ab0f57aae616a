/** Search criteria (RFC 2244 §6.4.1, §8), and how they are written. */
import { type Comparator, comparatorOf, octet } from "../comparators.ts";
import type { Octets } from "../octets.ts";
import { expectAttribute } from "./names.ts";
import type { Scanner } from "./scanner.ts";
import { expectTime } from "./time.ts";

/** A comparison of an attribute with a value. */
export interface Comparison {
  /** How. */
  readonly key: "EQUAL" | "COMPARE" | "COMPARESTRICT" | "PREFIX" | "SUBSTRING";
  /** Of what. */
  readonly attribute: string;
  /** By what. */
  readonly comparator: Comparator;
  /** With what; undefined, of EQUAL alone: NIL. */
  readonly value: Octets | undefined;
}

/** Which entries are meant. */
export type Criteria =
  | { readonly key: "ALL" }
  | { readonly key: "NOT"; readonly of: Criteria }
  | { readonly key: "AND" | "OR"; readonly of: readonly [Criteria, Criteria] }
  | { readonly key: "RANGE"; readonly first: number; readonly last: number; readonly time: number }
  | Comparison;

/** What a reader of commands knows beyond RFC 2244. */
export interface Dialect {
  /** Whether it knows what Eudora says instead. */
  readonly knowsEudora: boolean;
}

const EXPECTED = "a search key";

/** Reads criteria. @throws Malformed. */
export function expectCriteria(scanner: Scanner, dialect: Dialect): Criteria {
  return scanner.nested(() => {
    const start = scanner.at;
    const key = scanner.expectWord(EXPECTED);
    switch (key) {
      case "ALL":
        return { key };
      case "NOT":
        scanner.expectSpace();
        return { key, of: expectCriteria(scanner, dialect) };
      case "AND":
      case "OR": {
        scanner.expectSpace();
        const first = expectCriteria(scanner, dialect);
        scanner.expectSpace();
        return { key, of: [first, expectCriteria(scanner, dialect)] };
      }
      case "RANGE":
        return expectRange(scanner);
      case "EQUAL":
      case "COMPARE":
      case "COMPARESTRICT":
      case "PREFIX":
      case "SUBSTRING":
        return expectComparison(scanner, key, dialect);
      default:
        throw scanner.malformed(EXPECTED, start);
    }
  });
}

/** Whether RANGE is anywhere in them. */
export function hasRange(criteria: Criteria): boolean {
  if (criteria.key === "AND" || criteria.key === "OR") return criteria.of.some(hasRange);
  return criteria.key === "RANGE" || criteria.key === "NOT" && hasRange(criteria.of);
}

/** Search keys of a search, and of all those within whose contexts it is: each entry is held against all of them. */
export const MOST_PARTS = 256;

/** How many search keys there are. */
export function countParts(criteria: Criteria): number {
  if (criteria.key === "NOT") return 1 + countParts(criteria.of);
  if (criteria.key !== "AND" && criteria.key !== "OR") return 1;
  return criteria.of.reduce((sum, part) => sum + countParts(part), 1);
}

/** Reads the name of a comparator. @throws Malformed: an unknown one is BAD (RFC 2244 §3.4). */
export function expectComparator(scanner: Scanner, { knowsEudora }: Dialect): Comparator {
  const start = scanner.at;
  const comparator = comparatorOf(scanner.expectName("a comparator"), knowsEudora);
  if (comparator === undefined) throw scanner.malformed("a known comparator", start);
  return comparator;
}

function expectRange(scanner: Scanner): Criteria {
  scanner.expectSpace();
  const first = scanner.expectNzNumber();
  scanner.expectSpace();
  const last = scanner.expectNzNumber();
  scanner.expectSpace();
  return { key: "RANGE", first, last, time: expectTime(scanner) };
}

function expectComparison(scanner: Scanner, key: Comparison["key"], dialect: Dialect): Comparison {
  scanner.expectSpace();
  const attribute = expectAttribute(scanner);
  scanner.expectSpace();
  // An example of RFC 2244 §6.4.5 has no comparator before NIL, where it makes no difference.
  if (key === "EQUAL" && scanner.acceptKeyword("NIL")) return { key, attribute, comparator: octet, value: undefined };
  const start = scanner.at;
  const comparator = expectComparator(scanner, dialect);
  if ((key === "PREFIX" || key === "SUBSTRING") && !comparator.findsParts) {
    throw scanner.malformed("a comparator that finds parts", start);
  }
  scanner.expectSpace();
  const isNil = key === "EQUAL" && scanner.acceptKeyword("NIL");
  return { key, attribute, comparator, value: isNil ? undefined : scanner.expectValue() };
}
