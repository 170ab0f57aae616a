/** Sorts lists as long as a mailbox while others get their turn. */

/** What lets others in from time to time. */
export interface Pausing {
  /** Whether it is time. */
  readonly isDue: boolean;
  /** Lets them in. */
  pause(): Promise<void>;
}

/** Items that are compared without looking whether it is time for a pause: a millisecond or two. */
const RUN = 1024;

/** The items in order; those that compare as equal stay as they were. */
export async function sortedInTurns<Item>(
  items: readonly Item[],
  compare: (left: Item, right: Item) => number,
  work: Pausing,
): Promise<readonly Item[]> {
  let from: Item[] = [];
  for (let at = 0; at < items.length; at += RUN) {
    for (const item of items.slice(at, at + RUN).sort(compare)) from.push(item);
    if (work.isDue) await work.pause();
  }
  for (let width = RUN; width < from.length; width *= 2) {
    const to: Item[] = [];
    for (let start = 0; start < from.length; start += 2 * width) {
      await merge(from, to, [start, Math.min(start + width, from.length), start + 2 * width], compare, work);
    }
    from = to;
  }
  return from;
}

/** Appends to `to` the runs `start..middle` and `middle..end` of `from`, each in order. */
async function merge<Item>(
  from: readonly Item[],
  to: Item[],
  [start, middle, end]: readonly [number, number, number],
  compare: (left: Item, right: Item) => number,
  work: Pausing,
): Promise<void> {
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
    if (count % RUN === 0 && work.isDue) await work.pause();
  }
}
