/** STORE (RFC 2244 §6.6.1) upon the tree: entries are made, changed, renamed and removed, as far as rights go. */
import { Refusal } from "../../../../core/contract/mod.ts";
import { printDatasetName } from "../grammar/names.ts";
import type { EntryStore } from "../grammar/store_arguments.ts";
import { bad, CommandRefused, invalid, no, noPermission, noSuchDataset } from "../replies.ts";
import { printName } from "../printing/strings.ts";
import type { AcapService } from "../service.ts";
import type { User } from "../state.ts";
import { changeAttributes, type Changing, type EntryChange } from "./attributes.ts";
import { isEudoras } from "./eudora.ts";
import { above, BYOWNER, lastName, type StoredLocation } from "./locations.ts";
import type { Value } from "./records.ts";
import { requireRemovable } from "./removal.ts";
import { require, type Rules } from "./rules.ts";
import { Tree } from "./tree.ts";

/** How often others may be quicker. */
const MOST_ATTEMPTS = 20;

/** An attribute that has its inherited value again (RFC 2244 §6.6.1). */
export interface Reverted {
  /** The entry, as the client named it. */
  readonly path: string;
  /** By name. */
  readonly values: ReadonlyMap<string, Value>;
}

/**
 * Does something to the tree and makes it durable: all of it or nothing. It is done again from the start when others have
 * changed something meanwhile.
 *
 * @throws CommandRefused, Refusal.
 */
export async function changeTree<Result>(
  service: AcapService,
  user: User,
  change: (tree: Tree) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const tree = new Tree(service, user);
    const result = await change(tree);
    try {
      await tree.commit(service.options.quota);
      return result;
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "conflict") throw error;
    }
  }
  throw new CommandRefused(no("Too much is being changed at the moment", "TRYLATER"));
}

/** Stores in one entry; gives what has reverted. @throws CommandRefused. */
export async function storeEntry(tree: Tree, store: EntryStore): Promise<Reverted | undefined> {
  const { path: { dataset, entry: name }, noCreate, unchangedSince } = store;
  const path = `${printDatasetName(dataset)}${name}`;
  const location = await storable(tree, dataset, name);
  const isThere = await tree.exists(location), current = isThere ? await tree.entry(location, name) : undefined;
  if (!isThere && noCreate) throw noSuchDataset(dataset);
  const rules = await tree.rules(location);
  const acl = current?.attributes.get("entry")?.acl;
  // RFC 2244 §3.5: for any manipulation of an entry.
  require(rules.verdict("entry", { name, acl }), "r");
  // §6.6.1: a time before all others fails whenever there is an entry.
  if (unchangedSince !== undefined && current !== undefined && current.modtime > unchangedSince) {
    throw new CommandRefused(no("Somebody else has changed it", `MODIFIED ${printName(path)}`));
  }
  const inherited = await tree.inherited(location, name);
  const own = (await tree.stored(location)).records.get(name)?.record;
  const changing: Changing = { path, name, rules, current, inherited, own };
  const change = changeAttributes(changing, store.attributes);
  if (change.record !== undefined) await create(tree, location);
  if (current === undefined && change.record !== undefined) require(rules.verdict("entry", { name, acl }), "i");
  await apply(tree, location, changing, change);
  return change.reverted.size > 0 ? { path, values: change.reverted } : undefined;
}

/** The dataset of an entry in which somebody might store something. @throws CommandRefused. */
async function storable(tree: Tree, dataset: readonly string[], name: string): Promise<StoredLocation> {
  const location = await tree.locator.locate(dataset);
  // Of nobody, or of somebody who lets nobody in: that looks the same.
  const isOpen = location?.kind === "stored" && !isEudoras(location) && (location.class !== BYOWNER || name === "");
  if (!isOpen) throw noPermission({ dataset });
  return location;
}

/** RFC 2244 §6.6.1: datasets are made where they are needed, §5.3: with what the ones above them hand down. */
async function create(tree: Tree, location: StoredLocation): Promise<void> {
  if ((await tree.stored(location)).records.size > 0) return;
  const root = await tree.root(location), parent = above(location);
  if (location.below.length === 0 || parent === undefined) {
    require((await tree.rules(location)).whole, "i");
  } else {
    await create(tree, parent);
    await mark(tree, parent, lastName(location));
  }
  if (root.size > 0) await tree.change(location, "", root);
}

/** The entry that says that there is a dataset below. */
async function mark(tree: Tree, location: StoredLocation, name: string): Promise<void> {
  const own = (await tree.stored(location)).records.get(name)?.record;
  const attributes = new Map(own === "gone" ? [] : own);
  const { value, acl } = attributes.get("subdataset") ?? {};
  if (typeof value === "object" && value?.includes(".")) return;
  const rules: Rules = await tree.rules(location);
  require(rules.verdict("entry", { name, acl: attributes.get("entry")?.acl }), "i");
  require(rules.verdict("subdataset", { name, acl }), value === undefined || value === null ? "i" : "w");
  attributes.set("subdataset", { value: ["."], ...acl && { acl } });
  await tree.change(location, name, attributes);
}

async function apply(
  tree: Tree,
  location: StoredLocation,
  { path, name, rules, current, inherited }: Changing,
  { record, newName, below }: EntryChange,
): Promise<void> {
  const child: StoredLocation = { ...location, below: [...location.below, name] };
  if (below === "removed") {
    await requireRemovable(tree, child, { dataset: rules.dataset, attribute: "subdataset", entry: name });
    await tree.removeBelow(child);
  }
  if (newName === undefined || newName === name) {
    await tree.change(location, name, record);
  } else {
    if (name === "" || newName === "") throw new CommandRefused(bad("That entry cannot be renamed"));
    if (await tree.entry(location, newName) !== undefined) throw invalid(path, "entry");
    if (current !== undefined) {
      require(rules.verdict("entry", { name, acl: current.attributes.get("entry")?.acl }), "w");
    }
    // What is inherited stays where it is, and is hidden there.
    await tree.change(location, name, inherited === undefined ? undefined : "gone");
    await tree.change(location, newName, record);
    await tree.removeBelow(child, { ...location, below: [...location.below, newName] });
  }
  if (below !== "made" || (await tree.stored(child)).records.size > 0) return;
  await tree.change(child, "", await tree.root(child));
}
