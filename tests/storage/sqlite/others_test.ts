import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Operation } from "../../../core/contract/storage.ts";
import { WriterAlone } from "./writer_alone.ts";

/** What one of two writers to a database does. */
const does = ["writes", "writes in vain", "looks", "collects", "commits nothing"] as const;
type Does = typeof does[number];

const write: Operation = { do: "setMetadata", place: {}, entries: [["/a", new Uint8Array()]] };

/** Does it. Gives whether it was told that the other has written; undefined: it was told nothing. */
function act(alone: WriterAlone, what: Does): boolean | undefined {
  const commit = (...batch: Operation[]) => alone.writer.commit({ now: 1, batches: [batch], bodies: new Map() });
  switch (what) {
    case "writes":
      return commit(write).othersWrote;
    case "writes in vain":
      // There is no such body: what was written before that is taken back.
      return commit(write, alone.append(1)).othersWrote;
    case "looks":
      return alone.writer.look().othersWrote;
    case "collects":
      return void alone.collect();
    case "commits nothing":
      return commit().othersWrote;
  }
}

Deno.test("sqlite: a writer tells what others have written from what it has written itself, each once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/mail.db`;
    using first = await WriterAlone.open(file);
    using second = await WriterAlone.open(file);
    const both = [first, second] as const;
    for (const one of both) act(one, "looks");
    // Of each: whether the other has written and it has not been told; undefined where that makes no difference to it.
    const isNews: (boolean | undefined)[] = [false, false];
    const step = fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(...does));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        for (const [who, what] of steps) {
          const told = act(both[who === 0 ? 0 : 1], what);
          if (told !== undefined) {
            assertEquals(told, isNews[who] ?? told);
            isNews[who] = false;
          }
          if (what === "writes") isNews[1 - who] = true;
          else if (what === "writes in vain") isNews[1 - who] ||= undefined;
        }
      }),
      { numRuns: 40 },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite: a writer whose log has gone into the database has not been written by others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using alone = await WriterAlone.open(`${folder}/mail.db`);
    alone.writer.look();
    // More than the log holds before it is moved.
    for (let n = 0; n < 20; n++) {
      alone.deliver(...Array.from({ length: 300 }, () => 14_000));
      assertEquals(alone.writer.look(), { othersWrote: false });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
