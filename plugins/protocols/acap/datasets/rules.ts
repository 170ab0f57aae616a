/** Who may do what in a dataset (RFC 2244 §3.5). */
import type { AclObject } from "../grammar/acl_arguments.ts";
import type { DatasetName } from "../grammar/names.ts";
import { type Octets, octetsOf, textOf } from "../octets.ts";
import { noPermission } from "../replies.ts";
import type { User } from "../state.ts";
import type { Owner } from "./locations.ts";
import type { EntryRecord, Value } from "./records.ts";

/** A right, and all of them: search, read, write, insert, administer. */
export type Right = "x" | "r" | "w" | "i" | "a";
/** In this order. */
export const allRights = "xrwia";

/** A right that somebody has or has not, and what says so. */
export interface Verdict {
  /** Letters, in the order of `allRights`. */
  readonly rights: string;
  /** Whose access control list it is. */
  readonly object: AclObject;
}

/** The rules of one dataset for one user. */
export class Rules {
  /** The dataset, as everybody may name it. */
  readonly dataset: DatasetName;
  /** RFC 2244 §3.5: the default ACL of a dataset must exist. */
  readonly acl: readonly Octets[];
  readonly #byAttribute: ReadonlyMap<string, readonly Octets[]>;
  readonly #always: string;
  readonly #never: string;
  readonly #user: User;
  readonly #known = new Map<readonly Octets[], string>();

  /**
   * @param root What is stored in the entry without a name (RFC 2244 §5.2).
   * @param isFixed Whether nothing may be changed, whatever anybody has been granted.
   */
  constructor(
    { dataset, owner, user, root, isFixed = false }: {
      readonly dataset: DatasetName;
      /** Undefined: nobody's. */
      readonly owner: Owner | undefined;
      readonly user: User;
      readonly root?: EntryRecord | undefined;
      readonly isFixed?: boolean;
    },
  ) {
    this.dataset = dataset;
    this.#user = user;
    this.#always = isFixed ? "" : alwaysGranted(owner, user);
    this.#never = isFixed ? "wia" : "";
    const byAttribute = new Map<string, readonly Octets[]>();
    for (const [name, { value }] of root === undefined || root === "gone" ? [] : root) {
      if (isDefaultAcl(name) && typeof value === "object" && value !== null) {
        byAttribute.set(name.slice("dataset.acl.".length), value);
      }
    }
    this.acl = byAttribute.get("") ?? firstAcl(owner);
    byAttribute.delete("");
    this.#byAttribute = byAttribute;
  }

  /** The default ACL of an attribute, where there is one. */
  aclOf(attribute: string): readonly Octets[] | undefined {
    return this.#byAttribute.get(attribute);
  }

  /** What the user may do with an attribute, of an entry whose attribute has such an ACL, or none. */
  verdict(attribute: string, entry?: { readonly name: string; readonly acl?: readonly Octets[] | undefined }): Verdict {
    const { dataset } = this, byAttribute = this.#byAttribute.get(attribute);
    if (entry?.acl !== undefined) {
      return { rights: this.#granted(entry.acl), object: { dataset, attribute, entry: entry.name } };
    }
    if (byAttribute !== undefined) return { rights: this.#granted(byAttribute), object: { dataset, attribute } };
    return this.whole;
  }

  /** What the user may do with a dataset as a whole. */
  get whole(): Verdict {
    return { rights: this.#granted(this.acl), object: { dataset: this.dataset } };
  }

  /** Whether the user may know that the dataset is there: it has some right in it. */
  get isVisible(): boolean {
    return [this.acl, ...this.#byAttribute.values()].some((acl) => this.#granted(acl) !== "");
  }

  /** Rights that an identifier has always, and that nobody can take away. */
  alwaysOf(identifier: string): string {
    return this.#user.identifiers.has(identifier) ? this.#always : "";
  }

  /** Asked of every attribute of every entry, and most have the same list. */
  #granted(acl: readonly Octets[]): string {
    const known = this.#known.get(acl) ?? this.#compute(acl);
    this.#known.set(acl, known);
    return known;
  }

  #compute(acl: readonly Octets[]): string {
    const granted = new Set(rightsIn(acl, this.#user));
    for (const right of this.#always) granted.add(right);
    for (const right of this.#never) granted.delete(right);
    return [...allRights].filter((right) => granted.has(right)).join("");
  }
}

/** RFC 2244 §3.5: all positive rights that apply, without the negative ones. */
function rightsIn(acl: readonly Octets[], { identifiers }: User): Set<string> {
  const positive = new Set<string>(), negative = new Set<string>();
  for (const { identifier, rights } of acl.map(readAclItem)) {
    const isNegative = identifier.startsWith("-"), name = isNegative ? identifier.slice(1) : identifier;
    if (name !== "anyone" && !identifiers.has(name)) continue;
    for (const right of rights) (isNegative ? negative : positive).add(right);
  }
  return positive.difference(negative);
}

/** RFC 2244 §3.5: read and administer in one's own datasets; all of what is everybody's for administrators. */
function alwaysGranted(owner: Owner | undefined, user: User): string {
  if (owner === undefined) return "";
  if (owner.area !== "user") return user.isAdministrator ? allRights : "";
  return owner.account === user.account && user.identifiers.size > 0 ? "ra" : "";
}

/** What a dataset has that nobody has given any. */
function firstAcl(owner: Owner | undefined): readonly Octets[] {
  if (owner?.area === "user") return [octetsOf(`${owner.address}\t${allRights}`)];
  return owner?.area === "group" ? [] : ["anyone\txr"];
}

/** An identifier and its rights, of an item of an ACL. */
export function readAclItem(item: Octets): { readonly identifier: string; readonly rights: string } {
  const [identifier = "", rights = ""] = item.split("\t");
  return { identifier: textOf(identifier), rights };
}

/** Makes sure of a right. @throws CommandRefused. */
export function require({ rights, object }: Verdict, right: Right): void {
  if (!rights.includes(right)) throw noPermission(object);
}

/** RFC 2244 §5.2: whether an attribute of the entry without a name is a default ACL: the dataset's, or an attribute's. */
export function isDefaultAcl(attribute: string): boolean {
  return /^dataset\.acl(?:\.|$)/.test(attribute);
}

/** RFC 2244 §8, acl-identrights: whether a value is an ACL. */
export function isAcl(value: Value | null | undefined): value is readonly Octets[] {
  return typeof value === "object" && value !== null && value.every((item) => /^[^\t]+\t[xrwia]*$/.test(item));
}
