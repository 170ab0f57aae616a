/** Access control lists by their objects (RFC 2244 §3.5, §6.7). */
import type { AclObject } from "../grammar/acl_arguments.ts";
import type { NewValue } from "../grammar/store_arguments.ts";
import type { Octets } from "../octets.ts";
import { CommandRefused, no, noSuchDataset } from "../replies.ts";
import type { Rules, Verdict } from "./rules.ts";
import { storeEntry } from "./store.ts";
import type { Tree } from "./tree.ts";
import { type Entry, isVisible } from "./view.ts";

/** What the user may do with an object. @throws CommandRefused where there is none, or none that the user may see. */
export async function verdictOf(
  tree: Tree,
  { dataset, attribute, entry: name }: AclObject,
): Promise<{ readonly verdict: Verdict; readonly rules: Rules; readonly entry: Entry | undefined }> {
  const view = await tree.find(dataset);
  if (view === undefined) throw noSuchDataset(dataset);
  const { rules } = view;
  if (attribute === undefined) return { verdict: rules.whole, rules, entry: undefined };
  if (name === undefined) return { verdict: rules.verdict(attribute), rules, entry: undefined };
  const entry = view.entries.get(name);
  if (entry === undefined || !isVisible(rules, entry)) throw new CommandRefused(no("There is no such entry"));
  return { verdict: rules.verdict(attribute, { name, acl: entry.attributes.get(attribute)?.acl }), rules, entry };
}

/** The list of an object; undefined where it has none. @throws CommandRefused. */
export async function currentAcl(tree: Tree, object: AclObject): Promise<readonly Octets[] | undefined> {
  const { rules, entry } = await verdictOf(tree, object);
  if (object.attribute === undefined) return rules.acl;
  return object.entry === undefined ? rules.aclOf(object.attribute) : entry?.attributes.get(object.attribute)?.acl;
}

/** Gives an object another list, or none of its own. @throws CommandRefused. */
export async function replaceAcl(tree: Tree, object: AclObject, acl: readonly Octets[] | undefined): Promise<void> {
  const { dataset, attribute, entry = "" } = object;
  const value: NewValue = acl === undefined ? { is: "NIL" } : { is: "multiple", values: acl };
  // RFC 2244 §5.2: those of a dataset are attributes of the entry without a name.
  const isOfEntry = object.entry !== undefined, own = attribute ?? "";
  const name = isOfEntry ? own : attribute === undefined ? "dataset.acl" : `dataset.acl.${attribute}`;
  await storeEntry(tree, {
    ...{ path: { dataset, entry }, noCreate: false },
    attributes: [{ attribute: name, ...isOfEntry ? { acl: value } : { value } }],
  });
}
