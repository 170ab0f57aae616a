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
 * @throws SetupError where another server holds it, or it cannot be told whether one does.
 */
export async function holdDataFolder(folder: string): Promise<Disposable> {
  if (!hasFolderLocks) return { [Symbol.dispose]: () => {} };
  using undo = new DisposableStack();
  try {
    const file = undo.use(Deno.openSync(folder));
    for (let waited = 0; waited <= PATIENCE; waited += LOOK) {
      if (file.tryLockSync(true)) return undo.move();
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  } catch (error) {
    const advice = error instanceof Deno.errors.PermissionDenied
      ? "it must be a folder that belongs to the user that runs the server"
      : "it must be a folder that can be read, on a file system with locks, which the database needs as well";
    throw new SetupError(
      "data",
      new Error(`${folder} cannot be held: ${messageOf(error)}; ${advice}`, { cause: error }),
    );
  }
  throw new SetupError(
    "data",
    new Error(`another server runs with ${folder}: stop that one first, or give this one a folder of its own`),
  );
}

/** Whether a server runs with it, or it cannot be told. */
export function isServed(folder: string): boolean {
  if (!hasFolderLocks) return false;
  try {
    using file = Deno.openSync(folder);
    return !file.tryLockSync(false);
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

/** Milliseconds for which a command may have it, which looks whether a server does, and between two looks of ours. */
const PATIENCE = 200, LOOK = 20;

/** Windows opens no folders. */
const hasFolderLocks = Deno.build.os !== "windows";

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
