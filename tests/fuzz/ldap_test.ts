/** LDAP: what is printed is what was meant once it is read, and any octets from the first one on get answers or an end. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isBounded, printElement, readElement } from "../../plugins/protocols/ldap/grammar/ber.ts";
import {
  type DistinguishedName,
  printDistinguishedName,
  readDistinguishedName,
} from "../../plugins/protocols/ldap/schema/distinguished_name.ts";
import { type Filter, readFilter } from "../../plugins/protocols/ldap/grammar/filter.ts";
import { entryTest } from "../../plugins/protocols/ldap/filter_matching.ts";
import { entryOf } from "../../plugins/protocols/ldap/entry.ts";
import { readClientMessage } from "../../plugins/protocols/ldap/grammar/request.ts";
import { ber, element, joined, notation, number, string } from "../plugins/protocols/ldap/ber_notation.ts";
import { escaped, readFilterText } from "../plugins/protocols/ldap/filter_text.ts";
import { ldap } from "../plugins/protocols/ldap/talk.ts";

/** Octets of elements that LDAP has, by a writer of the tests' own. */
const elements = fc.letrec<{ one: Uint8Array }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 6 },
    fc.nat(2_147_483_647).map((value) => number(value)),
    fc.boolean().map((value) => Uint8Array.of(1, 1, value ? 0xff : 0)),
    fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0x04, 0x80, 0x87, 0x4a)).map(([octets, tag]) =>
      string(octets, tag)
    ),
    fc.tuple(fc.array(tie("one"), { maxLength: 4 }), fc.constantFrom(0x30, 0x31, 0x60, 0xa0, 0xa9)).map((
      [parts, tag],
    ) => element(tag, joined(parts))),
  ),
})).one;

Deno.test("ldap fuzz: RFC 4511 §5.1: elements are what they were once they are read and printed", () => {
  fc.assert(
    fc.property(elements, (octets) => {
      const read = readElement(octets);
      assert(read !== undefined, notation(octets));
      assertEquals(printElement(read), octets);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("ldap fuzz: any octets are an element or none, and what is cut off is none", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), elements), fc.nat(400), (octets, cut) => {
      if (readElement(octets) !== undefined) assert(isBounded(octets));
      if (cut > 0 && cut <= octets.length && isBounded(octets)) {
        assertEquals(readElement(octets.subarray(0, octets.length - cut)), undefined);
      }
    }),
    { numRuns: 3000 },
  );
});

const attribute = fc.constantFrom("cn", "mail", "objectClass", "2.5.4.4", "noSuch", "createTimestamp", "name");
const value = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 8 }),
  fc.constantFrom("bob smith", " Bob  SMITH", "20261124070000Z", "person").map((text) =>
    new TextEncoder().encode(text)
  ),
);
const piece = value.filter((octets) => octets.length > 0);

const filters = fc.letrec<{ one: Filter }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 5 },
    fc.record({ kind: fc.constantFrom("equal", "atLeast", "atMost", "approx"), attribute, value }),
    fc.record({ kind: fc.constant("present"), attribute }),
    fc.tuple(attribute, fc.option(piece), fc.array(piece, { maxLength: 3 }), fc.option(piece))
      .filter(([, initial, any, final]) => initial !== null || final !== null || any.length > 0)
      .map(([attribute, initial, any, final]): Filter => ({
        ...{ kind: "substrings", attribute },
        pieces: { ...initial && { initial }, any, ...final && { final } },
      })),
    fc.tuple(
      fc.option(attribute),
      fc.option(fc.constantFrom("caseIgnoreMatch", "2.5.13.5", "noSuch")),
      value,
      fc.boolean(),
    )
      .filter(([attribute, rule]) => attribute !== null || rule !== null)
      .map(([attribute, rule, value, dnAttributes]): Filter => ({
        ...{ kind: "extensible", value, dnAttributes },
        ...rule && { rule },
        ...attribute && { attribute },
      })),
    fc.record({ kind: fc.constantFrom("and", "or"), filters: fc.array(tie("one"), { maxLength: 4 }) }),
    fc.record({ kind: fc.constant("not"), filter: tie("one") }),
  ),
})).one;

const operators = { equal: "=", atLeast: ">=", atMost: "<=", approx: "~=" };

/** RFC 4515. */
function filterText(filter: Filter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return `(${filter.kind === "and" ? "&" : "|"}${filter.filters.map(filterText).join("")})`;
    case "not":
      return `(!${filterText(filter.filter)})`;
    case "present":
      return `(${filter.attribute}=*)`;
    case "substrings": {
      const { initial = new Uint8Array(0), any, final = new Uint8Array(0) } = filter.pieces;
      return `(${filter.attribute}=${[initial, ...any, final].map(escaped).join("*")})`;
    }
    case "extensible":
      return `(${filter.attribute ?? ""}${filter.dnAttributes ? ":dn" : ""}${
        filter.rule === undefined ? "" : `:${filter.rule}`
      }:=${escaped(filter.value)})`;
    case "unknown":
      return "";
    default:
      return `(${filter.attribute}${operators[filter.kind]}${escaped(filter.value)})`;
  }
}

/** What {@linkcode readFilter} makes of a text. */
function read(text: string): Filter {
  const sent = readElement(readFilterText(text).octets);
  assert(sent !== undefined, text);
  return readFilter(sent);
}

Deno.test("ldap fuzz: RFC 4515: a filter is what it was once it is written, sent and read", () => {
  fc.assert(fc.property(filters, (filter) => assertEquals(read(filterText(filter)), filter)), { numRuns: 1000 });
});

const bob = entryOf([[{ type: "uid", value: "bob" }], [{ type: "ou", value: "people" }]], "inetOrgPerson", {
  uid: ["bob"],
  cn: ["Bob Smith"],
  sn: ["Smith"],
  mail: ["bob@example.org"],
  createTimestamp: ["20261124070000Z"],
});

Deno.test("ldap fuzz: X.511 §7.8.1: De Morgan's laws hold in three values, and a filter and its negation never both", () => {
  const truth = (filter: Filter) => entryTest(filter)?.(bob);
  fc.assert(
    fc.property(fc.array(filters, { maxLength: 3 }), (filters) => {
      const negated = (filter: Filter): Filter => ({ kind: "not", filter });
      const and = truth({ kind: "and", filters });
      assertEquals(truth(negated({ kind: "or", filters: filters.map(negated) })), and);
      const expected = and === undefined ? undefined : !and;
      assertEquals(truth(negated({ kind: "and", filters })), expected);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("ldap fuzz: substrings mean what a regular expression says", () => {
  const part = fc.stringMatching(/^[ab]{1,2}$/);
  const test = fc.tuple(
    fc.option(part),
    fc.array(part, { maxLength: 3 }),
    fc.option(part),
    fc.stringMatching(/^[ab]{0,8}$/),
  );
  fc.assert(
    fc.property(test, ([initial, any, final, text]) => {
      fc.pre(initial !== null || final !== null || any.length > 0);
      const encode = (text: string) => new TextEncoder().encode(text);
      const pieces = {
        ...initial && { initial: encode(initial) },
        any: any.map(encode),
        ...final && { final: encode(final) },
      };
      const entry = entryOf([[{ type: "cn", value: "x" }]], "person", { cn: [text] });
      const meant = [initial ?? "", ...any, final ?? ""].join(".*");
      const found = entryTest({ kind: "substrings", attribute: "cn", pieces })?.(entry);
      assertEquals(found, new RegExp(`^${meant}$`).test(text), `${meant} of ${text}`);
    }),
    { numRuns: 3000 },
  );
});

const assertion = fc.record({
  type: fc.constantFrom("cn", "dc", "uid", "1.2.3"),
  value: fc.string({
    unit: fc.oneof(
      fc.constantFrom(...' #+,;<>=\\"\0a0F\x7f'),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 8,
  })
    .filter((text) => text.isWellFormed()),
});
const names: fc.Arbitrary<DistinguishedName> = fc.array(
  fc.tuple(assertion, fc.array(assertion, { maxLength: 1 })).map(([first, more]) => [first, ...more] as const),
  { maxLength: 4 },
);

Deno.test("ldap fuzz: RFC 4514: a name is what it was once it is printed and read", () => {
  fc.assert(
    fc.property(names, (name) => assertEquals(readDistinguishedName(printDistinguishedName(name)), name)),
    { numRuns: 2000 },
  );
});

Deno.test("ldap fuzz: any text is a name or none", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 30 }), (text) => {
      const name = readDistinguishedName(text);
      if (name !== undefined) assertEquals(readDistinguishedName(printDistinguishedName(name)), name);
    }),
    { numRuns: 2000 },
  );
});

/** Sessions go on after each of these. */
const requests = [
  '{ 1 bindRequest { 3 "uid=alice,ou=people,dc=example,dc=org" [0] "secret" } }',
  '{ 2 bindRequest { 3 "" [3] { "CRAM-MD5" } } }',
  '{ 3 bindRequest { 3 "" [3] { "PLAIN" "\\u0000alice\\u0000secret" } } }',
  '{ 4 searchRequest { "dc=example,dc=org" wholeSubtree neverDerefAliases 2 0 FALSE (&(cn=*b*)(!(mail=a*))) { "cn" "+" } } }',
  `{ 5 searchRequest { "" wholeSubtree derefAlways 0 1 TRUE (objectClass=*) { } } [0] { { "1.2.840.113556.1.4.319" TRUE '30050201010400'H } } }`,
  '{ 6 compareRequest { "ou=people,dc=example,dc=org" { "ou" "people" } } }',
  '{ 7 extendedReq { [0] "1.3.6.1.4.1.4203.1.11.3" } }',
  "{ 8 abandonRequest 4 }",
  '{ 9 delRequest "uid=alice,ou=people,dc=example,dc=org" }',
].map(ber);

/** A request, as it is or with octets of it changed. */
const request = fc.tuple(fc.constantFrom(...requests), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }))
  .map(([octets, changes]) => {
    const changed = octets.slice();
    for (const [at, octet] of changes) changed[at % changed.length] = octet;
    return changed;
  });

Deno.test("ldap fuzz: a request with octets changed is a message, a malformed one or none", () => {
  fc.assert(
    fc.property(request, (octets) => {
      const sent = readElement(octets);
      const message = sent && readClientMessage(sent);
      if (message !== undefined) assert(message.id > 0 && message.id <= 2_147_483_647);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("ldap fuzz: whatever octets come, in whatever pieces, each answer is a message, and nothing fails", async () => {
  const service = await ldap();
  const pieces = fc.array(
    fc.oneof({ weight: 5, arbitrary: request }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }) }),
    {
      maxLength: 8,
      size: "max",
    },
  );
  await fc.assert(
    fc.asyncProperty(pieces, fc.array(fc.nat(300), { maxLength: 4 }), async (pieces, cuts) => {
      const input = joined(pieces);
      const client = service.connect();
      const places = [0, ...cuts.filter((cut) => cut < input.length).sort((a, b) => a - b), input.length];
      for (const [at, end] of places.slice(1).entries()) client.client.send(input.subarray(places[at], end));
      client.client.close();
      for (let heard = await client.hear(); heard !== undefined; heard = await client.hear()) {
        assert(
          /^\{ \d+ (?:bindResponse|search|compareResponse|delResponse|extendedResp|modify|add|modDN)/.test(heard),
          heard,
        );
      }
      await client[Symbol.asyncDispose]();
      assert(!service.log.lines.some((line) => line.startsWith("error")), service.log.lines.join("\n"));
    }),
    { numRuns: 500 },
  );
});

Deno.test("ldap fuzz: requests split anywhere are answered as they are in one piece", async () => {
  const service = await ldap();
  const answers = async (pieces: readonly Uint8Array[]) => {
    await using client = service.connect();
    for (const piece of pieces) {
      while (!client.client.isAwaited) await client.client.changed;
      client.client.send(piece);
    }
    client.client.close();
    const heard: string[] = [];
    for (let one = await client.hear(); one !== undefined; one = await client.hear()) heard.push(one);
    // A challenge is never the same twice.
    return heard.map((text) => text.replace(/\[7\] ".*"/, "[7] challenge"));
  };
  const input = joined(requests);
  const whole = await answers([input]);
  assert(whole.length > requests.length);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: input.length - 1 }), { maxLength: 6 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), input.length];
      assertEquals(await answers(places.slice(1).map((end, at) => input.subarray(places[at], end))), whole);
    }),
    { numRuns: 100 },
  );
});
