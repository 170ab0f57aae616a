/** What of an entry is sent (RFC 4511 §4.5.1.8). */
import type { Attribute, Entry } from "./entry.ts";
import type { SentAttribute } from "./grammar/result.ts";
import { attributeType, kindsOf } from "./schema/attribute_types.ts";

/** Chooses of an entry what is asked for. */
export type Selection = (entry: Entry) => readonly SentAttribute[];

/** Attributes that a search asks for. */
export function selectionOf(asked: readonly string[], typesOnly: boolean): Selection {
  // "1.1" is ignored where something else is named; alone it names what no entry has.
  const isAllUser = asked.length === 0 || asked.includes("*");
  // RFC 3673.
  const isAllOperational = asked.includes("+");
  const types = new Set(asked.flatMap((name) => {
    const type = attributeType(name);
    return type === undefined ? [] : [...kindsOf(type)];
  }));
  const isAsked = ({ type }: Attribute) => (type.usage === undefined ? isAllUser : isAllOperational) || types.has(type);
  return ({ attributes }) =>
    attributes.filter(isAsked).map(({ type, values }) => ({ name: type.names[0], values: typesOnly ? [] : values }));
}
