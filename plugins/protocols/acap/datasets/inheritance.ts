/** What a dataset, an entry and an attribute have of those that they inherit from (RFC 2244 §5.1 to §5.3). Pure. */
import { datasetNameOf, printDatasetName } from "../grammar/names.ts";
import { octetsOf, textOf } from "../octets.ts";
import type { StoredAttribute, StoredEntry } from "./records.ts";
import { isDefaultAcl, type Rules } from "./rules.ts";
import { type Attribute, type Entry, isVisible, rightsTo } from "./view.ts";

/** What manages a dataset: the attributes of its entry without a name (RFC 2244 §5.2). */
export type Root = ReadonlyMap<string, StoredAttribute>;

/** RFC 2244 §5.3: what a dataset that is made has of the one above it. */
export function handedDown(root: Root, name: string): Root {
  const given = [...root].filter(([attribute]) => attribute.startsWith("dataset."));
  return new Map(given.map(([attribute, stored]) => {
    if (attribute !== "dataset.inherit" || typeof stored.value !== "string") return [attribute, stored];
    const base = datasetNameOf(textOf(stored.value)) ?? [];
    return [attribute, { ...stored, value: octetsOf(printDatasetName([...base, name])) }];
  }));
}

/** Whether two datasets have the same rules (RFC 2244 §5.2: access control lists). */
export function haveSameRules(one: Root, other: Root): boolean {
  const [its, others] = [one, other].map((root) =>
    JSON.stringify([...root].filter(([name]) => isDefaultAcl(name)).sort())
  );
  return its === others;
}

/** RFC 2244 §5.1: what is stored, upon what is inherited. */
export function mergedEntry(
  name: string,
  stored: StoredEntry | undefined,
  inherited: Entry | undefined,
): Entry | undefined {
  if (stored === undefined) return inherited;
  const { record, modtime, size } = stored;
  if (record === "gone") return undefined;
  const attributes = new Map(inherited?.attributes);
  for (const [attribute, { value, acl }] of record) {
    const its = value === undefined ? attributes.get(attribute)?.value : value ?? undefined;
    attributes.set(attribute, { ...its !== undefined && { value: its }, ...acl !== undefined && { acl } });
  }
  return {
    ...{ name, attributes },
    modtime: Math.max(modtime, inherited?.modtime ?? 0),
    size: size + (inherited?.size ?? 0),
  };
}

/** What of an entry is inherited: what the user may read, and nothing that manages the base dataset (RFC 2244 §5.2). */
export function inheritable(rules: Rules, entry: Entry): Entry | undefined {
  if (!isVisible(rules, entry)) return undefined;
  const attributes = new Map<string, Attribute>();
  for (const [attribute, { value }] of entry.attributes) {
    const isOwn = entry.name === "" && attribute.startsWith("dataset.");
    if (isOwn || value === undefined || !rightsTo(rules, entry, attribute).includes("r")) continue;
    // RFC 2244 §5.1: in place of where the dataset below is, that there is one.
    attributes.set(attribute, { value: attribute === "subdataset" ? ["."] : value });
  }
  return entry.name === "" && attributes.size === 0 ? undefined : { ...entry, attributes };
}
