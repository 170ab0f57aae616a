/** Waits for what another process has. Nobody is told when it lets go, so it is looked at again and again. */

/** Milliseconds between two looks. */
const LOOK = 20;

/**
 * What a look gives, as soon as it is something.
 *
 * @param look Undefined for as long as somebody else has it.
 * @param milliseconds How long the looks go on; undefined after that.
 * @throws what a look throws.
 */
export async function untilFree<Found>(
  look: () => Found | undefined,
  milliseconds: number,
): Promise<Found | undefined> {
  for (let waited = 0;; waited += LOOK) {
    const found = look();
    if (found !== undefined || waited >= milliseconds) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}
