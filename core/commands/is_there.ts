/** Whether a name in the file system is taken. */

/** Whether there is a file, a folder or a link, even one that leads nowhere. @throws what is wrong with looking. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
