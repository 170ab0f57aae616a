/** A copy of what running needs, in a folder of its own. */
import { projectFolder } from "../house/project_files.ts";

const parts = ["main.ts", "deno.json", "deno.lock", "core", "plugins", "storage", "vendor"];

/** What a clone has, as far as running needs it, and further parts of it. Gives the folder. */
export async function clone(...further: readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "clone-" });
  for (const part of [...parts, ...further]) await copy(new URL(part, projectFolder), `${folder}/${part}`);
  return folder;
}

async function copy(from: URL, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(new URL(name, `${from.href}/`), `${to}/${name}`);
}
