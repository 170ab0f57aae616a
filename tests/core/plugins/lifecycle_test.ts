import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { Logger } from "../../../core/contract/logger.ts";
import { silentLog } from "../../../core/observe/log.ts";
import { type LifecycleLimits, PluginLives, SetupError } from "../../../core/plugins/lifecycle.ts";

/** Plugins that write down what happens to them. */
function stage(limits?: Partial<LifecycleLimits>) {
  const events: string[] = [];
  const log: Logger = {
    ...silentLog,
    warn: (message) => void events.push(`warn ${message}`),
    error: (message) => void events.push(`error ${message}`),
  };
  const plugin = (name: string) => () => {
    events.push(`set up ${name}`);
    return {
      drain: () => Promise.resolve(void events.push(`drain ${name}`)),
      stop: () => Promise.resolve(void events.push(`stop ${name}`)),
    };
  };
  return { events, plugin, lives: new PluginLives(log, { setup: 60_000, stop: 60_000, ...limits }) };
}

Deno.test("lifecycle: set up in order, drained and stopped in reverse, each once", async () => {
  const { events, plugin, lives } = stage();
  await lives.setUp("a", plugin("a"));
  await lives.setUp("b", plugin("b"));
  await lives.drain(new AbortController().signal);
  await lives[Symbol.asyncDispose]();
  await lives[Symbol.asyncDispose]();
  assertEquals(events, ["set up a", "set up b", "drain b", "drain a", "stop b", "stop a"]);
});

Deno.test("lifecycle: a failed setup leaves those before it to be stopped, and not itself", async () => {
  const { events, plugin, lives } = stage();
  const error = await assertRejects(
    async () => {
      await using _lives = lives;
      await lives.setUp("a", plugin("a"));
      await lives.setUp("storage b", () => Promise.reject(new Error("the disk is full")));
    },
    SetupError,
    "storage b: the disk is full",
  );
  assertInstanceOf(error.cause, Error);
  assertEquals(events, ["set up a", "stop a"]);
});

Deno.test("lifecycle: a setup that throws at once, or gives nothing, has failed as well", async () => {
  const { lives } = stage();
  await assertRejects(
    () =>
      lives.setUp("a", () => {
        throw new Error("no");
      }),
    SetupError,
    "a: no",
  );
  const nothing = (() => Promise.resolve(undefined)) as unknown as () => Promise<object>;
  await assertRejects(() => lives.setUp("b", nothing), SetupError, "b: its setup gives nothing");
});

Deno.test("lifecycle: what is set up too late is stopped", async () => {
  const { events, plugin, lives } = stage({ setup: 1 });
  const late = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  await assertRejects(
    () =>
      lives.setUp("a", async () => {
        await late.promise;
        return { ...plugin("a")(), stop: () => Promise.resolve(stopped.resolve()) };
      }),
    SetupError,
    "a: was not set up within 1 ms",
  );
  late.resolve();
  await stopped.promise;
  await lives[Symbol.asyncDispose]();
  assertEquals(events, ["set up a"]);
});

Deno.test("lifecycle: one that fails to stop, or never does, keeps none from being stopped", async () => {
  const { events, plugin, lives } = stage({ stop: 1 });
  await lives.setUp("a", plugin("a"));
  await lives.setUp("b", () => ({ stop: () => Promise.reject(new Error("no")) }));
  await lives.setUp("c", () => ({ stop: () => new Promise(() => {}) }));
  await lives[Symbol.asyncDispose]();
  assertEquals(events, [
    "set up a",
    "error c: did not stop as it should",
    "error b: did not stop as it should",
    "stop a",
  ]);
});

Deno.test("lifecycle: draining ends with the deadline", async () => {
  const { events, plugin, lives } = stage();
  await lives.setUp("a", plugin("a"));
  const deadline = new AbortController();
  await lives.setUp("b", () => ({
    drain: () => {
      queueMicrotask(() => deadline.abort());
      return new Promise(() => {});
    },
  }));
  await lives.drain(deadline.signal);
  assertEquals(events.slice(1), ["warn b: did not finish its work", "drain a", "warn a: did not finish its work"]);
});

Deno.test("lifecycle: one can be stopped before the others, once", async () => {
  const { events, plugin, lives } = stage();
  const first = await lives.setUp("a", plugin("a"));
  await lives.setUp("b", plugin("b"));
  await lives.stop(first);
  await lives.stop(first);
  await lives[Symbol.asyncDispose]();
  assertEquals(events, ["set up a", "set up b", "stop a", "stop b"]);
});
