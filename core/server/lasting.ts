/** Files and their names that are still there after a loss of power. */
import { dirname } from "node:path";

/** Writes a file, in place of one that is there unless it is to be new. It is on the disk when this returns. */
export async function writeLasting(
  path: string,
  text: string,
  { isNew = false, mode = 0o644 }: { readonly isNew?: boolean; readonly mode?: number } = {},
): Promise<void> {
  const how = isNew ? { createNew: true } : { create: true, truncate: true };
  using file = await Deno.open(path, { write: true, ...how, mode });
  const octets = new TextEncoder().encode(text);
  for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
  await file.sync();
  await syncFolder(dirname(path));
}

/**
 * The names in a folder are on the disk when this returns. Nothing is done where the program may not read the folder: file
 * systems with a journal keep the names all the same.
 */
export async function syncFolder(path: string): Promise<void> {
  // There a folder cannot be opened.
  if (Deno.build.os === "windows" || !mayRead(path)) return;
  try {
    using folder = await Deno.open(path);
    await folder.sync();
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

/** Whether Deno lets the program read there, without asking whoever sits at the terminal. */
export function mayRead(path: string): boolean {
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}
