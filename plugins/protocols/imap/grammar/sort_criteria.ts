/** How SORT orders, and how THREAD does (RFC 5256 §5; RFC 5957, RFC 6203). */
import { keywordTable } from "./keyword_table.ts";
import type { Scanner } from "./scanner.ts";
import { printList, type WireText } from "./wire_text.ts";

/** What messages are ordered by. */
export type SortKey =
  | "ARRIVAL"
  | "CC"
  | "DATE"
  /** RFC 5957: by the names that are shown. */
  | "DISPLAYFROM"
  | "DISPLAYTO"
  | "FROM"
  /** RFC 6203. */
  | "RELEVANCY"
  | "SIZE"
  | "SUBJECT"
  | "TO";

/** A key, and in which direction. */
export interface SortCriterion {
  /** By what. */
  readonly key: SortKey;
  /** Whether from the largest to the smallest. */
  readonly reverse: boolean;
}

/** How THREAD finds what belongs together. */
export type ThreadAlgorithm = "ORDEREDSUBJECT" | "REFERENCES";

const sortKeys = keywordTable<SortKey>([
  "ARRIVAL",
  "CC",
  "DATE",
  "DISPLAYFROM",
  "DISPLAYTO",
  "FROM",
  "RELEVANCY",
  "SIZE",
  "SUBJECT",
  "TO",
]);
const algorithms = keywordTable<ThreadAlgorithm>(["ORDEREDSUBJECT", "REFERENCES"]);

/** Reads criteria in parentheses. @throws Malformed. */
export function expectSortCriteria(scanner: Scanner): readonly SortCriterion[] {
  return scanner.expectList(() => {
    const reverse = scanner.acceptKeyword("REVERSE");
    if (reverse) scanner.expectSpace();
    return { key: scanner.expectOneOf(sortKeys, "a sort key"), reverse };
  });
}

/** Writes criteria in parentheses. */
export function printSortCriteria(criteria: readonly SortCriterion[]): WireText {
  return printList(criteria.map(({ key, reverse }) => reverse ? `REVERSE ${key}` : key));
}

/** Reads the name of an algorithm. @throws Malformed. */
export function expectThreadAlgorithm(scanner: Scanner): ThreadAlgorithm {
  return scanner.expectOneOf(algorithms, "ORDEREDSUBJECT or REFERENCES");
}
