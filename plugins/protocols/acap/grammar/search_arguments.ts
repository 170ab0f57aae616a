/** The arguments of SEARCH (RFC 2244 §6.4.1). */
import type { Comparator } from "../comparators.ts";
import { countParts, type Criteria, type Dialect, expectComparator, expectCriteria, MOST_PARTS } from "./criteria.ts";
import { type DatasetName, datasetNameOf, expectAttribute, expectContext } from "./names.ts";
import type { Scanner } from "./scanner.ts";

/** What is known of an attribute (RFC 2244 §3.1.2; `count` is in §8 alone: how many values it has). */
export const metadataItems = ["attribute", "value", "acl", "myrights", "size", "count"] as const;
/** One of them. */
export type MetadataItem = typeof metadataItems[number];

/** What is to be returned of an attribute, or of several. */
export interface Wanted {
  /** A name, or what the names begin with. */
  readonly attribute: string;
  /** Whether all are meant whose names begin so. */
  readonly isPattern: boolean;
  /** At least one. */
  readonly items: readonly MetadataItem[];
}

/** An attribute to sort by. */
export interface SortKey {
  /** Which. */
  readonly attribute: string;
  /** How. */
  readonly comparator: Comparator;
}

/** MAKECONTEXT. */
export interface NewContext {
  /** By what it is known in the session. */
  readonly name: string;
  /** Whether its entries have numbers. */
  readonly isEnumerated: boolean;
  /** Whether changes are told. */
  readonly isNotified: boolean;
}

/** What SEARCH is to do. */
export interface SearchArguments {
  /** A dataset, or a context by its name. */
  readonly in: { readonly dataset: DatasetName } | { readonly context: string };
  /** How many levels; 0: all. Absent: the dataset alone, and entries are told without their paths. */
  readonly depth?: number;
  /** More entries than that are a failure. */
  readonly hardLimit?: number;
  /** Where there are more than the first, so many as the second are told. */
  readonly limit?: readonly [number, number];
  /** Makes a context. */
  readonly makeContext?: NewContext;
  /** Whether what is inherited is left out. */
  readonly noInherit?: true;
  /** What is told of entries; absent: nothing, not even which they are. */
  readonly returned?: readonly Wanted[];
  /** In which order. */
  readonly sort?: readonly SortKey[];
  /** Which entries. */
  readonly criteria: Criteria;
  /** Octets of what the client has written. */
  readonly size: number;
}

/** Attributes to sort by: each entry is asked for all of them. */
const MOST_SORT_KEYS = 16;
/** What is returned of an entry: patterns may name the same attribute again and again, however long its value is. */
const MOST_WANTED = 64;

type Modifiers = Omit<SearchArguments, "in" | "criteria" | "size">;

/** Reads them, from the space after the name to the end. @throws Malformed. */
export function expectSearchArguments(scanner: Scanner, dialect: Dialect): SearchArguments {
  scanner.expectSpace();
  const where = expectPlace(scanner);
  scanner.expectSpace();
  let modifiers: Modifiers = {};
  const seen = new Set<string>();
  for (;;) {
    const start = scanner.at;
    const word = scanner.acceptWord();
    const read = word === undefined ? undefined : readers.get(word);
    if (word === undefined || read === undefined) {
      scanner.skipTo(start);
      break;
    }
    // RFC 2244 §8: the same modifier must not be there twice.
    if (seen.has(word)) throw scanner.malformed("each modifier once", start);
    seen.add(word);
    modifiers = { ...modifiers, ...read(scanner, dialect) };
    scanner.expectSpace();
  }
  const start = scanner.at, criteria = expectCriteria(scanner, dialect);
  if (countParts(criteria) > MOST_PARTS) throw scanner.malformed(`at most ${MOST_PARTS} search keys`, start);
  scanner.expectEnd();
  return { in: where, ...modifiers, criteria, size: scanner.at };
}

function expectPlace(scanner: Scanner): SearchArguments["in"] {
  const start = scanner.at;
  const text = scanner.expectName("a dataset or a context");
  if (!text.startsWith("/")) return { context: text };
  const dataset = datasetNameOf(text);
  if (dataset === undefined) throw scanner.malformed("the name of a dataset", start);
  return { dataset };
}

const readers = new Map<string, (scanner: Scanner, dialect: Dialect) => Modifiers>([
  ["DEPTH", (scanner) => ({ depth: spaced(scanner, () => scanner.expectNumber()) })],
  ["HARDLIMIT", (scanner) => ({ hardLimit: spaced(scanner, () => scanner.expectNzNumber()) })],
  ["LIMIT", (scanner) => {
    const first = spaced(scanner, () => scanner.expectNumber());
    return { limit: [first, spaced(scanner, () => scanner.expectNumber())] };
  }],
  ["MAKECONTEXT", (scanner) => ({ makeContext: expectNewContext(scanner) })],
  ["NOINHERIT", () => ({ noInherit: true })],
  [
    "RETURN",
    (scanner) => ({ returned: atMost(MOST_WANTED, scanner, () => scanner.expectList(expectWanted, 0)) }),
  ],
  [
    "SORT",
    (scanner, dialect) => ({
      sort: atMost(MOST_SORT_KEYS, scanner, () =>
        scanner.expectList(() => {
          const attribute = expectAttribute(scanner);
          return { attribute, comparator: spaced(scanner, () => expectComparator(scanner, dialect)) };
        })),
    }),
  ],
]);

function spaced<Value>(scanner: Scanner, read: () => Value): Value {
  scanner.expectSpace();
  return read();
}

function atMost<Item>(most: number, scanner: Scanner, read: () => Item[]): Item[] {
  scanner.expectSpace();
  const start = scanner.at, items = read();
  if (items.length > most) throw scanner.malformed(`at most ${most} items`, start);
  return items;
}

function expectNewContext(scanner: Scanner): NewContext {
  scanner.expectSpace();
  const isEnumerated = scanner.acceptKeyword("ENUMERATE");
  if (isEnumerated) scanner.expectSpace();
  const isNotified = scanner.acceptKeyword("NOTIFY");
  if (isNotified) scanner.expectSpace();
  return { name: expectContext(scanner), isEnumerated, isNotified };
}

function expectWanted(scanner: Scanner): Wanted {
  const start = scanner.at;
  const text = scanner.expectName("the name of an attribute");
  const isPattern = text.endsWith("*"), attribute = isPattern ? text.slice(0, -1) : text;
  if (/[*%]/.test(attribute) || attribute === "" && !isPattern) {
    throw scanner.malformed("the name of an attribute", start);
  }
  // RFC 2244 §6.4.1: it may follow at once, as in an example, or after a space.
  const isNext = scanner.isNext("(") || scanner.peek() === 0x20 && scanner.peek(1) === 0x28;
  if (!isNext) return { attribute, isPattern, items: isPattern ? ["attribute", "value"] : ["value"] };
  scanner.acceptSpace();
  return { attribute, isPattern, items: scanner.expectList(expectMetadataItem) };
}

/** Reads the name of a metadata item. @throws Malformed: an unknown one is BAD (RFC 2244 §3.1.2). */
export function expectMetadataItem(scanner: Scanner): MetadataItem {
  const start = scanner.at;
  const text = scanner.expectName("a metadata item").toLowerCase();
  const item = metadataItems.find((item) => item === text);
  if (item === undefined) throw scanner.malformed("a metadata item", start);
  return item;
}
