import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Recipient } from "../../../../core/contract/directory.ts";
import { AddressBook, type AddressRules } from "../../../../plugins/directories/local/address_book.ts";
import local from "../../../../plugins/directories/local/plugin.ts";
import { openTestDirectory } from "./open_directory.ts";

function book(rules: Partial<AddressRules> = {}): AddressBook {
  return new AddressBook({
    domains: ["example.org", "bücher.example"],
    foldLocalParts: true,
    separator: "+",
    ...rules,
  });
}

Deno.test("address book: any text is read or is none, and what was read reads the same again", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.tuple(fc.string({ unit: "grapheme" }), fc.constantFrom("example.org", "EXAMPLE.org", "Bücher.example"))
      .map(([name, domain]) => `${name}@${domain}`),
    fc.tuple(fc.string(), fc.constantFrom("example.org", "[192.0.2.1]")).map(([name, domain]) => `"${name}"@${domain}`),
  );
  for (const foldLocalParts of [true, false]) {
    const rules = book({ foldLocalParts });
    fc.assert(fc.property(text, (written) => {
      const address = rules.read(written);
      if (address === undefined) return;
      const again = rules.read(address.canonical);
      assertEquals(again?.canonical, address.canonical);
      assertEquals([again?.local, again?.domain, again?.lacksQuotes], [address.local, address.domain, false]);
    }));
  }
});

Deno.test("address book: both spellings of an internationalized domain are one (RFC 5890 §2.3.2.1)", () => {
  const rules = book();
  for (const domain of ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example", "bu\u0308cher.example"]) {
    assertEquals(rules.read(`joe@${domain}`)?.canonical, "joe@xn--bcher-kva.example", domain);
    assertEquals(rules.localDomain(domain), "xn--bcher-kva.example");
  }
});

Deno.test("address book: case of local parts matters where that is configured, but never in postmaster", async () => {
  const { directory, admin, close } = await openTestDirectory({ fold_local_parts: false });
  try {
    const upper = await admin.add("Joe@Example.org", "one");
    const lower = await admin.add("joe@example.org", "two");
    assertEquals([upper.address, lower.address], ["Joe@example.org", "joe@example.org"]);
    assertEquals(await directory.checkPassword("Joe", "one"), upper.account);
    assertEquals(await directory.resolve("joe@EXAMPLE.org"), { kind: "account", account: lower.account, quota: {} });
    assertEquals(await directory.resolve("JOE@example.org"), { kind: "unknown" });
    const { account } = await admin.add("Postmaster@example.org", "three");
    assertEquals(await directory.resolve("POSTMASTER@example.org"), { kind: "account", account, quota: {} });
  } finally {
    await close();
  }
});

Deno.test("address book: the separator may be another, or none", async () => {
  for (const [separator, address] of [["-", "joe-x@example.org"], ["", "joe+x@example.org"]] as const) {
    const { directory, admin, close } = await openTestDirectory({ "subaddress_separator": separator });
    try {
      const { account } = await admin.add("joe@example.org", "secret");
      const expected: Recipient = separator === ""
        ? { kind: "unknown" }
        : { kind: "account", account, detail: "x", quota: {} };
      assertEquals(await directory.resolve(address), expected);
      assertEquals(await directory.resolve("joe+y@example.org"), { kind: "unknown" });
    } finally {
      await close();
    }
  }
});

Deno.test("address book: a detail keeps its case, also behind letters that fold to more letters", () => {
  const rules = book();
  const address = rules.read("İx+Lists@example.org");
  assert(address !== undefined);
  assertEquals(rules.subAddress(address)?.detail, "Lists");
});

Deno.test("local directory: its options have sensible bounds", () => {
  const validate = (value: unknown) => local.options["~standard"].validate(value);
  const defaults = {
    "password_hash_cost": 15,
    "fold_local_parts": true,
    administrators: [],
    multidrop: [],
    "subaddress_separator": "+",
  };
  assertEquals(validate(undefined), { value: defaults });
  for (const cost of [9, 21, 15.5, "many"]) assert(validate({ "password_hash_cost": cost }).issues);
  for (const mark of ["++", "a", "@", ".", '"', " "]) assert(validate({ "subaddress_separator": mark }).issues);
  for (const domain of ["*", "*.", "a.*.org", "[192.0.2.1]", "two words"]) {
    assert(validate({ multidrop: [domain] }).issues);
  }
  assert(!validate({ multidrop: ["*.example.org", "Bücher.example"] }).issues);
  assert(validate({ folding: true }).issues);
});
