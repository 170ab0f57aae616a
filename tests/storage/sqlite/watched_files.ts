/**
 * Files of bodies whose every step is seen, and which may fail: what a crash would leave at that moment, and what would be
 * left if the power failed, when only that is there which was synced.
 */
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";

/** What is about to be done. */
export type Step = "create" | "write" | "sync" | "sync folder" | "remove" | "removed";

/** Tells before each step; what that throws happens instead. */
export class WatchedFiles extends SegmentFiles {
  /** Is told. */
  before: (step: Step, segment: number) => void = () => {};
  readonly #database: string;
  /** Octets that are on the disk, by segment; and those whose name is. */
  readonly #synced = new Map<number, number>();
  readonly #named = new Set<number>();

  /** Segments are full early, so that there are many. */
  constructor(database: string, full = 300_000) {
    super(database, undefined, full);
    this.#database = database;
  }

  override create(segment: number): Deno.FsFile | undefined {
    this.before("create", segment);
    const file = super.create(segment);
    if (file === undefined) return undefined;
    this.#synced.set(segment, 0);
    const write = file.writeSync.bind(file), sync = file.syncDataSync.bind(file);
    file.writeSync = (octets) => {
      this.before("write", segment);
      return write(octets);
    };
    file.syncDataSync = () => {
      this.before("sync", segment);
      sync();
      this.#synced.set(segment, file.statSync().size);
    };
    return file;
  }

  override sync(): void {
    this.before("sync folder", 0);
    super.sync();
    for (const segment of this.#synced.keys()) this.#named.add(segment);
  }

  override remove(segment: number): void {
    this.before("remove", segment);
    super.remove(segment);
    this.before("removed", segment);
  }

  /** Copies the database and the files as a crash would leave them now. Gives the path of the database's copy. */
  copy(folder: string, after: "kill" | "power failure"): string {
    const copy = `${folder}/mail.db`, target = new SegmentFiles(copy);
    Deno.mkdirSync(target.folder, { recursive: true });
    // SQLite syncs what it has to by itself: that of its log more may be left is the harder case for us.
    for (const suffix of ["", "-wal"]) Deno.copyFileSync(`${this.#database}${suffix}`, `${copy}${suffix}`);
    for (const name of namesIn(this.folder)) {
      const segment = Number(name);
      if (after === "power failure" && !this.#named.has(segment)) continue;
      Deno.copyFileSync(this.path(segment), target.path(segment));
      if (after === "power failure") Deno.truncateSync(target.path(segment), this.#synced.get(segment));
    }
    return copy;
  }
}

/** Names of files, in their order; none where there is no folder. */
export function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted((a, b) => Number(a) - Number(b));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
