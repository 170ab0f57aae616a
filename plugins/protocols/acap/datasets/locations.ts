/** Where datasets are (RFC 2244 §4.1): their names, the one place of each, and what is above it. */
import type { AccountId, DatasetPlace, ProtocolContext } from "../../../../core/contract/mod.ts";
import { type DatasetName, printDatasetName } from "../grammar/names.ts";
import type { User } from "../state.ts";

/** Whose dataset it is. */
export type Owner =
  | { readonly area: "site" }
  | { readonly area: "group" | "host"; readonly name: string }
  | { readonly area: "user"; readonly account: AccountId; readonly address: string };

/** A dataset that somebody may store in. */
export interface StoredLocation {
  readonly kind: "stored";
  /** "byowner" for what is to be the default of all its classes (RFC 2244 §5.3). */
  readonly class: string;
  /** Whose. */
  readonly owner: Owner;
  /** Below the owner's own dataset of the class. */
  readonly below: DatasetName;
}

/** A level of the tree that only lists what is below it: classes, kinds of owners, owners. */
export interface ListedLocation {
  readonly kind: "listed";
  /** From the top; those below `/byowner/` begin so. */
  readonly name: DatasetName;
}

/** Where a dataset is. */
export type Location = StoredLocation | ListedLocation;

/** Owners by kind, as names have them. */
const areas = ["group", "host", "site", "user"] as const;
/** The alternate view of the tree (RFC 2244 §4.1). */
export const BYOWNER = "byowner";

/** Finds places for one user. */
export class Locator {
  readonly #context: Pick<ProtocolContext, "directory" | "storage">;
  readonly #user: User;
  readonly #owners = new Map<string, Promise<Owner | undefined>>();

  /** Nothing is known yet. */
  constructor(context: Pick<ProtocolContext, "directory" | "storage">, user: User) {
    this.#context = context;
    this.#user = user;
  }

  /** The place of a name; undefined where there can be none. */
  async locate(name: DatasetName): Promise<Location | undefined> {
    const [first, ...rest] = name;
    if (first === undefined) return { kind: "listed", name };
    const length = rest[0] === "~" || rest[0] === "site" ? 1 : 2;
    if (rest.length < length) {
      const isKnown = rest.length === 0 || areas.some((area) => area === rest[0]);
      return isKnown ? { kind: "listed", name } : undefined;
    }
    const owner = await this.#owner(rest.slice(0, length));
    if (owner === undefined) return undefined;
    const below = rest.slice(length);
    if (first !== BYOWNER || below.length === 0) return { kind: "stored", class: first, owner, below };
    const [its = "", ...others] = below;
    // RFC 2244 §4.1: "/byowner/~/<dataset-class>/" is an alternate name for "/<dataset-class>/~/".
    return its === BYOWNER ? undefined : { kind: "stored", class: its, owner, below: others };
  }

  async #owner([area = "", name = ""]: readonly string[]): Promise<Owner | undefined> {
    if (area === "~") return { area: "user", account: this.#user.account, address: this.#user.address };
    if (area === "site") return { area };
    if (area === "group" || area === "host") return { area, name };
    if (area !== "user") return undefined;
    const found = this.#owners.get(name) ?? this.#account(name);
    this.#owners.set(name, found);
    return await found;
  }

  async #account(login: string): Promise<Owner | undefined> {
    const account = await this.#context.directory.findAccount(login);
    const address = account && (await this.#context.storage.account(account))?.address;
    return account && address ? { area: "user", account, address } : undefined;
  }
}

/** Where the entries are kept. */
export function placeOf({ class: its, owner, below }: StoredLocation): DatasetPlace {
  if (owner.area === "user") return { owner: owner.account, path: printDatasetName([its, "~", ...below]) };
  return { owner: "everybody", path: printDatasetName([its, ...ownerName(owner), ...below]) };
}

/** Its name from the top, as everybody may write it. */
export function nameOf(location: Location): DatasetName {
  return location.kind === "listed" ? location.name : [location.class, ...ownerName(location.owner), ...location.below];
}

/** The dataset above one in the `/byowner/` hierarchy (RFC 2244 §5.3); undefined for an owner's topmost. */
export function above(location: StoredLocation): StoredLocation | undefined {
  if (location.below.length > 0) return { ...location, below: location.below.slice(0, -1) };
  return location.class === BYOWNER ? undefined : { ...location, class: BYOWNER };
}

/** What a dataset is called in the one that is above it. */
export function lastName({ class: its, below }: StoredLocation): string {
  return below.at(-1) ?? its;
}

function ownerName(owner: Owner): DatasetName {
  if (owner.area === "site") return [owner.area];
  return [owner.area, owner.area === "user" ? owner.address : owner.name];
}
