import { assertEquals } from "@std/assert";
import type { Directory } from "../../../core/contract/directory.ts";
import type { Connection } from "../../../core/contract/connection.ts";
import type { Generation } from "../../../core/server/generation.ts";
import { Generations } from "../../../core/server/generations.ts";

/** Generations whose sessions last until they are told to end. */
function stage() {
  const events: string[] = [];
  const turns: string[] = [];
  const sessions: (() => void)[] = [];
  const generation = (name: string): Generation => ({
    directory: {} as Directory,
    http: new Map(),
    protocols: [{
      async serve() {
        events.push(`session with ${name}`);
        const { promise, resolve } = Promise.withResolvers<void>();
        sessions.push(resolve);
        await promise;
      },
    }],
    outgoing: {} as Generation["outgoing"],
    begin: () => void turns.push(`begin ${name}`),
    retire: () => void turns.push(`retire ${name}`),
    drain: () => Promise.resolve(void events.push(`drain ${name}`)),
    [Symbol.asyncDispose]: () => Promise.resolve(void events.push(`stop ${name}`)),
  });
  return { events, turns, sessions, generation };
}

// The sessions of these tests say nothing.
const connection = {} as Connection;
const stop = new AbortController().signal;

Deno.test("generations: a session ends with the one that it began with", async () => {
  const { events, sessions, generation } = stage();
  const generations = new Generations(generation("old"));
  const first = generations.serve(0, connection, stop);
  await generations.replace(generation("new"));
  const second = generations.serve(0, connection, stop);
  assertEquals(events, ["session with old", "session with new"]);
  sessions[0]?.();
  await first;
  assertEquals(events.slice(2), ["stop old"]);
  sessions[1]?.();
  await second;
  assertEquals(events.slice(3), []);
});

Deno.test("generations: one without sessions is stopped when it is replaced", async () => {
  const { events, generation } = stage();
  const generations = new Generations(generation("old"));
  await generations.replace(generation("new"));
  assertEquals(events, ["stop old"]);
});

Deno.test("generations: all that are alive are drained and stopped, each once", async () => {
  const { events, sessions, generation } = stage();
  const generations = new Generations(generation("a"));
  const session = generations.serve(0, connection, stop);
  await generations.replace(generation("b"));
  await generations.drain(stop);
  await generations[Symbol.asyncDispose]();
  sessions[0]?.();
  await session;
  assertEquals(events.slice(1).sort(), ["drain a", "drain b", "stop a", "stop b"]);
});

Deno.test("generations: periodic work is of one at a time, sessions of the one before or not", async () => {
  const { turns, generation } = stage();
  const generations = new Generations(generation("old"));
  const session = generations.serve(0, connection, stop);
  assertEquals(turns, ["begin old"]);
  await generations.replace(generation("new"));
  assertEquals(turns, ["begin old", "retire old", "begin new"]);
  session.catch(() => {});
});

Deno.test("generations: what is being carried keeps the one that it is carried with", async () => {
  const { events, generation } = stage();
  const first = generation("old");
  const generations = new Generations(first);
  const { promise, resolve } = Promise.withResolvers<void>();
  const carried = generations.use(async (used) => {
    assertEquals(used === first, true);
    await promise;
    events.push("carried");
  });
  await generations.replace(generation("new"));
  assertEquals(events, []);
  resolve();
  await carried;
  assertEquals(events, ["carried", "stop old"]);
});
