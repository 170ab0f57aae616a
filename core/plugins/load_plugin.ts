/** From an entry of the configuration to a plugin whose options are valid, or to all that is wrong with it. */
import { explainIssues, type Issue } from "../config/explain_issues.ts";
import { valueAt } from "../config/plain_value.ts";
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
  { table = builtInPlugins, keep = [], asks = false, ...settings }: PluginOrigins = {},
): Promise<PluginLoad<Kind>> {
  const wrong = (key: string, message: string): PluginLoad<Kind> => ({
    ok: false,
    problems: explainIssues(source, [{ message, path: placeOf(entry, key, source) }]),
  });
  const found = resolvePlugin(kind, entry, source.folder, table);
  if (found.from === "nowhere") return wrong(found.key, found.problem);
  const misnamed = (name: string): PluginLoad<Kind> | undefined =>
    found.from === "built-in" || !Object.hasOwn(table[kind], name) ? undefined : wrong(
      "use",
      `${entry.use} calls itself ${name}, which is the name of a built-in ${kind} plugin; give it another name`,
    );
  const misconfigured = (name: string, issues: readonly Issue[]): PluginLoad<Kind> => ({
    ok: false,
    problems: explainIssues(source, issues, { at: [...entry.at, "options"], of: name }),
  });
  const reading = found.from === "file" ? settings.reading ?? 0 : 0;
  const kept = keep.find((one) =>
    one.definition.kind === kind && one.entry.sandbox === undefined && isSameSource(one.source, found)
  );
  try {
    if (entry.sandbox !== undefined) {
      if (!isSandboxedKind(kind)) return wrong("sandbox", noSandbox(kind));
      // Never kept: each generation of it begins with the code as it is then.
      const apart = await loadSandboxed(kind, { ...entry, sandbox: entry.sandbox }, found, source, settings);
      if ("problem" in apart) return wrong(apart.key, apart.problem);
      if ("issues" in apart) return misconfigured(apart.name, apart.issues);
      const { definition } = apart;
      return misnamed(definition.name) ??
        { ok: true, plugin: { definition, options: entry.options, entry, source: found, reading } };
    }
    const module = kept === undefined ? await importPlugin(found, settings) : { default: kept.definition };
    const read = readDefinition(module, kind, entry.use);
    if ("problem" in read) return wrong("use", read.problem);
    const { definition } = read;
    const taken = misnamed(definition.name);
    if (taken !== undefined) return taken;
    const checked = await validateOptions(definition.options, entry.options);
    if ("issues" in checked) return misconfigured(definition.name, checked.issues);
    const options = checked.value, issues = asks ? await askPlugin(definition, options) : [];
    if (issues.length > 0) return misconfigured(definition.name, issues);
    return { ok: true, plugin: { definition, options, entry, source: found, reading: kept?.reading ?? reading } };
  } catch (error) {
    if (error instanceof DigestMismatch) return wrong("integrity", error.message);
    const reason = found.from === "file" ? plainText(reasonOf(error), found.url, reading) : reasonOf(error);
    return wrong("use", `${entry.use} cannot be loaded: ${reason}`);
  }
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
