/** A segment that is being written. Nobody else writes to it, and after a failed fsync nobody does. */
import { LostFileError, OpenedFile } from "../opened_file.ts";
import { SegmentFileError } from "../segment_file_error.ts";
import type { SegmentFiles } from "../segment_files.ts";

/** Locked as long as it is open: nobody removes it. */
export class OpenSegment {
  /** Its key. */
  readonly id: number;
  readonly #files: SegmentFiles;
  readonly #file: Deno.FsFile;
  readonly #opened: OpenedFile;
  #end = 0;
  #synced = 0;
  #isNameSynced = false;
  #failure: SegmentFileError | LostFileError | undefined;
  #hasLost = false;

  private constructor(files: SegmentFiles, id: number, file: Deno.FsFile) {
    this.#files = files;
    this.id = id;
    this.#file = file;
    this.#opened = new OpenedFile(files.path(id));
  }

  /** An empty one; undefined where there is such a file already. @throws SegmentFileError. */
  static create(files: SegmentFiles, id: number): OpenSegment | undefined {
    using undo = new DisposableStack();
    try {
      const file = files.create(id);
      if (file === undefined) return undefined;
      undo.use(file);
      const segment = new OpenSegment(files, id, file);
      undo.move();
      return segment;
    } catch (error) {
      throw new SegmentFileError(files.path(id), error);
    }
  }

  /** How many octets were appended. */
  get end(): number {
    return this.#end;
  }

  /** How many of them may not be on the disk yet. */
  get unsynced(): number {
    return this.#end - this.#synced;
  }

  /** Appends octets, and gives where they begin. @throws SegmentFileError; it must be cut then. */
  append(octets: Uint8Array): number {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      for (let at = 0; at < octets.length;) at += this.#file.writeSync(at === 0 ? octets : octets.subarray(at));
    } catch (error) {
      // It may have taken some of them: nobody knows the end.
      throw this.#failure = new SegmentFileError(this.#files.path(this.id), error);
    }
    const start = this.#end;
    this.#end += octets.length;
    return start;
  }

  /** What was appended is on the disk when it returns, and so is the file's name. @throws SegmentFileError, LostFileError. */
  sync(): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#file.syncDataSync();
      // What is acknowledged must be found again.
      this.#opened.check();
      if (!this.#isNameSynced) this.#files.sync();
      this.#isNameSynced = true;
      this.#synced = this.#end;
    } catch (error) {
      // What the disk did not take, another fsync does not report: once it failed, it fails.
      this.#hasLost = true;
      throw this.#failure = error instanceof LostFileError
        ? error
        : new SegmentFileError(this.#files.path(this.id), error);
    }
  }

  /**
   * Gives back the room of octets that nobody will name, from there on. Gives whether more can be appended: after a failed
   * fsync nothing can.
   */
  cut(end: number): boolean {
    try {
      this.#file.truncateSync(end);
    } catch {
      return false;
    }
    this.#end = end;
    this.#synced = Math.min(this.#synced, end);
    if (!this.#hasLost) this.#failure = undefined;
    return !this.#hasLost;
  }

  /** Lets go of it. */
  close(): void {
    this.#file.close();
  }

  /** The same where its row could not be committed: the file goes, if it can. */
  remove(): void {
    try {
      this.#files.remove(this.id);
    } catch {
      // Whoever has its key next adopts it.
    }
    this.#file.close();
  }
}
