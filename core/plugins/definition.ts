/** What a module must export to be a plugin, and options as its schema takes them. */
import { stripVTControlCharacters } from "node:util";
import type { Issue } from "../config/explain_issues.ts";
import { valueAt } from "../config/plain_value.ts";
import { apiVersion, type OptionsSchema, type PluginDefinition, type PluginKind } from "../contract/plugin.ts";
import { firstLineOf } from "../wire/error_message.ts";

/** A definition, or why a module has none. */
export type ReadDefinition<Kind extends PluginKind> = { readonly definition: PluginDefinition<Kind, unknown> } | {
  readonly problem: string;
};

/** Version and kind first: what was built for another API may have another shape. */
export function readDefinition<Kind extends PluginKind>(
  module: unknown,
  kind: Kind,
  use: string,
): ReadDefinition<Kind> {
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
export async function validateOptions(
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

/** What a plugin finds wrong with what its options name. */
export async function askPlugin(
  definition: PluginDefinition<PluginKind, unknown>,
  options: unknown,
): Promise<readonly Issue[]> {
  try {
    return await definition.check?.(options) ?? [];
  } catch (error) {
    return [{ message: `cannot be checked: ${reasonOf(error)}` }];
  }
}

/** One line of a module's error; with the place, where its text is none of the language. */
export function reasonOf(error: unknown): string {
  const reason = stripVTControlCharacters(firstLineOf(error));
  if (!(error instanceof Error) || !reason.startsWith("SyntaxError: ")) return reason;
  const [, place] = /^\s+at (\S+:\d+:\d+)$/m.exec(stripVTControlCharacters(error.message)) ?? [];
  return place === undefined ? reason : `${reason} at ${place}`;
}
