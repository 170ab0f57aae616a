/** The project's own files, as the house rules see them. */

/** The project folder. */
export const projectFolder: URL = new URL("../../", import.meta.url);

/** What is not ours to judge: made by tools, or by running the server. */
const passedOver: ReadonlySet<string> = new Set([".git", "node_modules", "data", "coverage"]);

/** A text file of the project. */
export interface ProjectFile {
  /** From the project folder, with `/`: `core/wire/line_reader.ts`. */
  readonly path: string;
  /** All of it. */
  readonly text: string;
}

/** All TypeScript files below the folder, in order; none where there is no such folder. */
export async function typeScriptFiles(folder = ""): Promise<ProjectFile[]> {
  return await filesOf(folder, (path) => path.endsWith(".ts"));
}

/** All files below the folder that pass, in order. */
export async function filesOf(folder: string, wanted: (path: string) => boolean): Promise<ProjectFile[]> {
  const paths = (await Array.fromAsync(walk(folder))).filter(wanted).sort();
  return await Promise.all(
    paths.map(async (path) => ({ path, text: await Deno.readTextFile(new URL(path, projectFolder)) })),
  );
}

async function* walk(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of Deno.readDir(new URL(folder === "" ? "." : `${folder}/`, projectFolder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory && !passedOver.has(entry.name)) yield* walk(path);
      if (entry.isFile) yield path;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
