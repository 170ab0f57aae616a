/**
 * The tree of datasets (RFC 2244 §1.2, §4.1, §5) as one user sees it at one time. What was read once is not read again: a
 * tree is made for each command.
 */
import type {
  AccountId,
  Dataset,
  DatasetOperation,
  DatasetOwner,
  DatasetPlace,
} from "../../../../core/contract/mod.ts";
import { Turns } from "../../imap/turns.ts";
import { type DatasetName, datasetNameOf, printDatasetName } from "../grammar/names.ts";
import { octetsOf, textOf } from "../octets.ts";
import type { AcapService } from "../service.ts";
import type { User } from "../state.ts";
import { eudorasView, isEudoras } from "./eudora.ts";
import { namesBelow } from "./listing.ts";
import { above, BYOWNER, lastName, type Location, Locator, nameOf, placeOf, type StoredLocation } from "./locations.ts";
import { decodeRecord, encodeRecord, type EntryRecord, type StoredAttribute } from "./records.ts";
import { Rules } from "./rules.ts";
import { type Attribute, type Entry, isVisible, listed, newView, rightsTo, type View } from "./view.ts";

/** Levels of inheritance: RFC 2244 §5.1 asks for two. A dataset that inherits from itself comes to an end, too. */
const MOST_LEVELS = 10;

/** What was stored in a dataset. */
export interface Stored {
  /** By the names of entries. */
  readonly records: Map<string, StoredEntry>;
  /** Removals after it are all known. */
  readonly remembersSince: number;
}

/** What was stored in an entry. */
export interface StoredEntry {
  readonly record: EntryRecord;
  readonly modtime: number;
  /** Octets. */
  readonly size: number;
}

/** What is to be stored for an owner. */
interface Changes {
  readonly owner: DatasetOwner;
  readonly byKey: Map<string, DatasetOperation["entries"][number]>;
}

type Root = ReadonlyMap<string, StoredAttribute>;

const noRoot: Root = new Map();

/** One moment's, or nearly: changes while it is read may be in it or not, those before it are. */
export class Tree {
  /** Whose. */
  readonly user: User;
  /** Finds datasets. */
  readonly locator: Locator;
  /** Accounts of whose datasets something was read. */
  readonly owners = new Set<AccountId>();
  /** Lets others in while there is much to read. */
  readonly turns = new Turns();
  readonly #service: AcapService;
  readonly #stored = new Map<string, Promise<Stored>>();
  readonly #changes = new Map<DatasetOwner, Changes>();
  #modtime: number | undefined;

  /** Nothing has been read. */
  constructor(service: AcapService, user: User) {
    this.#service = service;
    this.user = user;
    this.locator = new Locator(service.context, user);
  }

  /** All that was stored up to this is in what was read, in microseconds. */
  get modtime(): number {
    return this.#modtime ?? 0;
  }

  /** What was stored in a dataset, whoever asks. */
  stored(location: StoredLocation): Promise<Stored> {
    return this.#storedAt(placeOf(location));
  }

  /** The tree is to be as if this had been stored in an entry, or without a record nothing; it is not stored yet. */
  async change(location: StoredLocation, name: string, record: EntryRecord | undefined): Promise<void> {
    await this.#changeAt(placeOf(location), name, record);
  }

  /** Removes a dataset with all that are below it; or they move to where another is. */
  async removeBelow(location: StoredLocation, to?: StoredLocation): Promise<void> {
    const { owner, path } = placeOf(location);
    for (const place of await this.#service.context.storage.datasets(path, owner)) {
      for (const [name, { record }] of (await this.#storedAt(place)).records) {
        await this.#changeAt(place, name, undefined);
        if (to === undefined) continue;
        await this.#changeAt({ owner, path: `${placeOf(to).path}${place.path.slice(path.length)}` }, name, record);
      }
    }
  }

  /** Makes the tree what it is to be. @throws Refusal `conflict` when others were quicker. */
  async commit(most: number): Promise<void> {
    const operations = [...this.#changes.values()].map((entries): DatasetOperation => ({
      ...{ do: "storeEntries", owner: entries.owner, asOf: this.modtime, most },
      entries: [...entries.byKey.values()],
    }));
    if (operations.length > 0) await this.#service.context.storage.apply(operations);
  }

  /** What was removed from a dataset since a time, whoever asks. */
  async removed(location: StoredLocation, since: number): Promise<Dataset> {
    return await this.#service.context.storage.dataset(placeOf(location), since);
  }

  /**
   * What manages a dataset (RFC 2244 §5.2): its own, or while nothing was stored in it, what it would be given if something
   * were (§5.3).
   */
  async root(location: StoredLocation): Promise<Root> {
    const { records } = await this.stored(location);
    const record = records.get("")?.record;
    if (records.size > 0) return record === undefined || record === "gone" ? noRoot : record;
    const parent = above(location);
    return parent === undefined ? noRoot : handedDown(await this.root(parent), lastName(location));
  }

  /** Who may do what in a dataset. */
  async rules(location: StoredLocation): Promise<Rules> {
    const { user } = this, { owner } = location;
    return new Rules({ dataset: nameOf(location), owner, user, root: await this.root(location) });
  }

  /** The dataset from which one inherits, if it does. */
  async base(location: StoredLocation): Promise<StoredLocation | undefined> {
    const { value } = (await this.root(location)).get("dataset.inherit") ?? {};
    const name = typeof value === "string" ? datasetNameOf(textOf(value)) : undefined;
    const base = name && await this.locator.locate(name);
    return base?.kind === "stored" && !isEudoras(base) ? base : undefined;
  }

  /** A dataset by its name; undefined where there is none, or none that the user may see. */
  async find(name: DatasetName, inherits = true): Promise<View | undefined> {
    const location = await this.locator.locate(name);
    return location && await this.view(location, inherits);
  }

  /** A dataset; undefined where there is none, or none that the user may see. */
  async view(location: Location, inherits = true, level = 0): Promise<View | undefined> {
    const { user } = this;
    if (isEudoras(location)) {
      const isOwn = location.kind === "stored";
      return isOwn ? eudorasView(location, user, this.#service) : await this.#listing(location);
    }
    if (location.kind === "listed") return await this.#listing(location);
    const { records } = await this.stored(location);
    const base = inherits && level < MOST_LEVELS ? await this.#baseView(location, level) : undefined;
    const classes = location.class === BYOWNER && level === 0 ? await namesBelow(this, this.#service, location) : [];
    if (records.size === 0 && base === undefined && classes.length === 0) return undefined;
    const rules = await this.rules(location);
    if (!rules.isVisible) return undefined;
    return newView(rules, merged(records, base, classes.map(listed)).values());
  }

  async #listing(location: Location): Promise<View | undefined> {
    const names = await namesBelow(this, this.#service, location), dataset = nameOf(location);
    if (names.length === 0 && dataset.length > 0) return undefined;
    const rules = new Rules({ dataset, owner: undefined, user: this.user, isFixed: true });
    return newView(rules, names.map(listed));
  }

  /** What an entry would be if nothing were stored in it; undefined where there would be none. */
  async inherited(location: StoredLocation, name: string): Promise<Entry | undefined> {
    const base = await this.#baseView(location, 0), entry = base?.entries.get(name);
    return base && entry && inheritable(base.rules, entry);
  }

  async #baseView(location: StoredLocation, level: number): Promise<View | undefined> {
    const base = await this.base(location);
    return base && await this.view(base, true, level + 1);
  }

  #storedAt(place: DatasetPlace): Promise<Stored> {
    const key = `${place.owner} ${place.path}`;
    const known = this.#stored.get(key) ?? this.#read(place);
    this.#stored.set(key, known);
    return known;
  }

  async #changeAt(place: DatasetPlace, name: string, record: EntryRecord | undefined): Promise<void> {
    const { owner, path } = place, { records } = await this.#storedAt(place);
    const value = record && encodeRecord(record);
    if (record === undefined) records.delete(name);
    else records.set(name, { record, modtime: records.get(name)?.modtime ?? 0, size: value?.length ?? 0 });
    const changes = this.#changes.get(owner) ?? { owner, byKey: new Map() };
    changes.byKey.set(`${path}${name}`, { path, name, ...value && { value } });
    this.#changes.set(owner, changes);
  }

  async #read(place: DatasetPlace): Promise<Stored> {
    if (place.owner !== "everybody") this.owners.add(place.owner);
    const { entries, modtime, remembersSince } = await this.#service.context.storage.dataset(place);
    this.#modtime = Math.min(this.#modtime ?? Infinity, modtime);
    const records = new Map<string, StoredEntry>();
    for (const { name, modtime, value } of entries) {
      records.set(name, { record: decodeRecord(value), modtime, size: value.length });
      await this.turns.take();
    }
    return { records, remembersSince };
  }
}

/** RFC 2244 §5.3: what a dataset that is made has of the one above it. */
function handedDown(root: Root, name: string): Root {
  const given = [...root].filter(([attribute]) => attribute.startsWith("dataset."));
  return new Map(given.map(([attribute, stored]) => {
    if (attribute !== "dataset.inherit" || typeof stored.value !== "string") return [attribute, stored];
    const base = datasetNameOf(textOf(stored.value)) ?? [];
    return [attribute, { ...stored, value: octetsOf(printDatasetName([...base, name])) }];
  }));
}

/** RFC 2244 §5.1: what is in both, and what is in either. */
function merged(
  records: ReadonlyMap<string, StoredEntry>,
  base: View | undefined,
  more: readonly Entry[],
): Map<string, Entry> {
  const entries = new Map(more.map((entry) => [entry.name, entry]));
  for (const entry of base?.entries.values() ?? []) {
    const given = base && inheritable(base.rules, entry);
    if (given !== undefined) entries.set(entry.name, given);
  }
  for (const [name, { record, modtime, size }] of records) {
    const inherited = entries.get(name);
    if (record === "gone") {
      entries.delete(name);
      continue;
    }
    const attributes = new Map(inherited?.attributes);
    for (const [attribute, { value, acl }] of record) {
      const its = value === undefined ? attributes.get(attribute)?.value : value ?? undefined;
      attributes.set(attribute, { ...its !== undefined && { value: its }, ...acl !== undefined && { acl } });
    }
    entries.set(name, {
      ...{ name, attributes },
      modtime: Math.max(modtime, inherited?.modtime ?? 0),
      size: size + (inherited?.size ?? 0),
    });
  }
  return entries;
}

/** What of an entry is inherited: what the user may read, and nothing that manages the base dataset (RFC 2244 §5.2). */
function inheritable(rules: Rules, entry: Entry): Entry | undefined {
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
