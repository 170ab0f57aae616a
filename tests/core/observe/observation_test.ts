/** Observers are told everything that fits, in order, and delay and break nothing. */
import { assert, assertEquals } from "@std/assert";
import type { MailboxEvent, Observers } from "../../../core/contract/observers.ts";
import { Observation } from "../../../core/observe/observation.ts";
import { recordedLog } from "../../support/recorded_log.ts";

const patient = AbortSignal.timeout(60_000);

function changed(modseq: number): MailboxEvent {
  return { at: new Date(0), modseq: String(modseq) };
}

/** Observers that keep what they are told of mailboxes. */
function keeping(told: string[]): Observers {
  return { mailboxChanged: ({ modseq }) => void told.push(modseq) };
}

Deno.test("observers: who has not asked for an event is told nothing, and nobody need make it", () => {
  using recorded = recordedLog();
  using observation = new Observation(recorded.log);
  observation.add("one", keeping([]));
  assertEquals([observation.has("mailboxChanged"), observation.has("closed")], [true, false]);
});

Deno.test("observers: are told after the turn in which it happened, in order", async () => {
  using recorded = recordedLog();
  using observation = new Observation(recorded.log);
  const told: string[] = [];
  observation.add("one", keeping(told));
  for (let modseq = 1; modseq <= 5; modseq++) observation.tell("mailboxChanged", changed(modseq));
  await Promise.resolve();
  assertEquals(told, []);
  await observation.drain(patient);
  assertEquals(told, ["1", "2", "3", "4", "5"]);
});

Deno.test("observers: one that fails is logged, and neither it nor another misses what comes next", async () => {
  using recorded = recordedLog();
  using observation = new Observation(recorded.log);
  const told: string[] = [], others: string[] = [];
  observation.add("failing", {
    mailboxChanged({ modseq }) {
      told.push(modseq);
      if (modseq === "1") throw new Error("a webhook is away");
      return modseq === "2" ? Promise.reject(new Error("still away")) : undefined;
    },
  });
  observation.add("other", keeping(others));
  for (const modseq of [1, 2, 3]) observation.tell("mailboxChanged", changed(modseq));
  await observation.drain(patient);
  assertEquals([told, others], [["1", "2", "3"], ["1", "2", "3"]]);
  const failures = recorded.events.filter(({ message }) => message === "an observer failed");
  assertEquals(failures.map(({ level, extension, event }) => [level, extension, event]), [
    ["error", "failing", "mailboxChanged"],
    ["error", "failing", "mailboxChanged"],
  ]);
});

Deno.test("observers: one that is slow keeps no more than its queue holds; what is dropped is counted", async () => {
  using recorded = recordedLog();
  using observation = new Observation(recorded.log, { waiting: 3, patience: 60_000 });
  const gate = Promise.withResolvers<void>(), begun = Promise.withResolvers<void>();
  const told: string[] = [], others: string[] = [];
  observation.add("slow", {
    async mailboxChanged({ modseq }) {
      begun.resolve();
      await gate.promise;
      told.push(modseq);
    },
  });
  observation.add("other", keeping(others));
  observation.tell("mailboxChanged", changed(0));
  await begun.promise;
  for (let modseq = 1; modseq <= 10; modseq++) {
    observation.tell("mailboxChanged", changed(modseq));
    while (others.length <= modseq) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  gate.resolve();
  await observation.drain(patient);
  assertEquals([told, others.length], [["0", "1", "2", "3"], 11]);
  const [first, last] = recorded.events.filter(({ message }) =>
    message.includes("events were dropped") || message.includes("events are dropped")
  );
  assertEquals([first?.event, last?.dropped], ["mailboxChanged", 7]);
});

Deno.test("observers: one that never comes to an end is told the next event all the same", async () => {
  using recorded = recordedLog();
  using observation = new Observation(recorded.log, { waiting: 10, patience: 1 });
  const told: string[] = [];
  observation.add("hanging", {
    mailboxChanged({ modseq }) {
      told.push(modseq);
      return new Promise(() => {});
    },
  });
  for (const modseq of [1, 2]) observation.tell("mailboxChanged", changed(modseq));
  await observation.drain(patient);
  assertEquals(told, ["1", "2"]);
  assert(recorded.events.some(({ message }) => message === "an observer failed"));
});

Deno.test("observers: what one does to an event is seen by no other", async () => {
  using recorded = recordedLog();
  using observation = new Observation(recorded.log);
  const told: string[] = [];
  observation.add("careless", {
    mailboxChanged: (event) => void Reflect.set(event, "modseq", "0"),
  });
  observation.add("other", keeping(told));
  const event = changed(7);
  observation.tell("mailboxChanged", event);
  await observation.drain(patient);
  assertEquals([told, event.modseq], [["7"], "7"]);
});

Deno.test("observers: draining ends with its deadline, and nobody is told anything after the end", async () => {
  using recorded = recordedLog();
  const observation = new Observation(recorded.log, { waiting: 10, patience: 60_000 });
  const gate = Promise.withResolvers<void>();
  const told: string[] = [];
  observation.add("slow", {
    async mailboxChanged({ modseq }) {
      told.push(modseq);
      await gate.promise;
    },
  });
  for (const modseq of [1, 2]) observation.tell("mailboxChanged", changed(modseq));
  await observation.drain(AbortSignal.timeout(1));
  observation[Symbol.dispose]();
  gate.resolve();
  await observation.drain(patient);
  observation.tell("mailboxChanged", changed(3));
  await observation.drain(patient);
  assertEquals(told.filter((modseq) => modseq !== "1"), []);
});
