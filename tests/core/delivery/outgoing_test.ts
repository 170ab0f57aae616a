import { assert, assertEquals } from "@std/assert";
import type { QueueEntry } from "../../../core/contract/queue.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import { enqueueOperations } from "../../../core/delivery/enqueue.ts";
import { outgoingBody } from "../../../core/delivery/outgoing_body.ts";
import { givenUpAt, isLate, isOver, nextAttempt } from "../../../core/delivery/schedule.ts";
import { bytes, delegate, testDelivery, text, time } from "./deliver.ts";

/** Entries in short: domain, recipients, what the sender wrote where that is something else. */
async function queueOf(storage: Storage) {
  return (await storage.queue()).map(({ domain, envelope, recipients }) => [
    domain,
    envelope.recipients.join(),
    recipients.map(({ original = "" }) => original).join(),
  ]);
}

const transports = [["archive.example.com", "other.example"]];

Deno.test("queue: local copies and entries come with the same batch; one body is enough for all", async () => {
  const aliases = { "team@example.org": ["joe@example.org", "kim@archive.example.com", "max@other.example"] };
  const { send, read, storage, bodies } = await testDelivery({ transports, aliases });
  const to = ["team@example.org", "ann@example.org", "lee@archive.example.com"];
  assertEquals((await send({ to })).accepted, true);
  assertEquals([(await read("joe")).length, (await read("ann")).length], [1, 1]);
  assertEquals(await queueOf(storage), [
    ["archive.example.com", "kim@archive.example.com,lee@archive.example.com", "team@example.org,"],
    ["other.example", "max@other.example", "team@example.org"],
  ]);
  assertEquals(await bodies(), 1);
  const [entry] = await storage.queue();
  assertEquals([entry?.message, entry?.envelope.sender, entry?.queuedAt, entry?.dueAt], [
    "m1",
    "kim@example.com",
    time,
    time,
  ]);
});

Deno.test("queue: a message for other servers alone is accepted; each address gets it once", async () => {
  const aliases = { "a@example.org": ["kim@OTHER.example", "kim@other.example"] };
  const { send, storage } = await testDelivery({ transports, aliases });
  assertEquals((await send({ to: ["a@example.org", "kim@other.example"] })).accepted, true);
  assertEquals(await queueOf(storage), [["other.example", "kim@OTHER.example", "a@example.org"]]);
});

Deno.test("queue: what cannot be stored for all is neither delivered nor queued", async () => {
  const { send, read, storage, bodies } = await testDelivery({
    transports,
    wrap: (storage) => ({ ...delegate(storage), apply: () => Promise.reject(new Error("no disk")) }),
  });
  const answer = await send({ to: ["joe@example.org", "kim@other.example"] });
  assertEquals(answer.accepted ? "" : `${answer.reply.code} ${answer.reply.enhanced}`, "451 4.3.0");
  assertEquals([await read("joe"), (await storage.queue()).length], [[], 0]);
  assertEquals(await bodies(), 1, "it may have been committed: the body is left to be collected");
});

Deno.test("queue: observers are told of each recipient that is queued, and of local copies apart", async () => {
  const { send, storage, queued, delivered } = await testDelivery({ transports });
  await send({ to: ["kim@other.example", "max@other.example"] });
  const [entry] = await storage.queue();
  const of = (recipient: string) => ({ at: time, entry: entry?.id, sender: "kim@example.com", recipient, attempts: 0 });
  assertEquals<unknown>(queued, [of("kim@other.example"), of("max@other.example")]);
  assertEquals(delivered, []);
  await send({ to: ["joe@example.org"] });
  assertEquals([queued.length, delivered.length], [2, 1]);
});

Deno.test("queue: a redirection to another server goes through the queue; nobody is told where", async () => {
  const extension = (to: string[]) => ({
    place: () => Promise.resolve({ action: "redirect", to } as const),
  });
  const { send, read, storage } = await testDelivery({ transports, extensions: [extension(["kim@other.example"])] });
  await send({ to: ["joe@example.org"] });
  assertEquals([await read("joe"), await queueOf(storage)], [[], [[
    "other.example",
    "kim@other.example",
    "joe@example.org",
  ]]]);
  // Where there is no way, it stays.
  const stuck = await testDelivery({ transports, extensions: [extension(["kim@nowhere.example"])] });
  await stuck.send({ to: ["joe@example.org"] });
  assertEquals([(await stuck.read("joe")).length, (await stuck.storage.queue()).length], [1, 0]);
});

Deno.test("queue: RFC 5321 §4.5.3.1.8: an entry has at most a hundred recipients, of one domain", () => {
  const recipients = Array.from({ length: 250 }, (_, n) => ({ address: `u${n}@${n % 5 === 0 ? "b" : "a"}.example` }));
  const envelope = { sender: "x@example.org", recipients: [], bodyType: "7bit", smtpUtf8: false } as const;
  const made = enqueueOperations({ id: "m", envelope, recipients, body: "1" as never }, time);
  assertEquals(made.map(({ entry }) => [entry.domain, entry.recipients.length]), [
    ["b.example", 50],
    ["a.example", 100],
    ["a.example", 100],
  ]);
  const all = made.flatMap(({ entry }) => entry.envelope.recipients);
  assertEquals(all.toSorted(), recipients.map(({ address }) => address).toSorted());
  assertEquals(enqueueOperations({ id: "m", envelope, recipients: [], body: "1" as never }, time), []);
});

const minute = 60_000, hour = 60 * minute;
const schedule = { retry: 5 * minute, giveUp: 120 * hour, warnAfter: 4 * hour };

function tried(attempts: number, isWarned = false): QueueEntry {
  return { attempts, queuedAt: time, isWarned } as QueueEntry;
}

Deno.test("queue: RFC 5321 §4.5.4.1: waits grow to three hours; the last attempt is when time is over", () => {
  const after = (milliseconds: number) => new Date(time.getTime() + milliseconds);
  const waits = Array.from({ length: 9 }, (_, n) => (nextAttempt(tried(n), schedule, time).getTime() - +time) / minute);
  assertEquals(waits, [5, 10, 20, 40, 80, 160, 180, 180, 180]);
  assertEquals(nextAttempt(tried(1000), schedule, after(119 * hour)), after(120 * hour));
  assertEquals(givenUpAt(tried(0), schedule), after(120 * hour));
  assertEquals([isOver(tried(9), schedule, after(119 * hour)), isOver(tried(9), schedule, after(120 * hour))], [
    false,
    true,
  ]);
  // Whoever wants to wait longer than three hours does.
  const slow = { ...schedule, retry: 24 * hour };
  assertEquals(nextAttempt(tried(3), slow, time), after(24 * hour));
});

Deno.test("queue: a sender is told once that a message is late, or never where the configuration says so", () => {
  const at = new Date(time.getTime() + 4 * hour), before = new Date(at.getTime() - 1);
  assertEquals([isLate(tried(1), schedule, before), isLate(tried(1), schedule, at)], [false, true]);
  assertEquals([isLate(tried(1, true), schedule, at), isLate(tried(1), { ...schedule, warnAfter: 0 }, at)], [
    false,
    false,
  ]);
});

/** A body over octets that can be read anywhere. */
function bodyOf(octets: Uint8Array) {
  const read = (start: number, end: number) => Promise.resolve(octets.slice(Math.max(0, start), Math.max(0, end)));
  return { size: octets.length, read };
}

Deno.test("queue: RFC 5321 §4.4: Return-Path does not leave, wherever in the header it is", async () => {
  const cases: readonly (readonly [stored: string, leaves: string])[] = [
    ["Return-Path: <a@x>\r\nSubject: x\r\n\r\nHi\r\n", "Subject: x\r\n\r\nHi\r\n"],
    ["X-Spam: no\r\nRETURN-path:\r\n <a@x>\r\nTo: b\r\n\r\nHi", "X-Spam: no\r\nTo: b\r\n\r\nHi"],
    ["Return-Path: <a>\r\nA: b\r\nReturn-Path: <c>\r\n\r\n", "A: b\r\n\r\n"],
    ["Subject: x\r\n\r\nReturn-Path: <a@x>\r\n", "Subject: x\r\n\r\nReturn-Path: <a@x>\r\n"],
    ["", ""],
    ["Return-Path: <a>\r\n", ""],
  ];
  for (const [stored, leaves] of cases) {
    const body = await outgoingBody(bodyOf(bytes(stored)));
    assertEquals([text(await body.read(0, body.size)), body.size], [leaves, leaves.length]);
    for (let start = -1; start <= leaves.length + 1; start++) {
      for (let end = start; end <= leaves.length + 2; end += 3) {
        assertEquals(text(await body.read(start, end)), leaves.slice(Math.max(0, start), Math.max(0, end)));
      }
    }
  }
  const untouched = bodyOf(bytes("Subject: x\r\n\r\n"));
  assert(await outgoingBody(untouched) === untouched);
});
