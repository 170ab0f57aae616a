import { assert, assertEquals, assertThrows } from "@std/assert";
import { SegmentFileError } from "../../../storage/sqlite/segment_file_error.ts";
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";
import { Segments, type Unsynced } from "../../../storage/sqlite/writer/segments.ts";
import { assertInvariants } from "./invariants.ts";
import { namesIn } from "./watched_files.ts";
import { content, later, WriterAlone } from "./writer_alone.ts";
import { openDatabase } from "../../support/open_database.ts";

const KB = 1000;
const prefix = new TextEncoder().encode("Received: from a.example\r\n");

/** A copy of the folder at some moment, and the UIDs that must be there, and may. */
interface Moment {
  readonly before: string;
  readonly file: string;
  readonly must: ReadonlySet<number>;
  readonly may: ReadonlySet<number>;
}

/** All that is done with files. Each step says which UIDs it brings, and which it takes. */
function* everything(alone: WriterAlone): Generator<{ come?: number[]; go?: number[]; work: () => void }> {
  const takeIn = (octets: Uint8Array) => alone.commit([[alone.append(alone.takeIn(350 * KB, octets))]]);
  yield { come: [1, 2, 3], work: () => alone.deliver(100 * KB, 100 * KB, 10 * KB) };
  yield { come: [4, 5], work: () => alone.deliver(100 * KB, 110 * KB) };
  yield { come: [6], work: () => alone.deliver(140 * KB) };
  yield { come: [7], work: () => takeIn(new Uint8Array()) };
  yield { come: [8], work: () => takeIn(prefix) };
  yield { work: () => alone.writer.discard({ body: alone.takeIn(300 * KB) }) };
  yield { work: () => void alone.begin() };
  // What lives in the first segment moves, and that of 7 is nobody's.
  yield { go: [1, 2, 4, 7], work: () => alone.expunge(1, 2, 4, 7) };
  yield { work: () => alone.collect() };
  yield { come: [9, 10], work: () => alone.deliver(160 * KB, 150 * KB) };
  yield { go: [5, 6, 8], work: () => alone.expunge(5, 6, 8) };
  yield { work: () => alone.collect() };
}

/** What is left when all of that ends before any of its steps. */
async function moments(folder: string, after: "kill" | "power failure"): Promise<Moment[]> {
  Deno.mkdirSync(`${folder}/live`);
  using alone = await WriterAlone.open(`${folder}/live/mail.db`);
  const found: Moment[] = [], must = new Set<number>();
  for (const { come = [], go = [], work } of everything(alone)) {
    for (const uid of go) must.delete(uid);
    const may = new Set([...must, ...come, ...go]);
    const take = (before: string) => {
      const file = alone.files.copy(`${folder}/${found.length}`, after);
      found.push({ before, file, must: new Set(must), may });
    };
    alone.files.before = (step, segment) => take(`${step} ${segment}`);
    work();
    for (const uid of come) must.add(uid);
    take("the next");
  }
  return found;
}

async function assertWhole(alone: WriterAlone, { must, may, before }: Moment): Promise<void> {
  const messages = await alone.messages();
  for (const uid of must) assert(messages.has(uid), `before ${before}: message ${uid} is lost`);
  for (const [uid, octets] of messages) {
    assert(may.has(uid), `before ${before}: message ${uid} is there`);
    const start = octets[0] === prefix[0] ? prefix.length : 0, body = octets.subarray(start);
    const key = Number(/^Subject: (\d+)/.exec(new TextDecoder().decode(body.subarray(0, 50)))?.[1]);
    const expected = content(key, body.length);
    assert(body.every((octet, at) => octet === expected[at]), `before ${before}: message ${uid} is not whole`);
  }
}

for (const after of ["kill", "power failure"] as const) {
  Deno.test(`sqlite segments: ${after} before any step: what was promised is there, whole, and the rest leaves nothing`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const all = await moments(folder, after);
      for (const step of ["create", "write", "sync", "sync folder", "remove", "removed"]) {
        assert(all.some(({ before }) => before.startsWith(`${step} `)), `never before ${step}`);
      }
      for (const moment of all) {
        using alone = await WriterAlone.open(moment.file);
        await assertWhole(alone, moment);
        assertInvariants(moment.file);
        // It goes on from there: what a step left is collected, and names are not given twice.
        alone.commit([[alone.append(alone.takeIn(300 * KB))]]);
        alone.expunge([...(await alone.messages()).keys()].at(-1) ?? 0);
        alone.deliver(150 * KB, 160 * KB);
        alone.collect(later);
        const files = new SegmentFiles(moment.file);
        const octets = namesIn(files.folder).reduce(
          (sum, name) => sum + Deno.statSync(files.path(Number(name))).size,
          0,
        );
        const living = [...(await alone.messages()).values()].reduce((sum, { length }) => sum + length, 0);
        assert(octets < 2 * living + 700 * KB, `before ${moment.before}: ${octets} octets for ${living}`);
        const may = new Set([...moment.may].concat([...(await alone.messages()).keys()].slice(-2)));
        await assertWhole(alone, { ...moment, may });
        assertInvariants(moment.file);
      }
      assertEquals(all.at(-1)?.must, new Set([3, 9, 10]));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("sqlite segments: what a full disk took in vain takes no room, though the database can take no note of it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using alone = await WriterAlone.open(`${folder}/mail.db`);
    const sizes = () => namesIn(alone.files.folder).map((name) => Deno.statSync(`${alone.files.folder}/${name}`).size);
    alone.deliver(150 * KB);
    const body = alone.begin();
    alone.files.before = (step, segment) => {
      if (step !== "write") return;
      Deno.writeFileSync(alone.files.path(segment), new Uint8Array(10), { append: true });
      throw new Error("No space left on device (os error 28)");
    };
    assertThrows(() => alone.deliver(150 * KB), SegmentFileError);
    assertEquals(sizes(), [150 * KB, 100 * KB]);
    using other = openDatabase(alone.file);
    other.exec("BEGIN IMMEDIATE");
    assertThrows(() => alone.writer.discard({ body }), Error, "locked");
    assertEquals(sizes(), [150 * KB, 0]);
    other.exec("ROLLBACK");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite segments: a file whose row could not be committed is not there: the next one need not pass it by", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using alone = await WriterAlone.open(`${folder}/mail.db`);
    using database = openDatabase(alone.file);
    const full: Unsynced = (work) => {
      database.exec("BEGIN IMMEDIATE");
      try {
        work();
        throw new Error("database or disk is full");
      } finally {
        database.exec("ROLLBACK");
      }
    };
    const segments = new Segments(database, alone.files, full);
    for (let tries = 0; tries < 3; tries++) assertThrows(() => segments.begin(1), Error, "is full");
    assertEquals(namesIn(alone.files.folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite segments: what was coming in when a program ended goes at once, and what still comes in stays", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using alone = await WriterAlone.open(`${folder}/mail.db`);
    const half = alone.begin();
    assertEquals(namesIn(alone.files.folder), ["1"]);
    {
      using afterCrash = await WriterAlone.open(alone.files.copy(`${folder}/crashed`, "kill"));
      afterCrash.collect();
      assertEquals(namesIn(afterCrash.files.folder), []);
      assertInvariants(afterCrash.file);
    }
    // Another program at the same files: this one still lives, and is about to have the rest.
    using other = await WriterAlone.open(alone.file);
    other.collect();
    assertEquals(namesIn(alone.files.folder), ["1"]);
    alone.writer.finish({ content: half });
    other.collect();
    alone.commit([[alone.append(half)]]);
    assertEquals((await alone.messages()).get(1), content(half, 100 * KB));
    assertInvariants(alone.file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite segments: a long body that has come in is nobody else's to collect before the database says so", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using alone = await WriterAlone.open(`${folder}/mail.db`);
    using other = await WriterAlone.open(alone.file);
    const body = alone.begin();
    using database = openDatabase(alone.file);
    database.exec("BEGIN IMMEDIATE");
    // It is on the disk, and no note can be taken of it now.
    assertThrows(() => alone.writer.finish({ content: body }), Error, "locked");
    database.exec("ROLLBACK");
    other.collect();
    assertEquals(namesIn(alone.files.folder), ["1"]);
    alone.writer.discard({ body });
    other.collect();
    assertEquals(namesIn(alone.files.folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite segments: a file of a time that the database does not know goes, and not at once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using alone = await WriterAlone.open(`${folder}/mail.db`);
    Deno.writeTextFileSync(alone.files.path(1), "of another time");
    const body = alone.takeIn(300 * KB);
    alone.collect();
    assertEquals(namesIn(alone.files.folder).toSorted(), ["1", "2"]);
    alone.commit([[alone.append(body)]]);
    alone.collect(later);
    assertEquals(namesIn(alone.files.folder), ["2"]);
    assertInvariants(alone.file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
