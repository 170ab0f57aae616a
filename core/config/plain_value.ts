/** Looking into a document of which nothing is known yet. */
import type { ConfigPath } from "./server_config.ts";

/** What stands at a path; undefined where nothing does. Own properties only. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** The items of the list at a path, each with its own path; none where there is no list. */
export function itemsAt(document: unknown, path: ConfigPath): { readonly value: unknown; readonly path: ConfigPath }[] {
  const list = valueAt(document, path);
  return Array.isArray(list) ? list.map((value: unknown, index) => ({ value, path: [...path, index] })) : [];
}
