/** UIDs that come in runs, each after those before. Pure. */
import { isInRanges } from "../../../core/mailboxes/number_ranges.ts";

/** Some of a mailbox's UIDs. */
export class UidRuns {
  readonly #runs: [number, number][] = [];

  /** First and last of each run, ascending. */
  get runs(): readonly (readonly [number, number])[] {
    return this.#runs;
  }

  /** The greatest; 0 where there is none. */
  get last(): number {
    return this.#runs.at(-1)?.[1] ?? 0;
  }

  /** Whether a UID is among them. */
  has(uid: number): boolean {
    return isInRanges(uid, this.#runs);
  }

  /** A run more, if it has any UID; all beyond those that are there. */
  add(from: number, to: number): void {
    if (from > to) return;
    const last = this.#runs.at(-1);
    if (last !== undefined && last[1] + 1 === from) last[1] = to;
    else this.#runs.push([from, to]);
  }
}
