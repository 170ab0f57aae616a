/** Reads of datasets (RFC 2244): short queries in the thread that asks. */
import type { DatabaseSync } from "node:sqlite";
import type {
  Dataset,
  DatasetEntry,
  DatasetOwner,
  DatasetPlace,
  DatasetSelection,
} from "../../core/contract/datasets.ts";
import type { ReadTransaction } from "./read_transaction.ts";
import { accountId, ownerKey } from "./rows.ts";
import { Statement } from "./statement.ts";

/** Sees what is committed. */
export class DatasetReader {
  readonly #transaction: ReadTransaction;
  readonly #entries: Statement<DatasetEntry>;
  readonly #named: Statement<DatasetEntry>;
  readonly #removed: Statement<{ readonly name: string; readonly modtime: number }>;
  readonly #owner: Statement<{ readonly octets: number; readonly remembersSince: number }>;
  readonly #modtime: Statement<{ readonly value: number }>;
  readonly #places: Statement<{ readonly account: number; readonly path: string }>;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync, transaction: ReadTransaction) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#transaction = transaction;
    this.#entries = prepare(
      `SELECT name, modtime, value FROM dataset_entries
         WHERE account = ? AND path = ? AND value IS NOT NULL ORDER BY name`,
    );
    this.#named = prepare(
      `SELECT name, modtime, value FROM dataset_entries
         WHERE account = ? AND path = ? AND name IN (SELECT value FROM json_each(?)) AND value IS NOT NULL ORDER BY name`,
    );
    this.#removed = prepare(
      `SELECT name, modtime FROM dataset_entries
         WHERE account = ? AND path = ? AND value IS NULL AND modtime > ? ORDER BY modtime`,
    );
    this.#owner = prepare("SELECT octets, remembersSince FROM dataset_owners WHERE account = ?");
    this.#modtime = prepare("SELECT value FROM counters WHERE name = 'modtime'");
    // A path is followed by less than any that begins with it and goes on: U+10FFFF is in no path.
    this.#places = prepare(
      `SELECT DISTINCT path, account FROM dataset_entries INDEXED BY dataset_paths
         WHERE value IS NOT NULL AND path >= ?1 AND path < ?1 || char(0x10ffff) AND (?2 < 0 OR account = ?2)
         ORDER BY path, account`,
    );
  }

  /** One moment's state. */
  dataset({ owner, path }: DatasetPlace, { names, removedSince }: DatasetSelection): Dataset {
    const account = ownerKey(owner);
    return this.#transaction.run(() => ({
      entries: names === undefined
        ? this.#entries.all(account, path)
        : this.#named.all(account, path, JSON.stringify(names)),
      removed: removedSince === undefined ? [] : this.#removed.all(account, path, removedSince),
      remembersSince: this.#owner.get(account)?.remembersSince ?? 0,
      modtime: this.#modtime.get()?.value ?? 0,
    }));
  }

  /** By path, and by account. */
  places(below: string, owner?: DatasetOwner): DatasetPlace[] {
    const rows = this.#places.all(below, owner === undefined ? -1 : ownerKey(owner));
    return rows.map(({ account, path }) => ({ owner: account === 0 ? "everybody" : accountId(account), path }));
  }

  /** Of an owner. */
  octets(owner: DatasetOwner): number {
    return this.#owner.get(ownerKey(owner))?.octets ?? 0;
  }
}
