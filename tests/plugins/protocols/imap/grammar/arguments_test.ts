import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  expectMailboxIdentifier,
  expectSetAclArguments,
  printMailboxIdentifier,
  printSetAclArguments,
} from "../../../../../plugins/protocols/imap/grammar/acl_arguments.ts";
import {
  expectCreateArguments,
  printCreateArguments,
} from "../../../../../plugins/protocols/imap/grammar/create_parameters.ts";
import {
  expectCopyArguments,
  expectMailboxArgument,
  expectRenameArguments,
  expectSetArgument,
  printCopyArguments,
  printRenameArguments,
} from "../../../../../plugins/protocols/imap/grammar/mailbox_arguments.ts";
import {
  expectQuotaRoot,
  expectSetQuotaArguments,
  printQuotaRoot,
  printSetQuotaArguments,
} from "../../../../../plugins/protocols/imap/grammar/quota_arguments.ts";
import {
  expectSelectArguments,
  printSelectArguments,
} from "../../../../../plugins/protocols/imap/grammar/select_parameters.ts";
import {
  expectStoreArguments,
  printStoreArguments,
} from "../../../../../plugins/protocols/imap/grammar/store_arguments.ts";
import {
  atoms,
  flags,
  mailboxNames,
  nameForms,
  numbers64,
  numberSets,
  nzNumbers,
  sequenceSets,
  sizes,
  texts,
} from "./arbitraries.ts";
import { assertMalformed, read } from "./scan.ts";

Deno.test("RFC 7162 §3.1.8, §3.2.5: SELECT with CONDSTORE or QRESYNC", () => {
  assertEquals(read(expectSelectArguments, "INBOX"), { mailbox: "INBOX", condstore: false });
  assertEquals(read(expectSelectArguments, "inbox (condstore)"), { mailbox: "INBOX", condstore: true });
  assertEquals(
    read(expectSelectArguments, "INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))").qresync,
    { uidValidity: 67890007, modseq: 20050715194045000n, uids: [41, [43, 211], [214, 541]] },
  );
  assertEquals(
    read(
      expectSelectArguments,
      "INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541 (1,3,5,7 5,9,13,17)) CONDSTORE)",
    ),
    {
      mailbox: "INBOX",
      condstore: true,
      qresync: {
        uidValidity: 67890007,
        modseq: 90060115194045000n,
        uids: [[41, 211], [214, 541]],
        match: { numbers: [1, 3, 5, 7], uids: [5, 9, 13, 17] },
      },
    },
  );
  assertEquals(read(expectSelectArguments, "a (QRESYNC (1 2 (3 4)))").qresync, {
    uidValidity: 1,
    modseq: 2n,
    match: { numbers: [3], uids: [4] },
  });
});

Deno.test("RFC 7162 §7: what is no parameter of SELECT, and where", () => {
  assertMalformed(expectSelectArguments, "a (|)", "CONDSTORE or QRESYNC, each once");
  assertMalformed(expectSelectArguments, "a (CONDSTORE |CONDSTORE)", "CONDSTORE or QRESYNC, each once");
  assertMalformed(expectSelectArguments, "a (QRESYNC (|0 1))", "a UIDVALIDITY");
  assertMalformed(expectSelectArguments, "a (QRESYNC (1|))", "a space");
  assertMalformed(expectSelectArguments, "a (QRESYNC (1 2 1:|*))", "a number from 1 on");
  assertMalformed(expectSelectArguments, "a (QRESYNC (1 2 3 (4|)))", "a space");
  assertMalformed(expectSelectArguments, "a|(CONDSTORE)", "the end of the command");
});

Deno.test("SELECT: what is printed is read as the same", () => {
  const known = fc.record({
    uidValidity: nzNumbers,
    modseq: numbers64,
    uids: numberSets,
    match: fc.record({ numbers: numberSets, uids: numberSets }),
  }, { requiredKeys: ["uidValidity", "modseq"] });
  const selects = fc.record({ mailbox: mailboxNames, condstore: fc.boolean(), qresync: known }, {
    requiredKeys: ["mailbox", "condstore"],
  });
  fc.assert(fc.property(selects, nameForms, (given, form) => {
    assertEquals(read(expectSelectArguments, printSelectArguments(given, form), form), given);
  }));
});

Deno.test("RFC 9051 §6.4.6, RFC 7162 §3.1.3: STORE", () => {
  assertEquals(read(expectStoreArguments, "2:4 +FLAGS (\\Deleted)"), {
    set: [[2, 4]],
    mode: "add",
    silent: false,
    flags: ["\\Deleted"],
  });
  assertEquals(read(expectStoreArguments, "7,5,9 (UNCHANGEDSINCE 320162338) +FLAGS.SILENT (\\Deleted)"), {
    set: [7, 5, 9],
    unchangedSince: 320162338n,
    mode: "add",
    silent: true,
    flags: ["\\Deleted"],
  });
  assertEquals(read(expectStoreArguments, "$ -flags.Silent \\seen $Junk").flags, ["\\Seen", "$Junk"]);
  assertEquals(read(expectStoreArguments, "1 FLAGS ()"), { set: [1], mode: "set", silent: false, flags: [] });
  assertMalformed(expectStoreArguments, "1 +|FLAG (\\Seen)", "FLAGS or FLAGS.SILENT");
  assertMalformed(expectStoreArguments, "1 FLAGS |", "a flag");
  assertMalformed(expectStoreArguments, "1 +|+FLAGS a", "FLAGS or FLAGS.SILENT");
  assertMalformed(expectStoreArguments, "1 (UNCHANGEDSINCE 1| UNCHANGEDSINCE 1) FLAGS a", '")"');
  assertMalformed(expectStoreArguments, "1 (|CHANGEDSINCE 1) FLAGS a", "UNCHANGEDSINCE");
});

Deno.test("STORE: what is printed is read as the same", () => {
  const stores = fc.record({
    set: sequenceSets,
    unchangedSince: numbers64,
    mode: fc.constantFrom("set" as const, "add" as const, "remove" as const),
    silent: fc.boolean(),
    flags: fc.array(flags),
  }, { requiredKeys: ["set", "mode", "silent", "flags"] });
  fc.assert(
    fc.property(stores, (given) => assertEquals(read(expectStoreArguments, printStoreArguments(given)), given)),
  );
});

Deno.test("RFC 6154 §3, §5.3: CREATE with what the mailbox is for", () => {
  assertEquals(read(expectCreateArguments, "MySpecial (USE (\\Drafts \\sent))"), {
    mailbox: "MySpecial",
    uses: ["\\Drafts", "\\Sent"],
  });
  assertEquals(read(expectCreateArguments, "owatagusiam/"), { mailbox: "owatagusiam/", uses: [] });
  assertEquals(read(expectCreateArguments, "a (USE ())").uses, []);
  assertEquals(read(expectCreateArguments, "a (USE (\\Memos))").uses, ["\\Memos"]);
  assertMalformed(expectCreateArguments, "a (USE (|Sent))", '"\\"');
  assertMalformed(expectCreateArguments, "a (|)", "USE");
  fc.assert(fc.property(mailboxNames, fc.subarray(["\\All", "\\Junk", "\\x"]), nameForms, (mailbox, uses, form) => {
    const given = { mailbox, uses };
    assertEquals(read(expectCreateArguments, printCreateArguments(given, form), form), given);
  }));
});

Deno.test("RFC 9051 §6.3.6, §6.4.7, RFC 4315 §2.1: names and sets", () => {
  assertEquals(read(expectRenameArguments, "blurdybloop sarasoop"), { from: "blurdybloop", to: "sarasoop" });
  assertEquals(read(expectCopyArguments, "2:4 MEETING"), { set: [[2, 4]], mailbox: "MEETING" });
  assertEquals(read(expectSetArgument, "3000:3002"), [[3000, 3002]]);
  assertEquals(read(expectMailboxArgument, '"a b"'), "a b");
  assertMalformed(expectMailboxArgument, "a| b", "the end of the command");
  assertMalformed(expectRenameArguments, "a |", "a mailbox name");
  assertMalformed(expectCopyArguments, "1:2|", "a space");
  fc.assert(fc.property(mailboxNames, mailboxNames, sequenceSets, nameForms, (from, to, set, form) => {
    assertEquals(read(expectRenameArguments, printRenameArguments({ from, to }, form), form), { from, to });
    assertEquals(read(expectCopyArguments, printCopyArguments({ set, mailbox: to }, form), form), { set, mailbox: to });
  }));
});

Deno.test("RFC 4314 §3, §7: rights, replaced, added or removed", () => {
  assertEquals(read(expectSetAclArguments, "INBOX/Drafts John lrswicda"), {
    mailbox: "INBOX/Drafts",
    identifier: "John",
    mode: "set",
    rights: "lrswicda",
  });
  assertEquals(read(expectSetAclArguments, "INBOX Fred +x2").mode, "add");
  assertEquals(read(expectSetAclArguments, 'INBOX -Fred "-"'), {
    mailbox: "INBOX",
    identifier: "-Fred",
    mode: "remove",
    rights: "",
  });
  assertMalformed(expectSetAclArguments, "INBOX John |lrQswicda", "rights: lower-case letters and digits");
  assertMalformed(expectSetAclArguments, 'INBOX John |"l r"', "rights: lower-case letters and digits");
  assertMalformed(expectMailboxIdentifier, "INBOX|", "a space");
  assertMalformed(expectMailboxIdentifier, "INBOX |{1}\r\n\xff", "an identifier in UTF-8");
  const modes = fc.constantFrom("set" as const, "add" as const, "remove" as const);
  const rights = fc.string({ unit: fc.constantFrom(..."lrswipkxtea01"), maxLength: 6 });
  fc.assert(fc.property(mailboxNames, texts, modes, rights, nameForms, (mailbox, identifier, mode, some, form) => {
    const target = { mailbox, identifier }, given = { ...target, mode, rights: some };
    assertEquals(read(expectMailboxIdentifier, printMailboxIdentifier(target, form), form), target);
    assertEquals(read(expectSetAclArguments, printSetAclArguments(given, form), form), given);
  }));
});

Deno.test("RFC 9208 §4.1: SETQUOTA", () => {
  assertEquals(read(expectSetQuotaArguments, '"" (STORAGE 512)'), { root: "", limits: [["STORAGE", 512]] });
  assertEquals(read(expectSetQuotaArguments, "root ()"), { root: "root", limits: [] });
  assertMalformed(expectSetQuotaArguments, '"" (STORAGE |-1)', "a limit");
  assertMalformed(expectSetQuotaArguments, '"" |x', '"("');
  assertEquals(read(expectQuotaRoot, '"!partition/sda4"'), "!partition/sda4");
  const limits = fc.array(fc.tuple(atoms.map((atom) => atom.toUpperCase()), sizes));
  fc.assert(fc.property(texts, limits, (root, some) => {
    assertEquals(read(expectQuotaRoot, printQuotaRoot(root)), root);
    const given = { root, limits: some };
    assertEquals(read(expectSetQuotaArguments, printSetQuotaArguments(given)), given);
  }));
});
