/**
 * Whether a file that is open still has its name. Whoever removes the database, or moves it, leaves us with a file that
 * nobody will find again: what went into it would be lost without a word.
 */

/** It is everyone's failure, and passes when the file is back. */
export class LostFileError extends Error {
  override readonly name = "LostFileError";
}

/** What to do about one that is gone, and about one in whose place another one is. */
export interface LostFileAdvice {
  /** Where there is none of that name. */
  readonly gone: string;
  /** Where there is another. */
  readonly another: string;
}

const usualAdvice: LostFileAdvice = {
  gone: "put it back",
  another: "restart the server to use it, or put the other one back",
};

/** A file, by what tells it from every other one. */
export class OpenedFile {
  readonly #path: string;
  readonly #advice: LostFileAdvice;
  readonly #device: number;
  readonly #inode: number | null;

  /** The one of that name. @throws LostFileError where there is none: opening it would make another one. */
  constructor(path: string, advice: LostFileAdvice = usualAdvice) {
    this.#path = path;
    this.#advice = advice;
    const { dev, ino } = this.#stat();
    this.#device = dev;
    this.#inode = ino;
  }

  /** @throws LostFileError where the name is no longer that file's. */
  check(): void {
    const { dev, ino } = this.#stat();
    if (dev === this.#device && ino === this.#inode) return;
    throw new LostFileError(`${this.#path} is another file now: ${this.#advice.another}`);
  }

  #stat(): Deno.FileInfo {
    try {
      return Deno.statSync(this.#path);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) throw new LostFileError(`${this.#path}: ${cause}`, { cause });
      throw new LostFileError(`${this.#path} is not there any more: ${this.#advice.gone}`, { cause });
    }
  }
}
