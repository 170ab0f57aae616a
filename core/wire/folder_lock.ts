/**
 * Locks of folders: of a file that is there for that, and of the folder itself, which is all that earlier versions lock. Not
 * every file system has locks of folders; one that belongs to a file goes with the process that has it, however that ends.
 */

/** Who wants it, and what there is to be locked. */
export interface FolderLock {
  /** The folder. */
  readonly folder: string;
  /** The path of the file. It is empty, and stays. */
  readonly file: string;
  /** Whether nobody else may have it, and the file is made where there is none; otherwise only those who want it so. */
  readonly isAlone: boolean;
}

/** Undefined where another process has locked either, or this one has already. @throws Error where that cannot be seen. */
export function lockFolder({ folder, file, isAlone }: FolderLock): Disposable | undefined {
  using undo = new DisposableStack();
  const whole = lockWhole(folder, isAlone);
  if (whole === undefined) return undefined;
  undo.use(whole);
  const opened = openFile(file, isAlone);
  if (opened !== undefined && !undo.use(opened).tryLockSync(isAlone)) return undefined;
  return undo.move();
}

/** Undefined where there is none, and none is to be made. */
function openFile(path: string, isAlone: boolean): Deno.FsFile | undefined {
  try {
    // NFS locks nothing against others that was not opened for writing.
    return Deno.openSync(path, isAlone ? { read: true, create: true, write: true, mode: 0o600 } : { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !isAlone) return undefined;
    throw error;
  }
}

/** The folder itself. */
function lockWhole(folder: string, isAlone: boolean): Disposable | undefined {
  using undo = new DisposableStack();
  const opened = openFolder(folder);
  if (opened === undefined) return undo.move();
  undo.use(opened);
  try {
    if (!opened.tryLockSync(isAlone)) return undefined;
  } catch {
    // Where folders have no locks, as on some network file systems, no earlier version runs.
  }
  return undo.move();
}

/** Undefined where there is none, and where nobody opens folders, as on Windows. */
function openFolder(folder: string): Deno.FsFile | undefined {
  try {
    return Deno.openSync(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
    // The program may have too many files open, say: who has locked this one does not show then.
    throw error;
  }
}
