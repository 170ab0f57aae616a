/** Who may remove datasets: they go with the entry above them, and with all below them (RFC 2244 §3.1.1). */
import type { AclObject } from "../grammar/acl_arguments.ts";
import { noPermission } from "../replies.ts";
import { handedDown, haveSameRules } from "./inheritance.ts";
import { above, lastName, type StoredLocation } from "./locations.ts";
import { require } from "./rules.ts";
import type { Tree } from "./tree.ts";

/**
 * Makes sure that the user might remove each entry of a dataset and of those below it (RFC 2244 §3.5).
 *
 * @param entry What goes with them, which is named in place of what the user may not know of.
 * @throws CommandRefused.
 */
export async function requireRemovable(tree: Tree, dataset: StoredLocation, entry: AclObject): Promise<void> {
  for (const location of await tree.datasetsFrom(dataset)) {
    const rules = await tree.rules(location);
    for (const [name, { record }] of (await tree.stored(location)).records) {
      const verdict = rules.verdict("entry", { name, acl: record === "gone" ? undefined : record.get("entry")?.acl });
      // §3.5: error messages do not tell of an entry whose name may not be read.
      if (!verdict.rights.includes("r")) throw noPermission(entry);
      require(verdict, "w");
      if (tree.turns.isDue) await tree.turns.take();
    }
    // Its rules go with it: where they are the ones that it would be given again, nobody gains by that.
    if (!await hasGivenRules(tree, location)) require(rules.verdict("dataset.acl", { name: "" }), "a");
  }
}

/** Whether a dataset has the rules that are handed down to it (RFC 2244 §5.3). */
async function hasGivenRules(tree: Tree, location: StoredLocation): Promise<boolean> {
  const parent = above(location), given = parent && handedDown(await tree.root(parent), lastName(location));
  return haveSameRules(await tree.root(location), given ?? new Map());
}
