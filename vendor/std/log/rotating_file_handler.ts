/** The handler of `@std/log` that keeps a file small: `log`, `log.1`, `log.2` and so on. */
import { FileHandler, type FileHandlerOptions } from "./file_handler.ts";
import type { LevelName } from "./levels.ts";

/** How a {@linkcode RotatingFileHandler} starts. */
export interface RotatingFileHandlerOptions extends FileHandlerOptions {
  /** Octets a file may have. */
  maxBytes: number;
  /** Old files to keep, at least one. */
  maxBackupCount: number;
}

/** Appends lines to a file and renames it when it is full. */
export class RotatingFileHandler extends FileHandler {
  readonly #maxBytes: number;
  readonly #maxBackupCount: number;
  #size = 0;

  constructor(levelName: LevelName, options: RotatingFileHandlerOptions) {
    super(levelName, options);
    this.#maxBytes = options.maxBytes;
    this.#maxBackupCount = options.maxBackupCount;
  }

  /**
   * Opens the file.
   *
   * @throws {Error} where a limit is below 1.
   * @throws {Deno.errors.AlreadyExists} in mode `x`, where an old file is there.
   */
  override setup(): void {
    if (this.#maxBytes < 1) throw new Error(`"maxBytes" must be >= 1: received ${this.#maxBytes}`);
    if (this.#maxBackupCount < 1) throw new Error(`"maxBackupCount" must be >= 1: received ${this.#maxBackupCount}`);
    for (const backup of this.#backups()) {
      if (this.mode === "x" && exists(backup)) {
        throw new Deno.errors.AlreadyExists(`Backup log file ${backup} already exists`);
      }
      if (this.mode === "w" && exists(backup)) Deno.removeSync(backup);
    }
    super.setup();
    this.#size = this.mode === "a" ? Deno.statSync(this.filename).size : 0;
  }

  override log(msg: string): void {
    const size = this.encoder.encode(msg).byteLength + 1;
    if (this.#size + size > this.#maxBytes) {
      this.#rotate();
      this.#size = 0;
    }
    super.log(msg);
    this.#size += size;
  }

  #rotate(): void {
    this.flush();
    const names = [this.filename, ...this.#backups()];
    for (let index = names.length - 2; index >= 0; index--) {
      const from = names[index];
      const to = names[index + 1];
      if (from !== undefined && to !== undefined && exists(from)) Deno.renameSync(from, to);
    }
    this.openFile();
  }

  #backups(): string[] {
    return Array.from({ length: this.#maxBackupCount }, (_, index) => `${this.filename}.${index + 1}`);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
