/** Filters as they are sent (RFC 4511 §4.5.1.7). */
import { context, type Element, universal } from "./ber.ts";
import { Fields, Malformed, octetsOf, textOf } from "./fields.ts";

/** What an entry has to be. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter }
  | { readonly kind: Comparison; readonly attribute: string; readonly value: Uint8Array }
  | { readonly kind: "substrings"; readonly attribute: string; readonly pieces: Substrings<Uint8Array> }
  | { readonly kind: "present"; readonly attribute: string }
  | {
    readonly kind: "extensible";
    readonly rule?: string;
    readonly attribute?: string;
    readonly value: Uint8Array;
    /** Whether the attributes of the entry's name count too. */
    readonly dnAttributes: boolean;
  }
  /** A choice of an extension that nobody knows here: it is Undefined. */
  | { readonly kind: "unknown" };

/** Forms that compare with one value. */
export type Comparison = "equal" | "atLeast" | "atMost" | "approx";

/** Pieces of a value, in their order. */
export interface Substrings<Piece> {
  /** What it begins with. */
  readonly initial?: Piece;
  /** What follows somewhere. */
  readonly any: readonly Piece[];
  /** What it ends with. */
  readonly final?: Piece;
}

/** RFC 4511 §4.5.1: the choices of Filter. */
const choices = {
  and: context(0, true),
  or: context(1, true),
  not: context(2, true),
  equal: context(3, true),
  substrings: context(4, true),
  atLeast: context(5, true),
  atMost: context(6, true),
  present: context(7),
  approx: context(8, true),
  extensible: context(9, true),
};

/** Reads a filter; how deep it may be is known by now. @throws Malformed. */
export function readFilter(element: Element): Filter {
  switch (element.tag) {
    case choices.and:
      return { kind: "and", filters: filtersOf(element) };
    case choices.or:
      return { kind: "or", filters: filtersOf(element) };
    case choices.not:
      // "The tag is treated as if it were explicit."
      return { kind: "not", filter: readFilter(Fields.of(element).next()) };
    case choices.equal:
      return comparison("equal", element);
    case choices.substrings:
      return substrings(Fields.of(element));
    case choices.atLeast:
      return comparison("atLeast", element);
    case choices.atMost:
      return comparison("atMost", element);
    case choices.present:
      return { kind: "present", attribute: textOf(octetsOf(element, choices.present)) };
    case choices.approx:
      return comparison("approx", element);
    case choices.extensible:
      return extensible(Fields.of(element));
    default:
      return { kind: "unknown" };
  }
}

/** RFC 4526: none at all is a filter too. */
function filtersOf(element: Element): Filter[] {
  const fields = Fields.of(element), filters: Filter[] = [];
  while (fields.hasMore) filters.push(readFilter(fields.next()));
  return filters;
}

function comparison(kind: Comparison, element: Element): Filter {
  const fields = Fields.of(element);
  return { kind, attribute: fields.text(), value: fields.octets() };
}

/** §4.5.1.7.2: at most one initial, which is the first, and one final, which is the last; one of all at least. */
function substrings(fields: Fields): Filter {
  const attribute = fields.text();
  const pieces = new Fields(fields.elements());
  const initial = pieces.optionalOctets(context(0));
  const any: Uint8Array[] = [];
  for (let piece = pieces.optionalOctets(context(1)); piece; piece = pieces.optionalOctets(context(1))) any.push(piece);
  const final = pieces.optionalOctets(context(2));
  if (pieces.hasMore || !initial && !final && any.length === 0) throw new Malformed("substrings are in no order");
  return { kind: "substrings", attribute, pieces: { ...initial && { initial }, any, ...final && { final } } };
}

function extensible(fields: Fields): Filter {
  const rule = fields.optionalOctets(context(1)), attribute = fields.optionalOctets(context(2));
  const value = fields.octets(context(3));
  const dnAttributes = fields.optionalOctets(context(4));
  // §4.5.1.7.7: where there is no rule there is a type.
  if (rule === undefined && attribute === undefined) throw new Malformed("neither rule nor attribute");
  return {
    kind: "extensible",
    ...rule && { rule: textOf(rule) },
    ...attribute && { attribute: textOf(attribute) },
    value,
    dnAttributes: dnAttributes !== undefined &&
      new Fields([{ tag: universal.boolean, octets: dnAttributes }]).boolean(),
  };
}
