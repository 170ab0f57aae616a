/** Sequence sets (RFC 9051 §9): message sequence numbers or UIDs, or `$`, the result of the last search (RFC 5182). */
import { mergedRanges, type NumberRanges } from "../../../../core/mailboxes/number_ranges.ts";
import type { Scanner } from "./scanner.ts";
import type { WireText } from "./wire_text.ts";

export type { NumberRanges } from "../../../../core/mailboxes/number_ranges.ts";

/** A number from 1 on, or `*`: the largest in use. */
export type SequenceNumber = number | "*";

/** A number, or all between two, both included, in either order. */
export type SequenceItem = SequenceNumber | readonly [SequenceNumber, SequenceNumber];

/** As the client wrote it. */
export type SequenceSet = "$" | readonly SequenceItem[];

/** The same without `*`: a set that means the same whatever the mailbox holds. */
export type NumberSet = readonly (number | readonly [number, number])[];

/** How many items a set may have: every other message of a large mailbox. */
export const MOST_SEQUENCE_ITEMS = 50_000;

const COMMA = ",";

/** Reads a set. @throws Malformed. */
export function expectSequenceSet(scanner: Scanner): SequenceSet {
  // RFC 5182 §2.1: `$` stands instead of a set, not in one.
  return scanner.accept("$") ? "$" : expectItems(scanner, expectSequenceNumber, "a sequence set");
}

/** Reads a set without `*` and `$`, as RFC 7162 §3.2.5 has it, and RFC 4315 where it says uid-set. @throws Malformed. */
export function expectNumberSet(scanner: Scanner): NumberSet {
  return expectItems(scanner, () => scanner.expectNzNumber(), "a set of numbers");
}

/** Whether a set, and no word, begins here. */
export function isSequenceSetNext(scanner: Scanner): boolean {
  const octet = scanner.peek();
  // Digits, `*` and `$`.
  return octet !== undefined && (octet >= 0x30 && octet <= 0x39 || octet === 0x2a || octet === 0x24);
}

/** Writes a set. */
export function printSequenceSet(set: SequenceSet): WireText {
  return set === "$" ? set : set.map((item) => isPair(item) ? item.join(":") : String(item)).join(COMMA);
}

/**
 * The numbers that a set names.
 *
 * @param largest What `*` is. RFC 9051 §9: how many messages there are, or the UID of the last; where there is none,
 * no number is right, and for UIDs it is UIDNEXT.
 */
export function resolvedRanges(items: readonly SequenceItem[], largest: number): NumberRanges {
  const number = (named: SequenceNumber) => named === "*" ? largest : named;
  return mergedRanges(items.map((item): [number, number] => {
    const [one, other] = isPair(item) ? [number(item[0]), number(item[1])] : [number(item), number(item)];
    return one <= other ? [one, other] : [other, one];
  }));
}

/** Reads one number or `*`. @throws Malformed. */
export function expectSequenceNumber(scanner: Scanner): SequenceNumber {
  return scanner.accept("*") ? "*" : scanner.expectNzNumber('a number from 1 on or "*"');
}

function expectItems<Number extends SequenceNumber>(
  scanner: Scanner,
  expectNumber: (scanner: Scanner) => Number,
  what: string,
): (Number | [Number, Number])[] {
  const items: (Number | [Number, Number])[] = [];
  do {
    if (items.length === MOST_SEQUENCE_ITEMS) {
      throw scanner.malformed(`${what} of at most ${MOST_SEQUENCE_ITEMS} items`);
    }
    const first = expectNumber(scanner);
    items.push(scanner.accept(":") ? [first, expectNumber(scanner)] : first);
  } while (scanner.accept(COMMA));
  return items;
}

function isPair(item: SequenceItem): item is readonly [SequenceNumber, SequenceNumber] {
  return typeof item === "object";
}
