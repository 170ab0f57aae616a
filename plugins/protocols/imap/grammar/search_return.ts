/** Return options of searches (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 5267, RFC 5465 §5.10, RFC 6203, RFC 9394). */
import { expectFetchItemList, type FetchItem, printFetchItems } from "./fetch_items.ts";
import { keywordTable } from "./keyword_table.ts";
import { expectPartialRange, type PartialRange, printPartialRange } from "./partial_range.ts";
import type { Scanner } from "./scanner.ts";
import { printList, type WireText } from "./wire_text.ts";

/** Options without arguments. */
export type PlainReturnOption = "ALL" | "CONTEXT" | "COUNT" | "MAX" | "MIN" | "RELEVANCY" | "SAVE";

/** What a search is to give. */
export interface SearchReturn {
  /** Never all absent: `RETURN ()` is `RETURN (ALL)`. */
  readonly options: ReadonlySet<PlainReturnOption>;
  /** RFC 9394: only these results; not with ALL. */
  readonly partial?: PartialRange;
  /** RFC 5267 §4.3: tell of changes, with these items of what is new (RFC 5465 §5.10). */
  readonly update?: { readonly items: readonly FetchItem[] };
}

const plainOptions = keywordTable<PlainReturnOption>(["ALL", "CONTEXT", "COUNT", "MAX", "MIN", "RELEVANCY", "SAVE"]);

/** Reads `RETURN (…) `, space and all, if it comes next. @throws Malformed when it goes wrong after its start. */
export function acceptSearchReturn(scanner: Scanner): SearchReturn | undefined {
  if (!scanner.acceptKeyword("RETURN")) return undefined;
  scanner.expectSpace();
  const found = expectOptions(scanner);
  scanner.expectSpace();
  return found;
}

/** Writes `RETURN (…) `, or nothing. */
export function printSearchReturn(wanted: SearchReturn | undefined): WireText {
  if (wanted === undefined) return "";
  const { options, partial, update } = wanted;
  return `RETURN ${
    printList([
      ...options,
      ...partial === undefined ? [] : [`PARTIAL ${printPartialRange(partial)}`],
      ...update === undefined ? [] : [update.items.length === 0 ? "UPDATE" : `UPDATE ${printFetchItems(update.items)}`],
    ])
  } `;
}

function expectOptions(scanner: Scanner): SearchReturn {
  const start = scanner.at;
  const options = new Set<PlainReturnOption>();
  let partial: PartialRange | undefined, update: SearchReturn["update"];
  scanner.expectList(() => {
    if (partial === undefined && scanner.acceptKeyword("PARTIAL")) {
      scanner.expectSpace();
      partial = expectPartialRange(scanner);
    } else if (update === undefined && scanner.acceptKeyword("UPDATE")) {
      update = { items: acceptUpdateItems(scanner) };
    } else {
      options.add(scanner.expectOneOf(plainOptions, "a return option"));
    }
  }, 0);
  // RFC 9394 §3.1: one PARTIAL, one ALL, or neither.
  if (partial !== undefined && options.has("ALL")) throw scanner.malformed("not both ALL and PARTIAL", start);
  // RFC 9051 §6.4.4: no options are the same as ALL.
  if (options.size === 0 && partial === undefined && update === undefined) options.add("ALL");
  return {
    options,
    ...partial === undefined ? {} : { partial },
    ...update === undefined ? {} : { update },
  };
}

/** RFC 5465 §8 has no space before the items, its example in §5.10 has one. */
function acceptUpdateItems(scanner: Scanner): FetchItem[] {
  if (scanner.isNext(" (")) scanner.expectSpace();
  return scanner.isNext("(") ? expectFetchItemList(scanner) : [];
}
