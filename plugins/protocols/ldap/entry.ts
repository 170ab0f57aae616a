/** Entries (RFC 4512 §2): a name, and attributes with their values. */
import { type AttributeType, attributeType } from "./attribute_types.ts";
import { type DistinguishedName, keysOf, printDistinguishedName } from "./distinguished_name.ts";
import { classesOf } from "./object_classes.ts";

/** An attribute. */
export interface Attribute {
  /** Of which type. */
  readonly type: AttributeType;
  /** One at least. */
  readonly values: readonly string[];
}

/** An entry. */
export interface Entry {
  /** Its name. */
  readonly name: DistinguishedName;
  /** What it is compared by. */
  readonly keys: readonly string[];
  /** As it is sent. */
  readonly printed: string;
  /** Each type once. */
  readonly attributes: readonly Attribute[];
}

/** The name of the entry that has the schema (RFC 4512 §4.2). */
export const subschemaName: DistinguishedName = [[{ type: "cn", value: "Subschema" }]];

/** An entry of a class, by the names of its attributes; what has no values is left out. */
export function entryOf(
  name: DistinguishedName,
  structuralClass: string,
  attributes: Readonly<Record<string, readonly string[]>>,
): Entry {
  const printed = printDistinguishedName(name);
  const all = {
    objectClass: classesOf(structuralClass),
    ...attributes,
    structuralObjectClass: [structuralClass],
    entryDN: [printed],
    subschemaSubentry: [printDistinguishedName(subschemaName)],
  };
  return { name, keys: keysOf(name), printed, attributes: attributesOf(all) };
}

/** Attributes by their names. @throws where there is no such type. */
export function attributesOf(byName: Readonly<Record<string, readonly string[]>>): Attribute[] {
  return Object.entries(byName).filter(([, values]) => values.length > 0).map(([name, values]) => {
    const type = attributeType(name);
    if (type === undefined) throw new Error(`${name} is no attribute type`);
    return { type, values };
  });
}
