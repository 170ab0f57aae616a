import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type CountKey, countsMemory, SharedCounts } from "../../../../core/server/threads/shared_counts.ts";
import { SharedPlaces } from "../../../../core/server/threads/shared_places.ts";

Deno.test("shared counts: as a map would count, whatever threads do in whatever order, and however many keys there were", () => {
  const threads = 3, most = 4, keys = 6;
  const step = fc.record({
    thread: fc.integer({ min: 1, max: threads }),
    // Many more than there is room for: those that count nothing make room.
    key: fc.integer({ min: 1, max: 40 }),
    does: fc.constantFrom("add", "add", "remove", "forget"),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const memory = countsMemory(keys, threads);
    const counts = Array.from({ length: threads }, (_, index) => new SharedCounts(memory, threads, index + 1));
    const expected = new Map<number, number[]>();
    const sum = (key: number) => (expected.get(key) ?? []).reduce((one, other) => one + other, 0);
    for (const { thread, key: number, does } of steps) {
      const key: CountKey = [number, 7 * number], own = counts[thread - 1];
      const of = expected.get(number) ?? Array<number>(threads).fill(0);
      const before = of[thread - 1] ?? 0;
      if (does === "forget") {
        // By another thread: this one is no more.
        counts[thread % threads]?.forget(thread);
        for (const others of expected.values()) others[thread - 1] = 0;
      } else if (does === "remove") {
        if (before === 0) continue;
        of[thread - 1] = before - 1;
        assertEquals(own?.remove(key), sum(number));
      } else {
        const inUse = [...expected.keys()].filter((key) => sum(key) > 0);
        if (inUse.length >= keys && !inUse.includes(number)) continue;
        assertEquals(own?.add(key, most), sum(number) < most);
        if (sum(number) < most) of[thread - 1] = before + 1;
        expected.set(number, of);
      }
    }
  }));
});

Deno.test("shared counts: where there is no room for another key it is not counted, and others are", () => {
  const memory = countsMemory(2, 1);
  const counts = new SharedCounts(memory, 1, 1);
  let added = 0;
  while (counts.add([added + 1, added + 1], 10)) added++;
  assertEquals(added >= 2, true);
  assertEquals(counts.add([1, 1], 10), true);
  assertEquals(counts.remove([2, 2]), 0);
  assertEquals(counts.add([1000, 1000], 10), true);
});

Deno.test("shared counts: threads that count at the same time count all", async () => {
  const memory = countsMemory(10, 3), rounds = 20_000;
  const text = `
    import { SharedCounts } from ${
    JSON.stringify(import.meta.resolve("../../../../core/server/threads/shared_counts.ts"))
  };
    self.onmessage = ({ data: { memory, thread, rounds } }) => {
      const counts = new SharedCounts(memory, 3, thread);
      for (let round = 0; round < rounds; round++) {
        counts.add([1, 1], Infinity);
        counts.add([1 + round % 7, 5], Infinity);
        counts.remove([1 + round % 7, 5]);
      }
      self.postMessage("done");
    };`;
  const workers = [1, 2].map((thread) => {
    const worker = new Worker(`data:text/javascript,${encodeURIComponent(text)}`, { type: "module" });
    const done = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage({ memory, thread, rounds });
    return { worker, done };
  });
  for (const { worker, done } of workers) {
    await done;
    worker.terminate();
  }
  const counts = new SharedCounts(memory, 3, 3);
  assertEquals(counts.add([1, 1], 2 * rounds), false);
  assertEquals(counts.add([1, 1], 2 * rounds + 1), true);
  assertEquals([1, 2, 3, 4, 5, 6, 7].map((key) => counts.add([key, 5], 1)), Array(7).fill(true));
});

Deno.test("shared places: in all and per network, in whatever threads, and the log has each once", () => {
  const memory = countsMemory(100, 2),
    secret = new Uint8Array(32),
    limits = { connections: 4, connectionsPerAddress: 2 };
  const [one, two] = [1, 2].map((thread) => new SharedPlaces(new SharedCounts(memory, 2, thread), limits, secret));
  const enter = (places: SharedPlaces | undefined, address: string) => {
    const entered = places?.enter(address);
    return entered === undefined || !("limit" in entered) ? entered : `${entered.limit} ${entered.isFirst}`;
  };
  const first = enter(one, "192.0.2.1");
  enter(two, "192.0.2.1");
  assertEquals(enter(one, "192.0.2.1"), "limits.connections_per_address true");
  assertEquals(enter(one, "192.0.2.1"), "limits.connections_per_address false");
  // RFC 4291: an IPv6 network of 64 bits is one client.
  enter(one, "2001:db8::1");
  enter(two, "2001:db8::2");
  assertEquals(enter(two, "192.0.2.2"), "limits.connections true");
  if (typeof first === "object") first[Symbol.dispose]();
  assertEquals(typeof enter(two, "192.0.2.1"), "object");
  new SharedCounts(memory, 2, 1).forget(2);
  for (const address of ["192.0.2.1", "192.0.2.3"]) assertEquals(typeof enter(one, address), "object");
});
