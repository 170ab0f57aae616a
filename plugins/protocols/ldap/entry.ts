/** Entries (RFC 4512 §2): a name, and attributes with their values. */
import { type AttributeType, attributeType } from "./schema/attribute_types.ts";
import {
  type DistinguishedName,
  keysOf,
  printDistinguishedName,
  relativeKey,
  type RelativeName,
} from "./schema/distinguished_name.ts";
import { classesOf } from "./schema/object_classes.ts";

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

const subschemaPrinted = printDistinguishedName(subschemaName);

/** What an entry has, by the names of attributes. */
export type Content = Readonly<Record<string, readonly string[]>>;

/** An entry of a class; what has no values is left out. */
export function entryOf(name: DistinguishedName, structuralClass: string, content: Content): Entry {
  return complete({ name, keys: keysOf(name), printed: printDistinguishedName(name) }, structuralClass, content);
}

/** An entry right below another: of a name, only the part that is its own is looked at. */
export function entryBelow(parent: Entry, own: RelativeName, structuralClass: string, content: Content): Entry {
  const names = {
    name: [own, ...parent.name],
    keys: [relativeKey(own), ...parent.keys],
    printed: `${printDistinguishedName([own])},${parent.printed}`,
  };
  return complete(names, structuralClass, content);
}

function complete(names: Omit<Entry, "attributes">, structuralClass: string, content: Content): Entry {
  const attributes = attributesOf({
    objectClass: classesOf(structuralClass),
    ...content,
    structuralObjectClass: [structuralClass],
    entryDN: [names.printed],
    subschemaSubentry: [subschemaPrinted],
  });
  return { ...names, attributes };
}

/** Attributes by their names. @throws where there is no such type. */
export function attributesOf(content: Content): Attribute[] {
  return Object.entries(content).filter(([, values]) => values.length > 0).map(([name, values]) => {
    const type = attributeType(name);
    if (type === undefined) throw new Error(`${name} is no attribute type`);
    return { type, values };
  });
}
