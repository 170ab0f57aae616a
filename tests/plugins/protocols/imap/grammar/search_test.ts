import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MailboxFilter } from "../../../../../plugins/protocols/imap/grammar/mailbox_filter.ts";
import { DEEPEST, MOST_ITEMS } from "../../../../../plugins/protocols/imap/grammar/scanner.ts";
import {
  expectMultisearchArguments,
  expectSearchArguments,
  expectSortArguments,
  expectThreadArguments,
  printMultisearchArguments,
  printSearchArguments,
  printSortArguments,
  printThreadArguments,
} from "../../../../../plugins/protocols/imap/grammar/search_arguments.ts";
import { printSearchKeys } from "../../../../../plugins/protocols/imap/grammar/search_key_printer.ts";
import {
  expectSearchKey,
  expectSearchKeys,
  namesNumbers,
  type SearchKey,
} from "../../../../../plugins/protocols/imap/grammar/search_keys.ts";
import { quickly } from "../../../../core/message/quickly.ts";
import { mailboxFilters, mailboxNames, nameForms } from "./arbitraries.ts";
import { assertMalformed, malformed, octets, read } from "./scan.ts";
import { charsets, criteria, keyLists, programs, returns } from "./search_arbitraries.ts";

const options = (text: string) => read(expectSearchArguments, `RETURN ${text} ALL`).returns;

Deno.test("RFC 9051 §6.4.4: its examples", () => {
  assertEquals(read(expectSearchArguments, 'RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"'), {
    returns: { options: new Set(["MIN", "COUNT"] as const) },
    keys: [
      { key: "FLAGGED" },
      { key: "SINCE", date: { year: 1994, month: 2, day: 1 } },
      { key: "NOT", operand: { key: "FROM", text: octets("Smith") } },
    ],
  });
  assertEquals(read(expectSearchArguments, 'TEXT "string not in mailbox"'), {
    keys: [{ key: "TEXT", text: octets("string not in mailbox") }],
  });
  assertEquals(read(expectSearchArguments, "CHARSET UTF-8 TEXT {6}\r\nXXXXXX"), {
    charset: "UTF-8",
    keys: [{ key: "TEXT", text: octets("XXXXXX") }],
  });
});

Deno.test("RFC 9051 §6.4.4: RETURN () is RETURN (ALL)", () => {
  assertEquals(options("()"), { options: new Set(["ALL"] as const) });
  assertEquals(options("(SAVE)"), { options: new Set(["SAVE"] as const) });
  assertEquals(options("(UPDATE)"), { options: new Set<never>(), update: { items: [] } });
});

Deno.test("RFC 5182 §2: $ in searches", () => {
  assertEquals(read(expectSearchArguments, "CHARSET UTF-8 (OR $ 1,3000:3021) TEXT {8}\r\nYYYYYYYY").keys, [
    {
      key: "AND",
      operands: [{
        key: "OR",
        operands: [{ key: "NUMBER", set: "$" }, { key: "NUMBER", set: [1, [3000, 3021]] }],
      }],
    },
    { key: "TEXT", text: octets("YYYYYYYY") },
  ]);
  assertEquals(read(expectSearchArguments, "UID $ SMALLER 4096").keys, [
    { key: "UID", set: "$" },
    { key: "SMALLER", size: 4096 },
  ]);
});

Deno.test("RFC 7162 §3.1.5: MODSEQ with an entry and without", () => {
  assertEquals(read(expectSearchKey, 'MODSEQ "/flags/\\\\draft" all 620162338'), {
    key: "MODSEQ",
    modseq: 620162338n,
    entry: { flag: "\\Draft", type: "all" },
  });
  assertEquals(read(expectSearchKey, "MODSEQ 0"), { key: "MODSEQ", modseq: 0n });
  assertMalformed(expectSearchKey, 'MODSEQ |"/flags/" all 1', 'an entry: "/flags/" and a flag');
  assertMalformed(expectSearchKey, 'MODSEQ |"/flags/a b" all 1', 'an entry: "/flags/" and a flag');
  assertMalformed(expectSearchKey, 'MODSEQ "/flags/a" |1', "priv, shared or all");
  assertMalformed(expectSearchKey, "MODSEQ |x", "a mod-sequence or an entry");
});

Deno.test("RFC 5032, RFC 5466, RFC 6203, RFC 8474, RFC 8514: their keys", () => {
  assertEquals(read(expectSearchKeys, "UNSEEN YOUNGER 259200"), [{ key: "UNSEEN" }, {
    key: "YOUNGER",
    seconds: 259200,
  }]);
  assertMalformed(expectSearchKeys, "OLDER |0", "a number of seconds, from 1 on");
  assertEquals(read(expectSearchKeys, 'UID 300:900 FILTER on-the-road SINCE "3-Dec-2002"'), [
    { key: "UID", set: [[300, 900]] },
    { key: "FILTER", name: "on-the-road" },
    { key: "SINCE", date: { year: 2002, month: 12, day: 3 } },
  ]);
  assertMalformed(expectSearchKeys, "FILTER |a/b", "the name of a filter");
  assertEquals(read(expectSearchKeys, "FUZZY SUBJECT work FROM user@example.com"), [
    { key: "FUZZY", operand: { key: "SUBJECT", text: octets("work") } },
    { key: "FROM", text: octets("user@example.com") },
  ]);
  assertEquals(read(expectSearchKey, "emailid M6d99ac3275bb4e"), { key: "EMAILID", id: "M6d99ac3275bb4e" });
  assertMalformed(expectSearchKey, "THREADID |a.b", "an object id");
  assertMalformed(expectSearchKey, `THREADID |${"a".repeat(256)}`, "an object id");
  assertEquals(read(expectSearchKey, "SAVEDON 28-Dec-2014"), {
    key: "SAVEDON",
    date: { year: 2014, month: 12, day: 28 },
  });
  assertEquals(read(expectSearchKey, "SaveDateSupported"), { key: "SAVEDATESUPPORTED" });
});

Deno.test("RFC 9394 §3.1, RFC 5267 §4.4: PARTIAL, not with ALL, and once", () => {
  assertEquals(options("(PARTIAL -1:-100)"), { options: new Set<never>(), partial: { first: -1, last: -100 } });
  assertMalformed(expectSearchArguments, "RETURN |(PARTIAL 1:2 ALL) ALL", "not both ALL and PARTIAL");
  assertMalformed(expectSearchArguments, "RETURN (PARTIAL 1:2 |PARTIAL 1:2) ALL", "a return option");
});

Deno.test("RFC 5465 §5.10, §8: UPDATE with items of what is new", () => {
  const items = [{ item: "UID" as const }, { item: "FLAGS" as const }];
  assertEquals(options("(COUNT UPDATE (UID FLAGS))"), { options: new Set(["COUNT"] as const), update: { items } });
  assertEquals(options("(UPDATE(UID FLAGS) COUNT)"), { options: new Set(["COUNT"] as const), update: { items } });
});

Deno.test("RFC 5256 §3, RFC 5267 §3: SORT", () => {
  assertEquals(read(expectSortArguments, "(SUBJECT REVERSE DATE) UTF-8 ALL"), {
    criteria: [{ key: "SUBJECT", reverse: false }, { key: "DATE", reverse: true }],
    charset: "UTF-8",
    keys: [{ key: "ALL" }],
  });
  assertEquals(read(expectSortArguments, "RETURN () (REVERSE DATE) UTF-8 UNDELETED").returns, {
    options: new Set(["ALL"] as const),
  });
  assertEquals(read(expectSortArguments, '(DISPLAYFROM REVERSE RELEVANCY) "us-ascii" ALL').charset, "us-ascii");
  assertMalformed(expectSortArguments, "(|) UTF-8 ALL", "a sort key");
  assertMalformed(expectSortArguments, "(REVERSE|) UTF-8 ALL", "a space");
  assertMalformed(expectSortArguments, "(DATE) UTF-8|", "a space");
  assertMalformed(expectSortArguments, "(DATE) UTF-8 |", "a search key");
});

Deno.test("RFC 5256 §3: THREAD", () => {
  assertEquals(read(expectThreadArguments, 'ORDEREDSUBJECT US-ASCII TEXT "gewp"'), {
    algorithm: "ORDEREDSUBJECT",
    charset: "US-ASCII",
    keys: [{ key: "TEXT", text: octets("gewp") }],
  });
  assertEquals(read(expectThreadArguments, "references UTF-8 SINCE 5-MAR-2000").algorithm, "REFERENCES");
  assertMalformed(expectThreadArguments, "|REFS UTF-8 ALL", "ORDEREDSUBJECT or REFERENCES");
});

Deno.test("RFC 7377 §2.2, §3: ESEARCH and where it searches", () => {
  assertEquals(read(expectMultisearchArguments, 'IN (mailboxes "folder1" subtree-one "folder2") subject "chad"'), {
    sources: [{ which: "mailboxes", names: ["folder1"] }, { which: "subtree-one", names: ["folder2"] }],
    keys: [{ key: "SUBJECT", text: octets("chad") }],
  });
  assertEquals(
    read(expectMultisearchArguments, 'IN (subtree ("a" inbox) Personal SELECTED) RETURN (MIN) unseen').sources,
    [
      { which: "subtree", names: ["a", "INBOX"] },
      { which: "personal" },
      { which: "selected" },
    ],
  );
  assertEquals(read(expectMultisearchArguments, "unseen"), { keys: [{ key: "UNSEEN" }] });
  assertMalformed(expectMultisearchArguments, "IN (|selected-delayed) ALL", "a mailbox filter of ESEARCH");
  assertMalformed(expectMultisearchArguments, "IN (|) ALL", "a mailbox filter");
});

Deno.test("RFC 9051 §6.4.4: what is no search, and where", () => {
  for (const marked of ["|", "|FOO", "ALL |FOO", "NOT |", "OR ALL |", "(ALL |FOO)", "(|)", "ALL |", "|ALLY"]) {
    assertMalformed(expectSearchArguments, marked, "a search key");
  }
  assertMalformed(expectSearchArguments, "OR ALL|", "a space");
  assertMalformed(expectSearchArguments, "(ALL|", '")"');
  assertMalformed(expectSearchArguments, "ALL|)", "the end of the command");
  assertMalformed(expectSearchArguments, "CHARSET UTF-8|", "a space");
  assertMalformed(expectSearchArguments, "RETURN (MIN)|", "a space");
  assertMalformed(expectSearchArguments, "RETURN (|MEAN) ALL", "a return option");
  assertMalformed(expectSearchArguments, "HEADER Subject|", "a space");
  assertMalformed(expectSearchArguments, "KEYWORD |\\Seen", "a keyword");
  assertMalformed(expectSearchArguments, "LARGER |-1", "a number");
  assertMalformed(expectSearchArguments, "UIDAFTER |0", "a UID");
  assertMalformed(expectSearchArguments, "UIDBEFORE |*", "a UID");
  assertMalformed(expectSearchArguments, "SINCE 1|.1.2000", '"-"');
  // The charset comes first (RFC 9051 §9, search-program).
  assertMalformed(expectSearchArguments, "ALL |CHARSET UTF-8", "a search key");
});

Deno.test(`bounds: keys nest ${DEEPEST} deep, and ${MOST_ITEMS} stand beside each other`, () => {
  const nest = [["NOT ", ""], ["FUZZY ", ""], ["(", ")"], ["OR (NOT ", ") ALL"]] as const;
  for (const [before, after] of nest) {
    const levels = before.includes("NOT ") && before.includes("(") ? 16 : DEEPEST;
    read(expectSearchKey, before.repeat(levels) + "ALL" + after.repeat(levels));
    const error = malformed(expectSearchKey, before.repeat(levels * 3 + 1) + "ALL" + after.repeat(levels * 3 + 1));
    assertEquals(error.expected, `at most ${DEEPEST} levels`);
  }
  read(expectSearchKeys, Array(MOST_ITEMS).fill("ALL").join(" "));
  assertEquals(
    malformed(expectSearchKeys, Array(MOST_ITEMS + 1).fill("ALL").join(" ")).expected,
    `at most ${MOST_ITEMS} items`,
  );
  quickly("nested", () => malformed(expectSearchKey, "NOT ".repeat(250_000)));
  quickly("nested in ORs", () => malformed(expectSearchKey, "OR ".repeat(250_000)));
  quickly("wide", () => malformed(expectSearchKey, `(${"OR (ALL) (ALL ALL) ".repeat(50_000)}`));
});

Deno.test("RFC 9051 §6.4.4 OR: of as many keys as stand beside each other elsewhere, however they nest", () => {
  const any = (...texts: string[]) => ({
    key: "OR" as const,
    operands: texts.map((text) => read(expectSearchKey, text)),
  });
  assertEquals(read(expectSearchKey, "OR SEEN OR DRAFT NOT ALL"), any("SEEN", "DRAFT", "NOT ALL"));
  assertEquals(read(expectSearchKey, "OR OR SEEN DRAFT OR NEW OLD"), any("SEEN", "DRAFT", "NEW", "OLD"));
  assertEquals(read(expectSearchKey, "OR (OR SEEN DRAFT) NEW"), any("(OR SEEN DRAFT)", "NEW"));
  const many = Array<string>(MOST_ITEMS).fill("ALL");
  for (const text of [`${"OR ALL ".repeat(MOST_ITEMS - 1)}ALL`, `${"OR ".repeat(MOST_ITEMS - 1)}${many.join(" ")}`]) {
    assertEquals(read(expectSearchKey, text), any(...many));
    assertEquals(malformed(expectSearchKey, `OR ${text} ALL`).expected, `at most ${MOST_ITEMS} items`);
  }
  assertMalformed(expectSearchKey, "OR OR SEEN DRAFT|", "a space");
  assertMalformed(expectSearchKey, "OR SEEN |", "a search key");
  assertMalformed(expectSearchKey, "OR|", "a space");
});

Deno.test("RFC 9586 §3: which searches name sequence numbers", () => {
  const names = (text: string) => namesNumbers(read(expectSearchKey, text));
  for (const text of ["1:*", "NOT 1", "OR ALL FUZZY 1", "(ALL (NOT 1))"]) assertEquals(names(text), true, text);
  for (const text of ["UID 1:*", "$", "NOT $", "(ALL OR SEEN LARGER 1)"]) assertEquals(names(text), false, text);
});

const extraFilters: fc.Arbitrary<MailboxFilter> = fc.oneof(
  mailboxFilters,
  fc.constant({ which: "selected" as const }),
  fc.array(mailboxNames, { minLength: 1, maxLength: 3 }).map((names) => ({ which: "subtree-one" as const, names })),
);

Deno.test("searches: what is printed is read as the same", () => {
  fc.assert(fc.property(programs, returns, (program, options) => {
    const given = { ...program, ...options };
    assertEquals(read(expectSearchArguments, printSearchArguments(given)), given);
  }));
  fc.assert(fc.property(keyLists, charsets, criteria, returns, (keys, charset, order, options) => {
    const given = { keys, charset, criteria: order, ...options };
    assertEquals(read(expectSortArguments, printSortArguments(given)), given);
  }));
  fc.assert(fc.property(keyLists, charsets, (keys, charset) => {
    const given = { keys, charset, algorithm: "REFERENCES" as const };
    assertEquals(read(expectThreadArguments, printThreadArguments(given)), given);
  }));
  fc.assert(
    fc.property(
      programs,
      returns,
      fc.array(extraFilters, { minLength: 1 }),
      nameForms,
      (program, options, sources, form) => {
        const given = { ...program, ...options, sources };
        assertEquals(read(expectMultisearchArguments, printMultisearchArguments(given, form), form), given);
      },
    ),
  );
});

Deno.test("RFC 5466 §3.2: the keys of a filter, by themselves", () => {
  const filter: readonly SearchKey[] = read(expectSearchKeys, 'OR SMALLER 5000 FROM "boss@example.com"');
  assertEquals(filter.length, 1);
  fc.assert(fc.property(keyLists, (keys) => assertEquals(read(expectSearchKeys, printSearchKeys(keys)), keys)));
});
