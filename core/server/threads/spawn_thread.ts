/** Starts session threads, where Deno lets a thread read the program. */

/** The program's folders, of which a session thread consists. */
const folders = ["core", "plugins", "storage", "vendor"] as const;

/** Why there can be no further threads; undefined where there can be. */
export function whyNoThreads(): string | undefined {
  // One binary has its modules within; a thread's are read with the program's permissions, other than the program's own.
  if (Deno.build.standalone || !import.meta.url.startsWith("file:")) return undefined;
  const missing = folders.map((folder) => new URL(`../../../${folder}`, import.meta.url)).filter((path) =>
    Deno.permissions.querySync({ name: "read", path }).state !== "granted"
  );
  return missing.length === 0 ? undefined : `threads need --allow-read for the program's folders ${folders.join(", ")}`;
}

/** Starts one. @param thread Its number. */
export function spawnThread(thread: number): Worker {
  return new Worker(new URL("./session_worker.ts", import.meta.url), { type: "module", name: `sessions ${thread}` });
}
