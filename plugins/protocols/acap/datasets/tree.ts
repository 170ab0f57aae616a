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
import { Turns } from "../../../../core/wire/turns.ts";
import { type DatasetName, datasetNameOf, printDatasetName } from "../grammar/names.ts";
import { textOf } from "../octets.ts";
import type { AcapService } from "../service.ts";
import type { User } from "../state.ts";
import { eudorasView, isEudoras } from "./eudora.ts";
import { handedDown, inheritable, mergedEntry, type Root } from "./inheritance.ts";
import { namesBelow } from "./listing.ts";
import { above, BYOWNER, lastName, type Location, Locator, nameOf, placeOf, type StoredLocation } from "./locations.ts";
import { decodeRecord, encodeRecord, type EntryRecord, StoredEntry } from "./records.ts";
import { Rules } from "./rules.ts";
import { type Entry, listed, newView, type View } from "./view.ts";

/** Levels of inheritance: RFC 2244 §5.1 asks for two. A dataset that inherits from itself comes to an end, too. */
const MOST_LEVELS = 10;

/** What was stored in a dataset. */
export interface Stored {
  /** By the names of entries. */
  readonly records: Map<string, StoredEntry>;
  /** Removals after it are all known. */
  readonly remembersSince: number;
}

/** What is to be stored for an owner. */
interface Changes {
  readonly owner: DatasetOwner;
  readonly byKey: Map<string, DatasetOperation["entries"][number]>;
}

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
  readonly #views = new Map<string, Promise<View | undefined>>();
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
    const place = placeOf(location), key = `${place.owner} ${place.path}`;
    const known = this.#stored.get(key) ?? this.#read(place);
    this.#stored.set(key, known);
    return known;
  }

  /** The tree is to be as if this had been stored in an entry, or without a record nothing; it is not stored yet. */
  async change(location: StoredLocation, name: string, record: EntryRecord | undefined): Promise<void> {
    const { owner, path } = placeOf(location), { records } = await this.stored(location);
    const value = record && encodeRecord(record);
    this.#views.clear();
    if (value === undefined) records.delete(name);
    else records.set(name, new StoredEntry(value, records.get(name)?.modtime ?? 0));
    const changes = this.#changes.get(owner) ?? { owner, byKey: new Map() };
    changes.byKey.set(`${path}${name}`, { path, name, ...value && { value } });
    this.#changes.set(owner, changes);
  }

  /** A dataset and all that are below it, as far as something was stored in them. */
  async datasetsFrom(location: StoredLocation): Promise<readonly StoredLocation[]> {
    const { owner, path } = placeOf(location);
    const places: readonly Pick<DatasetPlace, "path">[] = [
      ...await this.#service.context.storage.datasets(path, owner),
      ...this.#changes.get(owner)?.byKey.values() ?? [],
    ];
    const paths = new Set(places.map(({ path }) => path).filter((its) => its.startsWith(path)));
    return [...paths].map((its) => {
      const names = its.slice(path.length).split("/").slice(0, -1);
      return { ...location, below: [...location.below, ...names] };
    });
  }

  /** Removes a dataset with all that are below it; or they move to where another is. */
  async removeBelow(location: StoredLocation, to?: StoredLocation): Promise<void> {
    for (const from of await this.datasetsFrom(location)) {
      for (const [name, { record }] of (await this.stored(from)).records) {
        await this.change(from, name, undefined);
        if (to === undefined) continue;
        const names = from.below.slice(location.below.length);
        await this.change({ ...to, below: [...to.below, ...names] }, name, record);
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
    return await this.#service.context.storage.dataset(placeOf(location), { removedSince: since });
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

  /** Whether the user has some right in a dataset in which there is something; of it, no more than that is read. */
  async isOpen(location: StoredLocation): Promise<boolean> {
    const { owner } = location, [managing] = (await this.#look(placeOf(location), [""])).entries;
    const root = managing && decodeRecord(managing.value);
    return new Rules({ dataset: nameOf(location), owner, user: this.user, root }).isVisible;
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
    if (location === undefined) return undefined;
    // Contexts by the hundred look at one dataset.
    const key = `${inherits} ${printDatasetName(nameOf(location))}`;
    const known = this.#views.get(key) ?? this.view(location, inherits);
    this.#views.set(key, known);
    return await known;
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
    return newView(rules, (await this.#merged(records, base, classes.map(listed))).values());
  }

  async #listing(location: Location): Promise<View | undefined> {
    const names = await namesBelow(this, this.#service, location), dataset = nameOf(location);
    if (names.length === 0 && dataset.length > 0) return undefined;
    const rules = new Rules({ dataset, owner: undefined, user: this.user, isFixed: true });
    return newView(rules, names.map(listed));
  }

  /** Whether there is a dataset, and one that the user may see. */
  async exists(location: StoredLocation, level = 0): Promise<boolean> {
    const { records } = await this.stored(location);
    const base = records.size > 0 || level >= MOST_LEVELS ? undefined : await this.base(location);
    const isThere = records.size > 0 || base !== undefined && await this.exists(base, level + 1);
    return isThere && (await this.rules(location)).isVisible;
  }

  /** One entry of a dataset that is there. */
  async entry(location: StoredLocation, name: string, level = 0): Promise<Entry | undefined> {
    const { records } = await this.stored(location);
    return mergedEntry(name, records.get(name), await this.inherited(location, name, level));
  }

  /** What an entry would be if nothing were stored in it; undefined where there would be none. */
  async inherited(location: StoredLocation, name: string, level = 0): Promise<Entry | undefined> {
    const base = level < MOST_LEVELS ? await this.base(location) : undefined;
    if (base === undefined || !await this.exists(base, level + 1)) return undefined;
    const entry = await this.entry(base, name, level + 1);
    return entry && inheritable(await this.rules(base), entry);
  }

  /** RFC 2244 §5.1: what is in both, and what is in either. */
  async #merged(
    records: ReadonlyMap<string, StoredEntry>,
    base: View | undefined,
    more: readonly Entry[],
  ): Promise<ReadonlyMap<string, Entry>> {
    const entries = new Map(more.map((entry) => [entry.name, entry]));
    for (const entry of base?.entries.values() ?? []) {
      const given = base && inheritable(base.rules, entry);
      if (given !== undefined) entries.set(entry.name, given);
      if (this.turns.isDue) await this.turns.take();
    }
    for (const [name, stored] of records) {
      const entry = mergedEntry(name, stored, entries.get(name));
      if (entry === undefined) entries.delete(name);
      else entries.set(name, entry);
      if (this.turns.isDue) await this.turns.take();
    }
    return entries;
  }

  async #baseView(location: StoredLocation, level: number): Promise<View | undefined> {
    const base = await this.base(location);
    return base && await this.view(base, true, level + 1);
  }

  async #look(place: DatasetPlace, names?: readonly string[]): Promise<Dataset> {
    if (place.owner !== "everybody") this.owners.add(place.owner);
    const found = await this.#service.context.storage.dataset(place, names && { names });
    this.#modtime = Math.min(this.#modtime ?? Infinity, found.modtime);
    return found;
  }

  async #read(place: DatasetPlace): Promise<Stored> {
    const { entries, remembersSince } = await this.#look(place);
    const records = new Map<string, StoredEntry>();
    for (const { name, modtime, value } of entries) {
      records.set(name, new StoredEntry(value, modtime));
    }
    return { records, remembersSince };
  }
}
