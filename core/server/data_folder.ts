/** The data folder: made where there is none, and there for good before anything in it is promised. */
import { dirname } from "node:path";
import { SetupError } from "../plugins/lifecycle.ts";
import { messageOf } from "../wire/error_message.ts";
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
 * @throws SetupError where another server holds it.
 */
export function holdDataFolder(folder: string): Disposable {
  const file = openFolder(folder);
  if (file === undefined || isLocked(file)) return { [Symbol.dispose]: () => file?.close() };
  file.close();
  throw new SetupError(
    "data",
    new Error(`another server runs with ${folder}: stop that one first, or give this one a folder of its own`),
  );
}

/** Whether a server runs with it. */
export function isServed(folder: string): boolean {
  using file = openFolder(folder);
  return file !== undefined && !isLocked(file, false);
}

/** Undefined on systems where no folder can be opened. */
function openFolder(folder: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(folder);
  } catch {
    return undefined;
  }
}

/** Also where the file system knows no locks: a server that cannot start is worse than two that might. */
function isLocked(file: Deno.FsFile, isExclusive = true): boolean {
  try {
    return file.tryLockSync(isExclusive);
  } catch {
    return true;
  }
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
