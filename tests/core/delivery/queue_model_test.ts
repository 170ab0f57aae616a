import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { QueueEntry } from "../../../core/contract/queue.ts";
import type { Storage } from "../../../core/contract/storage.ts";
import type { DeliveryResult } from "../../../core/contract/transport.ts";
import { all, type Carry, day, delivered, failed, hour, minute, retry, settled, TestQueue } from "./carry.ts";

/** What happens. Numbers of attempts are places among those in hand. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("enqueue" as const), to: fc.nat({ max: 4 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      attempt: fc.nat({ max: 5 }),
      as: fc.constantFrom("delivered" as const, "retry" as const, "failed" as const, "throw" as const, "some" as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), minutes: fc.nat({ max: 90 }) }) },
  // kill -9, and another process in its place.
  { weight: 2, arbitrary: fc.record({ do: fc.constant("kill" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  // A second process beside the first.
  { weight: 1, arbitrary: fc.record({ do: fc.constant("join" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A storage as a process sees it: when that is killed, nothing it asks is done or answered any more. */
function seenBy(storage: Storage, life: { isOver: boolean }): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => life.isOver ? new Promise(() => {}) : Reflect.apply(value, target, given);
    },
  });
}

interface Attempt {
  readonly entry: QueueEntry;
  readonly end: (results: Map<string, DeliveryResult> | Error) => void;
}

/** A queue, those who carry it, and a book of what became of each recipient. */
class World {
  readonly queue: TestQueue;
  readonly inHand: Attempt[] = [];
  /** How often each address got its message, or its sender was told that it would not. */
  readonly got = new Map<string, number>();
  readonly refused = new Set<string>();
  /** Processes that were killed with something in hand. */
  kills = 0;
  #lives: { isOver: boolean }[] = [];
  #sent = 0;
  #isHealed = false;

  constructor() {
    this.queue = new TestQueue({ carry: () => Promise.reject(new Error("nobody carries yet")) });
  }

  async begin(): Promise<void> {
    await this.queue.open();
    this.join();
    await settled();
  }

  /** A process begins. */
  join(): void {
    const life = { isOver: false };
    this.#lives.push(life);
    const carry: Carry = (entry, _body, stop) => this.#carry(entry, stop);
    // Each process has a transport of its own.
    this.queue.carry = carry;
    this.queue.start(seenBy(this.queue.storage, life));
  }

  #carry(entry: QueueEntry, stop: AbortSignal): ReturnType<Carry> {
    for (const other of this.inHand) {
      assert(other.entry.id !== entry.id, `entry ${entry.id} is carried twice at once`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Map<string, DeliveryResult>>();
    const attempt: Attempt = {
      entry,
      end: (results) => {
        if (!this.inHand.includes(attempt)) return;
        this.inHand.splice(this.inHand.indexOf(attempt), 1);
        if (results instanceof Error) return reject(results);
        for (const [address, { outcome }] of results) {
          if (outcome === "delivered") this.got.set(address, (this.got.get(address) ?? 0) + 1);
          if (outcome === "failed") this.refused.add(address);
        }
        resolve(results);
      },
    };
    this.inHand.push(attempt);
    stop.addEventListener("abort", () => attempt.end(new Error("nobody waits for it any more")));
    if (this.#isHealed) attempt.end(all(entry, delivered));
    return promise;
  }

  async enqueue(others: number): Promise<void> {
    const addresses = Array.from({ length: others + 1 }, (_, n) => `r${++this.#sent}@d${n % 3}.example`);
    await this.queue.enqueue(addresses);
  }

  end(at: number, as: (Step & { readonly do: "end" })["as"]): void {
    const attempt = this.inHand[at];
    if (attempt === undefined) return;
    const { recipients } = attempt.entry.envelope;
    if (as === "throw") attempt.end(new Error("broken"));
    else if (as === "some") {
      const results = [delivered, retry, failed];
      attempt.end(new Map(recipients.map((address, n) => [address, results[n % 3] ?? retry])));
    } else attempt.end(all(attempt.entry, { delivered, retry, failed }[as]));
  }

  /** All processes die where they stand, and with them what they carried. */
  kill(): void {
    for (const life of this.#lives) life.isOver = true;
    this.kills += this.inHand.length;
    this.inHand.length = 0;
    this.#lives = [];
    this.join();
  }

  /** The last process ends as it should, and another one begins. */
  async restart(): Promise<void> {
    this.#lives.pop();
    await this.queue.runner[Symbol.asyncDispose]();
    this.join();
  }

  /** From now on all that is tried arrives. */
  async heal(): Promise<void> {
    this.#isHealed = true;
    for (const attempt of [...this.inHand]) attempt.end(all(attempt.entry, delivered));
    await this.queue.clock.advance(6 * hour);
  }

  get sent(): string[] {
    return Array.from({ length: this.#sent }, (_, n) => `r${n + 1}`);
  }
}

Deno.test("queue: whatever happens, nothing is lost, nothing is carried twice at once, and nobody is told wrongly", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const world = new World();
      await using queue = world.queue;
      await world.begin();
      for (const step of steps) {
        if (step.do === "enqueue") await world.enqueue(step.to);
        else if (step.do === "end") world.end(step.attempt, step.as);
        else if (step.do === "wait") await queue.clock.advance(step.minutes * minute);
        else if (step.do === "restart") await world.restart();
        else world[step.do]();
        await settled();
      }
      await world.heal();
      assertEquals(await queue.left(), []);
      const reports = (await queue.inbox()).filter((text) => text.includes("Action: failed")).join();
      for (const name of world.sent) {
        const address = [...world.got.keys(), ...world.refused].find((one) => one.startsWith(`${name}@`)) ?? "";
        const times = world.got.get(address) ?? 0;
        assert(times > 0 || world.refused.has(address), `${name} has neither got its message nor refused it`);
        // Who refused it and is in no report has got it at another attempt, after a process had died with the answer.
        if (times === 0) {
          assert(reports.includes(`Final-Recipient: rfc822; ${address}\r\n`), `${name}: nobody was told`);
        }
      }
      const copies = [...world.got.values()].reduce((sum, times) => sum + times - 1, 0);
      assert(copies === 0 || world.kills > 0, `${copies} were delivered twice, and no process had died`);
    }),
    { numRuns: 500 },
  );
});

Deno.test("queue: what a killed process had in hand is carried by the next one within a minute", async () => {
  const world = new World();
  await using queue = world.queue;
  await world.begin();
  await world.enqueue(0);
  assertEquals(world.inHand.length, 1);
  world.kill();
  await queue.clock.advance(59_000);
  assertEquals(world.inHand.length, 0);
  await queue.clock.advance(1_000);
  assertEquals(world.inHand.map(({ entry }) => entry.attempts), [0]);
  await queue.clock.advance(day);
});
