/** Which plugins a reload imports anew, which it keeps as they run, and which it takes in. Pure. */
import type { LoadedPlugin } from "../plugins/load_plugin.ts";
import { allOf, type LoadedPlugins } from "../plugins/load_plugins.ts";
import { nearestName } from "../options/nearest_name.ts";

/** A plugin that cannot be reloaded, and why. */
export class ReloadRefused extends Error {
  override readonly name = "ReloadRefused";
}

/** What becomes of the plugins that run. */
export interface FreshPlugins {
  /** Are imported anew. */
  readonly fresh: readonly LoadedPlugin[];
  /** Are not. */
  readonly kept: readonly LoadedPlugin[];
}

/**
 * Divides them.
 *
 * @param name The one that is wanted, as it calls itself, with or without its kind, or as the configuration's `use` has it;
 * absent: all whose files may have changed. Where none runs that is called so, all are kept: see {@linkcode newPlugins}.
 * @throws ReloadRefused where it cannot be imported anew.
 */
export function freshPlugins(running: LoadedPlugins, name?: string): FreshPlugins {
  const all = allOf(running);
  const wanted = name === undefined ? all.filter(isFile) : called(name, all);
  // One file may be of several entries: they stay one module.
  const urls = new Set(wanted.flatMap(({ source }) => source.from === "file" ? [source.url] : []));
  const isFresh = ({ source }: LoadedPlugin) => source.from === "file" && urls.has(source.url);
  return { fresh: all.filter(isFresh), kept: all.filter((plugin) => !isFresh(plugin)) };
}

/**
 * Plugins of that name that a reload takes in, where none of that name ran before.
 *
 * @param taken What runs from now on. @param next What the configuration names.
 * @throws ReloadRefused where there is none, or it waits for a restart.
 */
export function newPlugins(name: string, taken: LoadedPlugins, next: LoadedPlugins): readonly LoadedPlugin[] {
  const found = namesakes(name, allOf(taken));
  if (found.length > 0) return found;
  const [waiting] = namesakes(name, allOf(next));
  if (waiting !== undefined) throw new ReloadRefused(`${name} waits for a restart, as new listeners and storages do`);
  throw new ReloadRefused(unknown(name, allOf(next)));
}

/** What is kept in a storage must not be read by two versions of it at a time. */
function isFile({ source, definition }: LoadedPlugin): boolean {
  return source.from === "file" && definition.kind !== "storage";
}

function called(name: string, all: readonly LoadedPlugin[]): readonly LoadedPlugin[] {
  const found = namesakes(name, all);
  const usable = found.filter(isFile);
  const [first] = found;
  if (usable.length > 0 || first === undefined) return usable;
  throw new ReloadRefused(`${name} cannot be reloaded: ${whyNot(first)}`);
}

function namesakes(name: string, all: readonly LoadedPlugin[]): readonly LoadedPlugin[] {
  return all.filter(({ definition, entry }) =>
    [definition.name, `${definition.kind} ${definition.name}`, entry.use].includes(name)
  );
}

function unknown(name: string, all: readonly LoadedPlugin[]): string {
  const names = [...new Set(all.filter(isFile).map(({ definition }) => definition.name))];
  const nearest = nearestName(name, names);
  const hint = nearest !== undefined
    ? ` — did you mean ${nearest}?`
    : names.length > 0
    ? `; from files there are ${names.join(", ")}`
    : "; none comes from a file";
  return `the server runs no plugin "${name}", and mail.yaml names none${hint}`;
}

function whyNot({ source, definition }: LoadedPlugin): string {
  if (definition.kind === "storage") return "a storage waits for a restart";
  if (source.from === "built-in") return "it is part of the program, and changes with it";
  return "what it is is said by its version or digest in the configuration: change that, and send SIGHUP";
}
