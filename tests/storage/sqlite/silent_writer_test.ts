import { assert, assertEquals } from "@std/assert";
import {
  account,
  assertRefused,
  details,
  fill,
  inbox,
  message,
  messagesOf,
  named,
} from "../../conformance/storage/support.ts";
import { openDatabase } from "../../support/open_database.ts";
import { TestClock } from "../../support/test_clock.ts";
import type { NumberedAnswer, NumberedRequest } from "../../../storage/sqlite/writer_messages.ts";
import { startWorker, workerThread } from "../../../storage/sqlite/writer_thread.ts";
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { memoryLog, openSqlite } from "./open_storage.ts";

/** More than an answer is waited for, milliseconds. */
const TOO_LONG = 61_000;
/** Another program's lock is waited for, in the middle of a call of SQLite, for as long as the test lasts; milliseconds. */
const busyTimeout = 3_600_000;

/** A log of which a test can wait for a line. */
function heardLog() {
  const { lines, log } = memoryLog();
  const { promise, resolve } = Promise.withResolvers<void>();
  const info = (text: string) => {
    log.info(text);
    if (text.includes("answers again")) resolve();
  };
  return { lines, log: { ...log, info }, answersAgain: promise };
}

/** Holds the database, so that the writer hangs, until it is disposed of. */
function held(file: string): Disposable {
  const other = openDatabase(file);
  other.exec("BEGIN IMMEDIATE");
  return { [Symbol.dispose]: () => other.close() };
}

/** Time goes by until all of it is over. */
async function passing(clock: TestClock, ...work: readonly Promise<unknown>[]): Promise<void> {
  let isOver = false;
  const all = Promise.all(work).finally(() => isOver = true);
  while (!isOver) {
    clock.advance(TOO_LONG);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await all;
}

function refused(work: Promise<unknown>): Promise<unknown> {
  return assertRefused("unavailable", work);
}

Deno.test("sqlite: a writer that hangs is not waited for: a temporary failure, at once for whoever comes later", async () => {
  const clock = new TestClock(), { lines, log, answersAgain } = heardLog();
  const { storage, file, close } = await openSqlite({ busyTimeout, clock, log, fullText: false });
  try {
    const mailbox = await inbox(storage);
    // What the first commit made it do is done as well: it has nothing else to answer.
    await storage.changeAccounts([]);
    const body = await storage.writeBody(message("once or twice"));
    const append = { do: "append", mailbox, body, details: details() } as const;
    {
      using _held = held(file);
      await passing(clock, refused(storage.apply([append])), refused(storage.writeBody(new Uint8Array(1_000_000))));
      await refused(fill(storage, mailbox, "later"));
      // Reads need no writer.
      assertEquals(await messagesOf(storage, mailbox), []);
    }
    await answersAgain;
    // It was done all the same; who was told to come again does so, and nothing is lost.
    await storage.apply([append]);
    assertEquals((await messagesOf(storage, mailbox)).length, 2);
    const told = lines.filter(({ message }) => /answer/.test(message)).map(({ level }) => level);
    assertEquals(told, ["error", "info"]);
  } finally {
    await close();
  }
});

Deno.test("sqlite: a writer that hangs is not waited for in other threads either, nor by whoever stops", async () => {
  const clock = new TestClock(), { log, answersAgain } = heardLog();
  const { storage: owner, file, close } = await openSqlite({ busyTimeout, fullText: false });
  try {
    const share = owner.share();
    const storage = await sqliteStorage({
      file,
      log,
      now: () => new Date(),
      clock,
      through: share.port,
      fullText: false,
    });
    const mailbox = await inbox(owner);
    await fill(storage, mailbox, "before");
    {
      using _held = held(file);
      const body = await storage.writeBody(message("late"));
      const append = { do: "append", mailbox, body, details: details() } as const;
      await passing(clock, refused(storage.apply([append])));
    }
    await answersAgain;
    await fill(storage, mailbox, "after");
    {
      using _held = held(file);
      await passing(clock, refused(fill(storage, mailbox, "at the end")), storage.stop());
    }
    share[Symbol.dispose]();
    assert((await messagesOf(owner, mailbox)).length >= 3);
  } finally {
    await close();
  }
});

Deno.test("sqlite: what a writer does that nobody waits for any more is told to those who watch", async () => {
  const clock = new TestClock(), { log, answersAgain } = heardLog();
  const { promise: hasLooked, resolve: looked } = Promise.withResolvers<void>();
  const { storage, file, close } = await openSqlite({
    ...{ busyTimeout, clock, log, fullText: false },
    spawn(listener) {
      let look: number | undefined;
      const answered = (answer: NumberedAnswer) => {
        listener.answered(answer);
        if (answer.id === look) looked();
      };
      const thread = workerThread(startWorker(), { ...listener, answered });
      const send = (asked: NumberedRequest) => {
        if (asked.name === "look") look ??= asked.id;
        thread.send(asked);
      };
      return { ...thread, send };
    },
  });
  try {
    const id = await account(storage), { id: mailbox } = await named(storage, id, "INBOX");
    const stop = new AbortController();
    const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
    await fill(storage, mailbox, "in time");
    await changes.next();
    // What others may have written before there was this writer is known now.
    await hasLooked;
    const body = await storage.writeBody(message("late"));
    const next = changes.next();
    {
      using _held = held(file);
      await passing(clock, refused(storage.apply([{ do: "append", mailbox, body, details: details() }])));
    }
    await answersAgain;
    assertEquals((await next).value?.mailbox, mailbox);
    stop.abort();
  } finally {
    await close();
  }
});

Deno.test("sqlite: a writer that opens the database late is used then", async () => {
  const clock = new TestClock(), { log, answersAgain } = heardLog();
  const { storage, file, close } = await openSqlite({ busyTimeout, clock, log, fullText: false });
  try {
    {
      using _held = held(file);
      await passing(clock, refused(storage.changeAccounts([])));
    }
    await answersAgain;
    await inbox(storage);
  } finally {
    await close();
  }
});

Deno.test("sqlite: a writer whose thread cannot be started is a temporary failure, and tried again after a while", async () => {
  let time = Date.UTC(2026, 10, 25), tries = 0;
  const { storage, lines, close } = await openSqlite({
    now: () => new Date(time),
    spawn(listener) {
      if (++tries === 1) throw new Error("no more threads");
      return workerThread(startWorker(), listener);
    },
  });
  try {
    for (let times = 0; times < 2; times++) await refused(storage.changeAccounts([]));
    assertEquals(tries, 1);
    assertEquals(lines.map(({ level, message }) => [level, /cannot be started: no more threads/.test(message)]), [
      ["error", true],
    ]);
    time += 1000;
    await inbox(storage);
  } finally {
    await close();
  }
});
