/** Mailboxes and their names. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { StoragePromise } from "../storage_suite.ts";
import { account, assertRefused, contentOf, details, fill, message, named, namesOf, uidsOf } from "./support.ts";

/** Promises about mailboxes. */
export const mailboxPromises: readonly StoragePromise[] = [
  ["RFC 9051 §5.1: INBOX in any case, other names in theirs", async ({ storage }) => {
    const id = await account(storage);
    await storage.apply([{ do: "createMailbox", account: id, name: "Work" }]);
    assertEquals((await named(storage, id, "inbox")).name, "INBOX");
    assertEquals(await storage.mailboxByName(id, "work"), undefined);
    await assertRefused("conflict", storage.apply([{ do: "createMailbox", account: id, name: "iNbOx" }]));
    const [below] = await storage.apply([{ do: "createMailbox", account: id, name: "inbox/Sub" }]);
    assertEquals(below.name, "INBOX/Sub");
  }],
  ["RFC 9051 §5.1: names that Unicode calls equal lead to one mailbox", async ({ storage }) => {
    const id = await account(storage);
    const [made] = await storage.apply([{ do: "createMailbox", account: id, name: "Entwu\u0308rfe" }]);
    assertEquals(made.name, "Entwürfe");
    assertEquals((await named(storage, id, "Entwu\u0308rfe")).id, made.id);
    await assertRefused("conflict", storage.apply([{ do: "createMailbox", account: id, name: "Entwürfe" }]));
  }],
  ["names that no mailbox can have are refused", async ({ storage }) => {
    const id = await account(storage);
    for (const name of ["", "/", "/a", "a//b", "a\u0000", "a\nb", "\ud800", "x".repeat(1001), "é".repeat(501)]) {
      await assertRefused("invalid", storage.apply([{ do: "createMailbox", account: id, name }]));
      assertEquals(await storage.mailboxByName(id, name), undefined);
    }
  }],
  ["RFC 9051 §6.3.4: CREATE makes what is above, without the separator at the end", async ({ storage }) => {
    const id = await account(storage);
    const [made] = await storage.apply([{ do: "createMailbox", account: id, name: "a/b/c/" }]);
    assertEquals(made.name, "a/b/c");
    assertEquals(await namesOf(storage, id), ["INBOX", "a", "a/b", "a/b/c"]);
    assertEquals(made, await named(storage, id, "a/b/c"));
  }],
  ["mailboxes come INBOX first, then by name", async ({ storage }) => {
    const id = await account(storage);
    const names = ["b", "A", "é", "\u{1f600}", "\uffee", "a"];
    await storage.apply(names.map((name) => ({ do: "createMailbox", account: id, name })));
    assertEquals(await namesOf(storage, id), ["INBOX", "A", "a", "b", "é", "\uffee", "\u{1f600}"]);
  }],
  ["RFC 9051 §2.3.1.1: UIDVALIDITY is never given twice, nor is a mailbox's id", async ({ storage, reopen }) => {
    const id = await account(storage);
    const seen = new Set<number>(), ids = new Set<number>();
    let current = storage;
    for (let round = 0; round < 4; round++) {
      const [made] = await current.apply([{ do: "createMailbox", account: id, name: "x" }]);
      assert(!seen.has(made.uidValidity) && !ids.has(made.id));
      assert(made.uidValidity > 0 && made.uidValidity < 2 ** 32);
      seen.add(made.uidValidity);
      ids.add(made.id);
      await current.apply([{ do: "removeMailbox", mailbox: made.id }]);
      if (reopen !== undefined && round === 1) current = await reopen();
    }
  }],
  ["RFC 9051 §6.3.5: DELETE takes the messages, and leaves INBOX and what is below", async ({ storage }) => {
    const id = await account(storage);
    const [, below] = await storage.apply([
      { do: "createMailbox", account: id, name: "a" },
      { do: "createMailbox", account: id, name: "a/b" },
    ]);
    const { id: mailbox } = await named(storage, id, "a");
    const [first] = await fill(storage, mailbox, "one");
    assert(first);
    await storage.apply([{ do: "removeMailbox", mailbox }]);
    assertEquals(await namesOf(storage, id), ["INBOX", "a/b"]);
    assertEquals((await named(storage, id, "a/b")).id, below.id);
    await assertRefused("not-found", storage.openBody(first.body));
    await assertRefused("not-found", storage.apply([{ do: "removeMailbox", mailbox }]));
    const { id: inbox } = await named(storage, id, "INBOX");
    await assertRefused("invalid", storage.apply([{ do: "removeMailbox", mailbox: inbox }]));
  }],
  ["RFC 9051 §6.3.6: RENAME takes what is below along, and keeps id, UIDs and messages", async ({ storage }) => {
    const id = await account(storage);
    await storage.apply([{ do: "createMailbox", account: id, name: "foo/bar/baz" }]);
    const before = await named(storage, id, "foo/bar");
    await fill(storage, before.id, "one");
    await storage.apply([{ do: "renameMailbox", mailbox: before.id, name: "new/zap" }]);
    assertEquals(await namesOf(storage, id), ["INBOX", "foo", "new", "new/zap", "new/zap/baz"]);
    const after = await named(storage, id, "new/zap");
    assertEquals([after.id, after.uidValidity, after.messages], [before.id, before.uidValidity, 1]);
    const [again] = await storage.apply([{ do: "createMailbox", account: id, name: "foo/bar" }]);
    assertNotEquals(again.uidValidity, before.uidValidity);
  }],
  [
    "RFC 9051 §6.3.6: RENAME refuses names that are taken, also below, and a place below itself",
    async ({ storage }) => {
      const id = await account(storage);
      await storage.apply([
        { do: "createMailbox", account: id, name: "a/x" },
        { do: "createMailbox", account: id, name: "b/x" },
      ]);
      const { id: a } = await named(storage, id, "a"), { id: b } = await named(storage, id, "b");
      const refused = (name: string) => storage.apply([{ do: "renameMailbox", mailbox: a, name }]);
      await assertRefused("conflict", refused("b"));
      await assertRefused("conflict", refused("a"));
      await assertRefused("conflict", refused("INBOX"));
      await assertRefused("invalid", refused("a/y"));
      await assertRefused("invalid", refused("y".repeat(999)));
      // What is left of b would take the name of a's inferior.
      await storage.apply([{ do: "removeMailbox", mailbox: b }]);
      await assertRefused("conflict", refused("b"));
      assertEquals(await namesOf(storage, id), ["INBOX", "a", "a/x", "b/x"]);
    },
  ],
  ["RENAME to the name above, when nothing has it", async ({ storage }) => {
    const id = await account(storage);
    const [top] = await storage.apply([
      { do: "createMailbox", account: id, name: "a" },
      { do: "createMailbox", account: id, name: "a/b/b" },
    ]);
    await storage.apply([{ do: "removeMailbox", mailbox: top.id }]);
    const { id: b } = await named(storage, id, "a/b");
    await storage.apply([{ do: "renameMailbox", mailbox: b, name: "a" }]);
    assertEquals(await namesOf(storage, id), ["INBOX", "a", "a/b"]);
    assertEquals((await named(storage, id, "a")).id, b);
  }],
  [
    "RFC 9051 §6.3.6: RENAME of INBOX moves its messages and leaves it, and what is below, there",
    async ({ storage }) => {
      const id = await account(storage);
      const inbox = await named(storage, id, "INBOX");
      await storage.apply([{ do: "createMailbox", account: id, name: "INBOX/below" }]);
      const [one] = await fill(storage, inbox.id, "one", "two");
      assert(one);
      await storage.apply([{ do: "renameMailbox", mailbox: inbox.id, name: "old/mail" }]);
      assertEquals(await namesOf(storage, id), ["INBOX", "INBOX/below", "old", "old/mail"]);
      const old = await named(storage, id, "old/mail"), empty = await named(storage, id, "INBOX");
      assertEquals([old.messages, empty.messages, empty.size], [2, 0, 0]);
      assertEquals([empty.id, empty.uidValidity, empty.uidNext], [inbox.id, inbox.uidValidity, 3]);
      assertEquals(await uidsOf(storage, old.id), [1, 2]);
      assert((await contentOf(storage, one.body)).includes("one"));
      assertEquals((await storage.messages(inbox.id, { changedSince: 1n })).expunged, [[1, 2]]);
    },
  ],
  ["a mailbox counts its messages and their octets", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    await fill(storage, mailbox, "one", "two", "three");
    await storage.apply([
      { do: "expunge", mailbox, uids: [2] },
      { do: "copy", from: mailbox, uids: [3], to: mailbox },
    ]);
    const { messages, size, uidNext } = await named(storage, id, "INBOX");
    const octets = message("one").length + 2 * message("three").length;
    assertEquals([messages, size, uidNext], [3, octets, 5]);
  }],
  ["a message is delivered to the mailbox named, or to INBOX where there is none", async ({ storage }) => {
    const id = await account(storage);
    await storage.apply([{ do: "createMailbox", account: id, name: "Lists" }]);
    for (const mailboxName of ["Lists", "nowhere", "a//b", "inbox"]) {
      const body = await storage.writeBody(message(mailboxName));
      await storage.apply([{ do: "deliver", account: id, mailboxName, body, details: details() }]);
    }
    assertEquals((await named(storage, id, "Lists")).messages, 1);
    assertEquals((await named(storage, id, "INBOX")).messages, 3);
    assertEquals(await namesOf(storage, id), ["INBOX", "Lists"]);
  }],
];
