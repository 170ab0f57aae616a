/** A database as the program of schema 7 left it: long bodies lie in it, in chunks. */
import { summarize } from "../../../core/message/summary.ts";
import { prepareDatabase } from "../../../storage/sqlite/database_file.ts";
import { migrations } from "../../../storage/sqlite/migrate.ts";
import { columnsFrom } from "../../../storage/sqlite/summary_columns.ts";
import { contentOf } from "./content.ts";
import { printState } from "./mail_state.ts";
import { openDatabase } from "../../support/open_database.ts";

/** Numbers of its messages; every tenth is long. */
const numbers = Array.from({ length: 22 }, (_, index) => 1000 + index);
const address = "old@example.org";

/** Makes it in a new folder, and gives how things stand. */
export async function oldDatabase(
  folder: string,
): Promise<{ readonly addresses: readonly string[]; readonly state: string }> {
  Deno.mkdirSync(folder, { mode: 0o700 });
  await prepareDatabase(`${folder}/mail.db`, migrations.slice(0, 7));
  using database = openDatabase(`${folder}/mail.db`);
  const run = (sql: string, ...values: (string | number | Uint8Array | null)[]) => database.prepare(sql).run(...values);
  const all = numbers.map((number) => new TextEncoder().encode(contentOf(number)));
  const size = all.reduce((sum, { length }) => sum + length, 0);
  database.exec("BEGIN");
  run("INSERT INTO accounts (address, createdAt, secrets) VALUES (?, 1, '{}')", address);
  run(
    `INSERT INTO mailboxes (account, name, uidValidity, uidNext, highestModseq, messages, size, unseen)
       VALUES (1, 'INBOX', 7, ?, ?, ?, ?, ?)`,
    ...[numbers.length + 1, numbers.length + 1, numbers.length, size, numbers.length],
  );
  for (const [index, octets] of all.entries()) {
    const uid = index + 1, content = octets.length > 262_144 ? uid : null;
    run(
      "INSERT INTO bodies VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?)",
      ...[uid, octets.length, octets.length, content],
      ...[...columnsFrom(summarize(octets)), content === null ? octets : null],
    );
    for (let at = 0; content !== null && at < octets.length; at += 262_144) {
      run("INSERT INTO chunks VALUES (?, ?, ?)", content, at, octets.slice(at, at + 262_144));
    }
    run(
      `INSERT INTO messages (mailbox, uid, modseq, receivedAt, savedAt, flags, size, crlfSize, body)
         VALUES (1, ?, ?, 1, 1, '', ?, ?, ?)`,
      ...[uid, uid + 1, octets.length, octets.length, uid],
    );
  }
  database.exec("COMMIT");
  const messages = new Map(numbers.map((number, index) => [index + 1, { number, flags: new Set<string>() }]));
  const mailboxes = new Map([[`${address} INBOX`, { next: numbers.length + 1, messages }]]);
  return { addresses: [address], state: printState({ mailboxes, queued: new Set() }) };
}
