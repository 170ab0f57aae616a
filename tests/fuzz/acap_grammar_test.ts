/** ACAP's grammar: what is printed and read again is what it was, and whatever else comes is read or Malformed. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1Bytes } from "../../core/wire/ascii.ts";
import { Malformed } from "../../core/wire/malformed.ts";
import { type Comparator, comparatorOf } from "../../plugins/protocols/acap/comparators.ts";
import { expectAclObject } from "../../plugins/protocols/acap/grammar/acl_arguments.ts";
import type { Criteria } from "../../plugins/protocols/acap/grammar/criteria.ts";
import { printDatasetName } from "../../plugins/protocols/acap/grammar/names.ts";
import { Scanner } from "../../plugins/protocols/acap/grammar/scanner.ts";
import {
  expectSearchArguments,
  metadataItems,
  type SearchArguments,
} from "../../plugins/protocols/acap/grammar/search_arguments.ts";
import {
  type EntryStore,
  expectStoreArguments,
  type NewValue,
} from "../../plugins/protocols/acap/grammar/store_arguments.ts";
import { printTime } from "../../plugins/protocols/acap/grammar/time.ts";
import { octetsOf } from "../../plugins/protocols/acap/octets.ts";
import { printLiteral, printName, printString } from "../../plugins/protocols/acap/printing/strings.ts";
import { printAclObject } from "../../plugins/protocols/acap/replies.ts";
import { spoilt } from "./spoilt_text.ts";

const octets = fc.string({ unit: fc.nat(255).map((octet) => String.fromCharCode(octet)), maxLength: 12 });
const letters = fc.constantFrom("a", "B", "é", '"', "\\", " ", "{3}", "\t", "🙂", "\r\n", "~");
const component = fc.string({ unit: letters, minLength: 1, maxLength: 4 });
const dataset = fc.array(component, { maxLength: 4 });
const attribute = fc.string({ unit: fc.oneof(letters, fc.constant(".")), minLength: 1, maxLength: 6 });
const time = fc.integer({ min: 0, max: 9_000_000_000_000_000 });
const number = fc.integer({ min: 0, max: 4_294_967_295 }), nzNumber = fc.integer({ min: 1, max: 4_294_967_295 });
const comparator = fc.constantFrom("i;octet", "-i;octet", "+i;ascii-casemap", "i;unicode-casemap")
  .map((name) => comparatorOf(name) as Comparator);

const comparison = fc.record({
  key: fc.constantFrom("EQUAL", "COMPARE", "COMPARESTRICT", "PREFIX", "SUBSTRING"),
  ...{ attribute, comparator },
  value: fc.option(octets, { nil: undefined }),
}).map((one): Criteria => one.key === "EQUAL" ? one : { ...one, value: one.value ?? "" });
const range = fc.record({ key: fc.constant("RANGE"), first: nzNumber, last: nzNumber, time });
const { criteria } = fc.letrec<{ criteria: Criteria }>((tie) => ({
  criteria: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.constant<Criteria>({ key: "ALL" }), comparison, range),
    fc.record({ key: fc.constant("NOT"), of: tie("criteria") }),
    fc.record({ key: fc.constantFrom("AND", "OR"), of: fc.tuple(tie("criteria"), tie("criteria")) }),
  ),
}));

const wanted = fc.record({
  ...{ attribute, isPattern: fc.boolean() },
  items: fc.uniqueArray(fc.constantFrom(...metadataItems), { minLength: 1 }),
});
const context = component.filter((name) => !name.startsWith("/"));
const search: fc.Arbitrary<Omit<SearchArguments, "size">> = fc.record({
  in: fc.oneof(fc.record({ dataset }), fc.record({ context })),
  ...{ depth: number, hardLimit: nzNumber, limit: fc.tuple(number, number), noInherit: fc.constant(true as const) },
  makeContext: fc.record({ name: context, isEnumerated: fc.boolean(), isNotified: fc.boolean() }),
  returned: fc.array(wanted, { maxLength: 3 }),
  sort: fc.array(fc.record({ attribute, comparator }), { minLength: 1, maxLength: 3 }),
  criteria,
}, { requiredKeys: ["in", "criteria"] });

function printCriteria(given: Criteria): string {
  switch (given.key) {
    case "ALL":
      return given.key;
    case "NOT":
      return `NOT ${printCriteria(given.of)}`;
    case "AND":
    case "OR":
      return [given.key, ...given.of.map(printCriteria)].join(" ");
    case "RANGE":
      return `RANGE ${given.first} ${given.last} "${printTime(given.time)}"`;
    default: {
      const value = given.value === undefined ? "NIL" : printString(given.value);
      return `${given.key.toLowerCase()} ${printName(given.attribute)} "${given.comparator.name}" ${value}`;
    }
  }
}

function printSearch(given: Omit<SearchArguments, "size">): string {
  const { in: where, depth, hardLimit, limit, makeContext: made, noInherit, returned, sort } = given;
  const items = (one: NonNullable<typeof returned>[number]) => `(${one.items.map((item) => `"${item}"`).join(" ")})`;
  const parts = [
    "dataset" in where ? printName(printDatasetName(where.dataset)) : printName(where.context),
    sort && `SORT (${sort.map((key) => `${printName(key.attribute)} "${key.comparator.name}"`).join(" ")})`,
    depth !== undefined && `DEPTH ${depth}`,
    hardLimit !== undefined && `hardlimit ${hardLimit}`,
    limit && `LIMIT ${limit[0]} ${limit[1]}`,
    made &&
    `MAKECONTEXT${made.isEnumerated ? " ENUMERATE" : ""}${made.isNotified ? " NOTIFY" : ""} ${printName(made.name)}`,
    noInherit && "NOINHERIT",
    returned &&
    `RETURN (${
      returned.map((one) => `${printName(one.attribute + (one.isPattern ? "*" : ""))}${items(one)}`).join(" ")
    })`,
    printCriteria(given.criteria),
  ];
  return parts.filter((part) => typeof part === "string").map((part) => ` ${part}`).join("");
}

/** Functions are not compared but by the names of their comparators. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, part) => typeof part?.compare === "function" ? part.name : part));
}

Deno.test("acap grammar: arguments of SEARCH are what they were once they are printed and read again", () => {
  fc.assert(
    fc.property(search, (given) => {
      const text = printSearch(given);
      const read = expectSearchArguments(new Scanner(latin1Bytes(text)), { knowsEudora: false });
      assertEquals(plain(read), plain({ ...given, size: text.length }));
    }),
    { numRuns: 1000 },
  );
});

const newValue: fc.Arbitrary<NewValue> = fc.oneof(
  fc.record({ is: fc.constant("single"), value: octets }),
  fc.record({ is: fc.constant("multiple"), values: fc.array(octets, { maxLength: 3 }) }),
  fc.record({ is: fc.constantFrom("NIL", "DEFAULT") }),
);
const entry = fc.record({
  path: fc.record({ dataset, entry: fc.oneof(component, fc.constant("")) }),
  noCreate: fc.boolean(),
  unchangedSince: time,
  attributes: fc.uniqueArray(
    fc.record({ attribute, value: newValue, acl: newValue }, { requiredKeys: ["attribute"] })
      .filter(({ value, acl }) => value !== undefined || acl !== undefined),
    { selector: ({ attribute }) => attribute, maxLength: 3 },
  ),
}, { requiredKeys: ["path", "noCreate", "attributes"] });
const pathOf = ({ path }: EntryStore) => `${printDatasetName(path.dataset)}${path.entry}`;
const stores = fc.uniqueArray(entry, { selector: pathOf, minLength: 1, maxLength: 3 });

function printValue(given: NewValue): string {
  if (given.is === "single") return printString(given.value);
  return given.is === "multiple" ? `(${given.values.map(printString).join(" ")})` : given.is;
}

function printStore(given: EntryStore): string {
  const attributes = given.attributes.map(({ attribute, value, acl }) => {
    const items = [...value ? [`"value" ${printValue(value)}`] : [], ...acl ? [`"acl" ${printValue(acl)}`] : []];
    const isShort = value !== undefined && value.is !== "multiple" && acl === undefined;
    return ` ${printName(attribute)} ${isShort ? printValue(value) : `(${items.join(" ")})`}`;
  });
  const since = given.unchangedSince === undefined ? "" : ` UNCHANGEDSINCE "${printTime(given.unchangedSince)}"`;
  return `(${printName(pathOf(given))}${since}${given.noCreate ? " NOCREATE" : ""}${attributes.join("")})`;
}

Deno.test("acap grammar: arguments of STORE are what they were once they are printed and read again", () => {
  fc.assert(
    fc.property(stores, (given) => {
      const text = ` ${given.map(printStore).join(" ")}`;
      assertEquals(expectStoreArguments(new Scanner(latin1Bytes(text))), given as EntryStore[]);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("acap grammar: objects of access control are what they were once they are printed and read again", () => {
  const object = fc.oneof(
    fc.record({ dataset }),
    fc.record({ dataset, attribute }),
    fc.record({ dataset, attribute, entry: component }),
  );
  fc.assert(fc.property(object, (given) => {
    assertEquals(expectAclObject(new Scanner(latin1Bytes(printAclObject(given)))), given);
  }));
});

Deno.test("acap grammar: any octets are a string in every form", () => {
  fc.assert(
    fc.property(fc.oneof(octets, octets.map((text) => text.repeat(200))), (given) => {
      for (const print of [printString, printLiteral, (text: string) => printLiteral(text).replace("}", "+}")]) {
        const scanner = new Scanner(latin1Bytes(`${print(given)} `));
        assertEquals(scanner.expectValue(), given);
        assertEquals(scanner.acceptSpace() && scanner.isAtEnd, true);
      }
    }),
    { numRuns: 1000 },
  );
  assertEquals(new Scanner(latin1Bytes(printName("é"))).expectName("a name"), "é");
  assertEquals(octetsOf("é"), "\xc3\xa9");
});

Deno.test("acap grammar: whatever comes is read, or Malformed with a place in it", () => {
  const text = fc.tuple(search, stores).map(([one, other]) => [printSearch(one), ` ${other.map(printStore).join(" ")}`])
    .chain((all) => fc.constantFrom(...all));
  const odd = fc.oneof(octets, fc.constantFrom("(", ")", '"', "{9}\r\n", "{99999999999999999}\r\n", " "));
  fc.assert(
    fc.property(spoilt(text, odd, 0), (text) => {
      const read = [
        (scanner: Scanner) => expectSearchArguments(scanner, { knowsEudora: true }),
        (scanner: Scanner) => expectStoreArguments(scanner),
      ];
      for (const expect of read) {
        try {
          expect(new Scanner(latin1Bytes(text)));
        } catch (error) {
          assert(error instanceof Malformed, String(error));
          assert(error.at >= 0 && error.at <= text.length + 1, `${error.at} of ${text.length}`);
        }
      }
    }),
    { numRuns: 3000 },
  );
});
