import { assert, assertEquals } from "@std/assert";
import type { QueueEntry } from "../../../core/contract/queue.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { DeliveryResult } from "../../../core/contract/transport.ts";
import { all, type Carry, day, delivered, failed, hour, minute, reply, retry, settled, testQueue } from "./carry.ts";
import { text } from "./deliver.ts";

/** A transport that holds what it is given until it is told what became of it. */
function holding() {
  const held: { readonly entry: QueueEntry; readonly end: (result: DeliveryResult) => void }[] = [];
  const carry: Carry = (entry) => {
    const { promise, resolve } = Promise.withResolvers<Map<string, DeliveryResult>>();
    held.push({ entry, end: (result) => resolve(all(entry, result)) });
    return promise;
  };
  return { held, carry };
}

/** A storage of which some methods are others. */
function changed(storage: Storage, methods: Partial<Storage>): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(name in methods ? methods : target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("queue: what comes in is carried at once, without Return-Path, and is out of the queue", async () => {
  const seen: string[] = [];
  await using queue = await testQueue({
    carry: async (entry, body) => {
      seen.push(`${entry.envelope.sender} ${text(await body.read(0, body.size))}`);
      return all(entry, delivered);
    },
  });
  await queue.enqueue(["kim@example.com"]);
  assertEquals(seen, ["joe@example.org Message-ID: <m1@example.org>\r\nSubject: number m1\r\n\r\nHi\r\n"]);
  assertEquals([await queue.left(), await queue.inbox()], [[], []]);
  assertEquals(queue.told, ["sent kim@example.com 250 thanks"]);
});

Deno.test("queue: what is there when the server starts is carried", async () => {
  await using queue = await testQueue();
  await queue.runner[Symbol.asyncDispose]();
  await queue.enqueue(["kim@example.com"]);
  assertEquals(queue.attempts, []);
  queue.start();
  await settled();
  assertEquals([queue.attempts.length, await queue.left()], [1, []]);
});

Deno.test("queue: each recipient has a result of its own; those that are left are tried again, later each time", async () => {
  await using queue = await testQueue({
    carry: (entry) =>
      Promise.resolve(
        new Map(entry.envelope.recipients.map((address) => [
          address,
          address.startsWith("a") ? delivered : address.startsWith("b") ? failed : retry,
        ])),
      ),
  });
  await queue.enqueue(["a@example.com", "b@example.com", "c@example.com", "d@example.com"]);
  assertEquals(await queue.left(), ["c@example.com,d@example.com 1 5"]);
  assertEquals(queue.told, [
    "sent a@example.com 250 thanks",
    "deferred c@example.com 450 4.2.1 said so",
    "deferred d@example.com 450 4.2.1 said so",
    "failed b@example.com 550 5.1.1 said so",
  ]);
  const [report = "", ...others] = await queue.inbox();
  assertEquals(others, []);
  assert(report.includes("Final-Recipient: rfc822; b@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"), report);
  assert(!report.includes("c@example.com"));
  await queue.clock.advance(5 * minute - 1);
  assertEquals(queue.attempts.length, 1);
  await queue.clock.advance(1);
  assertEquals(await queue.left(), ["c@example.com,d@example.com 2 10"]);
  queue.carry = (entry) => Promise.resolve(all(entry, delivered));
  await queue.clock.advance(10 * minute);
  assertEquals([await queue.left(), queue.attempts.length], [[], 3]);
  assertEquals((await queue.inbox()).length, 1);
});

Deno.test("queue: a transport that throws, rejects, or gives nonsense has delivered nothing: it is tried again", async () => {
  const nonsense: readonly Carry[] = [
    () => {
      throw new Error("broken");
    },
    () => Promise.reject(new Error("broken")),
    () => Promise.resolve(undefined as never),
    () => Promise.resolve({} as never),
    () => Promise.resolve(new Map()),
    (entry) => Promise.resolve(all(entry, undefined as never)),
    (entry) => Promise.resolve(all(entry, { outcome: "lost" } as never)),
    (entry) => Promise.resolve(new Map([...all(entry, delivered)].slice(1))),
  ];
  for (const carry of nonsense) {
    await using queue = await testQueue({ carry });
    await queue.enqueue(["kim@example.com"]);
    assertEquals(await queue.left(), ["kim@example.com 1 5"]);
    assert(queue.log.some(({ level }) => level === "error"));
  }
});

Deno.test("queue: RFC 5321 §4.2.1: replies of the wrong class are put right, and text is all that is taken of them", async () => {
  const replies: readonly (readonly [DeliveryResult, string])[] = [
    [{ outcome: "retry", reply: reply(250, "fine") }, "deferred kim@example.com 451 4.2.1 fine"],
    [
      { outcome: "retry", reply: { code: 550, enhanced: "5.7.1", text: "no" } },
      "deferred kim@example.com 451 4.7.1 no",
    ],
    [{ outcome: "retry" } as never, "deferred kim@example.com 451 4.0.0"],
    [{ outcome: "failed", reply: { code: 451, enhanced: "4.9.99", text: "" } }, "failed kim@example.com 550 5.9.99"],
    [{ outcome: "failed", reply: { code: 5, enhanced: "x" } } as never, "failed kim@example.com 550 5.0.0"],
  ];
  for (const [result, told] of replies) {
    await using queue = await testQueue({ carry: (entry) => Promise.resolve(all(entry, result)) });
    await queue.enqueue(["kim@example.com"]);
    assertEquals(queue.told, [told]);
  }
});

Deno.test("queue: a transport that hangs is told to stop, and what it had is tried again", async () => {
  const stopped: string[] = [];
  await using queue = await testQueue({
    carry: (entry, _body, stop) => {
      stop.addEventListener("abort", () => stopped.push(entry.id));
      return new Promise(() => {});
    },
  });
  await queue.enqueue(["kim@example.com"]);
  await queue.clock.advance(15 * minute - 1);
  assertEquals([stopped.length, (await queue.storage.queue()).length], [0, 1]);
  await queue.clock.advance(1);
  assertEquals([stopped.length, await queue.left()], [1, ["kim@example.com 1 5"]]);
  assertEquals(queue.told, ["deferred kim@example.com 451 4.4.1 The other side did not answer in time"]);
});

Deno.test("queue: RFC 5321 §4.5.4.1: after five days nobody tries any more, and the sender is told", async () => {
  await using queue = await testQueue({ carry: (entry) => Promise.resolve(all(entry, retry)) });
  await queue.enqueue(["kim@example.com"]);
  await queue.clock.advance(5 * day - 1);
  assertEquals((await queue.left()).length, 1);
  await queue.clock.advance(1);
  assertEquals(await queue.left(), []);
  assertEquals(queue.told.at(-1), "failed kim@example.com 450 4.2.1 said so");
  const reports = await queue.inbox();
  assertEquals(reports.length, 2, "one that it is late, one that it failed");
  assert(reports[1]?.includes("Action: failed\r\nStatus: 4.4.7\r\nDiagnostic-Code: smtp; 450 4.2.1 said so\r\n"));
  const attempts = queue.attempts.length;
  assert(attempts > 40 && attempts < 60, `${attempts}`);
  await queue.clock.advance(5 * day);
  assertEquals([queue.attempts.length, (await queue.inbox()).length], [attempts, 2]);
});

Deno.test("queue: after four hours the sender is told once that a message is late", async () => {
  await using queue = await testQueue({ carry: (entry) => Promise.resolve(all(entry, retry)) });
  await queue.enqueue(["kim@example.com"]);
  await queue.clock.advance(4 * hour);
  assertEquals(await queue.inbox(), []);
  await queue.clock.advance(3 * hour);
  const [report = "", ...others] = await queue.inbox();
  assert(report.includes("Action: delayed\r\n") && report.includes("\r\nWill-Retry-Until: Sun, 29 Nov 2026 16:00:00"));
  await queue.clock.advance(2 * day);
  assertEquals([others, (await queue.inbox()).length], [[], 1]);
});

Deno.test("queue: RFC 5321 §6.1: of a message from the null path nobody is told", async () => {
  await using queue = await testQueue({ carry: (entry) => Promise.resolve(all(entry, failed)) });
  await queue.enqueue(["kim@example.com"], "");
  assertEquals([await queue.left(), await queue.inbox()], [[], []]);
  assertEquals(queue.told, ["failed kim@example.com 550 5.1.1 said so"]);
});

Deno.test("queue: a report to another server is from the null path; when it fails, that is the end of it", async () => {
  const carried: (readonly [string, string])[] = [];
  await using queue = await testQueue({
    carry: (entry) => {
      carried.push([entry.envelope.sender, entry.envelope.recipients.join()]);
      return Promise.resolve(all(entry, failed));
    },
  });
  await queue.enqueue(["kim@example.com"], "lee@example.net");
  assertEquals(carried, [["lee@example.net", "kim@example.com"], ["", "lee@example.net"]]);
  assertEquals([await queue.left(), await queue.inbox()], [[], []]);
});

Deno.test("queue: a sender who cannot be told holds up nothing", async () => {
  for (const [sender, ways] of [["gone@example.org", "*"], ["lee@example.net", "example.com"]] as const) {
    await using queue = await testQueue({ carry: (entry) => Promise.resolve(all(entry, failed)), for: [ways] });
    await queue.enqueue(["kim@example.com"], sender);
    assertEquals(await queue.left(), []);
    assert(queue.log.some(({ message }) => message.startsWith("nobody can be told")));
  }
  // A full mailbox refuses the whole batch.
  await using queue = await testQueue({ carry: (entry) => Promise.resolve(all(entry, failed)) });
  const account = await queue.storage.accountByAddress("joe@example.org");
  assert(account);
  await queue.storage.apply([{ do: "setQuota", account: account.id, quota: { messages: 0 } }]);
  await queue.enqueue(["kim@example.com"]);
  assertEquals([await queue.left(), await queue.inbox()], [[], []]);
  assert(queue.log.some(({ message }) => message === "the sender of a message could not be told"));
});

Deno.test("queue: RFC 3464 §4.2: a report tells the address that the sender wrote, not where an alias leads", async () => {
  await using queue = await testQueue({
    carry: (entry) => Promise.resolve(all(entry, { outcome: "failed", reply: reply(550, "<kim@example.com> who?") })),
  });
  await queue.enqueue([["kim@example.com", "team@example.org"]]);
  const [report = ""] = await queue.inbox();
  assert(report.includes("Final-Recipient: rfc822; team@example.org\r\n"));
  assert(!report.includes("kim@example.com"), report);
});

Deno.test("queue: mail for a domain that no transport serves any more waits for one", async () => {
  await using queue = await testQueue({ for: ["other.example"] });
  await queue.enqueue(["kim@example.com"]);
  assertEquals(await queue.left(), ["kim@example.com 1 5"]);
  assertEquals(queue.told.map((line) => line.slice(0, 40)), ["deferred kim@example.com 451 4.4.4 No wa"]);
});

Deno.test("queue: few are carried at once, and one domain that hangs does not hold up the others", async () => {
  const { held, carry } = holding();
  await using queue = await testQueue({ carry });
  for (let n = 0; n < 60; n++) await queue.enqueue([`u${n}@slow.example`]);
  const slow = held.length;
  assert(slow >= 5 && slow < 10, `${slow} of one domain`);
  for (let n = 0; n < 30; n++) await queue.enqueue([`u@quick${n}.example`]);
  assertEquals(held.length, 20);
  for (let done = 0; done < held.length; done++) {
    held[done]?.end(delivered);
    await settled();
    assert(held.length - done - 1 <= 20);
  }
  assertEquals([held.length, await queue.left()], [90, []]);
});

Deno.test("queue: a drain takes nothing new and waits for what is in hand", async () => {
  const { held, carry } = holding();
  await using queue = await testQueue({ carry });
  await queue.enqueue(["a@example.com"]);
  let isDrained = false;
  const draining = queue.runner.drain(new AbortController().signal).then(() => isDrained = true);
  await queue.enqueue(["b@example.com"]);
  assertEquals([held.length, isDrained], [1, false]);
  held[0]?.end(delivered);
  await draining;
  assertEquals(await queue.left(), ["b@example.com 0 0"]);
});

Deno.test("queue: what a stop breaks off counts as no attempt, and is anyone's at once", async () => {
  const { held, carry } = holding();
  await using queue = await testQueue({ carry });
  await queue.enqueue(["a@example.com"]);
  const patience = new AbortController();
  const draining = queue.runner.drain(patience.signal);
  patience.abort();
  await draining;
  await queue.runner[Symbol.asyncDispose]();
  assertEquals([held.length, await queue.left()], [1, ["a@example.com 0 0"]]);
  queue.start();
  await settled();
  assertEquals(held.length, 2);
});

Deno.test("queue: a lease is extended for as long as an entry is in hand, and nobody else carries it", async () => {
  const { held, carry } = holding();
  await using queue = await testQueue({ carry });
  await queue.enqueue(["a@example.com"]);
  // Another runner at the same queue, as in another process.
  queue.start();
  await queue.clock.advance(10 * minute);
  assertEquals(held.length, 1);
  const [entry] = await queue.storage.queue();
  assert((entry?.claim?.until ?? 0) > queue.clock.now());
  held[0]?.end(delivered);
  await settled();
  assertEquals(await queue.left(), []);
});

Deno.test("queue: while the storage fails, what was delivered is not forgotten, nor delivered again", async () => {
  let isAway = false;
  const unavailable = () => Promise.reject(new Refusal("unavailable", "mail cannot be stored for now"));
  const wrap = (storage: Storage) =>
    changed(storage, { apply: (batch) => isAway ? unavailable() : storage.apply(batch) });
  const { held, carry } = holding();
  await using queue = await testQueue({ carry, wrap });
  await queue.enqueue(["a@example.com"]);
  isAway = true;
  held[0]?.end(delivered);
  await queue.clock.advance(40_000);
  isAway = false;
  await queue.clock.advance(5_000);
  assertEquals([held.length, await queue.left()], [1, []]);
  // And with a report, which is written anew each time.
  await queue.enqueue(["b@example.com"]);
  isAway = true;
  held[1]?.end(failed);
  await queue.clock.advance(20_000);
  isAway = false;
  await queue.clock.advance(5_000);
  assertEquals([held.length, await queue.left(), (await queue.inbox()).length], [2, [], 1]);
});

Deno.test("queue: a storage that is away is asked again, and the queue goes on by itself", async () => {
  let isAway = true;
  const noDisk = () => Promise.reject(new Error("no disk"));
  const wrap = (storage: Storage) =>
    changed(storage, { nextDue: (after) => isAway ? noDisk() : storage.nextDue(after) });
  await using queue = await testQueue({ wrap });
  await queue.enqueue(["a@example.com"]);
  assertEquals(queue.attempts, []);
  isAway = false;
  await queue.clock.advance(5_000);
  assertEquals(queue.attempts.length, 1);
});

Deno.test("queue: what an operator removes while it is carried stays away; what it came to is told to nobody", async () => {
  const { held, carry } = holding();
  await using queue = await testQueue({ carry });
  await queue.enqueue(["a@example.com"]);
  const [entry] = await queue.storage.queue();
  assert(entry);
  await queue.storage.apply([{ do: "dequeue", entry: entry.id }]);
  held[0]?.end(retry);
  await queue.clock.advance(hour);
  assertEquals([held.length, await queue.left(), queue.told], [1, [], []]);
});

Deno.test("queue: what an operator wants tried is tried at once", async () => {
  await using queue = await testQueue({ carry: (entry) => Promise.resolve(all(entry, retry)) });
  await queue.enqueue(["a@example.com"]);
  const [entry] = await queue.storage.queue();
  assert(entry);
  await queue.storage.apply([{ do: "reschedule", entry: entry.id, dueAt: queue.clock.now() }]);
  await settled();
  assertEquals([queue.attempts.length, await queue.left()], [2, ["a@example.com 2 10"]]);
});

Deno.test("queue: where changes cannot be watched for a while, what came meanwhile is found", async () => {
  let isAway = true;
  const wrap = (storage: Storage) =>
    changed(storage, {
      watchQueue: (stop) => {
        if (isAway) throw new Error("no disk");
        return storage.watchQueue(stop);
      },
    });
  await using queue = await testQueue({ wrap });
  await queue.enqueue(["a@example.com"]);
  isAway = false;
  await queue.clock.advance(5_000);
  assertEquals(queue.attempts.length, 1);
  await queue.enqueue(["b@example.com"]);
  assertEquals(queue.attempts.length, 2);
});
