/** What is told of an entry: its attributes as RETURN wants them (RFC 2244 §6.4.1, §8). */
import type { Value } from "../datasets/records.ts";
import { rightsTo } from "../datasets/view.ts";
import type { MetadataItem, Wanted } from "../grammar/search_arguments.ts";
import { type Octets, octetsOf } from "../octets.ts";
import { type Candidate, readable } from "../search/candidates.ts";
import { printLiteral, printString } from "./strings.ts";

type Print = (octets: Octets) => Octets;

/** Return data, each after a space; empty where nothing is wanted. */
export function printReturned(candidate: Candidate, wanted: readonly Wanted[]): Octets {
  const print = candidate.isAllLiterals ? printLiteral : printString;
  return wanted.map((one) => ` ${printWanted(candidate, one, print)}`).join("");
}

function printWanted(candidate: Candidate, { attribute, isPattern, items }: Wanted, print: Print): Octets {
  if (isPattern) {
    const lists = matching(candidate, attribute).map((name) =>
      `(${printItems(candidate, name, items, print).join(" ")})`
    );
    return `(${lists.join(" ")})`;
  }
  const printed = printItems(candidate, attribute, items, print);
  return printed.length === 1 ? printed.join("") : `(${printed.join(" ")})`;
}

/**
 * Attributes whose names begin so, and that the user may read. RFC 2244 §6.4.5 has modtime among all attributes, and not the
 * entry's name, which is told anyway.
 */
function matching(candidate: Candidate, prefix: string): string[] {
  const names = new Set(["entry", "modtime", ...candidate.entry.attributes.keys()]);
  if (prefix === "") names.delete("entry");
  return [...names].filter((name) => name.startsWith(prefix) && readable(candidate, name) !== undefined);
}

function printItems(
  candidate: Candidate,
  attribute: string,
  items: readonly MetadataItem[],
  print: Print,
): Octets[] {
  const { entry, rules } = candidate, value = readable(candidate, attribute);
  const rights = rightsTo(rules, entry, attribute), mayRead = rights.includes("r");
  return items.map((item) => {
    switch (item) {
      case "attribute":
        return print(octetsOf(attribute));
      case "value":
        return printValue(value, print);
      case "size":
        return value === undefined ? "NIL" : sizes(value);
      case "count":
        return `${value === undefined ? 0 : typeof value === "string" ? 1 : value.length}`;
      case "myrights":
        return print(rights);
      case "acl":
        // Who may not read the value is not told who may.
        return printValue(mayRead ? entry.attributes.get(attribute)?.acl : undefined, print);
    }
  });
}

/** RFC 2244 §8, return-metadata. */
export function printValue(value: Value | undefined, print: Print = printString): Octets {
  if (value === undefined) return "NIL";
  return typeof value === "string" ? print(value) : `(${value.map(print).join(" ")})`;
}

/** RFC 2244 §3.1.2: of a multi-value, a list. */
function sizes(value: Value): Octets {
  return typeof value === "string" ? `${value.length}` : `(${value.map(({ length }) => length).join(" ")})`;
}
