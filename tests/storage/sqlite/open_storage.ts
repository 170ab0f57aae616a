/** Storages in SQLite for tests: each in a folder of its own, removed afterwards. */
import type { WaitClock } from "../../../core/wire/waits.ts";
import { type SqliteSettings, type SqliteStorage, sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { type SpawnWriter, startWorker, workerThread } from "../../../storage/sqlite/writer_thread.ts";
import type { OpenStorage } from "../../conformance/storage_suite.ts";

/** What a storage has logged. */
export interface LoggedLine {
  /** How grave. */
  readonly level: string;
  /** What. */
  readonly message: string;
}

/** A logger that remembers. */
export function memoryLog(): { readonly lines: LoggedLine[]; readonly log: SqliteSettings["log"] } {
  const lines: LoggedLine[] = [];
  const write = (level: string) => (message: string) => void lines.push({ level, message });
  const log: SqliteSettings["log"] = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    isOn: () => true,
    child: () => log,
  };
  return { lines, log };
}

/** A clock that tells the time, and ends no wait: whatever is under way has all the time there is. */
export function untickingClock(): WaitClock & { readonly goOn: (milliseconds: number) => void } {
  let time = 0;
  return { now: () => time, every: () => () => {}, goOn: (milliseconds) => void (time += milliseconds) };
}

/** Opens one that is empty. */
export async function openSqlite(
  settings: Partial<SqliteSettings> = {},
): Promise<
  Pick<OpenStorage, "close"> & {
    readonly storage: SqliteStorage;
    readonly reopen: () => Promise<SqliteStorage>;
    readonly file: string;
    readonly lines: LoggedLine[];
  }
> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/mail.db`;
  const { lines, log } = memoryLog();
  const open = () => sqliteStorage({ file, log, now: () => new Date(), ...settings });
  let current = await open();
  return {
    storage: current,
    file,
    lines,
    reopen: async () => {
      await current.stop?.();
      return current = await open();
    },
    close: async () => {
      await current.stop?.();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Writers in threads of their own that are kept, so that a test can end the first of them. */
export function mortalWriters(): {
  readonly workers: readonly Worker[];
  readonly spawn: SpawnWriter;
  readonly killFirst: (reason: string) => void;
} {
  const workers: Worker[] = [];
  return {
    workers,
    spawn(listener) {
      const worker = startWorker();
      workers.push(worker);
      return workerThread(worker, listener);
    },
    killFirst(message) {
      workers[0]?.terminate();
      workers[0]?.dispatchEvent(new ErrorEvent("error", { message, cancelable: true }));
    },
  };
}
