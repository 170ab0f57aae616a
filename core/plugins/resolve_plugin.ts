/** What a `use:` of the configuration means. Pure: nothing is loaded, nothing is looked up. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { PluginEntry } from "../config/server_config.ts";
import type { PluginKind } from "../contract/plugin.ts";
import { nearestName } from "../options/nearest_name.ts";
import type { PluginImport, PluginTable } from "./builtin.ts";

/** Where a plugin's module comes from, or why there is none. */
export type PluginSource =
  | { readonly from: "built-in"; readonly load: PluginImport }
  /** `digest`: what its file must have. */
  | { readonly from: "file"; readonly url: string; readonly digest?: string }
  /** Resolved by Deno itself, pinned by its lock file. */
  | { readonly from: "registry"; readonly specifier: string }
  /** One file, fetched and checked; what it imports by relative paths is not. */
  | { readonly from: "web"; readonly url: string; readonly digest: string }
  | {
    readonly from: "nowhere";
    /** What is wrong, after the place in the file: `unknown protocol "pop4"; did you mean pop3?` */
    readonly problem: string;
    /** The key of the entry that it is about. */
    readonly key: "use" | "integrity";
  };

/**
 * Resolves an entry.
 *
 * @param folder Of the configuration file, absolute: relative paths start there.
 */
export function resolvePlugin(kind: PluginKind, entry: PluginEntry, folder: string, table: PluginTable): PluginSource {
  const { use, integrity } = entry;
  if (/^[A-Za-z0-9][\w-]*$/.test(use)) return builtIn(kind, entry, table[kind]);
  if (/^(?:jsr|npm):/.test(use)) return registry(entry);
  if (use.startsWith("https:")) {
    if (integrity !== undefined) return { from: "web", url: use, digest: integrity };
    // What is at an address today may be something else tomorrow, and would run with the server's rights.
    return nowhere("needs integrity: sha256-… beside it, since what an address serves can change");
  }
  const url = use.startsWith("file:") ? use : pathToFileURL(resolve(folder, use)).href;
  return { from: "file", url, ...integrity !== undefined && { digest: integrity } };
}

function builtIn(
  kind: PluginKind,
  { use, integrity }: PluginEntry,
  known: Readonly<Record<string, PluginImport>>,
): PluginSource {
  const load = Object.hasOwn(known, use) ? known[use] : undefined;
  if (load === undefined) return nowhere(unknownName(kind, use, Object.keys(known)));
  if (integrity !== undefined) return nowhere(`${use} is part of the program; remove the key`, "integrity");
  return { from: "built-in", load };
}

function unknownName(kind: PluginKind, use: string, known: readonly string[]): string {
  const nearest = nearestName(use, known);
  if (nearest !== undefined) return `there is no ${kind} plugin "${use}" — did you mean ${nearest}?`;
  const hint = known.length === 0 ? "none is built in" : `built in: ${known.join(", ")}`;
  return `there is no ${kind} plugin "${use}"; ${hint}; a file of your own is written ./${use}.ts`;
}

/** `jsr:@scope/name@1`, `npm:name@1.2.3/path`: without a version it would be another plugin after a while. */
function registry({ use, integrity }: PluginEntry): PluginSource {
  const [, name, version] = /^(?:jsr|npm):\/?((?:@[^@/]+\/)?[^@/]+)(@[^@/]+)?(?:\/.*)?$/.exec(use) ?? [];
  if (name === undefined) return nowhere("expected jsr:@SCOPE/NAME@VERSION or npm:NAME@VERSION");
  if (version === undefined) {
    return nowhere(`expected a version after the name, such as ${use.replace(name, `${name}@1`)}`);
  }
  if (integrity !== undefined) {
    return nowhere("packages are pinned by their version and deno.lock; remove the key", "integrity");
  }
  return { from: "registry", specifier: use };
}

function nowhere(problem: string, key: "use" | "integrity" = "use"): PluginSource {
  return { from: "nowhere", problem, key };
}
