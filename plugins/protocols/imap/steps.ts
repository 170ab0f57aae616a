/** Long work that waits for nothing, in steps: between them others can be let in. */

/** Work: each `yield` is a place to stop for a moment, less than a millisecond after the one before. */
export type Steps<Result> = Generator<void, Result, void>;

/** What lets others in from time to time. */
export interface Pausing {
  /** Whether it is time. */
  readonly isDue: boolean;
  /** Lets them in. */
  pause(): Promise<void>;
}

/** How many items are looked at in a step. */
export const STRIDE = 256;

/** Does the work, and lets others in when it is time. */
export async function inTurns<Result>(steps: Steps<Result>, pausing: Pausing): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (pausing.isDue) await pausing.pause();
  }
}

/** Sorts: the items in order, and those that compare as equal as they were. */
export function* sortSteps<Item>(
  items: readonly Item[],
  compare: (left: Item, right: Item) => number,
): Steps<Item[]> {
  let from: Item[] = [];
  for (let at = 0; at < items.length; at += STRIDE) {
    for (const item of items.slice(at, at + STRIDE).sort(compare)) from.push(item);
    yield;
  }
  for (let width = STRIDE; width < from.length; width *= 2) {
    const to: Item[] = [];
    for (let start = 0; start < from.length; start += 2 * width) {
      yield* mergeSteps(from, to, [start, Math.min(start + width, from.length), start + 2 * width], compare);
    }
    from = to;
  }
  return from;
}

/** Appends to `to` the runs `start..middle` and `middle..end` of `from`, each in order. */
function* mergeSteps<Item>(
  from: readonly Item[],
  to: Item[],
  [start, middle, end]: readonly [number, number, number],
  compare: (left: Item, right: Item) => number,
): Steps<void> {
  let left = start, right = middle;
  for (let count = 1;; count++) {
    const one = left < middle ? from[left] : undefined, other = right < end ? from[right] : undefined;
    if (one === undefined && other === undefined) return;
    if (other === undefined || one !== undefined && compare(one, other) <= 0) {
      if (one !== undefined) to.push(one);
      left++;
    } else {
      to.push(other);
      right++;
    }
    if (count % STRIDE === 0) yield;
  }
}
