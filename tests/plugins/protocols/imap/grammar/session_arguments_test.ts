import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MailboxFilter } from "../../../../../plugins/protocols/imap/grammar/mailbox_filter.ts";
import {
  expectNotifyArguments,
  type NotifyArguments,
  printNotifyArguments,
} from "../../../../../plugins/protocols/imap/grammar/notify_arguments.ts";
import {
  expectAuthenticateArguments,
  expectCompressArgument,
  expectEnableArguments,
  expectIdArguments,
  expectLoginArguments,
  expectPreferences,
  expectTags,
  printAuthenticateArguments,
  printIdArguments,
  printLoginArguments,
  printPreferences,
  printTags,
} from "../../../../../plugins/protocols/imap/grammar/session_arguments.ts";
import { fetchItems, mailboxFilters, nameForms, texts } from "./arbitraries.ts";
import { assertMalformed, read } from "./scan.ts";

Deno.test("RFC 9051 §6.2.3, §6.2.2, RFC 4959 §3: LOGIN and AUTHENTICATE", () => {
  assertEquals(read(expectLoginArguments, "SMITH SESAME"), { user: "SMITH", password: "SESAME" });
  assertEquals(read(expectLoginArguments, "{11}\r\nFRED FOOBAR {7}\r\nfat man"), {
    user: "FRED FOOBAR",
    password: "fat man",
  });
  assertEquals(read(expectLoginArguments, '"j\xc3\xbcrgen" {2}\r\n\xc3\xa4'), { user: "jürgen", password: "ä" });
  assertMalformed(expectLoginArguments, "SMITH|", "a space");
  assertMalformed(expectLoginArguments, "a |{1}\r\n\xe4", "a password in UTF-8");
  assertMalformed(expectLoginArguments, "a b| c", "the end of the command");
  assertEquals(read(expectAuthenticateArguments, "plain"), { mechanism: "PLAIN" });
  assertEquals(read(expectAuthenticateArguments, "EXTERNAL ="), { mechanism: "EXTERNAL", initialResponse: "=" });
  assertEquals(read(expectAuthenticateArguments, "PLAIN dGVzdAB0ZXN0AHRlc3Q=").initialResponse, "dGVzdAB0ZXN0AHRlc3Q=");
  assertEquals(read(expectAuthenticateArguments, "CRAM-MD5 "), { mechanism: "CRAM-MD5" });
  assertMalformed(expectAuthenticateArguments, 'PLAIN |"eA=="', "base64");
  fc.assert(fc.property(texts, texts, (user, password) => {
    assertEquals(read(expectLoginArguments, printLoginArguments({ user, password })), { user, password });
  }));
  const plain = { mechanism: "PLAIN", initialResponse: "=" };
  assertEquals(read(expectAuthenticateArguments, printAuthenticateArguments(plain)), plain);
});

Deno.test("RFC 2971 §3.1: ID", () => {
  assertEquals(read(expectIdArguments, '("name" "sodr" "version" "19.34" "vendor" NIL)'), [
    ["name", "sodr"],
    ["version", "19.34"],
    ["vendor", undefined],
  ]);
  assertEquals(read(expectIdArguments, "NIL"), undefined);
  assertEquals(read(expectIdArguments, "()"), []);
  assertMalformed(expectIdArguments, '("name"|)', "a space");
  assertMalformed(expectIdArguments, "|", '"("');
  fc.assert(fc.property(fc.array(fc.tuple(texts, fc.option(texts, { nil: undefined }))), (given) => {
    assertEquals(read(expectIdArguments, printIdArguments(given)), given);
  }));
});

Deno.test("RFC 5161 §3.1, RFC 4978 §3, RFC 5267 §4.3.5: ENABLE, COMPRESS, CANCELUPDATE", () => {
  assertEquals(read(expectEnableArguments, "condstore UTF8=ACCEPT X-GOOD-IDEA"), [
    "CONDSTORE",
    "UTF8=ACCEPT",
    "X-GOOD-IDEA",
  ]);
  assertMalformed(expectEnableArguments, "|", "a capability");
  assertEquals(read(expectCompressArgument, "deflate"), "DEFLATE");
  assertMalformed(expectCompressArgument, "|GZIP", "DEFLATE");
  assertEquals(read(expectTags, '"B01" "B02"'), ["B01", "B02"]);
  assertEquals(read(expectTags, "B01 B02"), ["B01", "B02"]);
  assertMalformed(expectTags, "|(", "the tag of a search");
  const tags = fc.array(fc.string({ unit: "grapheme-ascii" }), { minLength: 1 });
  fc.assert(fc.property(tags, (tags) => assertEquals(read(expectTags, printTags(tags)), tags)));
});

Deno.test("RFC 5255 §3.2, §4.7: LANGUAGE and COMPARATOR, with preferences or without", () => {
  assertEquals(read(expectPreferences, ' "de" "i-default"'), ["de", "i-default"]);
  assertEquals(read(expectPreferences, ""), []);
  assertMalformed(expectPreferences, " |", "an atom or a string");
  fc.assert(
    fc.property(fc.array(texts), (given) => assertEquals(read(expectPreferences, printPreferences(given)), given)),
  );
});

Deno.test("RFC 5465 §3.1, §6: its examples of NOTIFY", () => {
  const subject = {
    item: "BODY[]" as const,
    peek: true,
    section: { part: [], what: "fields" as const, names: ["from", "to", "subject"] },
  };
  // The examples of §3.1 have no parentheses around events; MessageExpunge is added, as §5 demands.
  assertEquals(
    read(
      expectNotifyArguments,
      "set status (selected MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge) " +
        "(subtree Lists MessageNew MessageExpunge)",
    ),
    {
      status: true,
      groups: [
        {
          filter: { which: "selected" },
          events: [{ name: "MessageNew", items: [{ item: "UID" }, subject] }, { name: "MessageExpunge" }],
        },
        {
          filter: { which: "subtree", names: ["Lists"] },
          events: [{ name: "MessageNew" }, { name: "MessageExpunge" }],
        },
      ],
    },
  );
  assertEquals(
    read(expectNotifyArguments, "set (mailboxes INBOX (Messagenew messageExpunge)) (personal (SubscriptionChange))"),
    {
      status: false,
      groups: [
        {
          filter: { which: "mailboxes", names: ["INBOX"] },
          events: [{ name: "MessageNew" }, { name: "MessageExpunge" }],
        },
        { filter: { which: "personal" }, events: [{ name: "SubscriptionChange" }] },
      ],
    },
  );
  assertEquals(read(expectNotifyArguments, "NONE"), "NONE");
  assertEquals(read(expectNotifyArguments, "SET (selected-delayed NONE)"), {
    status: false,
    groups: [{ filter: { which: "selected-delayed" }, events: [] }],
  });
});

Deno.test("RFC 5465 §5: MessageNew and MessageExpunge come together, and with FlagChange", () => {
  const expected = "MessageNew and MessageExpunge together";
  for (const events of ["MessageNew", "MessageExpunge", "FlagChange", "AnnotationChange MailboxName"]) {
    assertMalformed(expectNotifyArguments, `SET (personal |(${events}))`, expected);
  }
  read(expectNotifyArguments, "SET (personal (FlagChange MessageExpunge MessageNew MailboxName))");
});

Deno.test("RFC 5465 §6.1, §8: only events of messages happen to the selected mailbox, which is named once", () => {
  assertMalformed(expectNotifyArguments, "SET (selected (|MailboxName))", "an event of messages");
  assertMalformed(expectNotifyArguments, "SET (selected NONE) |(selected-delayed NONE)", "the selected mailbox once");
  // Items of new messages are of the selected mailbox alone.
  assertMalformed(expectNotifyArguments, "SET (personal (MessageNew |(UID) MessageExpunge))", "an event");
  assertMalformed(expectNotifyArguments, "SET (|subtree-one a NONE)", "a mailbox filter of NOTIFY");
});

Deno.test("RFC 5465 §3.1: events that are not known are for NO [BADEVENT], not for BAD", () => {
  assertEquals(read(expectNotifyArguments, "SET (personal (Teatime))"), {
    status: false,
    groups: [{ filter: { which: "personal" }, events: [{ name: "Teatime" }] }],
  });
});

Deno.test("RFC 5465 §8: what is no NOTIFY, and where", () => {
  assertMalformed(expectNotifyArguments, "|", "SET");
  assertMalformed(expectNotifyArguments, "SET |", '"("');
  assertMalformed(expectNotifyArguments, "SET (personal |)", "an event");
  assertMalformed(expectNotifyArguments, "SET (personal (|))", "an event");
  assertMalformed(expectNotifyArguments, "NONE| x", "the end of the command");
});

Deno.test("NOTIFY: what is printed is read as the same", () => {
  const selected: fc.Arbitrary<MailboxFilter> = fc.constantFrom("selected" as const, "selected-delayed" as const)
    .map((which) => ({ which }));
  const messageEvents = fetchItems.map((items) => [{ name: "MessageNew", items }, { name: "MessageExpunge" }]);
  const events = fc.subarray(["MailboxName", "SubscriptionChange", "Teatime"]).map((names) =>
    names.map((name) => ({ name }))
  );
  const notifies: fc.Arbitrary<NotifyArguments> = fc.record({
    status: fc.boolean(),
    groups: fc.tuple(
      fc.record({ filter: selected, events: messageEvents }),
      fc.record({ filter: mailboxFilters, events }),
    ),
  });
  fc.assert(fc.property(notifies, nameForms, (given, form) => {
    assertEquals(read(expectNotifyArguments, printNotifyArguments(given, form), form), given);
  }));
});
