/** From an entry of the configuration to a plugin whose options are valid, or to all that is wrong with it. */
import { stripVTControlCharacters } from "node:util";
import { explainIssues, type Issue } from "../config/explain_issues.ts";
import { valueAt } from "../config/plain_value.ts";
import type { ConfigPath, ConfigSource, PluginEntry } from "../config/server_config.ts";
import { apiVersion, type OptionsSchema, type PluginDefinition, type PluginKind } from "../contract/plugin.ts";
import { builtInPlugins, type PluginTable } from "./builtin.ts";
import { DigestMismatch, firstLineOf, type FoundSource, importPlugin, type ImportSettings } from "./import_plugin.ts";
import { resolvePlugin } from "./resolve_plugin.ts";
import { isSameSource } from "./same_source.ts";

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
}

/** Loads the plugin of an entry, and validates its options. Never throws for what the file says or the plugin does. */
export async function loadPlugin<Kind extends PluginKind>(
  kind: Kind,
  entry: PluginEntry,
  source: ConfigSource,
  { table = builtInPlugins, keep = [], ...settings }: PluginOrigins = {},
): Promise<PluginLoad<Kind>> {
  const wrong = (key: string, message: string): PluginLoad<Kind> => ({
    ok: false,
    problems: explainIssues(source, [{ message, path: placeOf(entry, key, source) }]),
  });
  const found = resolvePlugin(kind, entry, source.folder, table);
  if (found.from === "nowhere") return wrong(found.key, found.problem);
  const kept = keep.find(({ definition, source }) => definition.kind === kind && isSameSource(source, found));
  let module: unknown;
  try {
    module = kept === undefined ? await importPlugin(found, settings) : { default: kept.definition };
  } catch (error) {
    if (error instanceof DigestMismatch) return wrong("integrity", error.message);
    return wrong("use", `${entry.use} cannot be loaded: ${reasonOf(error)}`);
  }
  const read = readDefinition(module, kind, entry.use);
  if ("problem" in read) return wrong("use", read.problem);
  const { definition } = read;
  if (found.from !== "built-in" && Object.hasOwn(table[kind], definition.name)) {
    const taken = `${entry.use} calls itself ${definition.name}, which is the name of a built-in ${kind} plugin`;
    return wrong("use", `${taken}; give it another name`);
  }
  const checked = await validate(definition.options, entry.options);
  if ("issues" in checked) {
    const at = [...entry.at, "options"];
    return { ok: false, problems: explainIssues(source, checked.issues, { at, of: definition.name }) };
  }
  const reading = kept?.reading ?? (found.from === "file" ? settings.reading ?? 0 : 0);
  return { ok: true, plugin: { definition, options: checked.value, entry, source: found, reading } };
}

/** The key of an entry; an entry that is only a name has none, and is the place itself. */
function placeOf(entry: PluginEntry, key: string, source: ConfigSource): ConfigPath {
  const written = valueAt(source.written, entry.at);
  return typeof written === "object" && written !== null ? [...entry.at, key] : entry.at;
}

type Read<Kind extends PluginKind> = { readonly definition: PluginDefinition<Kind, unknown> } | {
  readonly problem: string;
};

/** Version and kind first: what was built for another API may have another shape. */
function readDefinition<Kind extends PluginKind>(module: unknown, kind: Kind, use: string): Read<Kind> {
  const exported = valueAt(module, ["default"]);
  if (typeof exported !== "object" || exported === null) {
    return { problem: `${use} is no plugin; expected a module that says export default definePlugin({ … })` };
  }
  const version = valueAt(exported, ["apiVersion"]);
  if (version !== apiVersion) {
    const built = typeof version === "number" ? `was built for plugin API ${version}` : "does not say its apiVersion";
    return { problem: `${use} ${built}; this server speaks ${apiVersion}` };
  }
  const found = valueAt(exported, ["kind"]);
  if (found !== kind) return { problem: `${use} is of kind ${JSON.stringify(found)}; expected ${aKind(kind)} here` };
  if (!hasShape<Kind>(exported)) {
    return {
      problem: `${use} lacks a part of a plugin; expected name, summary, options (a Standard Schema) and setup`,
    };
  }
  return { definition: exported };
}

function hasShape<Kind extends PluginKind>(exported: object): exported is PluginDefinition<Kind, unknown> {
  return typeof valueAt(exported, ["name"]) === "string" && typeof valueAt(exported, ["summary"]) === "string" &&
    typeof valueAt(exported, ["setup"]) === "function" && isSchema(valueAt(exported, ["options"]));
}

/** The schemas of some libraries are functions, and inherit their `~standard`. */
function isSchema(options: unknown): boolean {
  if (options === null || typeof options !== "object" && typeof options !== "function") return false;
  const standard: unknown = Reflect.get(options, "~standard");
  return typeof standard === "object" && standard !== null && typeof Reflect.get(standard, "validate") === "function";
}

function aKind(kind: PluginKind): string {
  return /^[aeiou]/.test(kind) ? `an ${kind} plugin` : `a ${kind} plugin`;
}

/** Left out, options are an empty mapping: schemas with defaults for everything need not say that they may be absent. */
async function validate(
  schema: OptionsSchema<unknown>,
  options: unknown,
): Promise<{ readonly value: unknown } | { readonly issues: readonly Issue[] }> {
  try {
    const result = await schema["~standard"].validate(options ?? {});
    return result.issues === undefined ? { value: result.value } : { issues: result.issues };
  } catch (error) {
    return { issues: [{ message: `cannot be checked: ${reasonOf(error)}` }] };
  }
}

/** One line of a module's error. */
function reasonOf(error: unknown): string {
  return stripVTControlCharacters(firstLineOf(error));
}
