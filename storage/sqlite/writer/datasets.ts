/** Datasets (RFC 2244), as the writer changes them. */
import type { DatabaseSync } from "node:sqlite";
import type { DatasetOperation } from "../../../core/contract/datasets.ts";
import {
  changedMeanwhile,
  entryOctets,
  knownChange,
  mostRemoved,
  nextModtime,
  refuseTooMuch,
} from "../../common/dataset_entries.ts";
import { Statement } from "../statement.ts";

interface Owner {
  readonly modtime: number;
  readonly octets: number;
  readonly remembersSince: number;
}

/** Their tables. The account 0 is everybody. */
export class Datasets {
  readonly #owner: Statement<Owner>;
  readonly #setOwner: Statement;
  readonly #lastModtime: Statement<{ readonly value: number }>;
  readonly #setModtime: Statement;
  readonly #stored: Statement<{ readonly octets: number | null }>;
  readonly #set: Statement;
  readonly #forgotten: Statement<{ readonly modtime: number }>;
  readonly #forget: Statement;
  readonly #removeEntries: Statement;
  readonly #removeOwner: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#owner = prepare("SELECT modtime, octets, remembersSince FROM dataset_owners WHERE account = ?");
    this.#setOwner = prepare("INSERT OR REPLACE INTO dataset_owners VALUES (?, ?, ?, ?)");
    this.#lastModtime = prepare("SELECT value FROM counters WHERE name = 'modtime'");
    this.#setModtime = prepare("INSERT OR REPLACE INTO counters VALUES ('modtime', ?)");
    this.#stored = prepare(
      "SELECT length(value) AS octets FROM dataset_entries WHERE account = ? AND path = ? AND name = ?",
    );
    this.#set = prepare("INSERT OR REPLACE INTO dataset_entries VALUES (?, ?, ?, ?, ?)");
    this.#forgotten = prepare(
      `SELECT modtime FROM dataset_entries WHERE account = ? AND value IS NULL
         ORDER BY modtime DESC LIMIT 1 OFFSET ${mostRemoved}`,
    );
    this.#forget = prepare("DELETE FROM dataset_entries WHERE account = ? AND value IS NULL AND modtime <= ?");
    this.#removeEntries = prepare("DELETE FROM dataset_entries WHERE account = ?");
    this.#removeOwner = prepare("DELETE FROM dataset_owners WHERE account = ?");
  }

  /** Of an account that is there, or of 0. @returns whether anything is changed. @throws Refusal `conflict`, `invalid`, `too-large`, `over-quota`. */
  store(account: number, { asOf, most, entries }: DatasetOperation, now: number): boolean {
    const before = this.#owner.get(account) ?? { modtime: 0, octets: 0, remembersSince: 0 };
    if (before.modtime > asOf) throw changedMeanwhile();
    let last = this.#lastModtime.get()?.value ?? 0, { modtime, octets } = before;
    for (const { path, name, value } of entries.map(knownChange)) {
      const stored = this.#stored.get(account, path, name)?.octets ?? undefined;
      if (value === undefined && stored === undefined) continue;
      if (stored !== undefined) octets -= entryOctets(path, name) + stored;
      if (value !== undefined) octets += entryOctets(path, name, value);
      modtime = last = nextModtime(last, now);
      this.#set.run(account, path, name, modtime, value ?? null);
    }
    if (modtime === before.modtime) return false;
    refuseTooMuch(octets, before.octets, most);
    this.#setModtime.run(last);
    const forgotten = this.#forgotten.get(account)?.modtime;
    if (forgotten !== undefined) this.#forget.run(account, forgotten);
    this.#setOwner.run(account, modtime, octets, forgotten ?? before.remembersSince);
    return true;
  }

  /** Of an account that goes. */
  removeOfAccount(account: number): void {
    this.#removeEntries.run(account);
    this.#removeOwner.run(account);
  }
}
