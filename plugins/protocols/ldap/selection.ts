/** What of an entry is sent (RFC 4511 §4.5.1.8). */
import { attributeType, isKindOf } from "./attribute_types.ts";
import type { Attribute, Entry } from "./entry.ts";
import type { SentAttribute } from "./result.ts";

/** Attributes that a search asks for: of all of them, those of an entry. */
export function selected(
  { attributes }: Entry,
  asked: readonly string[],
  typesOnly: boolean,
): readonly SentAttribute[] {
  // "1.1" is ignored where something else is named; alone it names what no entry has.
  const isAllUser = asked.length === 0 || asked.includes("*");
  // RFC 3673.
  const isAllOperational = asked.includes("+");
  const types = asked.flatMap((name) => attributeType(name) ?? []);
  const isAsked = ({ type }: Attribute) =>
    (type.usage === undefined ? isAllUser : isAllOperational) || types.some((one) => isKindOf(type, one));
  return attributes.filter(isAsked).map(({ type, values }) => ({
    name: type.names[0],
    values: typesOnly ? [] : values,
  }));
}
