import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  expectListArguments,
  expectLsubArguments,
  type ListArguments,
  printListArguments,
  printLsubArguments,
} from "../../../../../plugins/protocols/imap/grammar/list_arguments.ts";
import { nameMatcher } from "../../../../../plugins/protocols/imap/grammar/list_pattern.ts";
import {
  expectStatusArguments,
  printStatusArguments,
  type StatusItem,
} from "../../../../../plugins/protocols/imap/grammar/status_items.ts";
import { quickly } from "../../../../core/message/quickly.ts";
import type { NameForm } from "../../../../../plugins/protocols/imap/grammar/scanner.ts";
import { mailboxNames, metadataEntries, nameForms, texts } from "./arbitraries.ts";
import { assertMalformed, read } from "./scan.ts";

function list(parts: Partial<ListArguments>): ListArguments {
  return {
    isExtended: true,
    selection: new Set(),
    reference: "",
    patterns: ["%"],
    returns: { options: new Set() },
    ...parts,
  };
}

Deno.test("RFC 9051 §6.3.9: LIST in its basic form", () => {
  assertEquals(read(expectListArguments, '"" ""'), list({ isExtended: false, patterns: [""] }));
  assertEquals(read(expectListArguments, '~/Mail/ "%"'), list({ isExtended: false, reference: "~/Mail/" }));
  assertEquals(read(expectListArguments, "#news.comp.mail.misc {0}\r\n").reference, "#news.comp.mail.misc");
  assertEquals(read(expectListArguments, '"" a]%*').patterns, ["a]%*"]);
});

Deno.test("RFC 5258 §5: its examples", () => {
  assertEquals(
    read(expectListArguments, '(SUBSCRIBED) "" "*"'),
    list({ selection: new Set(["SUBSCRIBED"]), patterns: ["*"] }),
  );
  assertEquals(
    read(expectListArguments, '() "" "%" RETURN (CHILDREN)'),
    list({ returns: { options: new Set(["CHILDREN"]) } }),
  );
  assertEquals(
    read(expectListArguments, '(REMOTE SUBSCRIBED) "" "%"').selection,
    new Set(["REMOTE", "SUBSCRIBED"] as const),
  );
  assertEquals(
    read(expectListArguments, '"" ("INBOX" "Drafts" "Sent/%")'),
    list({ patterns: ["INBOX", "Drafts", "Sent/%"] }),
  );
  assertEquals(read(expectListArguments, '(recursivematch Subscribed) "" foo RETURN (CHILDREN)').patterns, ["foo"]);
  assertEquals(read(expectListArguments, '"" (% music/rock)').patterns, ["%", "music/rock"]);
});

Deno.test("RFC 5258 §3.1: RECURSIVEMATCH needs what it modifies", () => {
  const expected = "SUBSCRIBED with RECURSIVEMATCH";
  assertMalformed(expectListArguments, '|(RECURSIVEMATCH) "" "*"', expected);
  assertMalformed(expectListArguments, '|(REMOTE RECURSIVEMATCH) "" "*"', expected);
  // RFC 6154 §6: SPECIAL-USE is an option of its own, not one that can be modified.
  assertMalformed(expectListArguments, '|(SPECIAL-USE RECURSIVEMATCH) "" "*"', expected);
  read(expectListArguments, '(SUBSCRIBED REMOTE RECURSIVEMATCH) "" "*"');
});

Deno.test("RFC 5819, RFC 6154, RFC 8440, RFC 8474, RFC 9590: what they have LIST return", () => {
  const returns = (text: string) => read(expectListArguments, `"" % RETURN (${text})`).returns;
  assertEquals(returns("STATUS (MESSAGES UNSEEN)").status, ["MESSAGES", "UNSEEN"]);
  assertEquals(returns("status (mailboxid)").status, ["MAILBOXID"]);
  assertEquals(returns("SPECIAL-USE MYRIGHTS").options, new Set(["SPECIAL-USE", "MYRIGHTS"] as const));
  assertEquals(returns('METADATA ("/shared/vendor/vendor.example/color") CHILDREN'), {
    options: new Set(["CHILDREN"] as const),
    metadata: [{ scope: "shared", name: "/vendor/vendor.example/color" }],
  });
  assertEquals(read(expectListArguments, '(SPECIAL-USE) "" "*"').selection, new Set(["SPECIAL-USE"] as const));
  assertMalformed(expectListArguments, '"" % RETURN (STATUS (|))', "a status item");
  // RFC 5258 §3: what is given twice counts once.
  assertEquals(returns("STATUS (SIZE) STATUS (SIZE)").status, ["SIZE"]);
});

Deno.test("RFC 9051 §6.3.9: what is no LIST, and where", () => {
  assertMalformed(expectListArguments, "|", "a reference name");
  assertMalformed(expectListArguments, '""|', "a space");
  assertMalformed(expectListArguments, '"" |', "a mailbox pattern");
  assertMalformed(expectListArguments, '"" (|)', "a mailbox pattern");
  assertMalformed(expectListArguments, '(|CHILDREN) "" %', "a selection option");
  assertMalformed(expectListArguments, '"" % |REMOTE', "RETURN");
  assertMalformed(expectListArguments, '"" % RETURN (|REMOTE)', "a return option");
  // Wildcards in a reference have to be quoted: it is an astring.
  assertMalformed(expectListArguments, 'a|% ""', "a space");
});

Deno.test("RFC 3501 §5.1.3: patterns are in the form of names", () => {
  assertEquals(read(expectListArguments, '"" &AOQ-%/*').patterns, ["ä%/*"]);
  assertEquals(read(expectListArguments, '"" "&AOQ-%"', "utf-8").patterns, ["&AOQ-%"]);
});

Deno.test("RFC 9051 §6.3.9: patterns that are in no form of names match nothing, nor does any below such a reference", () => {
  const matched = (line: string, form?: NameForm) => {
    const { reference, patterns } = read(expectListArguments, line, form);
    return matching(["R&D", "a", "ab", "%", "INBOX"], ...patterns.map((pattern) => reference + pattern));
  };
  assertEquals(matched('"" R&D'), []);
  assertEquals(matched('"" R&*'), []);
  // No wildcard can hide in what is encoded: %.
  assertEquals(matched('"" (&ACU- a% &b)'), ["a", "ab"]);
  assertEquals(matched("R&D (% *)"), []);
  assertEquals(matched('"" {1}\r\n\xfc', "utf-8"), []);
  assertEquals(matched('"" R&D', "utf-8"), ["R&D"]);
  assertEquals(read(expectLsubArguments, "R&D *"), { reference: "\x01", pattern: "*" });
});

const patternTexts = fc.string({ unit: fc.constantFrom(..."ab/%*ä&"), maxLength: 8 });

Deno.test("LIST and LSUB: what is printed is read as the same", () => {
  const selections = fc.subarray(["REMOTE", "SPECIAL-USE", "SUBSCRIBED"] as const);
  const options = fc.subarray(["CHILDREN", "MYRIGHTS", "SPECIAL-USE", "SUBSCRIBED"] as const);
  const returns = fc.record({
    options: options.map((some) => new Set(some)),
    status: fc.array(fc.constantFrom<StatusItem>("MESSAGES", "SIZE", "DELETED-STORAGE"), { minLength: 1 }),
    metadata: fc.array(metadataEntries, { minLength: 1, maxLength: 3 }),
  }, { requiredKeys: ["options"] });
  const patterns = fc.array(fc.oneof(patternTexts, texts), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(selections, texts, patterns, returns, nameForms, (selection, reference, some, wanted, form) => {
    const given = { isExtended: true, selection: new Set(selection), reference, patterns: some, returns: wanted };
    assertEquals(read(expectListArguments, printListArguments(given, form), form), given);
  }));
  fc.assert(fc.property(texts, patternTexts, nameForms, (reference, pattern, form) => {
    const given = list({ isExtended: false, reference, patterns: [pattern] });
    assertEquals(read(expectListArguments, printListArguments(given, form), form), given);
    const lsub = { reference, pattern };
    assertEquals(read(expectLsubArguments, printLsubArguments(lsub, form), form), lsub);
  }));
});

const matching = (names: readonly string[], ...patterns: string[]) => {
  const match = nameMatcher(patterns);
  return names.filter((name) => match(name) !== "none");
};

Deno.test("RFC 9051 §6.3.9: % stops at the separator, * does not", () => {
  const names = ["INBOX", "a", "ab", "a/b", "a/b/c", "b/a", "inbox2"];
  assertEquals(matching(names, "*"), names);
  assertEquals(matching(names, "%"), ["INBOX", "a", "ab", "inbox2"]);
  assertEquals(matching(names, "%/%"), ["a/b", "b/a"]);
  assertEquals(matching(names, "a*"), ["a", "ab", "a/b", "a/b/c"]);
  assertEquals(matching(names, "a%"), ["a", "ab"]);
  assertEquals(matching(names, "*%b"), ["ab", "a/b"]);
  assertEquals(matching(names, "a"), ["a"]);
  assertEquals(matching(names, "a", "%/a"), ["a", "b/a"]);
  assertEquals(matching(names), []);
});

Deno.test("RFC 9051 §6.3.9: a pattern that ends in % wants levels that are no mailboxes", () => {
  assertEquals(["a", "a/b", "b/a"].map(nameMatcher(["%", "*b"])), ["level", "name", "none"]);
  assertEquals(nameMatcher(["a%*"])("ab"), "name");
});

Deno.test("RFC 9051 §5.1: INBOX matches in any case, other names do not", () => {
  assertEquals(matching(["INBOX", "INBOX/a", "inbox/a", "INBOXES"], "iNb*"), ["INBOX", "INBOX/a"]);
  assertEquals(matching(["INBOX", "INBOX/a"], "inbox/A", "Inbox"), ["INBOX"]);
});

/** By the definition, whatever it costs. */
function matches(pattern: string, name: string): boolean {
  if (pattern === "") return name === "";
  const [first = ""] = pattern, rest = pattern.slice(1);
  if (first !== "*" && first !== "%") return name.startsWith(first) && matches(rest, name.slice(1));
  for (let end = 0; end <= name.length; end++) {
    if (first === "%" && name.slice(0, end).includes("/")) return false;
    if (matches(rest, name.slice(end))) return true;
  }
  return false;
}

Deno.test("patterns match what they are defined to match", () => {
  const name = fc.string({ unit: fc.constantFrom(..."ab/"), minLength: 1, maxLength: 10 });
  const pattern = fc.string({ unit: fc.constantFrom(..."ab/%*"), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 3 }), name, (patterns, of) => {
      assertEquals(nameMatcher(patterns)(of) !== "none", patterns.some((some) => matches(some, of)));
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("bounds: no pattern is slow, and no name", () => {
  for (const piece of ["*a", "%a", "*a%b", "a", "%/"]) {
    quickly(piece, () => {
      const match = nameMatcher([piece.repeat(1000 / piece.length), piece.repeat(1000 / piece.length) + "*"]);
      for (let turn = 0; turn < 200; turn++) match("a".repeat(1000));
      nameMatcher([piece.repeat(1_000_000 / piece.length)]);
      nameMatcher(Array.from({ length: 10_000 }, (_, index) => `${piece}${index}*`));
    });
  }
});

Deno.test("RFC 9051 §6.3.11: STATUS and its items", () => {
  assertEquals(read(expectStatusArguments, "blurdybloop (UIDNEXT MESSAGES)"), {
    mailbox: "blurdybloop",
    items: ["UIDNEXT", "MESSAGES"],
  });
  const items =
    "APPENDLIMIT DELETED DELETED-STORAGE HIGHESTMODSEQ MAILBOXID MESSAGES RECENT SIZE UIDNEXT UIDVALIDITY UNSEEN";
  assertEquals(read(expectStatusArguments, `inbox (${items.toLowerCase()})`).items.join(" "), items);
  assertMalformed(expectStatusArguments, "a (|)", "a status item");
  assertMalformed(expectStatusArguments, "a (|EXISTS)", "a status item");
  assertMalformed(expectStatusArguments, "a|", "a space");
  fc.assert(fc.property(mailboxNames, nameForms, (mailbox, form) => {
    const given = { mailbox, items: ["SIZE", "APPENDLIMIT"] as const };
    assertEquals(read(expectStatusArguments, printStatusArguments(given, form), form), {
      ...given,
      items: [...given.items],
    });
  }));
});
