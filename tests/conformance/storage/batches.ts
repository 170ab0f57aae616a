/** Batches: all or none, in order, many callers at once. */
import { assert, assertEquals } from "@std/assert";
import type { Operation } from "../../../core/contract/storage.ts";
import type { StoragePromise } from "../storage_suite.ts";
import {
  account,
  assertRefused,
  contentOf,
  details,
  fill,
  inbox,
  message,
  messagesOf,
  named,
  namesOf,
  octets,
} from "./support.ts";

/** Promises about batches. */
export const batchPromises: readonly StoragePromise[] = [
  ["a batch is done as a whole or not at all", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const [{ id: other }] = await storage.apply([{ do: "createMailbox", account: id, name: "other" }]);
    await fill(storage, mailbox, "one", "two", "three");
    await storage.changeAccounts([{ do: "setAlias", address: "alias@x", to: ["a@x"] }]);
    const friend = await account(storage, "friend@x");
    const { id: theirs } = await named(storage, friend, "INBOX");
    await storage.apply([
      { do: "subscribe", account: id, name: "b" },
      { do: "setRights", mailbox: other, who: friend, rights: "l" },
      { do: "setRights", mailbox: theirs, who: id, rights: "l" },
      { do: "setMetadata", place: { mailbox: other }, entries: [["/a", octets("1")]] },
    ]);
    const state = async () => [
      await storage.accounts(),
      await storage.aliases(),
      await storage.mailboxes(id),
      await storage.messages(mailbox, { changedSince: 1n }),
      await storage.messages(other, { changedSince: 1n }),
      await storage.subscriptions(id),
      await storage.metadata({ account: id }),
      await storage.metadata({ mailbox: other }),
      await storage.mailboxesSharedWith(id),
    ];
    const before = await state();
    const body = await storage.writeBody(message("new"));
    const good: Operation[] = [
      { do: "append", mailbox, body, details: details() },
      { do: "deliver", account: id, mailboxName: "other", body, details: details() },
      { do: "setFlags", mailbox, uids: [1, 2], change: { mode: "add", flags: ["x"] } },
      { do: "copy", from: mailbox, uids: [1], to: other },
      { do: "move", from: mailbox, uids: [2], to: other },
      { do: "expunge", mailbox, uids: [1] },
      { do: "createMailbox", account: id, name: "a/b" },
      { do: "renameMailbox", mailbox: other, name: "renamed" },
      { do: "createAccount", address: "new@x", secrets: {} },
      { do: "setSecrets", account: id, secrets: { x: "y" } },
      { do: "setQuota", account: id, quota: { messages: 100 } },
      { do: "createMailbox", account: id, name: "sent", specialUse: "\\Sent" },
      { do: "setSpecialUse", mailbox: other, specialUse: "\\Junk" },
      { do: "setRights", mailbox: other, who: friend, rights: "" },
      { do: "setRights", mailbox: other, who: "anyone", rights: "lr" },
      { do: "subscribe", account: id, name: "a" },
      { do: "unsubscribe", account: id, name: "b" },
      { do: "setMetadata", place: { mailbox: other }, entries: [["/a", undefined], ["/b", octets("2")]] },
      { do: "setMetadata", place: { account: id }, entries: [["/a", octets("3")]] },
      { do: "takeRecent", mailbox },
      { do: "setAlias", address: "alias@x", to: ["b@x"] },
      { do: "removeAlias", address: "alias@x" },
      { do: "removeMailbox", mailbox: other },
      { do: "removeAccount", account: id },
    ];
    for (let length = 1; length <= good.length; length++) {
      await assertRefused("not-found", storage.apply([...good.slice(0, length), { do: "removeAlias", address: "no" }]));
      assertEquals(await state(), before, `after ${good[length - 1]?.do}`);
    }
    await storage.apply(good);
    assertEquals(await storage.account(id), undefined);
  }],
  ["operations see what those before them in the batch have done", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const body = await storage.writeBody(message("x"));
    const [first, second, flags, moved, gone] = await storage.apply([
      { do: "append", mailbox, body, details: details() },
      { do: "append", mailbox, body, details: details() },
      { do: "setFlags", mailbox, uids: [[1, 2]], change: { mode: "add", flags: ["\\Seen"] } },
      { do: "copy", from: mailbox, uids: [1], to: mailbox },
      { do: "expunge", mailbox, uids: [2] },
    ]);
    assertEquals([first.uid, second.uid, flags.changed.length, moved, gone.uids], [1, 2, 2, [[1, 3, 1]], [2]]);
    assertEquals((await messagesOf(storage, mailbox)).map(({ flags }) => flags), [["\\Seen"], ["\\Seen"]]);
  }],
  ["an empty batch is done", async ({ storage }) => {
    assertEquals(await storage.apply([]), []);
    await storage.changeAccounts([]);
  }],
  ["a hundred callers at once: each gets its own results, those who fail harm nobody", async ({ storage, reopen }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, async (_, n) => {
      const body = await storage.writeBody(message(`number ${n}`));
      const operations: Operation[] = [
        { do: "append", mailbox, body, details: details(`n${n}`) },
        { do: "createMailbox", account: id, name: n % 10 === 3 ? "INBOX" : `box${n}` },
      ];
      const [made] = await storage.apply(operations);
      return { n, made };
    }));
    const current = await reopen?.() ?? storage;
    const messages = await messagesOf(current, mailbox);
    const uids = messages.map(({ uid }) => uid);
    assertEquals(uids.length, 90);
    // Those who failed have used up no UID.
    assertEquals(uids, Array.from({ length: 90 }, (_, index) => index + 1));
    assertEquals(new Set(messages.map(({ modseq }) => modseq)).size, 90);
    for (const [n, outcome] of outcomes.entries()) {
      assertEquals(outcome.status, n % 10 === 3 ? "rejected" : "fulfilled");
      if (outcome.status === "rejected") continue;
      const made = messages.find(({ flags }) => flags[0] === `n${n}`);
      assertEquals(outcome.value.made, made);
      assert(made && (await contentOf(current, made.body)).includes(`number ${n}`));
    }
    assertEquals((await namesOf(current, id)).length, 91);
  }],
  ["callers who change the same message at once all have their way", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "x");
    await Promise.all(
      Array.from(
        { length: 50 },
        (_, n) => storage.apply([{ do: "setFlags", mailbox, uids: [1], change: { mode: "add", flags: [`k${n}`] } }]),
      ),
    );
    assertEquals((await messagesOf(storage, mailbox))[0]?.flags.length, 50);
  }],
  ["when a batch has resolved, all reads see it", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    for (let n = 1; n <= 20; n++) {
      await fill(storage, mailbox, `${n}`);
      assertEquals((await named(storage, id, "INBOX")).messages, n);
      assertEquals((await messagesOf(storage, mailbox)).length, n);
    }
  }],
];
