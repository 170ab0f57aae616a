import { assert, assertEquals } from "@std/assert";
import type { AccountId } from "../../../core/contract/identifiers.ts";
import type { SharedStorage } from "../../../core/contract/storage.ts";
import {
  account,
  assertRefused,
  details,
  fill,
  inbox,
  message,
  messagesOf,
} from "../../conformance/storage/support.ts";
import { storageSuite } from "../../conformance/storage_suite.ts";
import { type SqliteSettings, SqliteStorage, sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { Owner } from "../../../storage/sqlite/sharing.ts";
import { TestClock } from "../../support/test_clock.ts";
import { memoryLog, mortalWriters, openSqlite } from "./open_storage.ts";

/** From now on nobody looks for changes every while: what is told is told by whoever has changed something. */
function withoutLooks(): Disposable {
  const { setInterval } = globalThis;
  Reflect.set(globalThis, "setInterval", () => 0);
  return { [Symbol.dispose]: () => void Reflect.set(globalThis, "setInterval", setInterval) };
}

/** A storage, and another through it. */
async function openTwo(settings: Partial<SqliteSettings> = {}) {
  const { storage: owner, file, lines, close } = await openSqlite(settings);
  const { log } = memoryLog();
  const shares: SharedStorage[] = [], sharers: SqliteStorage[] = [];
  const more = async () => {
    const share = owner.share();
    shares.push(share);
    const sharer = await sqliteStorage({ file, log, now: () => new Date(), ...settings, through: share.port });
    sharers.push(sharer);
    return sharer;
  };
  const storage = await more();
  return {
    owner,
    storage,
    file,
    share: shares[0] ?? owner.share(),
    lines,
    more,
    close: async () => {
      for (const sharer of sharers) await sharer.stop();
      for (const share of shares) share[Symbol.dispose]();
      await close();
    },
  };
}

storageSuite("sqlite through another's writer", () => openTwo());

Deno.test("sqlite: who watches in another thread is told at once, not when it looks the next time", async () => {
  using _looks = withoutLooks();
  const { owner, storage, close } = await openTwo();
  try {
    const whose = await account(owner);
    const found = await owner.mailboxByName(whose, "INBOX");
    assert(found);
    const stop = new AbortController();
    for (const [watching, writing] of [[owner, storage], [storage, owner]] as const) {
      // The other has to be known to the writer: it has asked something.
      await fill(watching, found.id, "first");
      const changes = watching.watch(whose, stop.signal)[Symbol.asyncIterator]();
      const next = changes.next();
      const [made] = await fill(writing, found.id, "second");
      const { value } = await next;
      assertEquals([value?.mailbox, value?.modseq], [found.id, made?.modseq]);
    }
    stop.abort();
  } finally {
    await close();
  }
});

Deno.test("sqlite: who watches in a thread that the writer has not heard of yet is told as well", async () => {
  const { owner, more, close } = await openTwo();
  try {
    const mailbox = await inbox(owner);
    const [{ id: whose } = { id: "" as AccountId }] = await owner.accounts();
    const storage = await more(), stop = new AbortController();
    const changes = storage.watch(whose, stop.signal)[Symbol.asyncIterator]();
    const next = changes.next();
    const [made] = await fill(owner, mailbox, "one");
    assertEquals((await next).value, { mailbox, modseq: made?.modseq });
    stop.abort();
  } finally {
    await close();
  }
});

Deno.test("sqlite: whoever writes while threads and another process write, all who watch learn how it ends", async () => {
  const { owner, storage, file, close } = await openTwo();
  const other = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
  try {
    const whose = await account(owner), all = [owner, storage, other], stop = new AbortController();
    await owner.apply(["a", "b"].map((name) => ({ do: "createMailbox", account: whose, name } as const)));
    const mailboxes = (await owner.mailboxes(whose)).map(({ id }) => id);
    let hasHeard = Promise.withResolvers<void>();
    const heard = all.map((one) => {
      const modseqs = new Map<number, bigint>();
      const isOver = (async () => {
        for await (const { mailbox = 0, modseq } of one.watch(whose, stop.signal)) {
          // What was found by looking may be told before a commit of its own that came before it.
          if (modseq > (modseqs.get(mailbox) ?? 0n)) modseqs.set(mailbox, modseq);
          hasHeard.resolve();
        }
      })();
      return { modseqs, isOver };
    });
    // They look between the rounds, and in the midst of them.
    for (let round = 0; round < 6; round++) {
      await Promise.all(all.map(async (one, index) => {
        for (let n = 0; n < 30; n++) {
          for (const id of mailboxes.slice((index + n * round) % 3).slice(0, 1)) await fill(one, id, "x");
        }
      }));
      const last = (await owner.mailboxes(whose)).map(({ id, highestModseq }) => [id, highestModseq] as const);
      while (heard.some(({ modseqs }) => last.some(([id, modseq]) => modseqs.get(id) !== modseq))) {
        await hasHeard.promise;
        hasHeard = Promise.withResolvers();
      }
    }
    stop.abort();
    await Promise.all(heard.map(({ isOver }) => isOver));
  } finally {
    await other.stop();
    await close();
  }
});

Deno.test("sqlite: what another thread puts into the queue wakes whoever waits for it", async () => {
  using _looks = withoutLooks();
  const { owner, storage, close } = await openTwo();
  try {
    await inbox(owner);
    const stop = new AbortController();
    const rings = owner.watchQueue(stop.signal)[Symbol.asyncIterator]();
    const next = rings.next();
    const body = await storage.writeBody(message("on its way"));
    const envelope = { sender: "", recipients: ["joe@example.com"], bodyType: "7bit", smtpUtf8: false } as const;
    const entry = { domain: "example.com", envelope, recipients: [{ address: "joe@example.com" }], message: "m1" };
    await storage.apply([{ do: "enqueue", entry: { ...entry, body, queuedAt: new Date(), dueAt: new Date() } }]);
    assertEquals((await next).done, false);
    stop.abort();
  } finally {
    await close();
  }
});

Deno.test("sqlite: a maildrop is locked for all threads, and let go when the thread that holds it has died", async () => {
  const { owner, storage, share, more, close } = await openTwo();
  try {
    const whose: AccountId = await account(owner);
    const third = await more();
    const lock = await storage.lockMaildrop(whose);
    assert(lock);
    for (const other of [owner, third, storage]) assertEquals(await other.lockMaildrop(whose), undefined);
    await lock[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
    const again = await third.lockMaildrop(whose);
    assert(again);
    assertEquals(await storage.lockMaildrop(whose), undefined);
    await again[Symbol.asyncDispose]();
    assert(await storage.lockMaildrop(whose));
    assertEquals(await owner.lockMaildrop(whose), undefined);
    share[Symbol.dispose]();
    assert(await owner.lockMaildrop(whose));
  } finally {
    await close();
  }
});

Deno.test("sqlite: when the writer dies all threads are told, and all go on with the next one", async () => {
  let time = Date.UTC(2026, 10, 24);
  const { workers, spawn, killFirst } = mortalWriters();
  const { owner, storage, close } = await openTwo({ spawn, now: () => new Date(time) });
  try {
    const mailbox = await inbox(owner);
    await fill(storage, mailbox, "before");
    const kept = await storage.writeBody(message("kept"));
    const append = { do: "append", mailbox, body: kept, details: details() } as const;
    const waiting = storage.apply([append]);
    await Promise.resolve();
    killFirst("out of memory");
    await assertRefused("unavailable", waiting);
    await assertRefused("unavailable", storage.apply([append]));
    time += 1000;
    await storage.apply([append]);
    await fill(owner, mailbox, "after");
    assertEquals(workers.length, 2);
    // What the first was doing may have been committed: nobody loses a message, and who tries again may have two.
    assert((await messagesOf(storage, mailbox)).length >= 3);
  } finally {
    await close();
  }
});

Deno.test("sqlite: threads name bodies apart, and all that they commit is there", async () => {
  const { owner, storage, more, close } = await openTwo();
  try {
    const mailbox = await inbox(owner);
    const all = [owner, storage, await more()];
    await Promise.all(all.flatMap((one, at) => Array.from({ length: 20 }, (_, n) => fill(one, mailbox, `${at} ${n}`))));
    for (const one of all) {
      const subjects = (await one.summaries((await messagesOf(one, mailbox)).map(({ body }) => body), ["envelope"]))
        .map(({ envelope }) => envelope.subject);
      assertEquals(new Set(subjects).size, 60);
    }
  } finally {
    await close();
  }
});

Deno.test("sqlite: a lock is not waited for without end, and one that comes too late is let go", async () => {
  const clock = new TestClock(), { port1, port2 } = new MessageChannel();
  const owner = new Owner(port1, clock);
  const asked: Record<string, unknown>[] = [], unlocked = Promise.withResolvers<unknown>();
  port2.onmessage = ({ data }) => "unlock" in data ? unlocked.resolve(data.unlock) : asked.push(data);
  const whose = "7" as AccountId;
  const locking = owner.lock(whose);
  clock.advance(61_000);
  await assertRefused("unavailable", locking);
  port2.postMessage({ id: 1, lock: whose, isLocked: true });
  assertEquals(await unlocked.promise, whose);
  assertEquals(asked, [{ lock: whose, id: 1 }]);
  owner.end();
  port2.close();
});
