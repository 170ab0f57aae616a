/** How many are in each of a row of places, and how many are before one: both change and are asked in few steps. Pure. */

/** A Fenwick tree: each node has the sum of those places that its lowest bit says. */
export class Counts {
  readonly #sums: Float64Array;

  /** So many places, with none in them. */
  constructor(places: number) {
    this.#sums = new Float64Array(places + 1);
  }

  /** So many more, or fewer, are in a place, counted from 0. */
  add(place: number, more: number): void {
    for (let node = place + 1; node < this.#sums.length; node += node & -node) {
      this.#sums[node] = (this.#sums[node] ?? 0) + more;
    }
  }

  /** How many are in the places before one. */
  before(place: number): number {
    let sum = 0;
    for (let node = place; node > 0; node -= node & -node) sum += this.#sums[node] ?? 0;
    return sum;
  }
}
