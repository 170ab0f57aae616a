import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { loginOf, type PrincipalMapping } from "../../../core/kerberos/mapping.ts";
import { parsePrincipal, type Principal, printPrincipal } from "../../../core/kerberos/principal.ts";

const name = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.array(fc.constantFrom("a", "/", "@", "\\", "\n", "\t", "\b", "\0", " ", "ä"), { maxLength: 8 })
    .map((parts) => parts.join("")),
);
const principal: fc.Arbitrary<Principal> = fc.record({
  components: fc.array(name, { minLength: 1, maxLength: 4 }),
  realm: name.filter((realm) => realm !== ""),
});

Deno.test("kerberos: RFC 1964 §2.1.1: every name is read as it was before it was written down", () => {
  fc.assert(fc.property(principal, (one) => assertEquals(parsePrincipal(printPrincipal(one)), one)));
});

Deno.test("kerberos: RFC 1964 §2.1.1: names that differ are written differently", () => {
  fc.assert(fc.property(principal, principal, (one, other) => {
    fc.pre(JSON.stringify(one) !== JSON.stringify(other));
    assert(printPrincipal(one) !== printPrincipal(other));
  }));
});

Deno.test("kerberos: whatever text is read as a name, or as none", () => {
  fc.assert(fc.property(name, (text) => {
    const read = parsePrincipal(text);
    if (read !== undefined) assertEquals(parsePrincipal(printPrincipal(read)), read);
  }));
  const none = ["", "alice", "alice@", "alice@A@B", "alice\\", "alice@A\\", "a/b"];
  assertEquals(none.map(parsePrincipal), none.map(() => undefined));
});

Deno.test("kerberos: what libkrb5 writes is read", () => {
  const written: Readonly<Record<string, Principal>> = {
    "alice@EXAMPLE.ORG": { components: ["alice"], realm: "EXAMPLE.ORG" },
    "pop/mail.example.org@EXAMPLE.ORG": { components: ["pop", "mail.example.org"], realm: "EXAMPLE.ORG" },
    "alice\\@example.net@EXAMPLE.ORG": { components: ["alice@example.net"], realm: "EXAMPLE.ORG" },
    "a\\/b\\\\c\\0\\n@R\\/S": { components: ["a/b\\c\0\n"], realm: "R/S" },
    "/@R": { components: ["", ""], realm: "R" },
  };
  for (const [text, expected] of Object.entries(written)) {
    assertEquals(parsePrincipal(text), expected);
    assertEquals(printPrincipal(expected), text);
  }
});

const rules: PrincipalMapping = {
  realms: ["EXAMPLE.ORG"],
  isRealmStripped: true,
  logins: new Map([["alice/mail@OTHER.EXAMPLE", "alice@example.org"], ["carol@EXAMPLE.ORG", "caroline"]]),
};
const loginBy = (text: string, changes: Partial<PrincipalMapping> = {}) => {
  const read = parsePrincipal(text);
  assert(read !== undefined, text);
  return loginOf(read, { ...rules, ...changes });
};

Deno.test("kerberos: a user of a trusted realm has the login of that name, or of that address", () => {
  assertEquals(loginBy("alice@EXAMPLE.ORG"), "alice");
  assertEquals(loginBy("alice@EXAMPLE.ORG", { isRealmStripped: false }), "alice@example.org");
});

Deno.test("kerberos: single principals have the logins that the operator gives them", () => {
  assertEquals(loginBy("alice/mail@OTHER.EXAMPLE"), "alice@example.org");
  assertEquals(loginBy("carol@EXAMPLE.ORG"), "caroline");
});

Deno.test("kerberos: nobody else is let in: other realms, other spellings of one, instances, names with a domain", () => {
  const others = [
    "alice@OTHER.EXAMPLE",
    "alice@example.org",
    "alice@EXAMPLE.ORG.",
    "alice/admin@EXAMPLE.ORG",
    "alice/@EXAMPLE.ORG",
    "alice/mail@EXAMPLE.ORG",
    "bob\\@example.net@EXAMPLE.ORG",
    "alice\\0@EXAMPLE.ORG",
    "a\\/b@EXAMPLE.ORG",
    "@EXAMPLE.ORG",
    "WELLKNOWN/ANONYMOUS@EXAMPLE.ORG",
  ];
  for (const isRealmStripped of [true, false]) {
    assertEquals(others.map((text) => loginBy(text, { isRealmStripped })), others.map(() => undefined));
  }
});
