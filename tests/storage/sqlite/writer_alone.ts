/** A writer without its thread, over a database of one account, and what it was told to keep. */
import { assert } from "@std/assert";
import type { BodyId } from "../../../core/contract/identifiers.ts";
import type { Mailbox } from "../../../core/contract/mailbox.ts";
import type { Operation } from "../../../core/contract/storage.ts";
import { prepareDatabase } from "../../../storage/sqlite/database_file.ts";
import { migrations } from "../../../storage/sqlite/migrate.ts";
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { Writer } from "../../../storage/sqlite/writer/writer.ts";
import { details } from "../../conformance/storage/support.ts";
import { memoryLog } from "./open_storage.ts";
import { WatchedFiles } from "./watched_files.ts";

/** Later than any file is old. */
export const later = Date.UTC(2100, 0);

/** Octets that are nobody else's. */
export function content(key: number, size: number): Uint8Array {
  const octets = new Uint8Array(size);
  for (let at = 0; at < size; at++) octets[at] = (at * 7 + (at >> 9) + key * 13) & 0xff;
  octets.set(new TextEncoder().encode(`Subject: ${key}\r\n\r\n`).subarray(0, size));
  return octets;
}

/** Keeps messages whose content follows from the key and the size. */
export class WriterAlone implements Disposable {
  /** Where the files are. */
  readonly files: WatchedFiles;
  /** Itself. */
  writer: Writer;
  /** The database. */
  readonly file: string;
  readonly #mailbox: number;
  #given = 0;

  private constructor(file: string, files: WatchedFiles, writer: Writer, mailbox: number) {
    this.file = file;
    this.files = files;
    this.writer = writer;
    this.#mailbox = mailbox;
  }

  /** Opens a database, which is made if there is none. */
  static async open(file: string): Promise<WriterAlone> {
    await prepareDatabase(file, migrations);
    const files = new WatchedFiles(file);
    const writer = openWriter(file, files);
    const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
    try {
      const address = "user@example.org";
      if (await storage.accountByAddress(address) === undefined) {
        writer.commit({ now: 1, batches: [[{ do: "createAccount", address, secrets: {} }]], bodies: new Map() });
      }
      const account = await storage.accountByAddress(address);
      assert(account);
      const mailbox = await storage.mailboxByName(account.id, "INBOX");
      assert(mailbox);
      return new WriterAlone(file, files, writer, mailbox.id);
    } finally {
      await storage.stop();
    }
  }

  [Symbol.dispose](): void {
    this.files.before = () => {};
    this.writer.close();
  }

  /** Lets others have the database for themselves meanwhile. */
  async closedFor(work: () => Promise<unknown>): Promise<void> {
    this.writer.close();
    try {
      await work();
    } finally {
      this.writer = openWriter(this.file, this.files);
    }
  }

  /** Commits operations, none of which may be refused. */
  commit(batches: readonly (readonly Operation[])[], bodies: ReadonlyMap<number, Uint8Array> = new Map()): void {
    const outcome = this.writer.commit({ now: Date.now(), batches, bodies });
    for (const batch of outcome.batches) assert("results" in batch, Deno.inspect(batch));
  }

  /** A message for each size, in one group. Gives the keys of their bodies. */
  deliver(...sizes: readonly number[]): number[] {
    const bodies = new Map(sizes.map((size) => {
      const key = this.#nextKey();
      return [key, content(key, size)];
    }));
    this.commit([...bodies.keys()].map((key) => [this.append(key)]), bodies);
    return [...bodies.keys()];
  }

  /** A long body in chunks, with octets before it, that no message has. */
  takeIn(size: number, prefix: Uint8Array = new Uint8Array()): number {
    const key = this.#nextKey(), octets = content(key, size), now = Date.now();
    for (let at = 0; at < size; at += 100_000) {
      this.writer.chunk({ content: key, at, octets: octets.slice(at, at + 100_000), now });
    }
    this.writer.finish({ content: key });
    if (prefix.length === 0) return key;
    const as = this.#nextKey();
    this.writer.prefix({ body: key, as, octets: prefix });
    return as;
  }

  /** The first of a long body. */
  begin(): number {
    const key = this.#nextKey();
    this.writer.chunk({ content: key, at: 0, octets: content(key, 100_000), now: Date.now() });
    return key;
  }

  /** Into INBOX. The flag tells the key. */
  append(key: number): Operation {
    return { do: "append", mailbox: this.#mailboxId, body: String(key) as BodyId, details: details(String(key)) };
  }

  /** Removes messages by their UIDs. */
  expunge(...uids: number[]): void {
    this.commit([[{ do: "expunge", mailbox: this.#mailboxId, uids }]]);
  }

  /** Collects until there is nothing to do. */
  collect(before = 0): void {
    for (let steps = 0; this.writer.collect({ before }).more; steps++) assert(steps < 100, "it collects for ever");
  }

  /** A message of each size that is there, by its UID. */
  async messages(file = this.file): Promise<Map<number, Uint8Array>> {
    const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date(), fullText: false });
    try {
      const { messages } = await storage.messages(this.#mailboxId);
      return new Map(
        await Promise.all(messages.map(async ({ uid, body }) => {
          const { size, read } = await storage.openBody(body);
          return [uid, await read(0, size)] as const;
        })),
      );
    } finally {
      await storage.stop();
    }
  }

  get #mailboxId(): Mailbox["id"] {
    return this.#mailbox as Mailbox["id"];
  }

  #nextKey(): number {
    return this.writer.session * 2 ** 29 + this.#given++;
  }
}

function openWriter(file: string, files: WatchedFiles): Writer {
  return new Writer({ file, largest: undefined, busyTimeout: 1000, fullText: false }, files);
}
