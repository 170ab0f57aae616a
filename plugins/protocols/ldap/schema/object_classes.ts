/** Object classes (RFC 4512 §2.4) of entries here. Of what they may have, only what is known here is told. Data. */

/** One. */
export interface ObjectClass {
  /** Its name. */
  readonly name: string;
  /** Its number. */
  readonly oid: string;
  /** What it is a kind of; absent: of nothing. */
  readonly superclass?: string;
  /** What its entries are for. */
  readonly kind: "ABSTRACT" | "STRUCTURAL" | "AUXILIARY";
  /** What they have. */
  readonly must?: readonly string[];
  /** What they may have. */
  readonly may?: readonly string[];
}

/** All. */
export const objectClasses: readonly ObjectClass[] = [
  { name: "top", oid: "2.5.6.0", kind: "ABSTRACT", must: ["objectClass"] },
  { name: "country", oid: "2.5.6.2", superclass: "top", kind: "STRUCTURAL", must: ["c"] },
  { name: "locality", oid: "2.5.6.3", superclass: "top", kind: "STRUCTURAL", may: ["l"] },
  { name: "organization", oid: "2.5.6.4", superclass: "top", kind: "STRUCTURAL", must: ["o"], may: ["l"] },
  { name: "organizationalUnit", oid: "2.5.6.5", superclass: "top", kind: "STRUCTURAL", must: ["ou"], may: ["l"] },
  { name: "person", oid: "2.5.6.6", superclass: "top", kind: "STRUCTURAL", must: ["sn", "cn"] },
  { name: "organizationalPerson", oid: "2.5.6.7", superclass: "person", kind: "STRUCTURAL", may: ["ou", "l"] },
  // RFC 2798 §3.
  {
    name: "inetOrgPerson",
    oid: "2.16.840.1.113730.3.2.2",
    superclass: "organizationalPerson",
    kind: "STRUCTURAL",
    may: ["displayName", "givenName", "mail", "o", "uid"],
  },
  // RFC 4524 §3.4.
  {
    name: "domain",
    oid: "0.9.2342.19200300.100.4.13",
    superclass: "top",
    kind: "STRUCTURAL",
    must: ["dc"],
    may: ["l", "o"],
  },
  // RFC 3672, RFC 4512 §4.2.
  { name: "subentry", oid: "2.5.17.0", superclass: "top", kind: "STRUCTURAL", must: ["cn"] },
  {
    name: "subschema",
    oid: "2.5.20.1",
    superclass: "top",
    kind: "AUXILIARY",
    may: ["objectClasses", "attributeTypes", "matchingRules"],
  },
];

/** A class and all that it is a kind of, the most general first. */
export function classesOf(name: string): readonly string[] {
  const found = objectClasses.find((one) => one.name === name);
  return [...found?.superclass === undefined ? [] : classesOf(found.superclass), name];
}
