import { assertEquals, assertInstanceOf, assertNotInstanceOf } from "@std/assert";
import fc from "fast-check";
import {
  expectMailboxName,
  ImpossibleName,
  printMailboxName,
} from "../../../../../plugins/protocols/imap/grammar/mailbox_name.ts";
import { decodeModifiedUtf7, encodeModifiedUtf7 } from "../../../../../plugins/protocols/imap/grammar/modified_utf7.ts";
import { latin1 } from "../../../../../core/wire/ascii.ts";
import { quickly } from "../../../../core/message/quickly.ts";
import { mailboxNames } from "./arbitraries.ts";
import { assertMalformed, malformed, octets, read } from "./scan.ts";

Deno.test("RFC 3501 §5.1.3: its examples of modified UTF-7", () => {
  assertEquals(decodeModifiedUtf7("~peter/mail/&U,BTFw-/&ZeVnLIqe-"), "~peter/mail/台北/日本語");
  assertEquals(encodeModifiedUtf7("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  assertEquals(decodeModifiedUtf7("&Jjo-!"), "☺!");
  assertEquals(decodeModifiedUtf7("&U,BTF2XlZyyKng-"), "台北日本語");
  assertEquals(decodeModifiedUtf7("&Jjo!"), undefined);
  assertEquals(decodeModifiedUtf7("&U,BTFw-&ZeVnLIqe-"), undefined);
});

Deno.test("RFC 3501 §5.1.3: & is &-, also after a shift", () => {
  assertEquals(decodeModifiedUtf7("R&-D"), "R&D");
  assertEquals(decodeModifiedUtf7("&-&-"), "&&");
  assertEquals(decodeModifiedUtf7("&AOQ-&-&AOQ-"), "ä&ä");
  assertEquals(encodeModifiedUtf7("ä&ä"), "&AOQ-&-&AOQ-");
});

Deno.test("RFC 3501 §5.1.3: a name has one form only", () => {
  const wrong = {
    "no shift back": "a&AOQ",
    "no shift back to what cannot be a digit": "a&AOQ b-",
    "printable ASCII encoded": "&AGE-",
    "an ampersand encoded": "&ACY-",
    "bits left over": "&AOR-",
    "a digit left over": "&AOQA-",
    "too few bits": "&AO-",
    "a lone ampersand": "&",
    "half a surrogate pair": "&2D0-",
    "a pair the wrong way round": "&3QDYPQ-",
    "padding": "&AOQ=-",
    "the digit of ordinary BASE64": "&U/BTFw-",
    "beyond ASCII": "ä",
    "a control character": "a\tb",
    "DEL": "a\x7fb",
  };
  for (const [why, text] of Object.entries(wrong)) assertEquals(decodeModifiedUtf7(text), undefined, why);
  assertEquals(decodeModifiedUtf7("&2D3cqQ-"), "💩");
});

Deno.test("RFC 9051 §5.1: INBOX in any case, and only the whole name", () => {
  for (const text of ["INBOX", "inbox", '"iNbOx"', "{5}\r\nInBoX"]) {
    assertEquals(read(expectMailboxName, text), "INBOX");
  }
  assertEquals(read(expectMailboxName, "inbox/a"), "inbox/a");
  // The capital of ı is I.
  assertEquals(read(expectMailboxName, '"\xc4\xb1nbox"'), "ınbox");
});

Deno.test("RFC 9051 §4.5: a mailbox named NIL", () => {
  assertEquals(read(expectMailboxName, "NIL"), "NIL");
  assertEquals(read(expectMailboxName, '"NIL"'), "NIL");
});

Deno.test("RFC 6855 §3: names in UTF-8 are taken from every client; & is itself in them", () => {
  assertEquals(read(expectMailboxName, '"Entw\xc3\xbcrfe"'), "Entwürfe");
  assertEquals(read(expectMailboxName, '"\xc3\xbc&AOQ-"'), "ü&AOQ-");
  assertEquals(read(expectMailboxName, '"&AOQ-"'), "ä");
  assertEquals(read(expectMailboxName, '"&AOQ-"', "utf-8"), "&AOQ-");
  assertEquals(read(expectMailboxName, "{2}\r\n\xc3\xbc", "utf-8"), "ü");
});

Deno.test("RFC 3501 §5.1.3, RFC 9051 §5.1: what is no name, and where", () => {
  assertMalformed(expectMailboxName, "|R&D", "a mailbox name");
  assertMalformed(expectMailboxName, "|{1}\r\n\xfc", "a mailbox name");
  assertInstanceOf(malformed(expectMailboxName, "{1}\r\n\xfc", "utf-8"), ImpossibleName);
  assertMalformed(expectMailboxName, "|%", "a mailbox name");
  // RFC 9051 §9: a mailbox is any astring; what is no astring is another error.
  assertInstanceOf(malformed(expectMailboxName, "R&D"), ImpossibleName);
  assertNotInstanceOf(malformed(expectMailboxName, "%"), ImpossibleName);
});

Deno.test("mailbox names: what is printed is read as the same, in either form", () => {
  fc.assert(fc.property(mailboxNames, fc.constantFrom("utf-8" as const, "modified-utf-7" as const), (name, form) => {
    assertEquals(read(expectMailboxName, printMailboxName(name, form), form), name);
  }));
});

Deno.test("modified UTF-7: what is decoded is encoded as it was", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."&&&-AOQDXU,2q b") });
  fc.assert(
    fc.property(digits, (text) => {
      const name = decodeModifiedUtf7(text);
      if (name !== undefined) assertEquals(encodeModifiedUtf7(name), text);
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("a megabyte of one thing is decoded and encoded once, not again and again", () => {
  for (const piece of ["&AOQ-a", "&-", "&", "a", "&AOQ", "A"]) {
    quickly(piece, () => decodeModifiedUtf7(piece.repeat(1_000_000 / piece.length)));
    quickly(piece, () => decodeModifiedUtf7(`&${piece.repeat(1_000_000 / piece.length)}-`));
  }
  quickly("ä", () => encodeModifiedUtf7("ä".repeat(500_000)));
  quickly("ä&", () => encodeModifiedUtf7("ä&".repeat(500_000)));
  assertEquals(latin1(octets(decodeModifiedUtf7(encodeModifiedUtf7("ä".repeat(3000))) ?? "")).length, 6000);
});
