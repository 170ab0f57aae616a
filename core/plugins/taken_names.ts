/** Names are unique within a kind: in the log, in commands and in what clients are offered they say which plugin it is. */
import { type Issue, placeOf } from "../config/explain_issues.ts";
import type { LoadedPlugin } from "./load_plugin.ts";
import { addressOf } from "./same_source.ts";

/** What is wrong with a plugin beside those that were loaded before it; undefined: nothing. */
export function takenName(plugin: LoadedPlugin, before: readonly LoadedPlugin[]): Issue | undefined {
  const { kind, name } = plugin.definition;
  const other = before.find(({ definition }) => definition.kind === kind && definition.name === name);
  if (other === undefined) return undefined;
  const path = plugin.entry.at;
  if (addressOf(other.source) !== addressOf(plugin.source)) {
    const taken = `${plugin.entry.use} calls itself ${name}, as ${other.entry.use} at ${placeOf(other.entry.at)} does`;
    return { path, message: `${taken}; give one of them another name` };
  }
  // One plugin may serve two ports, or judge twice with other options; a mechanism can only be offered once.
  if (kind !== "auth") return undefined;
  return { path, message: `${name} stands at ${placeOf(other.entry.at)} already; remove one of them` };
}
