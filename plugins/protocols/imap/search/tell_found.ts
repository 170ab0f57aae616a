/** The answer of a search: SEARCH (RFC 3501 §7.2.5), or ESEARCH (RFC 9051 §7.3.4, RFC 4731, RFC 9394). */
import { resolvedPartialRange } from "../grammar/partial_range.ts";
import type { SearchReturn } from "../grammar/search_return.ts";
import { printPartialRange } from "../grammar/partial_range.ts";
import { printNumbers } from "../printing/sequence_sets.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import type { Found } from "./search.ts";

/** RFC 9051 §6.4.4: without RETURN, rev2 gives all. */
const allOptions: SearchReturn = { options: new Set(["ALL"]) };

/** Tells what was found, and keeps it where SAVE is asked for (RFC 5182). */
export function tellFound(
  session: Session,
  mailbox: SelectedMailbox,
  found: Found,
  returns: SearchReturn | undefined,
  by: "number" | "uid",
): void {
  const numbers = by === "uid" ? found.uids : found.uids.map((uid) => mailbox.numberOf(uid));
  if (returns === undefined && !session.extensions.isRev2) {
    const modseq = found.modseq === undefined ? "" : ` (MODSEQ ${found.modseq})`;
    session.untagged(["SEARCH", ...numbers].join(" ") + modseq);
    return;
  }
  const wanted = returns ?? allOptions;
  if (wanted.options.has("SAVE")) save(mailbox, found.uids, wanted);
  if (tellsNothing(wanted)) return;
  session.untagged(esearch(session.tag, by, resultsOf(numbers, wanted), found.modseq));
}

/** Tells what was found, in an order (RFC 5256 §4, RFC 5267 §3.1). */
export function tellSorted(
  session: Session,
  mailbox: SelectedMailbox,
  found: Found,
  returns: SearchReturn | undefined,
  by: "number" | "uid",
): void {
  const numbers = by === "uid" ? found.uids : found.uids.map((uid) => mailbox.numberOf(uid));
  if (returns === undefined) {
    // RFC 7162 §3.1.6.
    const modseq = found.modseq === undefined ? "" : ` (MODSEQ ${found.modseq})`;
    return session.untagged(["SORT", ...numbers].join(" ") + modseq);
  }
  if (returns.options.has("SAVE")) save(mailbox, found.uids, returns);
  if (tellsNothing(returns)) return;
  session.untagged(esearch(session.tag, by, resultsOf(numbers, returns), found.modseq));
}

/** The response ESEARCH, without its asterisk. */
export function esearch(
  tag: string,
  by: "number" | "uid",
  results: readonly string[],
  modseq: bigint | undefined,
): string {
  return [
    `ESEARCH (TAG "${tag}")`,
    ...by === "uid" ? ["UID"] : [],
    ...results,
    // RFC 4731 §3.2, RFC 7162 §3.1.10.
    ...modseq === undefined ? [] : [`MODSEQ ${modseq}`],
  ].join(" ");
}

/** RFC 4731 §3.1: MIN, MAX and ALL are left out where nothing was found; COUNT is not. */
export function resultsOf(numbers: readonly number[], { options, partial }: SearchReturn): string[] {
  const first = numbers[0], last = numbers.at(-1);
  const results: string[] = [];
  if (options.has("MIN") && first !== undefined) results.push(`MIN ${first}`);
  if (options.has("MAX") && last !== undefined) results.push(`MAX ${last}`);
  if (options.has("COUNT")) results.push(`COUNT ${numbers.length}`);
  if (options.has("ALL") && first !== undefined) results.push(`ALL ${printNumbers(numbers)}`);
  if (partial !== undefined) {
    // RFC 9394 §3.1: NIL where the range has no results.
    const part = printNumbers(numbers.slice(...resolvedPartialRange(partial, numbers.length)));
    results.push(`PARTIAL (${printPartialRange(partial)} ${part === "" ? "NIL" : part})`);
  }
  return results;
}

/** RFC 5182 §2.1: with SAVE alone. */
function tellsNothing({ options, partial }: SearchReturn): boolean {
  return options.size === 1 && options.has("SAVE") && partial === undefined;
}

/** RFC 5182 §2.4: what is saved is what the other options ask for. */
function save(mailbox: SelectedMailbox, uids: readonly number[], { options, partial }: SearchReturn): void {
  const first = uids[0], last = uids.at(-1);
  const onlyEnds = (options.has("MIN") || options.has("MAX")) && !options.has("ALL") && !options.has("COUNT");
  if (partial !== undefined) {
    // RFC 9394 §3.1: what PARTIAL gives.
    mailbox.saved = inOrder(uids.slice(...resolvedPartialRange(partial, uids.length)));
  } else if (onlyEnds && first !== undefined && last !== undefined) {
    mailbox.saved = [...options.has("MIN") ? [first] : [], ...options.has("MAX") ? [last] : []];
  } else mailbox.saved = inOrder(uids);
}

/** A set of UIDs ascends, in whatever order they were found. */
function inOrder(uids: readonly number[]): number[] {
  return uids.toSorted((a, b) => a - b);
}
