/** Attribute types (RFC 4512 §2.5) that entries here have, and those that others are of. Data. */
import { syntaxes } from "./syntaxes.ts";

/** One. */
export interface AttributeType {
  /** The first is its own. */
  readonly names: readonly [string, ...string[]];
  /** Its number. */
  readonly oid: string;
  /** The name of the type that it is a kind of. */
  readonly supertype?: string;
  /** Names of matching rules. */
  readonly equality?: string;
  readonly ordering?: string;
  readonly substrings?: string;
  /** Of its values. */
  readonly syntax: string;
  /** Whether there is one value at most. */
  readonly isSingle?: true;
  /** Absent for what users keep. */
  readonly usage?: "directoryOperation" | "dSAOperation";
}

const text = {
  equality: "caseIgnoreMatch",
  substrings: "caseIgnoreSubstringsMatch",
  syntax: syntaxes.directoryString,
} as const;
/** RFC 4519 §2.18: those that name things. */
const name = { ...text, supertype: "name" } as const;
const ia5 = {
  equality: "caseIgnoreIA5Match",
  substrings: "caseIgnoreIA5SubstringsMatch",
  syntax: syntaxes.ia5String,
} as const;
const oid = { equality: "objectIdentifierMatch", syntax: syntaxes.oid } as const;
const dn = { equality: "distinguishedNameMatch", syntax: syntaxes.dn } as const;
const time = {
  equality: "generalizedTimeMatch",
  ordering: "generalizedTimeOrderingMatch",
  syntax: syntaxes.generalizedTime,
} as const;
const operational = { usage: "directoryOperation" } as const;
const ofServer = { usage: "dSAOperation" } as const;
const single = { isSingle: true } as const;

/** All. */
export const attributeTypes: readonly AttributeType[] = [
  // RFC 4512 §3.3, §4.2, §5.1.
  { names: ["objectClass"], oid: "2.5.4.0", ...oid },
  { names: ["structuralObjectClass"], oid: "2.5.21.9", ...oid, ...single, ...operational },
  { names: ["createTimestamp"], oid: "2.5.18.1", ...time, ...single, ...operational },
  { names: ["modifyTimestamp"], oid: "2.5.18.2", ...time, ...single, ...operational },
  { names: ["subschemaSubentry"], oid: "2.5.18.10", ...dn, ...single, ...operational },
  { names: ["attributeTypes"], oid: "2.5.21.5", syntax: syntaxes.attributeType, ...operational },
  { names: ["objectClasses"], oid: "2.5.21.6", syntax: syntaxes.objectClass, ...operational },
  { names: ["matchingRules"], oid: "2.5.21.4", syntax: syntaxes.matchingRule, ...operational },
  { names: ["ldapSyntaxes"], oid: "1.3.6.1.4.1.1466.101.120.16", syntax: syntaxes.ldapSyntax, ...operational },
  { names: ["namingContexts"], oid: "1.3.6.1.4.1.1466.101.120.5", syntax: syntaxes.dn, ...ofServer },
  { names: ["supportedControl"], oid: "1.3.6.1.4.1.1466.101.120.13", syntax: syntaxes.oid, ...ofServer },
  { names: ["supportedExtension"], oid: "1.3.6.1.4.1.1466.101.120.7", syntax: syntaxes.oid, ...ofServer },
  { names: ["supportedFeatures"], oid: "1.3.6.1.4.1.4203.1.3.5", ...oid, ...ofServer },
  { names: ["supportedLDAPVersion"], oid: "1.3.6.1.4.1.1466.101.120.15", syntax: syntaxes.integer, ...ofServer },
  {
    names: ["supportedSASLMechanisms"],
    oid: "1.3.6.1.4.1.1466.101.120.14",
    syntax: syntaxes.directoryString,
    ...ofServer,
  },
  // RFC 5020 §2.
  { names: ["entryDN"], oid: "1.3.6.1.1.20", ...dn, ...single, ...operational },
  // RFC 4519 §2.
  { names: ["name"], oid: "2.5.4.41", ...text },
  { names: ["cn", "commonName"], oid: "2.5.4.3", ...name },
  { names: ["sn", "surname"], oid: "2.5.4.4", ...name },
  { names: ["givenName"], oid: "2.5.4.42", ...name },
  { names: ["c", "countryName"], oid: "2.5.4.6", ...name, syntax: syntaxes.country, ...single },
  { names: ["l", "localityName"], oid: "2.5.4.7", ...name },
  { names: ["o", "organizationName"], oid: "2.5.4.10", ...name },
  { names: ["ou", "organizationalUnitName"], oid: "2.5.4.11", ...name },
  { names: ["dc", "domainComponent"], oid: "0.9.2342.19200300.100.1.25", ...ia5, ...single },
  { names: ["uid", "userid"], oid: "0.9.2342.19200300.100.1.1", ...text },
  // RFC 4524 §2.16. Of an address that is not ASCII (RFC 6532) it has more than IA5: no other attribute would be read.
  { names: ["mail", "rfc822Mailbox"], oid: "0.9.2342.19200300.100.1.3", ...ia5 },
  // RFC 2798 §2.3.
  { names: ["displayName"], oid: "2.16.840.1.113730.3.1.241", ...text, ...single },
];

const byName: ReadonlyMap<string, AttributeType> = new Map(
  attributeTypes.flatMap((type) => [type.oid, ...type.names].map((name) => [name.toLowerCase(), type])),
);

/** The type of a name or number, in any case; undefined where there is none, or it has options (RFC 4512 §2.5.2). */
export function attributeType(description: string): AttributeType | undefined {
  return byName.get(description.toLowerCase());
}

/** A type and all that are kinds of it. */
export function kindsOf(type: AttributeType): ReadonlySet<AttributeType> {
  return new Set(attributeTypes.filter((one) => isKindOf(one, type)));
}

function isKindOf(type: AttributeType, other: AttributeType): boolean {
  const above = type.supertype === undefined ? undefined : attributeType(type.supertype);
  return type === other || above !== undefined && isKindOf(above, other);
}
