/** The queue: entries come with a batch, are one runner's at a time, keep their bodies, and are never lost. */
import { assert, assertEquals } from "@std/assert";
import type { BodyId, QueueId } from "../../../core/contract/identifiers.ts";
import type { NewQueueEntry, QueueEntry } from "../../../core/contract/queue.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, assertRefused, contentOf, details, message, named, octets } from "./support.ts";

const minute = 60_000, hour = 60 * minute;

/** So many milliseconds from now. Enough of them that a clock that is set by seconds makes no difference. */
function from(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds);
}

/** An entry that has been due for so long. */
function entry(body: BodyId, dueFor = minute, domain = "example.com"): NewQueueEntry {
  const recipients = [{ address: `joe@${domain}` }, { address: `ann@${domain}`, original: "team@example.org" }];
  return {
    domain,
    envelope: {
      sender: "kim@example.org",
      recipients: recipients.map(({ address }) => address),
      bodyType: "8bitmime",
      smtpUtf8: false,
    },
    recipients,
    body,
    message: "m1",
    queuedAt: from(-dueFor),
    dueAt: from(-dueFor),
  };
}

/** Puts a small message into the queue. */
async function enqueue(storage: Storage, dueFor = minute, domain = "example.com"): Promise<QueueEntry> {
  const body = await storage.writeBody(message("queued"));
  const [made] = await storage.apply([{ do: "enqueue", entry: entry(body, dueFor, domain) }]);
  return made;
}

async function claim(
  storage: Storage,
  runner: string,
  { most = 100, until = from(hour), exceptDomains = [] as readonly string[] } = {},
): Promise<readonly QueueEntry[]> {
  const [claimed] = await storage.apply([{ do: "claimQueued", runner, most, until, exceptDomains }]);
  return claimed;
}

function idsOf(entries: readonly QueueEntry[]): QueueId[] {
  return entries.map(({ id }) => id).sort((a, b) => Number(a) - Number(b));
}

/** Promises about the queue. */
export const queuePromises: readonly StoragePromise[] = [
  ["an entry of the queue is what was put in, also after a restart", async ({ storage, reopen }) => {
    const body = await storage.writeBody(message("on its way"));
    const given = entry(body);
    const [made] = await storage.apply([{ do: "enqueue", entry: given }]);
    assertEquals(made, { ...given, id: made.id, attempts: 0, isWarned: false });
    const current = await reopen?.() ?? storage;
    assertEquals(await current.queued(made.id), made);
    assertEquals(await current.queue(), [made]);
    assertEquals((await current.queue()).length, 1);
    assert((await contentOf(current, body)).includes("on its way"));
  }],
  ["an entry and local copies of its message come together, or none of them", async ({ storage }) => {
    const id = await account(storage);
    for (const size of [100, 400_000]) {
      const body = await storage.writeBody(octets("Subject: x\r\n\r\n".padEnd(size, "x")));
      const deliver = { do: "deliver", account: id, mailboxName: "INBOX", body, details: details() } as const;
      const put = { do: "enqueue", entry: entry(body) } as const;
      const before = (await storage.queue()).length;
      await assertRefused(
        "conflict",
        storage.apply([deliver, put, { do: "createMailbox", account: id, name: "INBOX" }]),
      );
      assertEquals((await storage.queue()).length, before);
      const [, made] = await storage.apply([deliver, put]);
      assertEquals((await storage.openBody(made.body)).size, size);
      assertEquals((await storage.queue()).length, before + 1);
    }
    await assertRefused("not-found", storage.apply([{ do: "enqueue", entry: entry("777" as BodyId) }]));
  }],
  ["a body stays for as long as an entry or a message has it, and no longer", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    for (const size of [100, 400_000]) {
      const body = await storage.writeBody(octets("Subject: x\r\n\r\n".padEnd(size, "x")));
      const [message, one, two] = await storage.apply([
        { do: "append", mailbox, body, details: details() },
        { do: "enqueue", entry: entry(body) },
        { do: "enqueue", entry: entry(body) },
      ]);
      await storage.apply([{ do: "expunge", mailbox, uids: [message.uid] }, { do: "dequeue", entry: one.id }]);
      storage.discardBody(body);
      assertEquals((await storage.openBody(body)).size, size);
      await storage.apply([{ do: "dequeue", entry: two.id }]);
      await assertRefused("not-found", storage.openBody(body));
    }
  }],
  ["what is due is claimed, the longest due first; nothing before its time", async ({ storage }) => {
    const second = await enqueue(storage, minute), first = await enqueue(storage, 2 * minute);
    const later = await enqueue(storage, -minute);
    assertEquals(idsOf(await claim(storage, "a", { most: 1 })), [first.id]);
    assertEquals(idsOf(await claim(storage, "a")), [second.id]);
    assertEquals(await claim(storage, "a"), []);
    assertEquals((await storage.nextDue(new Date()))?.getTime(), (await storage.queued(later.id))?.dueAt.getTime());
  }],
  ["a claim can leave domains out", async ({ storage }) => {
    await enqueue(storage, 2 * minute, "slow.example");
    const other = await enqueue(storage, minute, "quick.example");
    const exceptDomains = ["slow.example", "of-nobody.example"];
    assertEquals(idsOf(await claim(storage, "a", { exceptDomains })), [other.id]);
    assertEquals((await claim(storage, "a")).length, 1);
  }],
  ["an entry that is claimed is nobody else's, and can be seen", async ({ storage }) => {
    const { id } = await enqueue(storage);
    const until = from(minute);
    const [claimed] = await claim(storage, "a", { until });
    assertEquals(claimed?.claim, { runner: "a", until });
    assertEquals(await claim(storage, "b"), []);
    assertEquals(await storage.queued(id), claimed);
    assertEquals(await storage.nextDue(new Date(0)), until);
    await assertRefused("conflict", storage.apply([{ do: "reschedule", entry: id, dueAt: from(0), runner: "b" }]));
    await assertRefused("conflict", storage.apply([{ do: "dequeue", entry: id, runner: "b" }]));
    await assertRefused("conflict", storage.apply([{ do: "reschedule", entry: id, dueAt: from(0) }]));
  }],
  ["a claim whose runner has died is anyone's when its lease ends, also after a restart", async (open) => {
    const { storage, reopen } = open;
    const { id } = await enqueue(storage);
    await claim(storage, "dead", { until: from(-minute) });
    const current = await reopen?.() ?? storage;
    const [again] = await claim(current, "next");
    assertEquals([again?.id, again?.claim?.runner, again?.attempts], [id, "next", 0]);
    // The dead one was not dead after all: what it did is not its to write down any more.
    await assertRefused("conflict", current.apply([{ do: "dequeue", entry: id, runner: "dead" }]));
  }],
  ["a runner whose lease has run out may still end what nobody else has taken", async ({ storage }) => {
    const { id } = await enqueue(storage);
    await claim(storage, "slow", { until: from(-minute) });
    await storage.apply([{ do: "dequeue", entry: id, runner: "slow" }]);
    assertEquals((await storage.queue()).length, 0);
  }],
  ["leases are extended and given back by the runner that has them, others are passed over", async ({ storage }) => {
    const entries = idsOf([await enqueue(storage), await enqueue(storage)]);
    const extend = (runner: string, until: Date, ids = [...entries, "777" as QueueId]) =>
      storage.apply([{ do: "extendClaims", runner, entries: ids, until }]);
    await claim(storage, "a", { until: from(-minute) });
    await extend("a", from(minute));
    assertEquals(await claim(storage, "b"), []);
    await extend("b", from(-minute));
    assertEquals(await claim(storage, "b"), []);
    await extend("a", from(-minute), entries.slice(1));
    assertEquals(idsOf(await claim(storage, "b")), entries.slice(1));
    await extend("a", from(-minute));
    assertEquals(idsOf(await claim(storage, "b")), entries.slice(0, 1));
  }],
  [
    "an attempt leaves those who have not got it, what they were told, and another time",
    async ({ storage, reopen }) => {
      const { id, recipients } = await enqueue(storage);
      await claim(storage, "a");
      const reply = { code: 451, enhanced: "4.2.1", text: "later" } as const;
      const left = recipients.slice(1).map((recipient) => ({ ...recipient, reply }));
      const attempt = { recipients: left, isWarned: true };
      const dueAt = from(minute);
      await storage.apply([{ do: "reschedule", entry: id, dueAt, runner: "a", attempt }]);
      const current = await reopen?.() ?? storage;
      const found = await current.queued(id);
      assertEquals([found?.attempts, found?.isWarned, found?.dueAt, found?.claim], [1, true, dueAt, undefined]);
      assertEquals([found?.recipients, found?.envelope.recipients], [left, ["ann@example.com"]]);
      assertEquals(await claim(current, "a"), []);
      // An operator who does not want to wait.
      await current.apply([{ do: "reschedule", entry: id, dueAt: from(-minute) }]);
      assertEquals((await claim(current, "a")).map(({ attempts }) => attempts), [1]);
    },
  ],
  ["what is out of the queue is in no list, and cannot be changed", async ({ storage }) => {
    const { id } = await enqueue(storage), other = await enqueue(storage);
    await claim(storage, "a");
    // An operator may take away what is just being carried.
    await storage.apply([{ do: "dequeue", entry: id }]);
    assertEquals([await storage.queued(id), idsOf(await storage.queue())], [undefined, [other.id]]);
    await assertRefused("not-found", storage.apply([{ do: "dequeue", entry: id, runner: "a" }]));
    await assertRefused("not-found", storage.apply([{ do: "reschedule", entry: id, dueAt: from(0), runner: "a" }]));
    assertEquals(await storage.queued("x" as QueueId), undefined);
  }],
  ["an id is given once, also when the entry that had it is gone", async ({ storage, reopen }) => {
    const { id } = await enqueue(storage);
    await storage.apply([{ do: "dequeue", entry: id }]);
    const current = await reopen?.() ?? storage;
    assert((await enqueue(current)).id !== id);
  }],
  ["the queue is listed in pages, in the order in which entries came", async ({ storage }) => {
    const body = await storage.writeBody(message("many"));
    const made = await storage.apply(
      Array.from({ length: 25 }, () => ({ do: "enqueue", entry: entry(body) } as const)),
    );
    const pages: QueueEntry[] = [];
    for (let page = await storage.queue(undefined, 10); page.length > 0;) {
      assert(page.length <= 10);
      pages.push(...page);
      page = await storage.queue(page.at(-1)?.id, 10);
    }
    assertEquals(idsOf(pages), made.map(({ id }) => id));
    assertEquals(pages.map(({ id }) => id), idsOf(pages));
  }],
  [
    "of a long queue only what is asked for is read: twenty thousand entries are claimed and listed in steps",
    async ({ storage }) => {
      const body = await storage.writeBody(message("long"));
      const thousand = (n: number) =>
        Array.from(
          { length: 1000 },
          () => ({ do: "enqueue", entry: entry(body, n * minute, `d${n}.example`) } as const),
        );
      for (let n = 0; n < 20; n++) await storage.apply(thousand(n));
      assertEquals((await storage.queue()).length, 20_000);
      assertEquals((await storage.queue(undefined, 7)).length, 7);
      const exceptDomains = Array.from({ length: 19 }, (_, n) => `d${n + 1}.example`);
      const claimed = await claim(storage, "a", { most: 10, exceptDomains });
      assertEquals([...new Set(claimed.map(({ domain }) => domain))], ["d0.example"]);
      assertEquals((await claim(storage, "a", { most: 3 })).map(({ domain }) => domain), Array(3).fill("d19.example"));
      // One body, however many have it.
      assertEquals((await storage.openBody(body)).size, message("long").length);
    },
  ],
  ["runners that claim at the same time never get the same entry, and together get all", async ({ storage }) => {
    const body = await storage.writeBody(message("shared"));
    const made = await storage.apply(
      Array.from({ length: 200 }, () => ({ do: "enqueue", entry: entry(body) } as const)),
    );
    const taken: QueueEntry[] = [];
    await Promise.all(Array.from({ length: 8 }, async (_, runner) => {
      for (;;) {
        const some = await claim(storage, `runner-${runner}`, { most: 7 });
        if (some.length === 0) return;
        taken.push(...some);
        const gone = some.filter((_, index) => index % 2 === 0);
        await storage.apply(gone.map(({ id }) => ({ do: "dequeue", entry: id, runner: `runner-${runner}` } as const)));
      }
    }));
    assertEquals(idsOf(taken), made.map(({ id }) => id));
  }],
  ["who watches the queue is told of what comes in and of what is to be tried sooner", async ({ storage }) => {
    const stop = new AbortController();
    const rings = storage.watchQueue(stop.signal)[Symbol.asyncIterator]();
    const told = async () => assertEquals((await rings.next()).done, false);
    const { id } = await enqueue(storage);
    await told();
    await storage.apply([{ do: "reschedule", entry: id, dueAt: from(-minute) }]);
    await told();
    await claim(storage, "a");
    await storage.apply([{ do: "extendClaims", runner: "a", entries: [id], until: from(-minute) }]);
    await told();
    const next = rings.next();
    stop.abort();
    assertEquals((await next).done, true);
  }],
];
