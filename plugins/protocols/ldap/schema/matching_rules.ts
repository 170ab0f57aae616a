/** Matching rules (RFC 4517 §4.2): how values are compared. Each makes of a text what is compared in its place. */
import { attributeType } from "./attribute_types.ts";
import { keysOf, readDistinguishedName } from "./distinguished_name.ts";
import { objectClasses } from "./object_classes.ts";
import { prepare } from "./string_preparation.ts";
import { syntaxes } from "./syntaxes.ts";

/** A rule. */
export interface MatchingRule {
  /** Its name. */
  readonly name: string;
  /** Its number. */
  readonly oid: string;
  /** How a value is held against what is asserted. */
  readonly compares: "equality" | "ordering" | "substrings";
  /** Of the values that it can be asked about. */
  readonly syntaxes: readonly [string, ...string[]];
  /** What a value is for comparisons; undefined where it cannot be one. A piece of a value keeps the spaces at its ends. */
  key(text: string, isPiece?: boolean): string | undefined;
}

const strings = [syntaxes.directoryString, syntaxes.country] as const;
const ia5 = [syntaxes.ia5String] as const;
const times = [syntaxes.generalizedTime] as const;
const caseIgnore = (text: string, isPiece?: boolean) => prepare(text, true, isPiece);
const caseExact = (text: string, isPiece?: boolean) => prepare(text, false, isPiece);

/** All. */
export const matchingRules: readonly MatchingRule[] = [
  { name: "objectIdentifierMatch", oid: "2.5.13.0", compares: "equality", syntaxes: [syntaxes.oid], key: oidKey },
  { name: "distinguishedNameMatch", oid: "2.5.13.1", compares: "equality", syntaxes: [syntaxes.dn], key: dnKey },
  { name: "caseIgnoreMatch", oid: "2.5.13.2", compares: "equality", syntaxes: strings, key: caseIgnore },
  { name: "caseIgnoreOrderingMatch", oid: "2.5.13.3", compares: "ordering", syntaxes: strings, key: caseIgnore },
  { name: "caseIgnoreSubstringsMatch", oid: "2.5.13.4", compares: "substrings", syntaxes: strings, key: caseIgnore },
  { name: "caseExactMatch", oid: "2.5.13.5", compares: "equality", syntaxes: strings, key: caseExact },
  { name: "caseExactOrderingMatch", oid: "2.5.13.6", compares: "ordering", syntaxes: strings, key: caseExact },
  { name: "caseExactSubstringsMatch", oid: "2.5.13.7", compares: "substrings", syntaxes: strings, key: caseExact },
  { name: "generalizedTimeMatch", oid: "2.5.13.27", compares: "equality", syntaxes: times, key: timeKey },
  { name: "generalizedTimeOrderingMatch", oid: "2.5.13.28", compares: "ordering", syntaxes: times, key: timeKey },
  {
    name: "caseExactIA5Match",
    oid: "1.3.6.1.4.1.1466.109.114.1",
    compares: "equality",
    syntaxes: ia5,
    key: caseExact,
  },
  {
    name: "caseIgnoreIA5Match",
    oid: "1.3.6.1.4.1.1466.109.114.2",
    compares: "equality",
    syntaxes: ia5,
    key: caseIgnore,
  },
  {
    name: "caseIgnoreIA5SubstringsMatch",
    oid: "1.3.6.1.4.1.1466.109.114.3",
    compares: "substrings",
    syntaxes: ia5,
    key: caseIgnore,
  },
];

const byName: ReadonlyMap<string, MatchingRule> = new Map(
  matchingRules.flatMap((rule) => [[rule.name.toLowerCase(), rule], [rule.oid, rule]]),
);

/** The rule of a name or number. */
export function matchingRule(name: string): MatchingRule | undefined {
  return byName.get(name.toLowerCase());
}

const oidByClass: ReadonlyMap<string, string> = new Map(
  objectClasses.map(({ name, oid }) => [name.toLowerCase(), oid]),
);

/** RFC 4517 §4.2.26: a number, or a name that has one. */
function oidKey(text: string): string | undefined {
  if (/^\d+(?:\.\d+)+$/.test(text)) return text;
  return oidByClass.get(text.toLowerCase()) ?? attributeType(text)?.oid;
}

function dnKey(text: string): string | undefined {
  const name = readDistinguishedName(text);
  return name && JSON.stringify(keysOf(name));
}

/** RFC 4517 §3.3.13, with fractions and differences from UTC: milliseconds, in digits that are ordered as they are. */
function timeKey(text: string): string | undefined {
  const [, year, month, day, hour, minute = "0", second = "0", fraction, zone = ""] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,](\d{1,9}))?(Z|[+-]\d{2}(?:\d{2})?)$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), hours));
  const isDate = at.getUTCMonth() + 1 === Number(month) && at.getUTCDate() === Number(day);
  if (!isDate || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  // The fraction is of the last that is written.
  const last = /^\d{10}(?!\d)/.test(text) ? 3_600_000 : /^\d{12}(?!\d)/.test(text) ? 60_000 : 1000;
  const [, sign = "+", zoneHours = "0", zoneMinutes = "0"] = /^([+-])(\d\d)(\d\d)?$/.exec(zone) ?? [];
  const offset = Number(`${sign}1`) * (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  const time = at.getTime() + minutes * 60_000 + seconds * 1000 + Number(`0.${fraction ?? 0}`) * last - offset;
  // Years before 1970 come first too.
  return String(Math.round(time) + 1e14).padStart(16, "0");
}
