/** The plugins that a document names, whatever else may be wrong with it. */
import * as v from "valibot";
import type { ValueSchema } from "../options/values.ts";
import { defaultAuth, defaultDirectory, defaultStorage } from "./defaults.ts";
import { itemsAt, valueAt } from "./plain_value.ts";
import { filterEntry, protocolEntry, sandboxedEntry, storageEntry, toPluginEntry } from "./plugin_entry.ts";
import type { ConfigPath, PluginEntry } from "./server_config.ts";

/** A plugin entry and the kind that its section of the file gives it. */
export interface PlacedEntry {
  /** As in the plugin contract. */
  readonly kind: "storage" | "directory" | "auth" | "filter" | "protocol";
  /** The entry. */
  readonly entry: PluginEntry;
}

/** All well-formed entries, defaults included, in the order in which plugins are set up. */
export function placedEntries(document: unknown): PlacedEntry[] {
  const auth = valueAt(document, ["auth"]) === undefined ? { auth: defaultAuth } : document;
  return [
    ...placed("storage", storageEntry, valueAt(document, ["storage"]) ?? defaultStorage, ["storage"]),
    ...placed("directory", sandboxedEntry, valueAt(document, ["directory"]) ?? defaultDirectory, ["directory"]),
    ...itemsAt(auth, ["auth"]).flatMap(({ value, path }) => placed("auth", sandboxedEntry, value, path)),
    ...itemsAt(document, ["filters"]).flatMap(({ value, path }) => placed("filter", filterEntry, value, path)),
    ...itemsAt(document, ["protocols"]).flatMap(({ value, path }) => placed("protocol", protocolEntry, value, path)),
  ];
}

function placed(
  kind: PlacedEntry["kind"],
  schema: ValueSchema<Parameters<typeof toPluginEntry>[0]>,
  value: unknown,
  at: ConfigPath,
): PlacedEntry[] {
  const result = v.safeParse(schema, value);
  return result.success ? [{ kind, entry: toPluginEntry(result.output, at) }] : [];
}
