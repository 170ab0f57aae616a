/** A bound for the text that a summary keeps, so that no message makes one larger than that. */

/** Counts characters down; what does not fit is left out, and `cut` remembers it. */
export class TextBudget {
  cut = false;
  #left: number;

  /** @param characters how many characters fit. */
  constructor(characters: number) {
    this.#left = characters;
  }

  /** Whether so many characters fit; if they do, they are taken. */
  take(characters: number): boolean {
    if (characters > this.#left) {
      this.cut = true;
      return false;
    }
    this.#left -= characters;
    return true;
  }
}
