/** The schema as clients may read it (RFC 4512 §4.1, §4.2). */
import { type Entry, entryOf, subschemaName } from "./entry.ts";
import { attributeTypes } from "./schema/attribute_types.ts";
import { matchingRules } from "./schema/matching_rules.ts";
import { objectClasses } from "./schema/object_classes.ts";
import { syntaxes, syntaxNames } from "./schema/syntaxes.ts";

/** When the schema was last another: §4.2 has clients keep it until then. */
const changed = "20261125000000Z";

/** The subschema subentry. */
export function subschemaEntry(): Entry {
  return entryOf(subschemaName, "subentry", {
    objectClass: ["top", "subentry", "subschema"],
    cn: ["Subschema"],
    createTimestamp: [changed],
    modifyTimestamp: [changed],
    attributeTypes: attributeTypes.map((type) =>
      description(type.oid, [
        ["NAME", names(type.names)],
        ["SUP", type.supertype],
        ["EQUALITY", type.equality],
        ["ORDERING", type.ordering],
        ["SUBSTR", type.substrings],
        ["SYNTAX", type.syntax],
        ["SINGLE-VALUE", type.isSingle && ""],
        // §4.1.2: the server's own attributes are those that no user changes.
        ["NO-USER-MODIFICATION", type.usage && ""],
        ["USAGE", type.usage],
      ])
    ),
    objectClasses: objectClasses.map(({ name, oid, superclass, kind, must, may }) =>
      description(oid, [
        ["NAME", names([name])],
        ["SUP", superclass],
        [kind, ""],
        ["MUST", must && `( ${must.join(" $ ")} )`],
        ["MAY", may && `( ${may.join(" $ ")} )`],
      ])
    ),
    matchingRules: matchingRules.map(({ name, oid, compares, syntaxes: [syntax] }) =>
      description(oid, [
        ["NAME", names([name])],
        ["SYNTAX", compares === "substrings" ? syntaxes.substringAssertion : syntax],
      ])
    ),
    ldapSyntaxes: Object.entries(syntaxNames).map(([name, text]) =>
      description(Object.entries(syntaxes).find(([key]) => key === name)?.[1] ?? "", [["DESC", `'${text}'`]])
    ),
  });
}

/** A number and what is said of it; what is undefined is not said. */
function description(oid: string, fields: readonly (readonly [key: string, value: string | undefined])[]): string {
  const said = fields.flatMap(([key, value]) => value === undefined ? [] : value === "" ? [key] : [`${key} ${value}`]);
  return `( ${[oid, ...said].join(" ")} )`;
}

/** §1.4: qdescrs. */
function names(all: readonly string[]): string {
  const quoted = all.map((name) => `'${name}'`);
  return quoted.length === 1 ? quoted.join("") : `( ${quoted.join(" ")} )`;
}
