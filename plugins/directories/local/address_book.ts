/**
 * Addresses and logins in the one form in which they are compared (RFC 5321 §2.4, RFC 6532 §3.1). Pure.
 *
 * - Domains: lower case, and A-labels (RFC 5890 §2.3.2.1), so that both spellings of an internationalized domain meet.
 * - Local parts: unquoted, NFC, lower case unless configured otherwise; quoted again only where they must be.
 */
import { domainToASCII } from "node:url";
import { addressSpec } from "../../../core/message/address_printer.ts";

/** What one address is. */
export interface Address {
  /** Local part without quotes, as it was written but for NFC. */
  readonly written: string;
  /** As it is compared. */
  readonly local: string;
  /** As it is compared; `[192.0.2.1]` for a literal. */
  readonly domain: string;
  /** The whole address as it is compared. */
  readonly canonical: string;
  /** Whether the local part would have needed quotes and had none: forgiven in logins, not in new addresses. */
  readonly lacksQuotes: boolean;
}

/** A sub-address (RFC 5233 §4) taken apart. */
export interface SubAddress {
  /** The address of the user, as it is compared. */
  readonly base: string;
  /** What follows the first separator, as it was written. */
  readonly detail: string;
}

/** How addresses are read. */
export interface AddressRules {
  /** Local domains; the first is that of names without one. */
  readonly domains: readonly [string, ...string[]];
  /** Whether local parts are compared without regard to case. */
  readonly foldLocalParts: boolean;
  /** Between user and detail; empty: there are no sub-addresses. */
  readonly separator: string;
  /** Domains whose addresses each have a copy of their own; `*.` stands for a label. Absent: none. */
  readonly multidrop?: readonly string[];
}

/** RFC 5321 §4.5.3.1.3 asks for 256 octets at least; SRS and VERP make longer ones. */
const longest = 1024;

/** Reads addresses by the rules of one server. */
export class AddressBook {
  /** Local domains as they are compared, in the order of the configuration. */
  readonly domains: readonly string[];
  readonly #local: ReadonlySet<string>;
  readonly #multidrop: ReadonlySet<string>;
  readonly #rules: AddressRules;

  /** For these rules. */
  constructor(rules: AddressRules) {
    this.#rules = rules;
    this.domains = rules.domains.map((domain) => comparedDomain(domain) ?? domain);
    this.#local = new Set(this.domains);
    const comparedPattern = (pattern: string) =>
      pattern.startsWith("*.") ? `*.${comparedDomain(pattern.slice(2)) ?? ""}` : comparedDomain(pattern) ?? pattern;
    this.#multidrop = new Set((rules.multidrop ?? []).map(comparedPattern));
  }

  /** The domain of names without one. */
  get firstDomain(): string {
    return this.domains[0] ?? "";
  }

  /** Whether mail for the domain is ours. */
  isLocal(domain: string): boolean {
    return this.#local.has(domain);
  }

  /** Whether each address of the domain has a copy of its own. */
  isMultidrop(domain: string): boolean {
    if (this.#multidrop.size === 0) return false;
    return this.#multidrop.has(domain) || this.#multidrop.has(domain.replace(/^[^.]+/, "*"));
  }

  /** Who has all the mail of a domain right below one that hosts are below of: `NAME@example.org` of NAME.example.org. */
  hostOwner(domain: string): string | undefined {
    const dot = domain.indexOf("."), parent = domain.slice(dot + 1);
    if (dot < 1 || !this.isLocal(parent) || !this.#multidrop.has(`*.${parent}`)) return undefined;
    return addressSpec({ mailbox: domain.slice(0, dot), host: parent });
  }

  /** A local domain in any spelling, as it is compared; undefined for others. */
  localDomain(written: string): string | undefined {
    const domain = comparedDomain(written);
    return domain !== undefined && this.isLocal(domain) ? domain : undefined;
  }

  /** Reads an address, or a name of the default domain; undefined for what can be neither. */
  read(text: string, defaultDomain = this.firstDomain): Address | undefined {
    const parts = split(text);
    if (parts === undefined) return undefined;
    const domain = parts.domain === undefined ? defaultDomain : comparedDomain(parts.domain);
    if (domain === undefined) return undefined;
    const written = parts.local.normalize("NFC");
    const local = this.#comparedLocalPart(written);
    const canonical = addressSpec({ mailbox: local, host: domain });
    return { written, local, domain, canonical, lacksQuotes: !parts.isQuoted && canonical.startsWith('"') };
  }

  /** Takes a sub-address apart at its first separator; undefined for what is none. */
  subAddress({ local, written, domain }: Address): SubAddress | undefined {
    const { separator } = this.#rules;
    if (separator === "") return undefined;
    // An empty user or no separator: an ordinary name.
    const at = local.indexOf(separator);
    if (at < 1) return undefined;
    const base = addressSpec({ mailbox: local.slice(0, at), host: domain });
    return { base, detail: written.slice(written.indexOf(separator) + separator.length) };
  }

  #comparedLocalPart(written: string): string {
    // RFC 5321 §4.5.1: postmaster is matched without regard to case, whatever holds for others.
    if (isPostmaster(written)) return written.toLowerCase();
    return this.#rules.foldLocalParts ? written.toLowerCase().normalize("NFC") : written;
  }
}

/** RFC 5321 §4.5.1. */
export function isPostmaster(localPart: string): boolean {
  return localPart.toLowerCase() === "postmaster";
}

interface Parts {
  readonly local: string;
  readonly isQuoted: boolean;
  /** Undefined for a name without. */
  readonly domain: string | undefined;
}

/** Local part, unquoted, and domain. The last "@" parts them: a local part with an "@" has quotes, or else lacks them. */
function split(text: string): Parts | undefined {
  if (text.length > longest || /\p{Cc}/u.test(text) || !text.isWellFormed()) return undefined;
  const [, quoted, host] = /^"((?:[^"\\]|\\.)+)"(?:@(.+))?$/su.exec(text) ?? [];
  // RFC 5321 §4.1.2: all quoted forms are equivalent, and equivalent to the unquoted one.
  if (quoted !== undefined) return { local: quoted.replace(/\\(.)/gsu, "$1"), isQuoted: true, domain: host };
  const at = text.lastIndexOf("@");
  const local = at < 0 ? text : text.slice(0, at);
  return local === "" ? undefined : { local, isQuoted: false, domain: at < 0 ? undefined : text.slice(at + 1) };
}

/** RFC 5321 §4.1.2, with the underscore that some domains have. */
const domainName = /^(?!.{256})[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** Whether this is a domain, in any spelling. */
export function isDomain(text: string): boolean {
  return !text.startsWith("[") && comparedDomain(text) !== undefined;
}

/** A domain as it is compared; undefined for what is none. */
function comparedDomain(written: string): string | undefined {
  // RFC 5321 §4.1.3: a literal is no local domain, and otherwise not our concern.
  if (/^\[[!-Z^-~]+\]$/.test(written)) return written.toLowerCase();
  const domain = /^[\0-\x7f]*$/.test(written) ? written.toLowerCase() : domainToASCII(written);
  return domainName.test(domain) ? domain : undefined;
}
