import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  expectGetMetadataArguments,
  expectSetMetadataArguments,
  printGetMetadataArguments,
  printSetMetadataArguments,
} from "../../../../../plugins/protocols/imap/grammar/metadata_arguments.ts";
import {
  expectMetadataEntry,
  expectValuedEntry,
  LONGEST_ENTRY,
} from "../../../../../plugins/protocols/imap/grammar/metadata_entry.ts";
import { anyOctets, mailboxNames, metadataEntries, nameForms } from "./arbitraries.ts";
import { assertMalformed, malformed, octets, read } from "./scan.ts";

const EXPECTED = "the name of an entry: /private/name or /shared/name";
const comment = { scope: "private" as const, name: "/comment" };

Deno.test("RFC 5464 §3.2: names of entries, case folded", () => {
  assertEquals(read(expectValuedEntry, "/Private/Comment"), comment);
  assertEquals(read(expectValuedEntry, '"/shared/a b(c)"'), { scope: "shared", name: "/a b(c)" });
  const wrong = [
    "",
    "/",
    "/comment",
    "private/comment",
    "/private//comment",
    "/private/comment/",
    "/privates/a",
    "/private/",
  ];
  for (const name of [...wrong, "/private/a*", "/private/a%", "/private/\x01", "/private/\x7f", "/private/ä"]) {
    assertMalformed(expectMetadataEntry, `|"${name.replace("ä", "\xc3\xa4")}"`, EXPECTED);
  }
});

Deno.test("RFC 5464 §3.2: what has a value has two components, or four below vendor", () => {
  assertMalformed(expectValuedEntry, "|/private", EXPECTED);
  assertMalformed(expectValuedEntry, "|/shared/vendor", EXPECTED);
  assertMalformed(expectValuedEntry, "|/shared/vendor/vendor.example", EXPECTED);
  assertEquals(read(expectValuedEntry, "/shared/vendor/vendor.example/x").name, "/vendor/vendor.example/x");
  assertEquals(read(expectValuedEntry, "/shared/vendors").name, "/vendors");
  // All below a scope may be asked for.
  assertEquals(read(expectMetadataEntry, "/private"), { scope: "private", name: "" });
});

Deno.test(`bounds: a name has ${LONGEST_ENTRY} characters`, () => {
  const longest = `/private/${"a".repeat(LONGEST_ENTRY - 9)}`;
  read(expectValuedEntry, longest);
  assertEquals(malformed(expectValuedEntry, `${longest}a`).at, 0);
});

Deno.test("RFC 5464 §4.2: GETMETADATA, its options before the mailbox or after it", () => {
  assertEquals(read(expectGetMetadataArguments, '"" /shared/comment'), {
    mailbox: "",
    options: {},
    entries: [{ scope: "shared", name: "/comment" }],
  });
  assertEquals(read(expectGetMetadataArguments, '"INBOX" (/shared/comment /private/comment)').entries.length, 2);
  for (const text of ['(MAXSIZE 1024) "INBOX" (/private/comment)', '"INBOX" (MAXSIZE 1024) (/private/comment)']) {
    assertEquals(read(expectGetMetadataArguments, text), {
      mailbox: "INBOX",
      options: { maxSize: 1024 },
      entries: [comment],
    });
  }
  assertEquals(read(expectGetMetadataArguments, '"INBOX" (depth Infinity MAXSIZE 0) /private/a').options, {
    depth: "infinity",
    maxSize: 0,
  });
  assertMalformed(expectGetMetadataArguments, "(DEPTH |2) a /private/a", "0, 1 or infinity");
  assertMalformed(expectGetMetadataArguments, "(DEPTH 0 |DEPTH 1) a /private/a", "MAXSIZE or DEPTH, each once");
  assertMalformed(expectGetMetadataArguments, "(DEPTH 0) a (|DEPTH 1) /private/a", EXPECTED);
  assertMalformed(expectGetMetadataArguments, "a (|)", EXPECTED);
});

Deno.test("RFC 5464 §4.3, RFC 6154 §5.4: SETMETADATA", () => {
  assertEquals(
    read(expectSetMetadataArguments, "INBOX (/private/comment {33}\r\nMy new comment across\r\ntwo lines.)"),
    {
      mailbox: "INBOX",
      values: [[comment, octets("My new comment across\r\ntwo lines.")]],
    },
  );
  assertEquals(read(expectSetMetadataArguments, '"SentMail" (/private/specialuse NIL)').values[0]?.[1], undefined);
  assertEquals(read(expectSetMetadataArguments, "a (/private/x ~{2}\r\n\0\xff)").values[0]?.[1], Uint8Array.of(0, 255));
  assertMalformed(expectSetMetadataArguments, "a (/private/x |y)", "a string, a literal8 or NIL");
  assertMalformed(expectSetMetadataArguments, "a (/private/x|)", "a space");
  assertMalformed(expectSetMetadataArguments, "a |/private/x NIL", '"("');
});

Deno.test("metadata: what is printed is read as the same", () => {
  const entries = fc.array(metadataEntries, { minLength: 1, maxLength: 3 });
  const depths = fc.constantFrom(0 as const, 1 as const, "infinity" as const);
  const options = fc.record({ maxSize: fc.nat(), depth: depths }, { requiredKeys: [] });
  fc.assert(fc.property(mailboxNames, options, entries, nameForms, (mailbox, some, wanted, form) => {
    const given = { mailbox, options: some, entries: wanted };
    assertEquals(read(expectGetMetadataArguments, printGetMetadataArguments(given, form), form), given);
  }));
  const valued = metadataEntries.filter(({ name }) => !name.startsWith("/vendor"));
  const values = fc.array(fc.tuple(valued, fc.option(anyOctets, { nil: undefined })), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(mailboxNames, values, nameForms, (mailbox, some, form) => {
    const given = { mailbox, values: some };
    assertEquals(read(expectSetMetadataArguments, printSetMetadataArguments(given, form), form), given);
  }));
});
