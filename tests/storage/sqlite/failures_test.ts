import { assert, assertEquals } from "@std/assert";
import type { BodyId } from "../../../core/contract/mod.ts";
import { assertRefused, details, fill, inbox, message, messagesOf } from "../../conformance/storage/support.ts";
import { Collector } from "../../../storage/sqlite/collector.ts";
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";
import type { WriterAnswers, WriterRequests } from "../../../storage/sqlite/writer_messages.ts";
import { memoryLog, mortalWriters, openSqlite, untickingClock } from "./open_storage.ts";
import { namesIn } from "./watched_files.ts";
import { openDatabase } from "../../support/open_database.ts";

const MB = 1_000_000;

Deno.test("sqlite: a full disk refuses all that wait, harms nothing, and is over when there is room", async () => {
  const clock = untickingClock();
  const { storage, lines, close } = await openSqlite({ largest: 2 * MB, clock });
  try {
    const mailbox = await inbox(storage);
    const big = async () => {
      const body = await storage.writeBody(new Uint8Array(200_000));
      return await storage.apply([{ do: "append", mailbox, body, details: details() }]);
    };
    const outcomes = [];
    for (let n = 0; n < 15; n++) outcomes.push((await Promise.allSettled([big()]))[0].status);
    const stored = outcomes.filter((status) => status === "fulfilled").length;
    assert(stored > 3 && stored < 15, `${stored} of 15 were stored`);
    await assertRefused("unavailable", big());
    await assertRefused("unavailable", storage.writeBody(new Uint8Array(3 * MB)));
    const found = await messagesOf(storage, mailbox);
    assertEquals(found.length, stored);
    for (const { body } of found) assertEquals((await storage.openBody(body)).size, 200_000);
    assertEquals(lines.filter(({ level }) => level === "error").length, 1);
    assert(lines.some(({ message }) => message.includes("mail.db") && message.includes("full")));

    await storage.apply([{ do: "expunge", mailbox, uids: [[1, 3]] }]);
    clock.goOn(60_000);
    const [made] = await big();
    assertEquals(made.size, 200_000);
    assert(lines.some(({ level, message }) => level === "info" && message.includes("again")));
  } finally {
    await close();
  }
});

Deno.test("sqlite: a full disk is told of once, though it has room for some and not for others, and its end after a minute", async () => {
  const clock = untickingClock();
  const { storage, lines, close } = await openSqlite({ largest: 2 * MB, clock });
  try {
    const mailbox = await inbox(storage);
    const told = () => lines.filter(({ message }) => /cannot be written|again/.test(message)).map(({ level }) => level);
    for (let n = 0; n < 3; n++) {
      await assertRefused("unavailable", storage.writeBody(new Uint8Array(3 * MB)));
      await fill(storage, mailbox, `small ${n}`);
      clock.goOn(30_000);
    }
    assertEquals(told(), ["error"]);
    clock.goOn(30_000);
    await fill(storage, mailbox, "later");
    assertEquals(told(), ["error", "info"]);
    await assertRefused("unavailable", storage.writeBody(new Uint8Array(3 * MB)));
    assertEquals(told(), ["error", "info", "error"]);
  } finally {
    await close();
  }
});

Deno.test("sqlite: another process that holds the database for too long is a temporary failure, not an end", async () => {
  const { storage, file, close } = await openSqlite({ busyTimeout: 50 });
  try {
    const mailbox = await inbox(storage);
    using other = openDatabase(file);
    other.exec("BEGIN IMMEDIATE");
    await assertRefused("unavailable", fill(storage, mailbox, "one"));
    assertEquals(await messagesOf(storage, mailbox), []);
    other.exec("ROLLBACK");
    await fill(storage, mailbox, "two");
    assertEquals((await messagesOf(storage, mailbox)).length, 1);
  } finally {
    await close();
  }
});

Deno.test("sqlite: when the writer dies callers are told, and another takes its place after a while", async () => {
  let time = Date.UTC(2026, 10, 24);
  const { workers, spawn, killFirst } = mortalWriters();
  const { storage, lines, close } = await openSqlite({ spawn, now: () => new Date(time) });
  try {
    const mailbox = await inbox(storage);
    const kept = await storage.writeBody(message("kept"));
    const append = { do: "append", mailbox, body: kept, details: details() } as const;
    const waiting = [storage.apply([append]), storage.writeBody(new Uint8Array(MB))];
    await Promise.resolve();
    killFirst("out of memory");
    for (const caller of waiting) await assertRefused("unavailable", caller);
    await assertRefused("unavailable", storage.apply([append]));
    assertEquals(workers.length, 1);
    assert(lines.some(({ level, message }) => level === "error" && message.includes("out of memory")));
    // Reads need no writer.
    await messagesOf(storage, mailbox);

    time += 1000;
    await storage.apply([append]);
    assertEquals(workers.length, 2);
    // Bodies of the new writer have keys of their own.
    const fresh = await storage.writeBody(message("fresh"));
    await storage.apply([{ ...append, body: fresh }]);
    assertEquals((await messagesOf(storage, mailbox)).length, 2);
  } finally {
    await close();
  }
});

Deno.test("sqlite: a clock that is set back keeps no writer from being started again", async () => {
  let time = Date.UTC(2026, 10, 24);
  const { workers, spawn, killFirst } = mortalWriters();
  const { storage, close } = await openSqlite({ spawn, now: () => new Date(time) });
  try {
    const mailbox = await inbox(storage);
    killFirst("out of memory");
    time -= 86_400_000;
    await fill(storage, mailbox, "kept");
    assertEquals(workers.length, 2);
  } finally {
    await close();
  }
});

Deno.test("sqlite: a long body is stored whole or not at all, also where its writer died between two of its chunks", async () => {
  let time = Date.UTC(2026, 10, 24);
  const { spawn, killFirst } = mortalWriters();
  const { storage, close } = await openSqlite({ spawn, now: () => new Date(time) });
  try {
    const mailbox = await inbox(storage);
    const pieces = async function* () {
      yield new Uint8Array(2 * MB);
      // All that was sent has been answered: the next chunk would go to another writer.
      await fill(storage, mailbox, "between");
      killFirst("out of memory");
      time += 60_000;
      await fill(storage, mailbox, "after");
      yield new Uint8Array(MB);
    };
    await assertRefused("unavailable", storage.writeBody(pieces()));
  } finally {
    await close();
  }
});

Deno.test("sqlite: a clock that is set forward takes no body away from the batch that is about to name it", async () => {
  let time = Date.UTC(2026, 10, 24);
  const { storage, close } = await openSqlite({ now: () => new Date(time) });
  try {
    const mailbox = await inbox(storage);
    const body = await storage.writeBody(message("before"));
    time += 86_400_000;
    await fill(storage, mailbox, "after");
    await storage.apply([{ do: "append", mailbox, body, details: details() }]);
    assertEquals((await messagesOf(storage, mailbox)).length, 2);
  } finally {
    await close();
  }
});

Deno.test("sqlite: a clock that is set back keeps nothing from being collected", async () => {
  let time = Date.UTC(2026, 10, 24), asked = 0;
  const link = {
    request<Name extends keyof WriterRequests>(): Promise<WriterAnswers[Name]> {
      asked++;
      // The only thing that a collector asks for.
      return Promise.resolve({ more: false } as WriterAnswers[Name]);
    },
  };
  const now = () => new Date(time), clock = { now: () => 0 };
  const collector = new Collector(link, { file: "mail.db", log: memoryLog().log, now, clock });
  const write = async () => {
    collector.written();
    // What it has begun is over after some turns.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return asked;
  };
  assertEquals(await write(), 1);
  time += 1000;
  assertEquals(await write(), 1);
  time -= 86_400_000;
  assertEquals(await write(), 2);
  assertEquals(await write(), 2);
});

Deno.test("sqlite: a log that is never moved into the database is told of, once an hour", async () => {
  let time = Date.UTC(2026, 10, 24);
  const { storage, file, lines, close } = await openSqlite({ now: () => new Date(time), fullText: false });
  try {
    const mailbox = await inbox(storage);
    const told = () => lines.filter(({ message }) => /-wal: has grown to 300 MiB, .* open for long/.test(message));
    // What a reader would have kept from being moved: octets that SQLite takes no notice of.
    await Deno.truncate(`${file}-wal`, 300 * 1024 * 1024);
    for (const hours of [1, 1.5, 2.5]) {
      time = Date.UTC(2026, 10, 24) + hours * 3_600_000;
      await fill(storage, mailbox, "message");
    }
    assertEquals(told().map(({ level }) => level), ["warn", "warn"]);
    assertEquals((await messagesOf(storage, mailbox)).length, 3);
  } finally {
    await close();
  }
});

Deno.test("sqlite: what was submitted before the stop is answered", async () => {
  const { storage, reopen, close } = await openSqlite();
  try {
    const mailbox = await inbox(storage);
    const many = Array.from({ length: 50 }, (_, n) => fill(storage, mailbox, `${n}`));
    // Each has handed in its batch when its body is taken in.
    await Promise.all([many[0], Promise.resolve()]);
    const again = await reopen();
    const outcomes = await Promise.allSettled(many);
    const done = outcomes.filter(({ status }) => status === "fulfilled").length;
    assertEquals((await messagesOf(again, mailbox)).length, done);
    assertEquals(done, 50);
  } finally {
    await close();
  }
});

Deno.test("sqlite: a clock that is set forward takes no long body from whoever is writing it, or is about to deliver it", async () => {
  let time = Date.UTC(2026, 10, 24);
  const { storage, close } = await openSqlite({ now: () => new Date(time) });
  try {
    const mailbox = await inbox(storage);
    const append = (body: BodyId) => storage.apply([{ do: "append", mailbox, body, details: details() }]);
    const setForward = async () => {
      time += 25 * 60 * 60 * 1000;
      // An occasion to collect; that is over before the next is.
      for (let commits = 0; commits < 5; commits++) await storage.changeAccounts([]);
    };
    await append(
      await storage.writeBody(async function* () {
        yield new Uint8Array(MB);
        await setForward();
        yield new Uint8Array(MB);
      }()),
    );
    const written = await storage.writeBody(new Uint8Array(2 * MB));
    await setForward();
    await append(written);
    assertEquals((await messagesOf(storage, mailbox)).map(({ size }) => size), [2 * MB, 2 * MB]);
  } finally {
    await close();
  }
});

Deno.test("sqlite: long bodies that nobody needs leave the disk", async () => {
  let time = Date.UTC(2026, 10, 24);
  const clock = untickingClock();
  const { storage, file, reopen, close } = await openSqlite({ now: () => new Date(time), clock });
  try {
    const mailbox = await inbox(storage);
    const named = await storage.writeBody(new Uint8Array(12 * MB));
    await storage.writeBody(new Uint8Array(2 * MB));
    await storage.apply([{ do: "append", mailbox, body: named, details: details() }]);
    const counts = () => {
      using database = openDatabase(file, { readOnly: true });
      const count = (table: string) => database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.["n"];
      return [namesIn(new SegmentFiles(file).folder).length, count("segments"), count("bodies")];
    };
    assertEquals(counts(), [2, 2, 2]);
    const again = await reopen();
    await again.apply([{ do: "expunge", mailbox, uids: [1] }]);
    time += 25 * 60 * 60 * 1000;
    clock.goOn(25 * 60 * 60 * 1000);
    await again.apply([{ do: "setAlias", address: "a@x", to: ["b@x"] }]);
    // Collecting goes in steps, between requests of others.
    for (let n = 0; n < 200 && counts().some((left) => left !== 0); n++) await again.changeAccounts([]);
    assertEquals(counts(), [0, 0, 0]);
  } finally {
    await close();
  }
});
