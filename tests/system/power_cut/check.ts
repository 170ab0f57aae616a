/** Checks a data folder that a loss of power has left: it opens, all in it holds, and what was promised is there. */
import { assert, assertEquals } from "@std/assert";
import { openForReading } from "../../../storage/sqlite/database_file.ts";
import { type SqliteStorage, sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";
import { sameThread } from "../../../storage/sqlite/writer_thread.ts";
import { details, message } from "../../conformance/storage/support.ts";
import { assertInvariants } from "../../storage/sqlite/invariants.ts";
import { type LoggedLine, memoryLog } from "../../storage/sqlite/open_storage.ts";
import { namesIn } from "../../storage/sqlite/watched_files.ts";
import type { Marks, Promised } from "./promise.ts";

/** A series of promises, as far as it had come when the power went. */
export interface Owed {
  /** All of them. */
  readonly promises: readonly Promised[];
  /** How many of them had been made. */
  readonly made: number;
  /** How things stand, in a storage whose files are in a folder. */
  stands(storage: SqliteStorage, folder: string): Promise<Standing | undefined>;
}

/** How things stand. */
export interface Standing {
  /** To be compared with a promise's. */
  readonly text: string;
  /** By mailbox. */
  readonly marks?: ReadonlyMap<string, Marks>;
}

/** That all is kept in `mail.db` and beside it in this folder. What it finds wrong, it throws. */
export async function assertKept(folder: string, owed: readonly Owed[]): Promise<void> {
  const file = `${folder}/mail.db`;
  Deno.mkdirSync(folder, { recursive: true });
  const before = await withStorage(file, async (storage) => {
    const found: (Standing | undefined)[] = [];
    for (const one of owed) {
      const standing = await one.stands(storage, folder);
      assertOwed(one, standing);
      found.push(standing);
    }
    // It is collected and indexed, and goes on: a message more in each mailbox, then gone again.
    const added = await addEverywhere(storage);
    await storage.indexed();
    await storage.apply(added.map(({ mailbox, uid }) => ({ do: "expunge", mailbox, uids: [uid] })));
    return found;
  });
  assertInvariants(file);
  assertNothingLeftOver(file);
  await withStorage(file, async (storage) => {
    for (const [index, one] of owed.entries()) {
      const after = await one.stands(storage, folder);
      assertEquals(after?.text.replace(/next \d+/g, ""), before[index]?.text.replace(/next \d+/g, ""));
    }
  });
}

async function withStorage<Result>(file: string, work: (storage: SqliteStorage) => Promise<Result>): Promise<Result> {
  const { lines, log } = memoryLog();
  const storage = await sqliteStorage({ file, log, now: () => new Date(), spawn: sameThread });
  try {
    return await work(storage);
  } finally {
    await storage.stop();
    // That an old database is brought up is to be told, and nothing else.
    const isExpected = ({ message }: LoggedLine) => message.startsWith("the database is an earlier program's: ");
    const told = lines.filter((line) => !isExpected(line));
    assertEquals(told.filter(({ level }) => level === "error" || level === "warn"), []);
  }
}

/** As the last promise that was made says, or already as the next one will. */
function assertOwed({ promises, made }: Owed, standing: Standing | undefined): void {
  const [last, next] = [promises[made - 1], promises[made]];
  if (standing?.text !== last?.state && (standing === undefined || standing.text !== next?.state)) {
    assertEquals(standing?.text, last?.state, `after "${last?.what}" was answered, before "${next?.what}" was`);
  }
  for (const [mailbox, { validity, modseq }] of last?.marks ?? []) {
    const found = standing?.marks?.get(mailbox);
    assertEquals(found?.validity, validity, `UIDs of ${mailbox} are others`);
    assert(found && found.modseq >= modseq, `${mailbox} has gone back behind mod-sequence ${modseq}`);
  }
}

async function addEverywhere(storage: SqliteStorage) {
  const accounts = await storage.accounts();
  const mailboxes = (await Promise.all(accounts.map(({ id }) => storage.mailboxes(id)))).flat();
  // One long body passes by the files that were made and whose rows were not.
  const octets = [new Uint8Array(300_000), ...mailboxes.map(({ id }) => message(`in ${id}`))];
  const bodies = await Promise.all(mailboxes.map((_, index) => storage.writeBody(octets[index] ?? new Uint8Array(1))));
  const added = await storage.apply(mailboxes.flatMap(({ id: mailbox }, index) => {
    const body = bodies[index];
    return body === undefined ? [] : [{ do: "append" as const, mailbox, body, details: details() }];
  }));
  return added.map(({ uid }, index) => {
    const { id: mailbox, uidNext } = mailboxes[index] ?? {};
    assert(mailbox !== undefined && uidNext !== undefined && uid >= uidNext, `UID ${uid} was given before`);
    return { mailbox, uid };
  });
}

/** Each file of bodies is known to the database: what is not, nobody would remove. */
function assertNothingLeftOver(file: string): void {
  const files = new SegmentFiles(file);
  using database = openForReading(file);
  const known = new Set(database.prepare("SELECT id FROM segments").all().map(({ id }) => String(id)));
  assertEquals(namesIn(files.folder).filter((name) => !known.has(name)), [], "files that nobody knows");
}
