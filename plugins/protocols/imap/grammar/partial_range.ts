/** Which of many results (RFC 9394, RFC 5267 §4.4): from the first or, with negative numbers, from the last. */
import type { Scanner } from "./scanner.ts";
import type { WireText } from "./wire_text.ts";

/** Both positive, counted from the oldest, or both negative, counted from the newest; in either order. */
export interface PartialRange {
  /** As written. */
  readonly first: number;
  /** As written; the same is a range of one. */
  readonly last: number;
}

/** Reads a range. @throws Malformed. */
export function expectPartialRange(scanner: Scanner): PartialRange {
  const isFromEnd = scanner.isNext("-");
  const first = expectEnd(scanner, isFromEnd);
  scanner.expect(":");
  return { first, last: expectEnd(scanner, isFromEnd) };
}

/** Writes a range. */
export function printPartialRange({ first, last }: PartialRange): WireText {
  return `${first}:${last}`;
}

/**
 * Which of `count` results a range names, as `slice` takes it: counted from 0, the end not included; empty where there
 * are no such results.
 */
export function resolvedPartialRange(
  { first, last }: PartialRange,
  count: number,
): readonly [from: number, to: number] {
  const low = Math.min(first, last), high = Math.max(first, last);
  const [from, to] = low > 0 ? [low - 1, high] : [count + low, count + high + 1];
  return [Math.max(0, Math.min(from, count)), Math.max(0, Math.min(to, count))];
}

function expectEnd(scanner: Scanner, isFromEnd: boolean): number {
  // RFC 9394 §4: both ends are counted from the same side.
  if (isFromEnd) scanner.expect("-");
  const number = scanner.expectNzNumber();
  return isFromEnd ? -number : number;
}
