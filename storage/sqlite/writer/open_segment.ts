/** A segment that is being written. Nobody else writes to it, and after a failure nobody does. */
import { SegmentFileError } from "../segment_file_error.ts";
import type { SegmentFiles } from "../segment_files.ts";

/** Locked as long as it is open: nobody removes it. */
export class OpenSegment {
  /** Its key. */
  readonly id: number;
  readonly #files: SegmentFiles;
  readonly #file: Deno.FsFile;
  #end = 0;
  #synced = 0;
  #isNameSynced = false;
  #failure: SegmentFileError | undefined;

  private constructor(files: SegmentFiles, id: number, file: Deno.FsFile) {
    this.#files = files;
    this.id = id;
    this.#file = file;
  }

  /** An empty one; undefined where there is such a file already. @throws SegmentFileError. */
  static create(files: SegmentFiles, id: number): OpenSegment | undefined {
    try {
      const file = files.create(id);
      return file && new OpenSegment(files, id, file);
    } catch (error) {
      throw new SegmentFileError(files.path(id), error);
    }
  }

  /** How many octets were appended. */
  get end(): number {
    return this.#end;
  }

  /** How many of them are on the disk. */
  get synced(): number {
    return this.#synced;
  }

  /** Appends octets, and gives where they begin. @throws SegmentFileError. */
  append(octets: Uint8Array): number {
    return this.#try(() => {
      for (let at = 0; at < octets.length;) at += this.#file.writeSync(at === 0 ? octets : octets.subarray(at));
      const start = this.#end;
      this.#end += octets.length;
      return start;
    });
  }

  /** What was appended is on the disk when it returns, and so is the file's name. @throws SegmentFileError. */
  sync(): void {
    this.#try(() => {
      this.#file.syncDataSync();
      if (!this.#isNameSynced) this.#files.sync();
      this.#isNameSynced = true;
      this.#synced = this.#end;
    });
  }

  /** Lets go of it. Where only so many octets are needed, the others go now: on a full disk they are all the room there is. */
  close(needed = this.#end): void {
    try {
      if (needed < this.#end || this.#failure !== undefined) this.#file.truncateSync(needed);
      this.#end = needed;
    } catch {
      // They go with the file.
    }
    this.#file.close();
  }

  /** The same where no row names it: whoever comes next need not pass it by. */
  remove(): void {
    try {
      this.#files.remove(this.id);
    } catch {
      // It is found when it is old.
    }
    this.#file.close();
  }

  /** Once it failed, it fails: what the disk did not take, another fsync does not report, and nobody knows the end. */
  #try<Result>(work: () => Result): Result {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return work();
    } catch (error) {
      throw this.#failure = new SegmentFileError(this.#files.path(this.id), error);
    }
  }
}
