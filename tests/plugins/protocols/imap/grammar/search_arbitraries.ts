/** Arbitrary searches, for tests that print and read them. */
import fc from "fast-check";
import type { SearchProgram } from "../../../../../plugins/protocols/imap/grammar/search_arguments.ts";
import type { SearchKey } from "../../../../../plugins/protocols/imap/grammar/search_keys.ts";
import type { PlainReturnOption, SearchReturn } from "../../../../../plugins/protocols/imap/grammar/search_return.ts";
import type { SortCriterion } from "../../../../../plugins/protocols/imap/grammar/sort_criteria.ts";
import {
  atoms,
  calendarDates,
  fetchItems,
  flags,
  numbers64,
  nzNumbers,
  octetText,
  partialRanges,
  sequenceSets,
  sizes,
  someOctets,
  texts,
} from "./arbitraries.ts";

const entry = fc.record({ flag: flags, type: fc.constantFrom("priv" as const, "shared" as const, "all" as const) });
const objectIds = fc.string({ unit: fc.constantFrom(..."aZ09_-"), minLength: 1, maxLength: 255 });

const leaves: fc.Arbitrary<SearchKey> = fc.oneof<fc.Arbitrary<SearchKey>[]>(
  fc.constantFrom("ALL", "NEW", "OLD", "RECENT", "SAVEDATESUPPORTED", "UNSEEN", "UNDRAFT").map((key) => ({ key })),
  fc.record({ key: fc.constantFrom("BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO"), text: someOctets }),
  fc.record({ key: fc.constant("HEADER"), field: octetText, text: someOctets }),
  fc.record({
    key: fc.constantFrom("BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE", "SAVEDBEFORE", "SAVEDSINCE"),
    date: calendarDates,
  }),
  fc.record({ key: fc.constantFrom("KEYWORD", "UNKEYWORD"), keyword: atoms }),
  fc.record({ key: fc.constantFrom("LARGER", "SMALLER"), size: sizes }),
  fc.record({ key: fc.constantFrom("UIDAFTER", "UIDBEFORE"), uid: nzNumbers }),
  fc.record({ key: fc.constantFrom("OLDER", "YOUNGER"), seconds: nzNumbers }),
  fc.record({ key: fc.constant("MODSEQ"), modseq: numbers64 }),
  fc.record({ key: fc.constant("MODSEQ"), modseq: numbers64, entry }),
  fc.record({ key: fc.constantFrom("EMAILID", "THREADID"), id: objectIds }),
  fc.record({ key: fc.constant("FILTER"), name: atoms.filter((atom) => !atom.includes("/")) }),
  fc.record({ key: fc.constantFrom("UID", "NUMBER"), set: sequenceSets }),
);

/** Keys, and keys in keys. */
const searchKeys: fc.Arbitrary<SearchKey> = fc.letrec<{ key: SearchKey }>((tie) => ({
  key: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaves,
    fc.record({ key: fc.constantFrom("NOT" as const, "FUZZY" as const), operand: tie("key") }),
    fc.record({
      key: fc.constant("OR" as const),
      operands: fc.array(tie("key").map(noOr), { minLength: 2, maxLength: 4 }),
    }),
    fc.record({ key: fc.constant("AND" as const), operands: fc.array(tie("key"), { minLength: 1, maxLength: 3 }) }),
  ),
})).key;

/** An OR in an OR is one with it. */
function noOr(key: SearchKey): SearchKey {
  return key.key === "OR" ? { key: "AND", operands: [key] } : key;
}

/** Several keys. */
export const keyLists: fc.Arbitrary<SearchKey[]> = fc.array(searchKeys, { minLength: 1, maxLength: 4 });

/** Names of charsets. */
export const charsets: fc.Arbitrary<string> = fc.oneof(fc.constantFrom("UTF-8", "KOI8-R"), texts);

/** Programs with and without a charset. */
export const programs: fc.Arbitrary<SearchProgram> = fc.record(
  { charset: charsets, keys: keyLists },
  { requiredKeys: ["keys"] },
);

const plainOptions: readonly PlainReturnOption[] = ["ALL", "CONTEXT", "COUNT", "MAX", "MIN", "RELEVANCY", "SAVE"];

/** Return options, perhaps none. */
export const returns: fc.Arbitrary<{ readonly returns?: SearchReturn }> = fc.option(
  fc.record({
    options: fc.subarray([...plainOptions]).map((options) => new Set(options)),
    partial: partialRanges,
    update: fc.record({ items: fc.oneof(fc.constant([]), fetchItems) }),
  }, { requiredKeys: ["options"] }).filter(({ options, partial, update }) =>
    partial === undefined ? options.size > 0 || update !== undefined : !options.has("ALL")
  ),
  { nil: undefined },
).map((found) => found === undefined ? {} : { returns: found });

/** Orders. */
export const criteria: fc.Arbitrary<SortCriterion[]> = fc.array(
  fc.record({
    key: fc.constantFrom("ARRIVAL", "CC", "DATE", "DISPLAYFROM", "DISPLAYTO", "FROM", "RELEVANCY", "SIZE", "TO"),
    reverse: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);
