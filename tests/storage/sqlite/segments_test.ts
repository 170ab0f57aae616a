import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { backup } from "node:sqlite";
import type { BodyId } from "../../../core/contract/identifiers.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { LostFileError } from "../../../storage/sqlite/opened_file.ts";
import { SegmentFileError } from "../../../storage/sqlite/segment_file_error.ts";
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { failureOf } from "../../../storage/sqlite/writer/writer.ts";
import { assertRefused } from "../../conformance/storage/support.ts";
import { assertInvariants } from "./invariants.ts";
import { memoryLog } from "./open_storage.ts";
import { namesIn } from "./watched_files.ts";
import { content, later, WriterAlone } from "./writer_alone.ts";
import { openDatabase } from "../../support/open_database.ts";

const KB = 1000;

async function withWriter(
  test: (alone: WriterAlone, folder: string) => Promise<void> | void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using alone = await WriterAlone.open(`${folder}/mail.db`);
    await test(alone, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** That these messages are there, and all are whole. */
async function assertKept(alone: WriterAlone, keys: readonly number[], file = alone.file): Promise<void> {
  const found = [...(await alone.messages(file)).values()];
  assertEquals(found.map(keyIn).toSorted(), keys.toSorted());
  for (const octets of found) assertWhole(octets);
}

function assertWhole(octets: Uint8Array): void {
  const expected = content(keyIn(octets), octets.length);
  assert(octets.every((octet, at) => octet === expected[at]), `${keyIn(octets)} is not whole`);
}

function keyIn(octets: Uint8Array): number {
  return Number(/^Subject: (\d+)\r\n/.exec(new TextDecoder().decode(octets.subarray(0, 100)))?.[1]);
}

const segmentsOf = ({ files }: WriterAlone) => namesIn(files.folder).map(Number);

Deno.test("sqlite segments: bodies that come together lie in one file, synced once, before the commit; short ones in rows", async () => {
  await withWriter(async (alone) => {
    const steps: string[] = [];
    alone.files.before = (step) => {
      using database = openDatabase(alone.file, { readOnly: true });
      steps.push(`${step} (${database.prepare("SELECT count(*) AS n FROM messages").get()?.["n"]})`);
    };
    const keys = alone.deliver(100 * KB, 10 * KB, 100 * KB, 90 * KB);
    assertEquals(steps.splice(0), ["create (0)", "write (0)", "write (0)", "write (0)", "sync (0)", "sync folder (0)"]);
    keys.push(...alone.deliver(70 * KB, 70 * KB, 1));
    assertEquals(steps.splice(0), ["write (4)", "write (4)", "sync (4)"]);
    // What another fsync would cost more than two pages of the log.
    keys.push(...alone.deliver(100 * KB, 60 * KB));
    assertEquals(steps.splice(0), []);
    assertEquals(segmentsOf(alone), [1]);
    assertEquals((Deno.statSync(alone.files.folder).mode ?? 0) & 0o777, 0o700);
    assertEquals((await alone.messages()).size, keys.length);
    assertInvariants(alone.file);
  });
});

Deno.test("sqlite segments: a full one is closed and the next begun; one that nobody needs goes; what lives in a sparse one moves", async () => {
  await withWriter(async (alone) => {
    const keys = [alone.deliver(150 * KB, 150 * KB), alone.deliver(150 * KB, 70 * KB), alone.deliver(200 * KB)].flat();
    assertEquals(segmentsOf(alone), [1, 2]);
    alone.collect();
    assertEquals(segmentsOf(alone), [1, 2]);
    // Half of 1 is dead, and 2 is full: what lives in 1 begins the next.
    alone.expunge(1, 3);
    alone.collect();
    assertEquals(segmentsOf(alone), [2, 3]);
    await assertKept(alone, [keys[1] ?? 0, keys[3] ?? 0, keys[4] ?? 0]);
    assertInvariants(alone.file);
    const [last = 0] = alone.deliver(140 * KB);
    alone.expunge(2, 4, 5);
    alone.collect();
    // What is being filled is left alone, however little of it lives.
    assertEquals(segmentsOf(alone), [3]);
    await assertKept(alone, [last]);
    assertInvariants(alone.file);
  });
});

Deno.test("sqlite segments: a segment is known as long as its file may come back after a loss of power", async () => {
  await withWriter((alone) => {
    alone.deliver(150 * KB, 160 * KB);
    alone.deliver(150 * KB);
    alone.expunge(1, 2);
    using database = openDatabase(alone.file);
    const known = () => database.prepare("SELECT id FROM segments").all().map(({ id }) => Number(id));
    alone.files.before = (step) => {
      if (step === "sync folder") throw new Error("Input/output error (os error 5)");
    };
    assertThrows(() => alone.collect(), SegmentFileError, "os error 5");
    assertEquals([segmentsOf(alone), known()], [[2], [1, 2]]);
    alone.files.before = () => {};
    alone.collect();
    assertEquals([segmentsOf(alone), known()], [[2], [2]]);
    assertInvariants(alone.file);
  });
});

Deno.test("sqlite segments: octets whose batch was refused are garbage, and no more is kept of them than of what lives", async () => {
  await withWriter(async (alone) => {
    const key = 77, refused = new Map([[key, content(key, 200 * KB)]]);
    const kept = alone.deliver(150 * KB);
    for (let times = 0; times < 5; times++) {
      const batches = [[alone.append(key), alone.append(1)]];
      const { batches: [outcome] } = alone.writer.commit({ now: 1, batches, bodies: refused });
      assert(outcome !== undefined && "failure" in outcome);
    }
    kept.push(...alone.deliver(140 * KB));
    alone.collect();
    const octets = segmentsOf(alone).map((segment) => Deno.statSync(alone.files.path(segment)).size);
    assert(octets.reduce((sum, size) => sum + size) < 1000 * KB, `${octets}`);
    await assertKept(alone, kept);
    assertInvariants(alone.file);
  });
});

Deno.test("sqlite segments: a long body has a file of its own, which goes when it is discarded, or with its last message", async () => {
  await withWriter(async (alone) => {
    const prefix = content(0, 30), kept = alone.takeIn(600 * KB), prefixed = alone.takeIn(500 * KB, prefix);
    alone.commit([[alone.append(kept)], [alone.append(prefixed)]]);
    const unnamed = alone.takeIn(300 * KB), half = alone.begin(), given = alone.begin();
    assertEquals(segmentsOf(alone), [1, 2, 3, 4, 5]);
    alone.writer.discard({ body: given });
    assertEquals(Deno.statSync(alone.files.path(5)).size, 0);
    alone.collect();
    assertEquals(segmentsOf(alone), [1, 2, 3, 4]);
    assertThrows(() => alone.writer.finish({ content: given }), Refusal);
    alone.writer.discard({ body: unnamed });
    alone.writer.discard({ body: kept });
    alone.collect();
    assertEquals(segmentsOf(alone), [1, 2, 4]);
    const found = [...(await alone.messages()).values()];
    assertEquals(found.map(({ length }) => length), [600 * KB, 500 * KB + prefix.length]);
    assertWhole(found[0] ?? prefix);
    assertEquals(found[1]?.subarray(0, prefix.length), prefix);
    assertWhole(found[1]?.subarray(prefix.length) ?? prefix);
    // It has been coming in for too long, or the clock was set: what follows is no beginning of another one.
    alone.collect(later);
    const rest = { content: half, at: 100 * KB, octets: content(half, 100 * KB), now: Date.now() };
    for (const go of [() => alone.writer.chunk(rest), () => alone.writer.finish({ content: half })]) {
      assertEquals(failureOf(assertThrows(go, Refusal)).kind, "unavailable");
    }
    alone.expunge(1, 2);
    alone.collect();
    assertEquals(segmentsOf(alone), []);
    assertInvariants(alone.file);
  });
});

Deno.test("sqlite segments: nothing is acknowledged into a file that has lost its name, and the next begins another one", async () => {
  await withWriter(async (alone) => {
    const [first = 0] = alone.deliver(150 * KB);
    Deno.renameSync(alone.files.path(1), `${alone.file}.away`);
    const error = assertThrows(() => alone.deliver(140 * KB), LostFileError, "mail.bodies/1 is not there");
    assertEquals(failureOf(error).kind, "unavailable");
    const long = alone.begin();
    Deno.removeSync(alone.files.path(2));
    assertThrows(() => alone.writer.finish({ content: long }), LostFileError, "mail.bodies/2 is not there");
    alone.writer.discard({ body: long });
    const [second = 0] = alone.deliver(135 * KB);
    Deno.renameSync(`${alone.file}.away`, alone.files.path(1));
    await assertKept(alone, [first, second]);
    alone.collect();
    assertInvariants(alone.file);
  });
});

Deno.test("sqlite segments: one that cannot be removed is told by name, held by nobody, and goes when it can be", async () => {
  await withWriter((alone) => {
    alone.deliver(150 * KB);
    alone.deliver(200 * KB);
    alone.deliver(150 * KB);
    alone.expunge(1, 2);
    alone.files.before = (step) => {
      if (step === "remove") throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
    };
    for (let times = 0; times < 2; times++) {
      const error = assertThrows(() => alone.collect(), SegmentFileError, "mail.bodies/1: Permission denied");
      assertEquals(failureOf(error).kind, "unavailable");
    }
    assertEquals(segmentsOf(alone), [1, 2]);
    alone.files.before = () => {};
    alone.collect();
    assertEquals(segmentsOf(alone), [2]);
    assertInvariants(alone.file);
  });
});

Deno.test("sqlite segments: after a failed write nothing of the group is done or left, after a failed fsync that file is not written again", async () => {
  for (const failing of ["write", "sync", "sync folder", "create"] as const) {
    await withWriter(async (alone) => {
      const isFirst = failing === "sync folder" || failing === "create", keys = isFirst ? [] : alone.deliver(150 * KB);
      let writes = 0;
      alone.files.before = (step, segment) => {
        if (step === "write") writes++;
        if (step !== failing || step === "write" && writes < 2) return;
        // The disk took some of it.
        if (step === "write") Deno.writeFileSync(alone.files.path(segment), new Uint8Array(10), { append: true });
        throw new Error("No space left on device (os error 28)");
      };
      for (let times = 0; times < 3; times++) {
        writes = 0;
        const error = assertThrows(() => alone.deliver(100 * KB, 100 * KB), SegmentFileError);
        const { kind, cause = "" } = failureOf(error);
        assertEquals(kind, "unavailable");
        assertMatch(cause, /mail\.bodies\/\d: No space left on device/);
      }
      const octets = segmentsOf(alone).map((segment) => Deno.statSync(alone.files.path(segment)).size);
      assertEquals(octets.reduce((sum, size) => sum + size, 0), isFirst ? 0 : 150 * KB);
      const failed = failing === "sync" ? [1, 2, 3] : failing === "sync folder" ? [1, 2, 3] : [];
      assertEquals(segmentsOf(alone), failing === "create" ? [] : failed.length > 0 ? failed : [1]);
      const steps: string[] = [];
      alone.files.before = (step, segment) => steps.push(`${step} ${segment}`);
      keys.push(...alone.deliver(140 * KB), ...alone.deliver(135 * KB));
      for (const step of steps) assert(!failed.some((segment) => step.endsWith(` ${segment}`)), step);
      await assertKept(alone, keys);
      alone.files.before = () => {};
      alone.collect();
      assertInvariants(alone.file);
    });
  }
});

Deno.test("sqlite segments: a long body whose write or fsync failed is not there, and leaves nothing", async () => {
  for (const failing of ["write", "sync", "sync folder"] as const) {
    await withWriter((alone) => {
      const body = alone.begin(), more = { content: body, at: 100 * KB, octets: content(body, 100 * KB), now: 1 };
      alone.files.before = (step) => {
        if (step === failing) throw new Error("Input/output error (os error 5)");
      };
      const go = () => failing === "write" ? alone.writer.chunk(more) : alone.writer.finish({ content: body });
      assertThrows(go, SegmentFileError, "mail.bodies/1: Input/output error");
      alone.files.before = () => {};
      // An fsync that failed is not tried again.
      if (failing !== "write") assertThrows(go, SegmentFileError, "mail.bodies/1: Input/output error");
      alone.writer.discard({ body });
      assertThrows(() => alone.writer.finish({ content: body }), Refusal);
      alone.collect();
      assertEquals(segmentsOf(alone), []);
      assertInvariants(alone.file);
    });
  }
});

Deno.test("sqlite segments: two writers never fill the same file, and neither collects what the other fills", async () => {
  await withWriter(async (alone, folder) => {
    const kept: number[] = [];
    {
      using other = await WriterAlone.open(`${folder}/mail.db`);
      alone.deliver(150 * KB);
      other.deliver(150 * KB);
      other.begin();
      assertEquals(segmentsOf(alone), [1, 2, 3]);
      alone.expunge(2);
      alone.collect();
      kept.push(...alone.deliver(140 * KB), ...other.deliver(140 * KB));
    }
    assertEquals(segmentsOf(alone), [1, 2, 3]);
    // Theirs is closed now: no more than half of it lives.
    alone.expunge(1);
    alone.collect(later);
    assertEquals(segmentsOf(alone), [1]);
    await assertKept(alone, kept);
    assertInvariants(alone.file);
  });
});

Deno.test("sqlite segments: a body that is being read is found where it was moved to", async () => {
  await withWriter(async (alone) => {
    const [first = 0] = alone.deliver(100 * KB, 150 * KB, 100 * KB);
    alone.deliver(140 * KB);
    const storage = await sqliteStorage({ file: alone.file, log: memoryLog().log, now: () => new Date() });
    try {
      const body = await storage.openBody(String(first) as BodyId);
      const start = await body.read(0, 50 * KB);
      alone.expunge(2, 3);
      alone.collect();
      assertEquals(segmentsOf(alone), [2]);
      const rest = await body.read(50 * KB, body.size);
      assertWhole(new Uint8Array([...start, ...rest]));
    } finally {
      await storage.stop();
    }
  });
});

Deno.test("sqlite segments: a file that is missing or too short is said by name, once, and is no other's octets", async () => {
  await withWriter(async (alone) => {
    const keys = alone.deliver(100 * KB, 100 * KB, 150 * KB);
    alone.deliver(150 * KB);
    alone.expunge(1, 3);
    for (const damage of [() => Deno.truncateSync(alone.files.path(1), 150 * KB), () => alone.files.remove(1)]) {
      damage();
      const { log, lines } = memoryLog();
      const storage = await sqliteStorage({ file: alone.file, log, now: () => new Date() });
      const read = async () => {
        const body = await storage.openBody(String(keys[1]) as BodyId);
        await body.read(0, body.size);
      };
      await assertRefused("unavailable", read());
      // Before anything of it has gone to a client: half a message could not be taken back.
      const begin = async () => {
        const body = await storage.openBody(String(keys[1]) as BodyId);
        await body.read(0, 10);
      };
      await assertRefused("unavailable", begin());
      const errors = lines.filter(({ level }) => level === "error");
      assertEquals(errors.length, 1);
      assertMatch(
        errors[0]?.message ?? "",
        /mail\.bodies\/1: it (?:ends 50000 octets before|is missing).*: restore it from a backup/,
      );
      // Who collects leaves it alone, whatever becomes of the file.
      alone.collect(later);
      assertEquals((await storage.openBody(String(keys[1]) as BodyId)).size, 100 * KB);
      await storage.stop();
    }
  });
});

Deno.test("sqlite segments: a file that cannot be read for now is not called lost, and is said again when it comes again", async () => {
  await withWriter((alone) => {
    alone.deliver(150 * KB);
    const { log, lines } = memoryLog();
    const files = new SegmentFiles(alone.file, log);
    const path = files.path(1), away = `${alone.file}.away`;
    const readWithout = () => {
      Deno.renameSync(path, away);
      Deno.mkdirSync(path);
      assertEquals(assertThrows(() => files.read(1, 0, 10), Refusal).kind, "unavailable");
      Deno.removeSync(path);
      Deno.renameSync(away, path);
    };
    readWithout();
    readWithout();
    assertEquals(lines.map(({ message }) => message.replace(/^.*\//, "")), [
      "1: cannot be read now: Is a directory (os error 21)",
    ]);
    assertEquals(files.read(1, 0, 10)?.length, 10);
    readWithout();
    assertEquals(lines.length, 2);
  });
});

Deno.test("sqlite segments: while the folder is locked nothing of it goes: who copies it after the database has all", async () => {
  await withWriter(async (alone, folder) => {
    const keys = alone.deliver(150 * KB, 150 * KB);
    alone.deliver(140 * KB);
    const copy = `${folder}/copy`;
    {
      using lock = Deno.openSync(alone.files.folder);
      lock.lockSync(false);
      Deno.mkdirSync(copy);
      using database = openDatabase(alone.file);
      await backup(database, `${copy}/mail.db`);
      alone.expunge(1, 3);
      alone.collect();
      Deno.mkdirSync(`${copy}/mail.bodies`);
      for (const name of namesIn(alone.files.folder)) {
        Deno.copyFileSync(`${alone.files.folder}/${name}`, `${copy}/mail.bodies/${name}`);
      }
    }
    assertEquals((await alone.messages(`${copy}/mail.db`)).size, 3);
    alone.collect();
    assertEquals(segmentsOf(alone), [2]);
    await assertKept(alone, [keys[1] ?? 0]);
  });
});

Deno.test("sqlite segments: a database that was restored alone takes no file for its own, and removes none for a day", async () => {
  await withWriter(async (alone, folder) => {
    const kept = alone.deliver(150 * KB), longBefore = Date.now() - 60_000;
    const old = `${folder}/old`;
    Deno.mkdirSync(old);
    alone.files.copy(old, "kill");
    alone.deliver(150 * KB, 150 * KB);
    alone.deliver(150 * KB);
    const files = new SegmentFiles(`${old}/mail.db`);
    for (const segment of segmentsOf(alone)) Deno.copyFileSync(alone.files.path(segment), files.path(segment));
    using restored = await WriterAlone.open(`${old}/mail.db`);
    assertEquals(namesIn(files.folder), ["1", "2"]);
    kept.push(...restored.deliver(160 * KB));
    restored.collect(longBefore);
    assertEquals(namesIn(files.folder), ["1", "2", "3"]);
    await assertKept(restored, kept);
    restored.collect(later);
    assertEquals(namesIn(files.folder), ["1", "3"]);
    await assertKept(restored, kept);
  });
});
