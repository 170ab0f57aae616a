import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Operation } from "../../../core/contract/storage.ts";
import { Listeners } from "../../../storage/common/listeners.ts";
import { Watchers } from "../../../storage/common/watchers.ts";
import { OtherProcesses } from "../../../storage/sqlite/other_processes.ts";
import { accountId } from "../../../storage/sqlite/rows.ts";
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

/** A connection for reading that can be made to fail. */
class FailingDatabase extends DatabaseSync {
  isFailing = false;
  /** When somebody has been refused who asked for all there is, not for those of one account. */
  readonly allRefused = Promise.withResolvers<void>();

  override prepare(sql: string) {
    const statement = super.prepare(sql), all = statement.all.bind(statement);
    const allOrNone = (...values: SQLInputValue[]) => {
      if (!this.isFailing) return all(...values);
      if (values.length === 0) this.allRefused.resolve();
      throw new Error("disk I/O error");
    };
    return Object.assign(statement, { all: allOrNone });
  }
}

Deno.test("sqlite: what others write while the disk fails ends nothing, and is told when it can be read again", async () => {
  const folder = await Deno.makeTempDir();
  const stop = new AbortController();
  try {
    using alone = await WriterAlone.open(`${folder}/mail.db`);
    using database = new FailingDatabase(alone.file, { readOnly: true });
    const watchers = new Watchers(), account = accountId(1);
    // Nobody is asked: the test says when others have written.
    const link = { request: () => Promise.reject(new Error("there is no writer")) };
    const others = new OtherProcesses(database, watchers, new Listeners(), undefined, link);
    others.follow(account);
    others.followAll();
    const one = watchers.watch(account, stop.signal)[Symbol.asyncIterator]().next();
    const all = watchers.watchAll(stop.signal)[Symbol.asyncIterator]().next();

    database.isFailing = true;
    alone.deliver(100);
    others.haveWritten();
    await database.allRefused.promise;
    database.isFailing = false;
    assertEquals([(await one).value?.mailbox, (await all).value?.mailbox], [1, 1]);
    others.stop();
  } finally {
    stop.abort();
    await Deno.remove(folder, { recursive: true });
  }
});
