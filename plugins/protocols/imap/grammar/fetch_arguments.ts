/** Arguments of FETCH and UID FETCH (RFC 9051 §6.4.5; modifiers: RFC 4466 §2.4, RFC 7162, RFC 9394). */
import { expectFetchItems, type FetchItem, printFetchItems } from "./fetch_items.ts";
import { expectPartialRange, type PartialRange, printPartialRange } from "./partial_range.ts";
import type { Scanner } from "./scanner.ts";
import { expectSequenceSet, printSequenceSet, type SequenceSet } from "./sequence_set.ts";
import { printList, type WireText } from "./wire_text.ts";

/** What restricts an answer, and what comes with it. */
export interface FetchModifiers {
  /** RFC 7162 §3.1.4.1: only messages that changed after this. */
  readonly changedSince?: bigint;
  /** RFC 7162 §3.2.6: and UIDs expunged since; only with `changedSince`, and only of UID FETCH. */
  readonly vanished?: true;
  /** RFC 9394 §3.3: only some of the messages; only of UID FETCH. */
  readonly partial?: PartialRange;
}

/** Arguments of FETCH. */
export interface FetchArguments {
  /** Which messages. */
  readonly set: SequenceSet;
  /** What of each; macros come out as what they stand for. */
  readonly items: readonly FetchItem[];
  /** How. */
  readonly modifiers: FetchModifiers;
}

/** Reads what follows `FETCH `. @param isUid Whether it is UID FETCH. @throws Malformed. */
export function expectFetchArguments(scanner: Scanner, isUid: boolean): FetchArguments {
  const set = expectSequenceSet(scanner);
  scanner.expectSpace();
  const items = expectFetchItems(scanner);
  const modifiers = scanner.acceptSpace() ? expectModifiers(scanner, isUid) : {};
  scanner.expectEnd();
  return { set, items, modifiers };
}

/** Writes arguments of FETCH. */
export function printFetchArguments({ set, items, modifiers }: FetchArguments): WireText {
  const { changedSince, vanished, partial } = modifiers;
  const printed = [
    ...changedSince === undefined ? [] : [`CHANGEDSINCE ${changedSince}`],
    ...vanished === undefined ? [] : ["VANISHED"],
    ...partial === undefined ? [] : [`PARTIAL ${printPartialRange(partial)}`],
  ];
  const arguments_ = `${printSequenceSet(set)} ${printFetchItems(items)}`;
  return printed.length === 0 ? arguments_ : `${arguments_} ${printList(printed)}`;
}

function expectModifiers(scanner: Scanner, isUid: boolean): FetchModifiers {
  let modifiers: FetchModifiers = {};
  const start = scanner.at;
  scanner.expectList(() => {
    modifiers = { ...modifiers, ...expectModifier(scanner, isUid, modifiers) };
  });
  // RFC 7162 §3.2.6: VANISHED without CHANGEDSINCE is answered BAD.
  if (modifiers.vanished && modifiers.changedSince === undefined) throw scanner.malformed("CHANGEDSINCE too", start);
  return modifiers;
}

function expectModifier(scanner: Scanner, isUid: boolean, before: FetchModifiers): FetchModifiers {
  if (before.changedSince === undefined && scanner.acceptKeyword("CHANGEDSINCE")) {
    scanner.expectSpace();
    // RFC 7162 §7 has no 0 here; clients that know of no mod-sequence yet send it, and it can only mean all.
    return { changedSince: scanner.expectNumber64("a mod-sequence") };
  }
  if (isUid && before.vanished === undefined && scanner.acceptKeyword("VANISHED")) return { vanished: true };
  if (isUid && before.partial === undefined && scanner.acceptKeyword("PARTIAL")) {
    scanner.expectSpace();
    return { partial: expectPartialRange(scanner) };
  }
  throw scanner.malformed(isUid ? "CHANGEDSINCE, VANISHED or PARTIAL, each once" : "CHANGEDSINCE, once");
}
