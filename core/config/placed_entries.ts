/** The plugins that a document names, whatever else may be wrong with it. */
import * as v from "valibot";
import type { ValueSchema } from "../options/values.ts";
import { defaultAuth, defaultDirectory, defaultStorage } from "./defaults.ts";
import { itemsAt, valueAt } from "./plain_value.ts";
import {
  filterEntry,
  httpEntry,
  isPluginName,
  protocolEntry,
  sandboxedEntry,
  storageEntry,
  toPluginEntry,
  transportEntry,
} from "./plugin_entry.ts";
import type { ConfigPath, PluginEntry } from "./server_config.ts";

/** A plugin entry and the kind that its section of the file gives it. */
export interface PlacedEntry {
  /** As in the plugin contract. */
  readonly kind: "storage" | "directory" | "auth" | "filter" | "protocol" | "extension" | "http" | "transport";
  /** The entry. */
  readonly entry: PluginEntry;
}

/** All entries that can be checked further, defaults included, in the order in which plugins are set up. */
export function placedEntries(document: unknown): PlacedEntry[] {
  const section = (name: string, kind: PlacedEntry["kind"], schema: EntrySchema) =>
    itemsAt(document, [name]).flatMap(({ value, path }) => placed(kind, schema, value, path));
  const auth = valueAt(document, ["auth"]) === undefined ? { auth: defaultAuth } : document;
  return [
    ...placed("storage", storageEntry, valueAt(document, ["storage"]) ?? defaultStorage, ["storage"]),
    ...placed("directory", sandboxedEntry, valueAt(document, ["directory"]) ?? defaultDirectory, ["directory"]),
    ...itemsAt(auth, ["auth"]).flatMap(({ value, path }) => placed("auth", sandboxedEntry, value, path)),
    ...section("filters", "filter", filterEntry),
    ...section("transports", "transport", transportEntry),
    ...section("extensions", "extension", sandboxedEntry),
    ...section("protocols", "protocol", protocolEntry),
    ...section("http", "http", httpEntry),
  ];
}

type EntrySchema = ValueSchema<Parameters<typeof toPluginEntry>[0]>;

function placed(kind: PlacedEntry["kind"], schema: EntrySchema, value: unknown, at: ConfigPath): PlacedEntry[] {
  const result = v.safeParse(schema, value);
  if (result.success) return [{ kind, entry: toPluginEntry(result.output, at) }];
  // Whatever else is wrong with the entry, a plugin of the program's own can say what it thinks of its options. No other
  // is loaded: the sandbox or the digest that it is to have may be what cannot be read.
  const use = valueAt(value, ["use"]);
  if (typeof use !== "string" || !isPluginName(use)) return [];
  return [{ kind, entry: toPluginEntry({ use, options: valueAt(value, ["options"]) }, at) }];
}
