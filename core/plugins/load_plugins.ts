/** All plugins of a configuration: loaded, their options checked, none of them set up. */
import { explainIssues } from "../config/explain_issues.ts";
import type { PlacedEntry } from "../config/placed_entries.ts";
import type {
  ConfigSource,
  FilterEntry,
  HttpEntry,
  PluginEntry,
  ProtocolEntry,
  ServerConfig,
  TransportEntry,
} from "../config/server_config.ts";
import type { PluginKind } from "../contract/plugin.ts";
import { type LoadedPlugin, loadPlugin, type PluginOrigins } from "./load_plugin.ts";
import { takenName } from "./taken_names.ts";

/** A plugin with what the configuration says of its kind. */
export type Placed<Kind extends PluginKind, Entry extends PluginEntry> = LoadedPlugin<Kind> & { readonly entry: Entry };

/** The plugins of a configuration, each list in its order. */
export interface LoadedPlugins {
  /** Where messages are kept. */
  readonly storage: LoadedPlugin<"storage">;
  /** Who has an account. */
  readonly directory: LoadedPlugin<"directory">;
  /** Mechanisms. */
  readonly auth: readonly LoadedPlugin<"auth">[];
  /** With what their failure means. */
  readonly filters: readonly Placed<"filter", FilterEntry>[];
  /** With whose mail they carry. */
  readonly transports: readonly Placed<"transport", TransportEntry>[];
  /** Hooks that are no verdicts. */
  readonly extensions: readonly LoadedPlugin<"extension">[];
  /** With where they listen. */
  readonly protocols: readonly Placed<"protocol", ProtocolEntry>[];
  /** With where they listen. */
  readonly http: readonly Placed<"http", HttpEntry>[];
}

/** All of them. */
export function allOf({ storage, directory, ...lists }: LoadedPlugins): readonly LoadedPlugin[] {
  return [storage, directory, ...Object.values(lists).flat()];
}

/** The plugins, or everything that is wrong with them. */
export type PluginsLoad =
  | { readonly ok: true; readonly plugins: LoadedPlugins }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Loads all plugins of a configuration. */
export async function loadPlugins(config: ServerConfig, origins: PluginOrigins = {}): Promise<PluginsLoad> {
  const problems: string[] = [];
  const before: LoadedPlugin[] = [];
  async function load<Kind extends PluginKind, Entry extends PluginEntry>(
    kind: Kind,
    entry: Entry,
  ): Promise<Placed<Kind, Entry>[]> {
    const loaded = await loadPlugin(kind, entry, config.source, origins);
    if (!loaded.ok) {
      problems.push(...loaded.problems);
      return [];
    }
    const taken = takenName(loaded.plugin, before);
    if (taken !== undefined) problems.push(...explainIssues(config.source, [taken]));
    before.push(loaded.plugin);
    return [{ ...loaded.plugin, entry }];
  }
  async function loadAll<Kind extends PluginKind, Entry extends PluginEntry>(
    kind: Kind,
    entries: readonly Entry[],
  ): Promise<Placed<Kind, Entry>[]> {
    const all: Placed<Kind, Entry>[] = [];
    for (const entry of entries) all.push(...await load(kind, entry));
    return all;
  }
  // One after another: problems are told in the order of the file.
  const [storage] = await load("storage", config.storage);
  const [directory] = await load("directory", config.directory);
  const auth = await loadAll("auth", config.auth);
  const filters = await loadAll("filter", config.filters);
  const transports = await loadAll("transport", config.transports);
  const extensions = await loadAll("extension", config.extensions);
  const protocols = await loadAll("protocol", config.protocols);
  const http = await loadAll("http", config.http);
  if (storage === undefined || directory === undefined || problems.length > 0) return { ok: false, problems };
  return { ok: true, plugins: { storage, directory, auth, filters, transports, extensions, protocols, http } };
}

/** What is wrong with those plugins of a faulty configuration whose entries can be read. */
export async function problemsOfPlugins(
  entries: readonly PlacedEntry[],
  source: ConfigSource,
  origins: PluginOrigins = {},
): Promise<string[]> {
  const problems: string[] = [];
  const before: LoadedPlugin[] = [];
  for (const { kind, entry } of entries) {
    const loaded = await loadPlugin(kind, entry, source, origins);
    if (!loaded.ok) {
      problems.push(...loaded.problems);
      continue;
    }
    const taken = takenName(loaded.plugin, before);
    if (taken !== undefined) problems.push(...explainIssues(source, [taken]));
    before.push(loaded.plugin);
  }
  return problems;
}
