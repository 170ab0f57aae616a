/** What STORE makes of the attributes of one entry (RFC 2244 §3.1.1, §5.2, §6.6.1), as far as rights go. */
import { datasetNameOf, isEntryName } from "../grammar/names.ts";
import type { AttributeStore, NewValue } from "../grammar/store_arguments.ts";
import { textOf } from "../octets.ts";
import { bad, CommandRefused, invalid } from "../replies.ts";
import type { EntryRecord, StoredAttribute, Value } from "./records.ts";
import { isAcl, isDefaultAcl, require, type Right, type Rules } from "./rules.ts";
import type { Entry } from "./view.ts";

/** An entry before it is changed. */
export interface Changing {
  /** Its path, as the client wrote it. */
  readonly path: string;
  /** Its name. */
  readonly name: string;
  /** Who may do what in its dataset. */
  readonly rules: Rules;
  /** It, as everybody sees it; undefined where there is none. */
  readonly current: Entry | undefined;
  /** What it would be if nothing were stored in it. */
  readonly inherited: Entry | undefined;
  /** What is stored in it. */
  readonly own: EntryRecord | undefined;
}

/** What becomes of it. */
export interface EntryChange {
  /** What is stored in it from now on; undefined: nothing. */
  readonly record: EntryRecord | undefined;
  /** What it is called from now on; absent: as before. */
  readonly newName?: string;
  /** Whether there is a dataset below it from now on, or none any more; absent: as before. */
  readonly below?: "made" | "removed";
  /** Attributes that have an inherited value again. */
  readonly reverted: ReadonlyMap<string, Value>;
}

/** RFC 1738 §2.2, RFC 1808 §2.2: the characters of URLs, also of relative ones. */
const url = /^(?:[\w$\-.+!*'(),;:@&=/?#~]|%[0-9A-Fa-f]{2})+$/;

/** What becomes of an entry. @throws CommandRefused. */
export function changeAttributes(changing: Changing, stores: readonly AttributeStore[]): EntryChange {
  const { own, inherited } = changing;
  const entry = stores.find(({ attribute }) => attribute === "entry")?.value;
  if (entry?.is === "NIL" || entry?.is === "DEFAULT") return removed(changing, entry.is);
  const newName = entry && newNameOf(entry);
  const attributes = new Map(own === undefined || own === "gone" ? [] : own);
  // RFC 2244 §6.6.1: inheritance of the entire entry was cancelled, and that is not taken back.
  if (own === "gone") {
    for (const attribute of inherited?.attributes.keys() ?? []) attributes.set(attribute, { value: null });
  }
  const reverted = new Map<string, Value>();
  let below: EntryChange["below"];
  for (const { attribute, value, acl } of stores) {
    if (acl !== undefined) setAcl(changing, attributes, attribute, acl);
    if (value === undefined || attribute === "entry") continue;
    const before = changing.current?.attributes.get(attribute)?.value;
    check(changing, attribute, value, before);
    const base = inherited?.attributes.get(attribute)?.value;
    setValue(attributes, attribute, value, base);
    if (value.is === "DEFAULT" && base !== undefined) reverted.set(attribute, base);
    if (attribute !== "subdataset") continue;
    if (value.is === "multiple") below = value.values.includes(".") ? "made" : undefined;
    else below = "removed";
  }
  return { record: attributes, reverted, ...newName !== undefined && { newName }, ...below && { below } };
}

function removed({ name, rules, current, inherited }: Changing, by: "NIL" | "DEFAULT"): EntryChange {
  const acl = current?.attributes.get("entry")?.acl;
  if (current !== undefined) require(rules.verdict("entry", { name, acl }), "w");
  // Its rules go with it.
  if (name === "") require(rules.verdict("dataset.acl", { name }), "a");
  const isHidden = by === "NIL" && inherited !== undefined;
  const values = [...inherited?.attributes ?? []].flatMap(([attribute, { value }]) =>
    value === undefined ? [] : [[attribute, value] as const]
  );
  return {
    record: isHidden ? "gone" : undefined,
    below: "removed",
    reverted: new Map(by === "DEFAULT" && current !== undefined ? values : []),
  };
}

/** RFC 2244 §3.1.1: illegal or multi-valued values for the entry attribute are BAD. */
function newNameOf(value: NewValue): string {
  const name = value.is === "single" ? textOf(value.value) : undefined;
  if (name === undefined || !isEntryName(name) || name.includes("\ufffd")) {
    throw new CommandRefused(bad("That is not the name of an entry"));
  }
  return name;
}

/** @throws CommandRefused. */
function check(
  { path, name, rules, current }: Changing,
  attribute: string,
  value: NewValue,
  before: Value | undefined,
): void {
  const isRule = name === "" && isDefaultAcl(attribute);
  const acl = current?.attributes.get(attribute)?.acl;
  const isNothing = value.is === "NIL" || value.is === "DEFAULT";
  const right: Right = isRule ? "a" : before === undefined ? "i" : "w";
  if (!isNothing || before !== undefined) require(rules.verdict(attribute, { name, acl }), right);
  const isValid = isNothing ? attribute !== "modtime" : isValidValue(name, attribute, value, isRule);
  if (!isValid) throw invalid(path, attribute);
}

function isValidValue(name: string, attribute: string, value: NewValue, isRule: boolean): boolean {
  if (isRule) return value.is === "multiple" && isAcl(value.values);
  // RFC 2244 §3.1.1: it is the server's.
  if (attribute === "modtime") return false;
  if (attribute === "subdataset") {
    return name !== "" && value.is === "multiple" && value.values.length > 0 &&
      value.values.every((its) => url.test(its));
  }
  if (name !== "" || attribute !== "dataset.inherit") return true;
  return value.is === "single" && datasetNameOf(textOf(value.value)) !== undefined;
}

function setValue(
  attributes: Map<string, StoredAttribute>,
  attribute: string,
  value: NewValue,
  base: Value | undefined,
): void {
  const { value: _, ...rest } = attributes.get(attribute) ?? {};
  const stored = value.is === "single" ? value.value : value.is === "multiple" ? value.values : null;
  // RFC 2244 §6.6.1: NIL may be what DEFAULT is, where nothing is inherited.
  const isKept = stored !== null || value.is === "NIL" && base !== undefined;
  if (isKept) attributes.set(attribute, { ...rest, value: stored });
  else if (rest.acl === undefined) attributes.delete(attribute);
  else attributes.set(attribute, rest);
}

function setAcl(
  { path, name, rules, current }: Changing,
  attributes: Map<string, StoredAttribute>,
  attribute: string,
  given: NewValue,
): void {
  require(rules.verdict(attribute, { name, acl: current?.attributes.get(attribute)?.acl }), "a");
  const { acl: _, ...rest } = attributes.get(attribute) ?? {};
  if (given.is === "multiple" && isAcl(given.values)) attributes.set(attribute, { ...rest, acl: given.values });
  else if (given.is === "single" || given.is === "multiple") throw invalid(path, attribute);
  else if (rest.value === undefined) attributes.delete(attribute);
  else attributes.set(attribute, rest);
}
