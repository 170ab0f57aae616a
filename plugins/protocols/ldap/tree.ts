/** Where entries are: people below `ou=people`, below the name of their domain (RFC 2247), or below the configured base. */
import { domainToASCII } from "node:url";
import { type Entry, entryBelow, entryOf, subschemaName } from "./entry.ts";
import {
  depthBelow,
  type DistinguishedName,
  keysOf,
  relativeKey,
  type RelativeName,
} from "./schema/distinguished_name.ts";

/** A part of the tree that people are in. */
export interface NamingContext {
  /** Its entry, and that of `ou=people`. */
  readonly structure: readonly [Entry, Entry];
  /** Whose addresses are in it. */
  readonly domains: ReadonlySet<string>;
  /** Whether people are named by their whole addresses; otherwise by local parts. */
  readonly hasManyDomains: boolean;
}

/** What a name stands for. */
export type Place =
  | { readonly kind: "root" }
  | { readonly kind: "subschema" }
  | { readonly kind: "structure"; readonly entry: Entry }
  /** If there is such an account, and it has this name. */
  | { readonly kind: "person"; readonly address: string };

/** Classes of what a base may be named by. */
const classByType: Readonly<Record<string, string>> = {
  dc: "domain",
  o: "organization",
  ou: "organizationalUnit",
  c: "country",
  l: "locality",
};

const subschemaKeys = keysOf(subschemaName);

/** A base that has an entry; undefined where nobody could say of what class. */
export function isBase(name: DistinguishedName): boolean {
  const [first] = name;
  return first !== undefined && first.length === 1 && first[0].type.toLowerCase() in classByType;
}

/** The tree. */
export class Tree {
  /** In the order of the domains. */
  readonly contexts: readonly NamingContext[];

  /** @param base Where everybody is; absent: each domain has a place of its own. */
  constructor(domains: readonly string[], base?: DistinguishedName) {
    // RFC 4519 §2.4: labels of domains are ASCII.
    const known = domains.map((domain) => domainToASCII(domain) || domain);
    this.contexts = base === undefined
      ? known.map((domain) => contextOf(domainName(domain), [domain], false))
      : [contextOf(base, known, true)];
  }

  /** The entries that hold others. */
  get structure(): readonly Entry[] {
    return this.contexts.flatMap(({ structure }) => structure);
  }

  /** Where an address is, and what it is called there; undefined where the domain is not in the tree. */
  placeOf(address: string): { readonly people: Entry; readonly uid: string } | undefined {
    const at = address.lastIndexOf("@");
    const domain = address.slice(at + 1);
    const context = this.contexts.find(({ domains }) => domains.has(domain));
    return context && { people: context.structure[1], uid: context.hasManyDomains ? address : address.slice(0, at) };
  }

  /** The name of an address's entry. */
  nameOf(address: string): DistinguishedName | undefined {
    const place = this.placeOf(address);
    return place && [[{ type: "uid", value: place.uid }], ...place.people.name];
  }

  /** What a name stands for; undefined where nothing can be. */
  find(name: DistinguishedName): Place | undefined {
    const keys = keysOf(name);
    if (keys.length === 0) return { kind: "root" };
    if (depthBelow(keys, subschemaKeys) === 0) return { kind: "subschema" };
    const entry = this.structure.find((entry) => depthBelow(keys, entry.keys) === 0);
    if (entry !== undefined) return { kind: "structure", entry };
    const context = this.contexts.find(({ structure: [, people] }) => depthBelow(keys, people.keys) === 1);
    const uid = name[0] && uidOf(name[0]);
    if (context === undefined || uid === undefined) return undefined;
    const [domain] = context.domains;
    return { kind: "person", address: context.hasManyDomains ? uid : `${uid}@${domain}` };
  }

  /** RFC 4511 §4.1.9: the nearest entry above a name that there is; empty where there is none. */
  nearest(name: DistinguishedName): string {
    const keys = keysOf(name);
    const above = this.structure.filter((entry) => depthBelow(keys, entry.keys) !== undefined);
    return above.sort((a, b) => b.keys.length - a.keys.length)[0]?.printed ?? "";
  }
}

function uidOf(relative: RelativeName): string | undefined {
  const [{ value }] = relative;
  return relativeKey(relative) === relativeKey([{ type: "uid", value }]) ? value : undefined;
}

function contextOf(suffix: DistinguishedName, domains: readonly string[], hasManyDomains: boolean): NamingContext {
  const [type = "dc", value = ""] = suffix[0] === undefined
    ? []
    : [suffix[0][0].type.toLowerCase(), suffix[0][0].value];
  const top = entryOf(suffix, classByType[type] ?? "domain", { [type]: [value] });
  const people = entryBelow(top, [{ type: "ou", value: "people" }], "organizationalUnit", { ou: ["people"] });
  return {
    structure: [top, people],
    domains: new Set(domains),
    hasManyDomains,
  };
}

/** RFC 2247 §3. */
function domainName(domain: string): DistinguishedName {
  return domain.split(".").map((value): RelativeName => [{ type: "dc", value }]);
}
