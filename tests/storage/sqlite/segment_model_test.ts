import { assert } from "@std/assert";
import fc from "fast-check";
import { SegmentFileError } from "../../../storage/sqlite/segment_file_error.ts";
import { assertInvariants } from "./invariants.ts";
import { content, later, WriterAlone } from "./writer_alone.ts";

const prefix = new TextEncoder().encode("Received: from a.example\r\n");

/** Something that one of two writers does, and what happens at one of its steps. */
interface Turn {
  readonly writer: 0 | 1;
  readonly does: "deliver" | "deliver long" | "discard long" | "begin long" | "expunge" | "collect" | "reopen";
  readonly sizes: readonly number[];
  /** Which step; beyond the last nothing happens. */
  readonly step: number;
  readonly event: "failure" | "crash";
}

const turns: fc.Arbitrary<Turn[]> = fc.array(
  fc.record({
    writer: fc.constantFrom(0, 1),
    does: fc.constantFrom(
      "deliver",
      "deliver",
      "deliver long",
      "discard long",
      "begin long",
      "expunge",
      "collect",
      "reopen",
    ),
    sizes: fc.array(fc.oneof(fc.integer({ min: 20, max: 60_000 }), fc.integer({ min: 65_000, max: 150_000 })), {
      minLength: 1,
      maxLength: 4,
    }),
    step: fc.nat(12),
    event: fc.constantFrom("failure", "crash"),
  }),
  { minLength: 10, maxLength: 40, size: "max" },
);

async function take(turn: Turn, alone: WriterAlone): Promise<void> {
  const [size = 0] = turn.sizes;
  switch (turn.does) {
    case "deliver":
      return void alone.deliver(...turn.sizes);
    case "deliver long":
      return alone.commit([[alone.append(alone.takeIn(200_000 + size, size % 2 === 0 ? prefix : undefined))]]);
    case "discard long":
      return void alone.writer.discard({ body: alone.takeIn(200_000 + size) });
    case "begin long":
      return void alone.begin();
    case "expunge": {
      const uids = [...(await alone.messages()).keys()];
      return alone.expunge(...uids.filter((uid) => (uid * 7 + size) % 3 > 0));
    }
    case "collect":
      return alone.collect(size % 2 === 0 ? later : 0);
  }
}

/** Gives what a crash left, if there was one. */
async function play(turn: Turn, alone: WriterAlone, folder: string): Promise<string | undefined> {
  let left = turn.step, copy: string | undefined;
  alone.files.before = (step) => {
    if (left-- !== 0) return;
    if (turn.event === "crash") copy = alone.files.copy(folder, "kill");
    else if (step !== "remove" && step !== "removed") throw new Error("No space left on device");
  };
  try {
    await take(turn, alone);
  } catch (error) {
    if (!(error instanceof SegmentFileError)) throw error;
  }
  alone.files.before = () => {};
  return copy;
}

/** That all that is there is whole, and counted. Gives how many messages there are. */
async function check(alone: WriterAlone, file = alone.file): Promise<number> {
  const messages = await alone.messages(file);
  for (const [uid, octets] of messages) {
    const body = octets[0] === prefix[0] ? octets.subarray(prefix.length) : octets;
    const key = Number(/^Subject: (\d+)/.exec(new TextDecoder().decode(body.subarray(0, 50)))?.[1]);
    const expected = content(key, body.length);
    assert(body.every((octet, at) => octet === expected[at]), `message ${uid} is not whole`);
  }
  assertInvariants(file);
  return messages.size;
}

Deno.test("sqlite segments: whatever two writers do, and whatever fails, all that is there is whole, before and after a crash", async () => {
  await fc.assert(
    fc.asyncProperty(turns, async (all) => {
      const folder = await Deno.makeTempDir(), file = `${folder}/mail.db`;
      await using stack = new AsyncDisposableStack();
      stack.defer(() => Deno.remove(folder, { recursive: true }));
      const writers = [await WriterAlone.open(file), await WriterAlone.open(file)];
      stack.defer(() => writers.forEach((alone) => alone[Symbol.dispose]()));
      for (const [index, turn] of all.entries()) {
        const alone = writers[turn.writer];
        if (alone === undefined) continue;
        if (turn.does === "reopen") {
          alone[Symbol.dispose]();
          writers[turn.writer] = await WriterAlone.open(file);
          continue;
        }
        const before = turn.does === "collect" ? await check(alone) : undefined;
        const copy = await play(turn, alone, `${folder}/${index}`);
        if (before !== undefined && turn.event === "crash") {
          assert(await check(alone) === before, "collecting lost one");
        }
        if (copy === undefined) continue;
        using again = await WriterAlone.open(copy);
        const found = await check(again);
        again.collect(later);
        assert(await check(again) === found, "collecting after a crash lost one");
      }
    }),
    { numRuns: 15 },
  );
});
