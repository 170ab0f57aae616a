/** Quotas (RFC 9208): what is over them is refused, as a whole batch. */
import { assertEquals } from "@std/assert";
import type { Quota } from "../../../core/contract/accounts.ts";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import type { Operation, Storage } from "../../../core/contract/storage.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, append, assertRefused, details, fill, mailboxOf, message, named, namesOf } from "./support.ts";

const size = message("one").length;

function limit(storage: Storage, account: AccountId, quota: Quota): Promise<void> {
  return storage.changeAccounts([{ do: "setQuota", account, quota }]);
}

/** Promises about quotas. */
export const quotaPromises: readonly StoragePromise[] = [
  [
    "a quota is set as a whole, is the account's, and is taken away by one without limits",
    async ({ storage, reopen }) => {
      const id = await account(storage), before = await storage.account(id);
      assertEquals(before && "quota" in before, false);
      await limit(storage, id, { storage: 1e12, messages: 5 });
      assertEquals((await storage.accountByAddress("user@example.org"))?.quota, { storage: 1e12, messages: 5 });
      await limit(storage, id, { mailboxes: 0 });
      assertEquals((await storage.accounts())[0]?.quota, { mailboxes: 0 });
      await storage.changeAccounts([{ do: "setSecrets", account: id, secrets: { x: "y" } }]);
      const current = await reopen?.() ?? storage;
      assertEquals((await current.account(id))?.quota, { mailboxes: 0 });
      await limit(current, id, {});
      await current.changeAccounts([{ do: "setSecrets", account: id, secrets: {} }]);
      assertEquals(await current.account(id), before);
    },
  ],
  ["a limit that is no number of things is refused, and so is one for nobody", async ({ storage }) => {
    const id = await account(storage);
    for (const limit of [-1, 1.5, NaN, Infinity, 2 ** 53]) {
      for (const name of ["storage", "messages", "mailboxes"]) {
        const quota = { [name]: limit };
        await assertRefused("invalid", storage.changeAccounts([{ do: "setQuota", account: id, quota }]));
      }
    }
    const gone = await account(storage, "gone@x");
    await storage.changeAccounts([{ do: "removeAccount", account: gone }]);
    await assertRefused("not-found", limit(storage, gone, { messages: 1 }));
  }],
  ["RFC 9208 §5.1: octets up to the limit are kept, one more is refused", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    await limit(storage, id, { storage: 2 * size });
    await append(storage, mailbox, "one");
    await append(storage, mailbox, "two");
    await assertRefused("over-quota", append(storage, mailbox, "tri"));
    const body = await storage.writeBody(message("tri"));
    const deliver = { do: "deliver", account: id, mailboxName: "INBOX", body, details: details() } as const;
    await assertRefused("over-quota", storage.apply([deliver]));
    await assertRefused("over-quota", storage.apply([{ do: "copy", from: mailbox, uids: [1], to: mailbox }]));
    assertEquals((await mailboxOf(storage, mailbox)).messages, 2);
    await storage.apply([{ do: "expunge", mailbox, uids: [1] }]);
    await storage.apply([deliver]);
    assertEquals((await mailboxOf(storage, mailbox)).size, 2 * size);
  }],
  ["RFC 9208 §5.2: messages of all mailboxes count together", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const [{ id: other }] = await storage.apply([{ do: "createMailbox", account: id, name: "other" }]);
    await limit(storage, id, { messages: 3 });
    await fill(storage, mailbox, "one", "two");
    await assertRefused("over-quota", storage.apply([{ do: "copy", from: mailbox, uids: [1, 2], to: other }]));
    assertEquals((await mailboxOf(storage, other)).messages, 0);
    await storage.apply([{ do: "copy", from: mailbox, uids: [1], to: other }]);
    await assertRefused("over-quota", fill(storage, other, "four"));
  }],
  ["what moves within an account adds nothing, what moves to another's counts there", async ({ storage }) => {
    const id = await account(storage, "a@x"), other = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, id, "INBOX"), { id: theirs } = await named(storage, other, "INBOX");
    const [{ id: archive }] = await storage.apply([{ do: "createMailbox", account: id, name: "archive" }]);
    await fill(storage, mailbox, "one", "two", "three");
    // Over it already.
    await limit(storage, id, { messages: 1, storage: 1 });
    await limit(storage, other, { messages: 2 });
    await storage.apply([{ do: "move", from: mailbox, uids: [1], to: archive }]);
    await assertRefused("over-quota", storage.apply([{ do: "copy", from: mailbox, uids: [2], to: archive }]));
    await storage.apply([{ do: "move", from: mailbox, uids: [2, 3], to: theirs }]);
    await assertRefused("over-quota", storage.apply([{ do: "move", from: archive, uids: [1], to: theirs }]));
    assertEquals((await mailboxOf(storage, archive)).messages, 1);
    // Nothing is nothing.
    await storage.apply([{ do: "copy", from: mailbox, uids: [9], to: archive }]);
    await storage.apply([{ do: "move", from: theirs, uids: [9], to: archive }]);
  }],
  ["what is over a quota stays; everything that adds nothing is done", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const [{ id: other }] = await storage.apply([{ do: "createMailbox", account: id, name: "other" }]);
    await fill(storage, mailbox, "one", "two");
    await limit(storage, id, { storage: 0, messages: 0, mailboxes: 0 });
    await storage.apply([
      { do: "setFlags", mailbox, uids: [1], change: { mode: "add", flags: ["\\Deleted"] } },
      { do: "expunge", mailbox, uids: [1] },
      { do: "renameMailbox", mailbox: other, name: "another" },
      { do: "setMetadata", place: { mailbox }, entries: [["/comment", message("x")]] },
      { do: "subscribe", account: id, name: "x" },
      { do: "removeMailbox", mailbox: other },
    ]);
    assertEquals((await mailboxOf(storage, mailbox)).messages, 1);
  }],
  ["RFC 9208 §5.3: mailboxes count, those made above them and by RENAME of INBOX as well", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    await limit(storage, id, { mailboxes: 3, messages: 0 });
    const create = (name: string) => storage.apply([{ do: "createMailbox", account: id, name }]);
    await assertRefused("over-quota", create("a/b/c"));
    assertEquals(await namesOf(storage, id), ["INBOX"]);
    await create("a/b");
    await assertRefused("over-quota", create("c"));
    const rename = (mailbox: Operation & { do: "renameMailbox" }) => storage.apply([mailbox]);
    await assertRefused("over-quota", rename({ do: "renameMailbox", mailbox, name: "old" }));
    const { id: b } = await named(storage, id, "a/b");
    await assertRefused("over-quota", rename({ do: "renameMailbox", mailbox: b, name: "x/b" }));
    await rename({ do: "renameMailbox", mailbox: b, name: "b" });
    assertEquals(await namesOf(storage, id), ["INBOX", "a", "b"]);
  }],
  ["a batch that is over a quota at any of its operations is not done", async ({ storage }) => {
    const id = await account(storage, "a@x"), free = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, id, "INBOX"), { id: theirs } = await named(storage, free, "INBOX");
    await limit(storage, id, { messages: 1 });
    const body = await storage.writeBody(message("x"));
    const deliver = (account: AccountId) =>
      ({ do: "deliver", account, mailboxName: "INBOX", body, details: details() }) as const;
    await assertRefused("over-quota", storage.apply([deliver(free), deliver(id), deliver(id)]));
    assertEquals([await mailboxOf(storage, mailbox), await mailboxOf(storage, theirs)].map((of) => of.messages), [
      0,
      0,
    ]);
    // What was set before in the same batch holds.
    await storage.apply([{ do: "setQuota", account: id, quota: { messages: 2 } }, deliver(id), deliver(id)]);
    await assertRefused(
      "over-quota",
      storage.apply([{ do: "setQuota", account: free, quota: { storage: 0 } }, deliver(free)]),
    );
    assertEquals((await storage.account(free))?.quota, undefined);
  }],
  ["many callers at once: as many messages as there is room for, and not one more", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    await limit(storage, id, { messages: 25, storage: 100 * size });
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => append(storage, mailbox, "one")));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") await assertRefused("over-quota", Promise.reject(outcome.reason));
    }
    assertEquals(outcomes.filter(({ status }) => status === "fulfilled").length, 25);
    assertEquals((await mailboxOf(storage, mailbox)).messages, 25);
  }],
];
