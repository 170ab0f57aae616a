/** The data folder: made where there is none, and there for good before anything in it is promised. */
import { dirname, join } from "node:path";
import { SetupError } from "../plugins/lifecycle.ts";
import { messageOf } from "../wire/error_message.ts";
import { lockFolder } from "../wire/folder_lock.ts";
import { untilFree } from "../wire/until_free.ts";
import { mayRead, syncFolder } from "./lasting.ts";

/**
 * Makes it, for its owner's eyes only: mail is nobody else's to read. Its name is on the disk when this returns, wherever
 * the folders above it may be read.
 *
 * @throws SetupError.
 */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    const above = await foldersAbove(folder);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    // Also when it was there: whoever made it may have been killed before it came to this.
    for (const path of above) await syncFolder(path);
  } catch (error) {
    const reason = messageOf(error);
    const advice = "it must be a folder that belongs to the user that runs the server";
    throw new SetupError("data", new Error(`${folder} cannot be made: ${reason}; ${advice}`, { cause: error }));
  }
}

/**
 * Holds it for a server that runs: two at one folder would each give out the lock of a maildrop (RFC 1939 §3), and each
 * count the guesses of an attacker for itself. The command line is none, and works beside it. Ends with the process,
 * however that ends.
 *
 * @throws SetupError where another server holds it, or it cannot be told whether one does.
 */
export async function holdDataFolder(folder: string): Promise<Disposable> {
  let held: Disposable | undefined;
  try {
    held = await untilFree(() => lock(folder, true), PATIENCE);
  } catch (error) {
    const advice = error instanceof Deno.errors.PermissionDenied
      ? "it and what is in it must belong to the user that runs the server"
      : "it must be a folder that can be written to, on a file system with locks, which the database needs as well";
    throw new SetupError(
      "data",
      new Error(`${folder} cannot be held: ${messageOf(error)}; ${advice}`, { cause: error }),
    );
  }
  if (held !== undefined) return held;
  throw new SetupError(
    "data",
    new Error(`another server runs with ${folder}: stop that one first, or give this one a folder of its own`),
  );
}

/** Whether a server runs with it, or it cannot be told. */
export function isServed(folder: string): boolean {
  try {
    using free = lock(folder, false);
    return free === undefined;
  } catch {
    return true;
  }
}

/** What a server that runs has locked. It is empty, and stays when the server has ended. */
const lockFile = "server.lock";

/** Milliseconds for which commands may have it, which look whether a server does. */
const PATIENCE = 200;

/** For as long as the process lasts, or, for who is none, to see that there is no server. Undefined where there is one. */
function lock(folder: string, isServer: boolean): Disposable | undefined {
  return lockFolder({ folder, file: join(folder, lockFile), isAlone: isServer });
}

/** Up to the first that is there, as far as the program may know of them. */
async function foldersAbove(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (let path = dirname(folder); mayRead(path); path = dirname(path)) {
    found.push(path);
    if (path === dirname(path) || !await isMissing(path)) break;
  }
  return found;
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
