/** Filters as tests of entries (RFC 4511 §4.5.1.7), in three values: undefined is "Undefined". */
import { decodeUtf8 } from "../../../core/wire/utf8.ts";
import type { Attribute, Entry } from "./entry.ts";
import type { Filter, Substrings } from "./grammar/filter.ts";
import { type AttributeType, attributeType, attributeTypes, kindsOf } from "./schema/attribute_types.ts";
import { type MatchingRule, matchingRule } from "./schema/matching_rules.ts";

/** Whether an entry is what is asked for. */
export type EntryTest = (entry: Entry) => boolean | undefined;

/** Whether a value is what is asserted. */
export type ValueTest = (value: string) => boolean | undefined;

/** Parts of a filter: each is held against each entry. */
const mostParts = 256;

const undefinedTest: EntryTest = () => undefined;

/** Makes a test; undefined where a filter has more parts than anybody needs. */
export function entryTest(filter: Filter): EntryTest | undefined {
  return countParts(filter) > mostParts ? undefined : testOf(filter);
}

function countParts(filter: Filter): number {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.reduce((sum, part) => sum + countParts(part), 1);
    case "not":
      return 1 + countParts(filter.filter);
    case "substrings":
      return 1 + filter.pieces.any.length;
    default:
      return 1;
  }
}

function testOf(filter: Filter): EntryTest {
  switch (filter.kind) {
    case "and":
      return all(filter.filters.map(testOf), false);
    case "or":
      return all(filter.filters.map(testOf), true);
    case "not": {
      const test = testOf(filter.filter);
      return (entry) => negated(test(entry));
    }
    case "present": {
      const asked = attributeType(filter.attribute);
      if (asked === undefined) return undefinedTest;
      const kinds = kindsOf(asked);
      return ({ attributes }) => attributes.some(({ type }) => kinds.has(type));
    }
    case "equal":
    // §4.5.1.7.6: where nothing is approximate, what is equal is.
    case "approx":
      return ofType(filter.attribute, ({ equality }) => equality, (rule) => valueTest(rule, filter.value));
    case "atLeast":
      return ofType(filter.attribute, ({ ordering }) => ordering, (rule) => {
        const isBefore = valueTest(rule, filter.value);
        return isBefore && ((value) => negated(isBefore(value)));
      });
    case "atMost":
      return all([
        ofType(filter.attribute, ({ ordering }) => ordering, (rule) => valueTest(rule, filter.value)),
        ofType(
          filter.attribute,
          ({ ordering, equality }) => ordering && equality,
          (rule) => valueTest(rule, filter.value),
        ),
      ], true);
    case "substrings":
      return ofType(filter.attribute, ({ substrings }) => substrings, (rule) => substringsTest(rule, filter.pieces));
    case "extensible":
      return extensible(filter);
    case "unknown":
      return undefinedTest;
  }
}

/** X.511 §7.8.1: one that decides is enough; where none does, one that is Undefined makes all of it so. */
function all(tests: readonly EntryTest[], decisive: boolean): EntryTest {
  return (entry) => {
    let truth: boolean | undefined = !decisive;
    for (const test of tests) {
      const one = test(entry);
      if (one === decisive) return decisive;
      if (one === undefined) truth = undefined;
    }
    return truth;
  };
}

function negated(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

/** A test of the values of a type and its kinds, by one of its rules. */
function ofType(
  attribute: string,
  ruleName: (type: AttributeType) => string | undefined,
  make: (rule: MatchingRule) => ValueTest | undefined,
): EntryTest {
  const asked = attributeType(attribute);
  const rule = asked && matchingRule(ruleName(asked) ?? "");
  const test = rule && make(rule);
  if (asked === undefined || test === undefined) return undefinedTest;
  const kinds = kindsOf(asked);
  return ({ attributes }) => attributes.some(({ type, values }) => kinds.has(type) && values.some(test));
}

/** §4.5.1.7.7. */
function extensible(filter: Extract<Filter, { kind: "extensible" }>): EntryTest {
  const asked = filter.attribute === undefined ? undefined : attributeType(filter.attribute);
  const rule = matchingRule(filter.rule ?? asked?.equality ?? "");
  const test = rule && valueTest(rule, filter.value);
  if (rule === undefined || test === undefined || filter.attribute !== undefined && asked === undefined) {
    return undefinedTest;
  }
  const isSuitable = (type: AttributeType) => rule.syntaxes.includes(type.syntax);
  if (asked !== undefined && !isSuitable(asked)) return undefinedTest;
  const meant = asked === undefined ? new Set(attributeTypes.filter(isSuitable)) : kindsOf(asked);
  const holds = ({ type, values }: Attribute) => meant.has(type) && values.some(test);
  return ({ attributes, name }) => attributes.some(holds) || filter.dnAttributes && named(name).some(holds);
}

function named(name: Entry["name"]): Attribute[] {
  return name.flat().flatMap(({ type, value }) => {
    const known = attributeType(type);
    return known === undefined ? [] : [{ type: known, values: [value] }];
  });
}

/** A test of values by a rule; undefined where the assertion is none of the rule's. */
export function valueTest(rule: MatchingRule, assertion: Uint8Array): ValueTest | undefined {
  const text = decodeUtf8(assertion);
  if (text === undefined) return undefined;
  if (rule.compares === "substrings") {
    const pieces = readSubstrings(text);
    return pieces && substringsTest(rule, pieces);
  }
  const key = rule.key(text);
  if (key === undefined) return undefined;
  if (rule.compares === "equality") return (value) => rule.key(value) === key;
  return (value) => {
    const own = rule.key(value);
    return own === undefined ? undefined : own < key;
  };
}

/** RFC 4518 §2.6.1: a value begins and ends with one space as it is compared, and so does what is at its ends. */
function substringsTest(rule: MatchingRule, pieces: Substrings<Uint8Array>): ValueTest | undefined {
  const keys = [pieces.initial, ...pieces.any, pieces.final].map((piece) => {
    if (piece === undefined) return "";
    const text = decodeUtf8(piece);
    return text === undefined ? undefined : rule.key(text, true);
  });
  if (!keys.every((key) => key !== undefined)) return undefined;
  const initial = pieces.initial && ` ${keys[0]?.trimStart()}`;
  const final = pieces.final && `${keys.at(-1)?.trimEnd()} `;
  const any = keys.slice(1, -1);
  return (value) => {
    const key = rule.key(value);
    if (key === undefined) return undefined;
    const whole = ` ${key} `;
    if (!whole.startsWith(initial ?? "")) return false;
    let at = initial?.length ?? 0;
    for (const piece of any) {
      const found = whole.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return final === undefined || whole.length - final.length >= at && whole.endsWith(final);
  };
}

/** RFC 4517 §3.3.30: pieces between asterisks, with `\2A` and `\5C` for what an asterisk or backslash is in them. */
function readSubstrings(text: string): Substrings<Uint8Array> | undefined {
  if (/\\(?!2[Aa]|5[Cc])/.test(text)) return undefined;
  const parts = text.split("*").map((part) =>
    new TextEncoder().encode(part.replace(/\\(..)/g, (_all, pair) => String.fromCharCode(parseInt(pair, 16))))
  );
  const initial = parts[0], final = parts.at(-1);
  if (parts.length < 2 || parts.slice(1, -1).some((part) => part.length === 0)) return undefined;
  return {
    ...initial?.length && { initial },
    any: parts.slice(1, -1),
    ...final?.length && { final },
  };
}
