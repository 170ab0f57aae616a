/** Watching an account's mailboxes. */
import { assert, assertEquals } from "@std/assert";
import type { MailboxChange } from "../../../core/contract/mailbox.ts";
import type { Operation } from "../../../core/contract/storage.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, fill, mailboxOf, named } from "./support.ts";

/** What every backend tells of a change. */
export function told<Change extends MailboxChange>({ revision: _, ...change }: Change): Omit<Change, "revision"> {
  return change;
}

/** Promises about watching. */
export const watchPromises: readonly StoragePromise[] = [
  [
    "where it says that it tells first, who watches has heard of a batch once its caller has had a turn",
    async ({ storage }) => {
      const id = await account(storage);
      const { id: mailbox } = await named(storage, id, "INBOX");
      await fill(storage, mailbox, "a message");
      const stop = new AbortController();
      const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
      for (let time = 0; time < 20; time++) {
        let heard = 0n;
        const next = changes.next().then(({ value }) => heard = value?.modseq ?? 0n);
        const change = { mode: time % 2 === 0 ? "add" : "remove", flags: ["x"] } as const;
        const [{ changed: [message] }] = await storage.apply([{ do: "setFlags", mailbox, uids: [1], change }]);
        await new Promise((resolve) => setTimeout(resolve));
        if (storage.tellsFirst) assertEquals(heard, message?.modseq);
        await next;
      }
      stop.abort();
    },
  ],
  ["who watches is told which mailbox was changed, from the moment of asking on", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const stop = new AbortController();
    const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
    await fill(storage, mailbox, "before the first step");
    assertEquals(told((await changes.next()).value), {
      mailbox,
      modseq: (await named(storage, id, "INBOX")).highestModseq,
    });
    const next = changes.next();
    await storage.apply([{ do: "setFlags", mailbox, uids: [1], change: { mode: "add", flags: ["x"] } }]);
    assertEquals(told((await next).value), { mailbox, modseq: (await named(storage, id, "INBOX")).highestModseq });
    const made = changes.next();
    const [other] = await storage.apply([{ do: "createMailbox", account: id, name: "other" }]);
    assertEquals((await made).value?.mailbox, other.id);
    stop.abort();
    assertEquals((await changes.next()).done, true);
  }],
  [
    "who watches is told of names and rights, which get no mod-sequence, and of metadata and special uses, which do",
    async ({ storage }) => {
      const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
      const [{ id: mailbox }] = await storage.apply([{ do: "createMailbox", account: id, name: "x" }]);
      await fill(storage, mailbox, "one");
      let { highestModseq: modseq } = await mailboxOf(storage, mailbox);
      const operations: readonly (readonly [Operation, modseqs: bigint])[] = [
        [{ do: "setRights", mailbox, who: friend, rights: "lr" }, 0n],
        [{ do: "setRights", mailbox, who: "anyone", rights: "l" }, 0n],
        // RFC 7162 §3.2.
        [{ do: "setSpecialUse", mailbox, specialUse: "\\Junk" }, 1n],
        [{ do: "setMetadata", place: { mailbox }, entries: [["/a", new Uint8Array()]] }, 1n],
        [{ do: "setMetadata", place: { mailbox, account: friend }, entries: [["/a", new Uint8Array()]] }, 1n],
        [{ do: "renameMailbox", mailbox, name: "y" }, 0n],
        [{ do: "removeAccount", account: friend }, 0n],
        [{ do: "removeMailbox", mailbox }, 0n],
      ];
      const stop = new AbortController();
      const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
      for (const [operation, modseqs] of operations) {
        const change = changes.next();
        await storage.apply([operation]);
        assertEquals(told((await change).value), { mailbox, modseq: modseq += modseqs }, `after ${operation.do}`);
      }
      stop.abort();
    },
  ],
  [
    "a revision, where one is told, grows with what gets no mod-sequence, also beside what gets one, and with nothing else",
    async ({ storage }) => {
      const id = await account(storage);
      const [{ id: mailbox }] = await storage.apply([{ do: "createMailbox", account: id, name: "x" }]);
      await fill(storage, mailbox, "one");
      const stop = new AbortController();
      const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
      const others: readonly (readonly [readonly Operation[], grows: boolean])[] = [
        [[], false],
        [[{ do: "setMetadata", place: { mailbox }, entries: [["/a", new Uint8Array()]] }], false],
        [[{ do: "setRights", mailbox, who: "anyone", rights: "l" }], true],
        [[{ do: "renameMailbox", mailbox, name: "y" }], true],
        [[{ do: "removeMailbox", mailbox }], true],
      ];
      let before: number | undefined;
      for (const [index, [other, grows]] of others.entries()) {
        const flags = [`x${index}`];
        await storage.apply([{ do: "setFlags", mailbox, uids: [1], change: { mode: "set", flags } }, ...other]);
        const { revision } = (await changes.next()).value ?? {};
        if (before !== undefined && revision !== undefined) assertEquals(revision > before, grows, `${other[0]?.do}`);
        before = revision;
      }
      stop.abort();
    },
  ],
  ["who watches all accounts is told of each, and whose it is, from the moment of asking on", async ({ storage }) => {
    const one = await account(storage, "a@x"), other = await account(storage, "b@x");
    const { id: first } = await named(storage, one, "INBOX"), { id: second } = await named(storage, other, "INBOX");
    const stop = new AbortController();
    const changes = storage.watchAll(stop.signal)[Symbol.asyncIterator]();
    await fill(storage, first, "before the first step");
    const { value } = await changes.next();
    assertEquals([value?.account, value?.mailbox], [one, first]);
    const next = changes.next();
    await fill(storage, second, "another");
    assertEquals(told((await next).value), {
      account: other,
      mailbox: second,
      modseq: (await named(storage, other, "INBOX")).highestModseq,
    });
    const subscribed = changes.next();
    await storage.apply([{ do: "subscribe", account: one, name: "x" }]);
    assertEquals(told((await subscribed).value), { account: one, modseq: 0n });
    stop.abort();
    assertEquals((await changes.next()).done, true);
  }],
  ["who watches is told of what belongs to the account itself, or is shared with it", async ({ storage }) => {
    const id = await account(storage, "a@x"), friend = await account(storage, "b@x");
    const { id: mailbox } = await named(storage, friend, "INBOX");
    const batches: readonly (readonly Operation[])[] = [
      [{ do: "subscribe", account: id, name: "x" }],
      [{ do: "unsubscribe", account: id, name: "x" }],
      [{ do: "setMetadata", place: { account: id }, entries: [["/a", new Uint8Array()]] }],
      [{ do: "setQuota", account: id, quota: { messages: 5 } }],
      [{ do: "setSecrets", account: id, secrets: { one: "1" } }],
      [{ do: "setRights", mailbox, who: id, rights: "lr" }],
      [{ do: "setRights", mailbox, who: id, rights: "" }],
      // What is everybody's.
      [{ do: "setMetadata", place: {}, entries: [["/a", new Uint8Array()]] }],
    ];
    const stop = new AbortController();
    const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
    for (const batch of batches) {
      const told = changes.next();
      await storage.apply(batch);
      assertEquals((await told).value, { modseq: 0n }, `after ${batch[0]?.do}`);
    }
    stop.abort();
  }],
  ["what changes nothing is not told", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const same: readonly Operation[] = [
      { do: "setRights", mailbox, who: "anyone", rights: "lr" },
      { do: "setSpecialUse", mailbox, specialUse: "\\All" },
      { do: "subscribe", account: id, name: "x" },
    ];
    await storage.apply(same);
    const stop = new AbortController();
    const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
    await storage.apply([...same, { do: "unsubscribe", account: id, name: "y" }, { do: "takeRecent", mailbox }]);
    const [last] = await storage.apply([{ do: "createMailbox", account: id, name: "last" }]);
    assertEquals((await changes.next()).value?.mailbox, last.id);
    stop.abort();
  }],
  ["watching ends when it is stopped, also while it waits", async ({ storage }) => {
    const id = await account(storage);
    const stop = new AbortController();
    const waiting = storage.watch(id, stop.signal)[Symbol.asyncIterator]().next();
    stop.abort();
    assertEquals((await waiting).done, true);
    for await (const change of storage.watch(id, stop.signal)) assert(false, `told of ${change.mailbox}`);
  }],
  ["who watches is not told of other accounts, of reads, or of what was refused", async ({ storage }) => {
    const id = await account(storage, "a@x"), other = await account(storage, "b@x");
    const { id: mine } = await named(storage, id, "INBOX"), { id: theirs } = await named(storage, other, "INBOX");
    const stop = new AbortController();
    const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
    await fill(storage, theirs, "x");
    await storage.messages(mine);
    await storage.apply([
      { do: "setFlags", mailbox: mine, uids: [1], change: { mode: "add", flags: ["x"] } },
    ]);
    await storage.apply([{ do: "setRights", mailbox: mine, who: "anyone", rights: "l" }, {
      do: "removeAlias",
      address: "none",
    }]).catch(() => {});
    await storage.apply([{ do: "createMailbox", account: id, name: "x" }, { do: "removeAlias", address: "none" }])
      .catch(() => {});
    const [last] = await storage.apply([{ do: "createMailbox", account: id, name: "last" }]);
    assertEquals((await changes.next()).value?.mailbox, last.id);
    stop.abort();
  }],
  ["a watcher who is slow is told the latest of each mailbox", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const stop = new AbortController();
    const changes: MailboxChange[] = [];
    const watched = storage.watch(id, stop.signal);
    for (let n = 0; n < 20; n++) await fill(storage, mailbox, `${n}`);
    for await (const change of watched) {
      changes.push(told(change));
      stop.abort();
    }
    assertEquals(changes, [{ mailbox, modseq: (await named(storage, id, "INBOX")).highestModseq }]);
  }],
];
