import { assertEquals, assertRejects } from "@std/assert";
import type { Logger } from "../../../../core/contract/logger.ts";
import { Holds } from "../../../../core/sasl/holds.ts";
import { PenaltyBook } from "../../../../core/sasl/penalty_book.ts";
import { ConfigurationError } from "../../../../core/server/configuration_error.ts";
import { loadServer } from "../../../../core/server/load_server.ts";
import { FailureNotice } from "../../../../core/server/threads/shared_book.ts";
import { SessionThreads } from "../../../../core/server/threads/session_threads.ts";
import { countsMemory, SharedCounts } from "../../../../core/server/threads/shared_counts.ts";
import type { Served } from "../../../../core/server/threads/thread_messages.ts";
import { type FakeThread, fakeThreads } from "../../../support/fake_threads.ts";
import { TestClock } from "../../../support/test_clock.ts";
import { testFolder } from "../../../support/test_config.ts";

/** More than an answer, and more than an end, are waited for; milliseconds. */
const TOO_LONG = 121_000, STRANGE = 11_000;

/** A log of which a test can wait for a line. */
function heardLog() {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const write = (level: string) => (text: string) => {
    lines.push(`${level} ${text}`);
    for (const look of waiting) look();
  };
  const log: Logger = {
    ...{ debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    isOn: () => true,
    child: () => log,
  };
  const heard = (what: RegExp) =>
    new Promise<void>((resolve) => {
      const look = () => void (lines.some((line) => what.test(line)) && resolve());
      waiting.add(look);
      look();
    });
  return { lines, log, heard };
}

/** Threads of which none is real, serving. */
async function open(count: number) {
  await using stack = new AsyncDisposableStack();
  const { file } = stack.use(await testFolder({}));
  const { config } = await loadServer(file);
  const served: Served = { config, certificate: undefined };
  const fakes = stack.use(fakeThreads()), clock = new TestClock(), { lines, log, heard } = heardLog();
  const now = () => new Date(0), threads = count + 1, holds = new Holds(now), counts = countsMemory(10, threads);
  let shares = 0;
  const share = () => {
    shares++;
    const { port1, port2 } = new MessageChannel();
    const end = () => {
      shares--;
      port1.close();
    };
    return { port: port2, [Symbol.dispose]: end };
  };
  const common = {
    ...{ threads, counts, holds, share, notice: new FailureNotice(), secret: new Uint8Array(32) },
    log: { append() {} },
    book: new PenaltyBook({ authDelay: 0, now }),
  };
  const parts = { count, common, log, clock, spawn: fakes.spawn, secretsChanged() {} };
  const all = stack.use(new SessionThreads(parts, served));
  await all.start();
  await all.open([]);
  const next: Served = { ...served, config: { ...config, hostname: "next.example" } };
  const rest = stack.move();
  return {
    ...{ all, fakes, clock, lines, heard, holds, counts, threads, served, next },
    shares: () => shares,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** The first thread has heard what these have answered to a request. */
async function answered(name: string, ...fakes: readonly (FakeThread | undefined)[]): Promise<void> {
  for (const fake of fakes) {
    await fake?.wasAsked(name);
    await fake?.ask("isHeld", { name: "any", token: 0 });
  }
}

/** Time goes by until the work is over. */
async function passing<Result>(clock: TestClock, work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const result = work.finally(() => isOver = true);
  result.catch(() => {});
  while (!isOver) {
    clock.advance(TOO_LONG);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return await result;
}

/** Looks apart, of which there may be some. */
function namesOf(fake: FakeThread | undefined): string[] | undefined {
  return fake?.asked.map(({ name }) => name).filter((name) => name !== "isThere");
}

function hostnameOf(request: unknown): unknown {
  const { config } = request as Served;
  return config.hostname;
}

Deno.test("threads: one that does not answer a reload is ended, and another takes up in its place what all have", async () => {
  await using opened = await open(2);
  const { all, fakes, clock, lines, heard, next } = opened;
  const [silent, other] = fakes.all;
  silent?.silentTo.add("prepare");
  const preparing = all.prepare(next);
  await answered("prepare", silent, other);
  await using prepared = await passing(clock, preparing);
  await prepared.take();
  assertEquals([silent?.ended, other?.ended], ["silent", "no"]);
  assertEquals(namesOf(other), ["start", "open", "prepare", "take"]);
  await heard(/there again/);
  const again = fakes.all.filter(({ thread }) => thread === silent?.thread).at(-1);
  assertEquals(again?.asked.filter(({ name }) => name === "start").map(({ request }) => hostnameOf(request)), [
    "next.example",
  ]);
  const errors = lines.filter((line) => line.startsWith("error"));
  assertEquals(errors.length, 1);
  assertEquals(
    /no answer to "prepare" within 120 s; its sessions are lost, and it is started again/.test(errors[0] ?? ""),
    true,
  );
});

Deno.test("threads: what one cannot take up, none does, though another does not answer: that one goes on with what is served", async () => {
  await using opened = await open(3);
  const { all, fakes, clock, heard, next } = opened;
  const [silent, broken, other] = fakes.all;
  silent?.silentTo.add("prepare");
  broken?.refuses.set("prepare", "no such library");
  const preparing = all.prepare(next);
  preparing.catch(() => {});
  await answered("prepare", silent, broken, other);
  await assertRejects(() => passing(clock, preparing), ConfigurationError, "no such library");
  await heard(/there again/);
  assertEquals([silent?.ended, broken?.ended, other?.ended], ["silent", "no", "no"]);
  assertEquals(namesOf(other), ["start", "open", "prepare", "drop"]);
  const [start] = fakes.all.at(-1)?.asked ?? [];
  assertEquals(hostnameOf(start?.request), "mail.example.org");
});

Deno.test("threads: one that hangs while the others take up a reload is started again with it", async () => {
  await using opened = await open(2);
  const { all, fakes, clock, heard, next } = opened;
  fakes.all[0]?.silentTo.add("take");
  await using prepared = await all.prepare(next);
  const taking = prepared.take();
  await answered("take", ...fakes.all);
  await passing(clock, taking);
  await heard(/there again/);
  const [start] = fakes.all.at(-1)?.asked ?? [];
  assertEquals([fakes.all[0]?.ended, hostnameOf(start?.request)], ["silent", "next.example"]);
});

Deno.test("threads: one that hangs is ended; what it held is free, and another takes its place once it is gone", async () => {
  await using opened = await open(1);
  const { fakes, clock, lines, heard, holds, counts, threads, shares } = opened;
  fakes.areGoneAtOnce = false;
  const [hangs] = fakes.all;
  await hangs?.ask("hold", { name: "folder", most: Infinity });
  hangs?.silentTo.add("isThere");
  new SharedCounts(counts, threads, 2).add([1, 1], 1);
  // It is asked, and six looks later there is still no answer.
  clock.advance(10_000);
  await hangs?.wasAsked("isThere");
  assertEquals([holds.take("folder", Infinity), shares()], [undefined, 1]);
  for (let looks = 1; looks <= 6; looks++) {
    assertEquals(hangs?.ended, "no");
    clock.advance(10_000);
  }
  assertEquals([hangs?.ended, shares()], ["silent", 0]);
  assertEquals(typeof holds.take("folder", Infinity), "number");
  assertEquals(lines, [
    "error a session thread has not answered for a minute, and is ended; its sessions are lost, and it is started again",
  ]);
  // As long as it runs it may count, and the system gives its listeners clients.
  const counting = new SharedCounts(counts, threads, 1);
  assertEquals(counting.add([1, 1], 1), false);
  for (let isTold = false; !isTold; isTold = lines.some((line) => line.includes("is not gone"))) {
    clock.advance(STRANGE);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(fakes.all.length, 1);
  hangs?.listener.gone();
  assertEquals(counting.add([1, 1], 1), true);
  await heard(/there again/);
  assertEquals(fakes.all.length, 2);
});

Deno.test("threads: where none can be started it is tried again, later each time", async () => {
  await using opened = await open(1);
  const { fakes, lines, heard } = opened;
  fakes.whyNot = "no more threads";
  fakes.all[0]?.listener.failed("out of luck");
  await heard(/cannot be started: no more threads; its sessions are lost, and it is started again/);
  fakes.whyNot = undefined;
  await heard(/there again/);
  assertEquals(
    lines.map((line) => line.slice(0, 37)),
    [
      "error a session thread has died: out of",
      "error a session thread cannot be star",
      "info a session thread is there again",
    ].map((line) => line.slice(0, 37)),
  );
});

Deno.test("threads: a thread that cannot be started in time keeps the server from starting, and is ended", async () => {
  const clock = new TestClock();
  using fakes = fakeThreads();
  await using folder = await testFolder({});
  const { config } = await loadServer(folder.file);
  const { log } = heardLog();
  const now = () => new Date(0), { port1, port2 } = new MessageChannel();
  const common = {
    ...{ threads: 2, counts: countsMemory(10, 2), holds: new Holds(now), notice: new FailureNotice() },
    ...{ secret: new Uint8Array(32), log: { append() {} }, book: new PenaltyBook({ authDelay: 0, now }) },
    share: () => ({ port: port2, [Symbol.dispose]: () => port1.close() }),
  };
  const spawn: typeof fakes.spawn = (thread, listener) => {
    const spawned = fakes.spawn(thread, listener);
    fakes.all[0]?.silentTo.add("start").add("stop");
    return spawned;
  };
  const parts = { count: 1, common, log, clock, spawn, secretsChanged() {} };
  const all = new SessionThreads(parts, { config, certificate: undefined });
  await assertRejects(() => passing(clock, all.start()), ConfigurationError, 'no answer to "start" within 120 s');
  await passing(clock, all[Symbol.asyncDispose]());
  assertEquals(fakes.all[0]?.ended, "silent");
});
