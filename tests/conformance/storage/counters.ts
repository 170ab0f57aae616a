/** What a mailbox tells of its messages without them: counts, keywords, recent ones, UIDs. */
import { assert, assertEquals } from "@std/assert";
import type { FlagChange } from "../../../core/contract/mailbox.ts";
import type { StoragePromise } from "../storage_suite.ts";
import {
  account,
  append,
  assertCounted,
  assertRefused,
  details,
  fill,
  inbox,
  mailboxOf,
  message,
  messagesOf,
  named,
} from "./support.ts";

/** Promises about counters. */
export const counterPromises: readonly StoragePromise[] = [
  ["a mailbox counts those without \\Seen, those with \\Deleted, and the octets of these", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const [{ id: other }] = await storage.apply([{ do: "createMailbox", account: id, name: "other" }]);
    const store = (uids: readonly number[], mode: FlagChange["mode"], ...flags: string[]) =>
      storage.apply([{ do: "setFlags", mailbox, uids, change: { mode, flags } }]);
    const counts = async (of = mailbox) => {
      await assertCounted(storage, of);
      const { messages, unseen, deleted, deletedSize } = await mailboxOf(storage, of);
      return [messages, unseen, deleted, deletedSize];
    };
    const size = message("one").length;
    assertEquals(await counts(), [0, 0, 0, 0]);
    await append(storage, mailbox, "one");
    await append(storage, mailbox, "two", "\\Seen");
    await append(storage, mailbox, "tri", "\\deleted", "\\SEEN");
    assertEquals(await counts(), [3, 1, 1, size]);
    await store([1, 2, 3], "add", "\\Deleted");
    assertEquals(await counts(), [3, 1, 3, 3 * size]);
    await store([1, 2], "set", "\\Flagged", "x");
    assertEquals(await counts(), [3, 2, 1, size]);
    await store([2], "add", "\\seen");
    await store([2, 3], "remove", "\\Deleted", "\\Answered");
    assertEquals(await counts(), [3, 1, 0, 0]);
    await store([3], "add", "\\Deleted");
    await storage.apply([{ do: "copy", from: mailbox, uids: [1, 3], to: other }]);
    assertEquals(await counts(other), [2, 1, 1, size]);
    await storage.apply([{ do: "move", from: mailbox, uids: [1, 2], to: other }]);
    assertEquals([await counts(), await counts(other)], [[1, 0, 1, size], [4, 2, 1, size]]);
    await storage.apply([{ do: "expunge", mailbox, uids: [3] }]);
    assertEquals(await counts(), [0, 0, 0, 0]);
    await storage.apply([{ do: "renameMailbox", mailbox: other, name: "renamed" }]);
    assertEquals(await counts(other), [4, 2, 1, size]);
  }],
  ["flags that only begin like \\Seen and \\Deleted are not counted as those", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await append(storage, mailbox, "one", "\\SeenBefore", "Deleted", "\\Deleted2");
    const { unseen, deleted } = await mailboxOf(storage, mailbox);
    assertEquals([unseen, deleted], [1, 0]);
    assertEquals((await storage.snapshot(mailbox)).firstUnseen, 1);
  }],
  ["a mailbox is found by its id as it is found by its name", async ({ storage }) => {
    const id = await account(storage);
    const found = await named(storage, id, "INBOX");
    await append(storage, found.id, "one", "work");
    assertEquals(await storage.mailbox(found.id), await named(storage, id, "INBOX"));
    assertEquals(await storage.mailboxes(id), [await named(storage, id, "INBOX")]);
    const [made] = await storage.apply([{ do: "createMailbox", account: id, name: "x" }]);
    assertEquals(await storage.mailbox(made.id), made);
    await storage.apply([{ do: "removeMailbox", mailbox: made.id }]);
    assertEquals(await storage.mailbox(made.id), undefined);
  }],
  ["a mailbox keeps the keywords it has seen, each once, as it was first spelled", async ({ storage, reopen }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const [{ id: other }] = await storage.apply([{ do: "createMailbox", account: id, name: "other" }]);
    assertEquals((await mailboxOf(storage, mailbox)).keywords, []);
    await append(storage, mailbox, "one", "$Junk", "\\Seen", "Work");
    await append(storage, mailbox, "two", "WORK", "a");
    const change = { mode: "add", flags: ["$junk", "B", "\\Flagged", "\\Odd"] } as const;
    await storage.apply([{ do: "setFlags", mailbox, uids: [1], change }]);
    await storage.apply([{ do: "setFlags", mailbox, uids: [1], change: { mode: "remove", flags: ["Work"] } }]);
    await storage.apply([{ do: "copy", from: mailbox, uids: [2], to: other }]);
    await storage.apply([{ do: "move", from: mailbox, uids: [1, 2], to: other }]);
    await append(storage, mailbox, "tri", "c");
    assertEquals((await mailboxOf(storage, mailbox)).keywords, ["$Junk", "Work", "a", "B", "c"]);
    assertEquals((await mailboxOf(storage, other)).keywords, ["WORK", "a", "$Junk", "B"]);
    const current = await reopen?.() ?? storage;
    assertEquals((await mailboxOf(current, mailbox)).keywords, ["$Junk", "Work", "a", "B", "c"]);
  }],
  ["a mailbox keeps the oldest thousand keywords; messages keep all of theirs", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const all = Array.from({ length: 1200 }, (_, n) => `k${n}`);
    await append(storage, mailbox, "one", ...all.slice(0, 900));
    await append(storage, mailbox, "two", ...all.slice(850));
    assertEquals((await mailboxOf(storage, mailbox)).keywords, all.slice(0, 1000));
    assertEquals((await messagesOf(storage, mailbox))[1]?.flags, all.slice(850));
  }],
  ["a message has at most a thousand flags", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const many = Array.from({ length: 1001 }, (_, n) => `k${n}`);
    await assertRefused("too-large", append(storage, mailbox, "one", ...many));
    await append(storage, mailbox, "two", ...many.slice(0, 999));
    const add = (...flags: string[]) =>
      storage.apply([{ do: "setFlags", mailbox, uids: [1], change: { mode: "add", flags } }]);
    await add("k0", "K1", "k999");
    await assertRefused("too-large", add("k1000"));
    assertEquals((await messagesOf(storage, mailbox))[0]?.flags, many.slice(0, 1000));
  }],
  ["a flag that is too long is refused", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await append(storage, mailbox, "one", "k".repeat(255));
    const change = { mode: "add", flags: ["l".repeat(256)] } as const;
    await assertRefused("too-large", storage.apply([{ do: "setFlags", mailbox, uids: [1], change }]));
  }],
  ["RFC 3501 §2.3.2: what is taken as recent by one is recent to no other", async ({ storage, reopen }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const [{ id: other }] = await storage.apply([{ do: "createMailbox", account: id, name: "other" }]);
    await fill(storage, mailbox, "one", "two");
    assertEquals((await mailboxOf(storage, mailbox)).recentFrom, 1);
    assertEquals(await storage.apply([{ do: "takeRecent", mailbox }]), [1]);
    assertEquals(await storage.apply([{ do: "takeRecent", mailbox }]), [3]);
    await fill(storage, mailbox, "three");
    const before = await mailboxOf(storage, mailbox);
    assertEquals(before.recentFrom, 3);
    assertEquals(await storage.apply([{ do: "takeRecent", mailbox }]), [3]);
    assertEquals(await mailboxOf(storage, mailbox), { ...before, recentFrom: 4 });
    await storage.apply([{ do: "copy", from: mailbox, uids: [1], to: other }]);
    assertEquals((await mailboxOf(storage, other)).recentFrom, 1);
    // A session takes no more than it has seen, whatever has come meanwhile.
    await fill(storage, other, "five", "six");
    assertEquals(await storage.apply([{ do: "takeRecent", mailbox: other, before: 3 }]), [1]);
    assertEquals(await storage.apply([{ do: "takeRecent", mailbox: other, before: 2 }]), [3]);
    assertEquals((await mailboxOf(storage, other)).recentFrom, 3);
    assertEquals(await storage.apply([{ do: "takeRecent", mailbox: other, before: 99 }]), [3]);
    assertEquals((await mailboxOf(storage, other)).recentFrom, 4);
    const current = await reopen?.() ?? storage;
    assertEquals(await current.apply([{ do: "takeRecent", mailbox }]), [4]);
  }],
  [
    "sessions that take what is recent while mail comes in: each message is recent to one of them",
    async ({ storage }) => {
      const mailbox = await inbox(storage);
      const taken = await Promise.all(Array.from({ length: 30 }, async (_, n) => {
        const body = await storage.writeBody(message(`${n}`));
        await fill(storage, mailbox, `more ${n}`);
        const [{ uid }, from] = await storage.apply([
          { do: "append", mailbox, body, details: details() },
          { do: "takeRecent", mailbox },
        ]);
        return [from, uid] as const;
      }));
      let next = 1;
      for (const [from, uid] of taken.sort((a, b) => a[1] - b[1])) {
        assertEquals(from, next);
        next = uid + 1;
      }
      assertEquals((await mailboxOf(storage, mailbox)).recentFrom, next);
    },
  ],
  ["a snapshot is the mailbox, the UIDs in it, and the first without \\Seen", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    assertEquals(await storage.snapshot(mailbox), {
      mailbox: await mailboxOf(storage, mailbox),
      uids: new Uint32Array(),
    });
    await fill(storage, mailbox, "one", "two", "three", "four", "five");
    const change = { mode: "add", flags: ["\\Seen"] } as const;
    await storage.apply([
      // The order of UIDs is not that of the last changes.
      { do: "setFlags", mailbox, uids: [4], change },
      { do: "setFlags", mailbox, uids: [1, 3], change },
      { do: "expunge", mailbox, uids: [2] },
    ]);
    assertEquals(await storage.snapshot(mailbox), {
      mailbox: await mailboxOf(storage, mailbox),
      uids: Uint32Array.of(1, 3, 4, 5),
      firstUnseen: 5,
    });
    await storage.apply([{ do: "setFlags", mailbox, uids: [5], change }]);
    assertEquals("firstUnseen" in await storage.snapshot(mailbox), false);
    await storage.apply([{ do: "renameMailbox", mailbox, name: "old" }]);
    const { id: old } = await named(storage, id, "old");
    await storage.apply([{ do: "removeMailbox", mailbox: old }]);
    await assertRefused("not-found", storage.snapshot(old));
  }],
  ["a snapshot is of one moment, while others write", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await Promise.all(Array.from({ length: 30 }, async (_, n) => {
      await fill(storage, mailbox, `${n}`);
      const { mailbox: { messages, uidNext, unseen }, uids, firstUnseen } = await storage.snapshot(mailbox);
      assertEquals([messages, unseen, firstUnseen], [uids.length, uids.length, uids[0]]);
      assert(uidNext > (uids.at(-1) ?? 0));
    }));
  }],
  ["a snapshot of thousands is in order, without gaps where there are none", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const body = await storage.writeBody(message("x"));
    const few = Array.from({ length: 2000 }, () => ({ do: "append", mailbox, body, details: details() } as const));
    await storage.apply(few);
    await storage.apply([{ do: "copy", from: mailbox, uids: [[1, 2000]], to: mailbox }]);
    const { uids } = await storage.snapshot(mailbox);
    assertEquals([...uids], Array.from({ length: 4000 }, (_, index) => index + 1));
  }],
  ["summaries of many bodies come in the order asked, also of bodies that no batch has named", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const stored = await fill(storage, mailbox, "one", "two", "three");
    const short = await storage.writeBody(message("short"));
    const long = await storage.writeBody(new Uint8Array([...message("long"), ...new Uint8Array(400_000).fill(65)]));
    const bodies = [short, ...stored.map(({ body }) => body).reverse(), long, short];
    const found = await storage.summaries(bodies);
    assertEquals(found, await Promise.all(bodies.map((body) => storage.summary(body))));
    assertEquals(await storage.summaries([]), []);
    const parts = ["size", "headerSize", "messageId", "references", "envelope", "structure", "fields"] as const;
    for (const part of parts) {
      const only = await storage.summaries(bodies, [part]);
      assertEquals(only.map((summary) => summary[part]), found.map((summary) => summary[part]));
    }
    const two = await storage.summaries(bodies, ["envelope", "lines"]);
    assertEquals(
      two.map(({ envelope, lines }) => ({ envelope, lines })),
      found.map(({ envelope, lines }) => ({ envelope, lines })),
    );
    storage.discardBody(short);
    await assertRefused("not-found", storage.summaries([long, short]));
  }],
];
