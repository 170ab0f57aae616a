/** From an entry of the configuration to a plugin whose options are valid, or to all that is wrong with it. */
import { explainIssues, type Issue } from "../config/explain_issues.ts";
import { valueAt } from "../config/plain_value.ts";
import type { SandboxConfig } from "../config/sandbox_config.ts";
import type { ConfigPath, ConfigSource, PluginEntry } from "../config/server_config.ts";
import type { PluginDefinition, PluginKind } from "../contract/plugin.ts";
import { builtInPlugins, type PluginTable } from "./builtin.ts";
import { askPlugin, readDefinition, reasonOf, validateOptions } from "./definition.ts";
import { plainText } from "./fresh_address.ts";
import { DigestMismatch, type FoundSource, importPlugin, type ImportSettings } from "./import_plugin.ts";
import { resolvePlugin } from "./resolve_plugin.ts";
import { isSameSource } from "./same_source.ts";
import { isSandboxedKind } from "./sandbox/kinds/ends_by_kind.ts";
import { loadSandboxed } from "./sandbox/load_sandboxed.ts";

/** A plugin that can be set up. */
export interface LoadedPlugin<Kind extends PluginKind = PluginKind> {
  /** What it is. */
  readonly definition: PluginDefinition<Kind, unknown>;
  /** As its schema gave them. */
  readonly options: unknown;
  /** Where the configuration names it. */
  readonly entry: PluginEntry;
  /** Where its module comes from. */
  readonly source: FoundSource;
  /** Which reading of its file it is: see `freshAddress`. */
  readonly reading: number;
}

/** A plugin, or complete lines that say what is wrong. */
export type PluginLoad<Kind extends PluginKind = PluginKind> =
  | { readonly ok: true; readonly plugin: LoadedPlugin<Kind> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Where plugins come from; tests have their own. */
export interface PluginOrigins extends ImportSettings {
  /** Names; default: the program's own plugins. */
  readonly table?: PluginTable;
  /** What runs already, and is taken as it is rather than imported again. */
  readonly keep?: readonly LoadedPlugin[];
  /** Whether plugins are asked what is wrong with what their options name (`check` of the contract). */
  readonly asks?: boolean;
}

/** Loads the plugin of an entry, and validates its options. Never throws for what the file says or the plugin does. */
export async function loadPlugin<Kind extends PluginKind>(
  kind: Kind,
  entry: PluginEntry,
  source: ConfigSource,
  origins: PluginOrigins = {},
): Promise<PluginLoad<Kind>> {
  const { table = builtInPlugins, reading = 0 } = origins;
  const found = resolvePlugin(kind, entry, source.folder, table);
  if (found.from === "nowhere") return wrong({ entry, source }, found.key, found.problem);
  const loading: Loading<Kind> = {
    ...{ kind, entry, source, found },
    reading: found.from === "file" ? reading : 0,
    taken: found.from === "built-in" ? {} : table[kind],
  };
  try {
    return await (entry.sandbox === undefined
      ? loadHere(loading, origins)
      : loadApart(loading, entry.sandbox, origins));
  } catch (error) {
    if (error instanceof DigestMismatch) return wrong(loading, "integrity", error.message);
    const reason = found.from === "file" ? plainText(reasonOf(error), found.url, loading.reading) : reasonOf(error);
    return wrong(loading, "use", `${entry.use} cannot be loaded: ${reason}`);
  }
}

/** A plugin that is being loaded. */
interface Loading<Kind extends PluginKind> {
  readonly kind: Kind;
  readonly entry: PluginEntry;
  readonly source: ConfigSource;
  readonly found: FoundSource;
  readonly reading: number;
  /** Names that it must not have. */
  readonly taken: Readonly<Record<string, unknown>>;
}

type Failed = Extract<PluginLoad, { readonly ok: false }>;

/** Into the server itself. */
async function loadHere<Kind extends PluginKind>(
  loading: Loading<Kind>,
  { keep = [], asks = false, ...settings }: PluginOrigins,
): Promise<PluginLoad<Kind>> {
  const { kind, entry, found } = loading;
  const kept = keep.find((one) =>
    one.definition.kind === kind && one.entry.sandbox === undefined && isSameSource(one.source, found)
  );
  const module = kept === undefined ? await importPlugin(found, settings) : { default: kept.definition };
  const read = readDefinition(module, kind, entry.use);
  if ("problem" in read) return wrong(loading, "use", read.problem);
  const { definition } = read;
  if (Object.hasOwn(loading.taken, definition.name)) return misnamed(loading, definition.name);
  const checked = await validateOptions(definition.options, entry.options);
  if ("issues" in checked) return misconfigured(loading, definition.name, checked.issues);
  const options = checked.value, issues = asks ? await askPlugin(definition, options) : [];
  if (issues.length > 0) return misconfigured(loading, definition.name, issues);
  return { ok: true, plugin: { definition, options, entry, source: found, reading: kept?.reading ?? loading.reading } };
}

/** Into a sandbox. Never kept: each generation of it begins with the code as it is then. */
async function loadApart<Kind extends PluginKind>(
  loading: Loading<Kind>,
  sandbox: SandboxConfig,
  settings: PluginOrigins,
): Promise<PluginLoad<Kind>> {
  const { kind, entry, source, found, reading } = loading;
  if (!isSandboxedKind(kind)) return wrong(loading, "sandbox", noSandbox(kind));
  const apart = await loadSandboxed(kind, { ...entry, sandbox }, found, source, settings);
  if ("problem" in apart) return wrong(loading, apart.key, apart.problem);
  if ("issues" in apart) return misconfigured(loading, apart.name, apart.issues);
  const { definition } = apart;
  if (Object.hasOwn(loading.taken, definition.name)) return misnamed(loading, definition.name);
  return { ok: true, plugin: { definition, options: entry.options, entry, source: found, reading } };
}

type Place = Pick<Loading<PluginKind>, "entry" | "source">;

function wrong({ entry, source }: Place, key: string, message: string): Failed {
  return { ok: false, problems: explainIssues(source, [{ message, path: placeOf(entry, key, source) }]) };
}

function misnamed(loading: Loading<PluginKind>, name: string): Failed {
  const { entry, kind } = loading;
  const problem =
    `${entry.use} calls itself ${name}, which is the name of a built-in ${kind} plugin; give it another name`;
  return wrong(loading, "use", problem);
}

function misconfigured({ entry, source }: Place, name: string, issues: readonly Issue[]): Failed {
  return { ok: false, problems: explainIssues(source, issues, { at: [...entry.at, "options"], of: name }) };
}

/** Fails closed: a plugin that should have few rights does not run with all of the server's. */
function noSandbox(kind: PluginKind): string {
  return `there is no sandbox for plugins of the kind ${kind}; without the key it runs with the server's rights`;
}

/** The key of an entry; an entry that is only a name has none, and is the place itself. */
function placeOf(entry: PluginEntry, key: string, source: ConfigSource): ConfigPath {
  const written = valueAt(source.written, entry.at);
  return typeof written === "object" && written !== null ? [...entry.at, key] : entry.at;
}
