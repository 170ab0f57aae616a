/**
 * Files that long bodies lie in: segments, in a folder beside the database. A segment only grows, goes as a whole, and no
 * other ever has its name: what a place held once, it holds for as long as the file is there.
 */
import type { Logger } from "../../core/contract/logger.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import { messageOf } from "../../core/wire/error_message.ts";
import { lockFolder } from "../../core/wire/folder_lock.ts";
import { DatabaseFileError } from "./database_file_error.ts";

/** A file that is locked, for whoever wants to remove it; "busy": somebody else has it; "gone": there is none. */
export type LockedFile = Deno.FsFile | "busy" | "gone";

/** All of them, locked; "busy": somebody else has locked them, or copies them; "gone": there is no folder. */
export type LockedFolder = Disposable | "busy" | "gone";

/** Octets after which one is full. */
const FULL = 64 * 1024 * 1024;

/** Those of a database. */
export class SegmentFiles {
  /** Where they are. */
  readonly folder: string;
  /** Octets after which the next one is begun. */
  readonly full: number;
  readonly #log: Pick<Logger, "error"> | undefined;
  /** Segments that the operator has been told of, and that have not been read since. */
  readonly #told = new Set<number>();

  /**
   * @param database The path of its file.
   * @param log Where the operator reads of files that cannot be read.
   */
  constructor(database: string, log?: Pick<Logger, "error">, full: number = FULL) {
    this.full = full;
    this.#log = log;
    this.folder = `${database.replace(/\.db$/, "")}.bodies`;
  }

  /** Where a segment is. */
  path(segment: number): string {
    return `${this.folder}/${segment}`;
  }

  /** How many octets a segment has. */
  size(segment: number): number {
    return Deno.statSync(this.path(segment)).size;
  }

  /**
   * Octets of a segment; undefined where there is no such file.
   *
   * @param end Where the body ends that they are of: whoever sends its beginning must not find out later.
   * @throws Refusal `unavailable`, also when it is too short.
   */
  read(segment: number, position: number, length: number, end: number = position + length): Uint8Array | undefined {
    try {
      using file = Deno.openSync(this.path(segment));
      const missing = end > position + length ? end - file.statSync().size : 0;
      if (missing > 0) throw this.lost(segment, `it ends ${missing} octets before a body in it does`);
      file.seekSync(position, Deno.SeekMode.Start);
      const octets = new Uint8Array(length);
      for (let at = 0; at < length;) {
        const count = file.readSync(at === 0 ? octets : octets.subarray(at));
        // A row is committed after what it names is on the disk: somebody else has cut the file.
        if (count === null) throw this.lost(segment, `it ends ${length - at} octets before a body in it does`);
        at += count;
      }
      this.#told.delete(segment);
      return octets;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      if (error instanceof Refusal) throw error;
      // The file need not be the reason: the program may have no descriptor left.
      throw this.#unreadable(segment, `cannot be read now: ${messageOf(error)}`);
    }
  }

  /** Why a segment that the database names will not be read before somebody puts it back. */
  lost(segment: number, reason: string): Refusal {
    return this.#unreadable(segment, `${reason}: restore it from a backup, messages in it cannot be read`);
  }

  #unreadable(segment: number, reason: string): Refusal {
    const cause = `${this.path(segment)}: ${reason}`;
    if (!this.#told.has(segment)) this.#log?.error(cause);
    this.#told.add(segment);
    return new Refusal("unavailable", "mail cannot be read for now", { cause });
  }

  /** Sees that the folder, where there is one, can be used. @throws DatabaseFileError. */
  checkFolder(): void {
    try {
      using folder = Deno.openSync(this.folder);
      if (!folder.statSync().isDirectory) throw new Error("it is a file, and is to be a folder");
    } catch (error) {
      // Which right the program lacks is said of the database.
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return;
      const advice = "the data folder and what is in it must belong to the user that runs the server";
      throw new DatabaseFileError(`${this.folder}: cannot be used: ${messageOf(error)}; ${advice}`, { cause: error });
    }
  }

  /** Makes the folder if there is none. */
  makeFolder(): void {
    try {
      Deno.mkdirSync(this.folder, { mode: 0o700 });
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return;
      throw error;
    }
    syncFolder(`${this.folder}/..`);
  }

  /** A new one, locked as long as it is open; undefined where there is such a file already. */
  create(segment: number): Deno.FsFile | undefined {
    let file: Deno.FsFile;
    try {
      file = Deno.openSync(this.path(segment), { createNew: true, append: true, mode: 0o600 });
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return undefined;
      throw error;
    }
    try {
      if (file.tryLockSync(true)) return file;
      throw new Error("another program has locked it");
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** The names in the folder are on the disk when it returns. */
  sync(): void {
    syncFolder(this.folder);
  }

  /** Locks one that nobody writes to any more. */
  lock(segment: number): LockedFile {
    return lock(this.path(segment));
  }

  /**
   * Locks all against being removed, and is so locked by who copies them: flock(2) of the folder or, where folders have no
   * locks, of the file of that name with `.lock` after it.
   */
  lockFolder(): LockedFolder {
    if (!isThere(this.folder)) return "gone";
    return lockFolder({ folder: this.folder, file: `${this.folder}.lock`, isAlone: true }) ?? "busy";
  }

  /** Removes one, if it is there. */
  remove(segment: number): void {
    try {
      Deno.removeSync(this.path(segment));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function lock(path: string): LockedFile {
  using undo = new DisposableStack();
  try {
    // NFS locks nothing against others that was not opened for writing.
    const file = undo.use(Deno.openSync(path, { read: true, write: true }));
    // flock(2) belongs to an open file: it ends with its process, and a second opening of ours is somebody else.
    if (!file.tryLockSync(true)) return "busy";
    undo.move();
    return file;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "gone";
    throw error;
  }
}

function isThere(folder: string): boolean {
  try {
    Deno.statSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function syncFolder(path: string): void {
  using folder = Deno.openSync(path);
  folder.syncSync();
}
