/** A bound for the text that a summary keeps, so that no message makes one larger than that. */

/**
 * Counts characters down. The first text that does not fit ends it: all later ones are left out too, so that whoever asks can
 * stop reading. `cut` remembers it.
 */
export class TextBudget {
  /** Whether something was left out. */
  cut = false;
  #left: number;

  /** Begins with room for so many characters. */
  constructor(characters: number) {
    this.#left = characters;
  }

  /** How many characters still fit. */
  get left(): number {
    return this.#left;
  }

  /** Whether so many characters fit; if they do, they are taken. */
  take(characters: number): boolean {
    if (characters > this.#left) {
      this.cut = true;
      this.#left = 0;
      return false;
    }
    this.#left -= characters;
    return true;
  }
}
