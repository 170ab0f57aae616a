/**
 * Whether a file that is open still has its name. Whoever removes the database, or moves it, leaves us with a file that
 * nobody will find again: what went into it would be lost without a word.
 */

/** It is everyone's failure, and passes when the file is back. */
export class LostFileError extends Error {
  override readonly name = "LostFileError";
}

/** A file, by what tells it from every other one. */
export class OpenedFile {
  readonly #path: string;
  readonly #device: number;
  readonly #inode: number | null;

  /** The one of that name. @throws LostFileError where there is none: opening it would make another one. */
  constructor(path: string) {
    const { dev, ino } = stat(path);
    this.#path = path;
    this.#device = dev;
    this.#inode = ino;
  }

  /** @throws LostFileError where the name is no longer that file's. */
  check(): void {
    const { dev, ino } = stat(this.#path);
    if (dev === this.#device && ino === this.#inode) return;
    throw new LostFileError(
      `${this.#path} is another file now: restart the server to use it, or put the other one back`,
    );
  }
}

function stat(path: string): Deno.FileInfo {
  try {
    return Deno.statSync(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw new LostFileError(`${path}: ${cause}`, { cause });
    throw new LostFileError(`${path} is not there any more: put it back`, { cause });
  }
}
