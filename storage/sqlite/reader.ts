/** Reads of accounts and mailboxes: short queries on a connection of their own, in the thread that asks. */
import type { DatabaseSync } from "node:sqlite";
import type { Account, Alias } from "../../core/contract/accounts.ts";
import type { Mailbox, MessagePage } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { MessageSelection } from "../../core/contract/storage.ts";
import { asUidSet, commonRanges, type UidRange, uidRanges } from "../common/uid_set.ts";
import {
  accountOf,
  type AccountRow,
  mailboxOf,
  type MailboxRow,
  messageColumns,
  messageOf,
  type MessageRow,
  modseqKey,
} from "./rows.ts";
import { Statement } from "./statement.ts";

/** Changed messages up to which it is quicker to look them up by mod-sequence than to walk the mailbox. */
const FEW = 1000;
const allUids: UidRange = [1, Number.MAX_SAFE_INTEGER];

/** Sees what is committed. */
export class Reader {
  readonly #begin: Statement;
  readonly #end: Statement;
  readonly #account: Statement<AccountRow>;
  readonly #accountByAddress: Statement<AccountRow>;
  readonly #accounts: Statement<AccountRow>;
  readonly #alias: Statement<{ readonly targets: string }>;
  readonly #aliases: Statement<{ readonly address: string; readonly targets: string }>;
  readonly #mailbox: Statement<{ readonly highestModseq: number }>;
  readonly #mailboxes: Statement<MailboxRow>;
  readonly #mailboxByName: Statement<MailboxRow>;
  readonly #messages: Statement<MessageRow>;
  readonly #changed: Statement<MessageRow>;
  readonly #fewChanged: Statement<MessageRow>;
  readonly #countChanged: Statement<{ readonly count: number }>;
  readonly #expunged: Statement<{ readonly firstUid: number; readonly lastUid: number }>;
  readonly #commits: Statement<{ readonly value: number }>;

  /** Over a connection that reads. */
  constructor(database: DatabaseSync) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    const ofMailbox = `SELECT ${messageColumns} FROM messages`;
    this.#begin = prepare("BEGIN");
    this.#end = prepare("COMMIT");
    this.#account = prepare("SELECT * FROM accounts WHERE id = ?");
    this.#accountByAddress = prepare("SELECT * FROM accounts WHERE address = ?");
    this.#accounts = prepare("SELECT * FROM accounts WHERE address > ? ORDER BY address LIMIT ?");
    this.#alias = prepare("SELECT targets FROM aliases WHERE address = ?");
    this.#aliases = prepare("SELECT address, targets FROM aliases ORDER BY address");
    this.#mailbox = prepare("SELECT highestModseq FROM mailboxes WHERE id = ?");
    this.#mailboxes = prepare("SELECT * FROM mailboxes WHERE account = ? ORDER BY name <> 'INBOX', name");
    this.#mailboxByName = prepare("SELECT * FROM mailboxes WHERE account = ? AND name = ?");
    this.#messages = prepare(`${ofMailbox} WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ?`);
    this.#changed = prepare(
      `${ofMailbox} WHERE mailbox = ? AND uid BETWEEN ? AND ? AND modseq > ? ORDER BY uid LIMIT ?`,
    );
    this.#fewChanged = prepare(
      `${ofMailbox} INDEXED BY messages_by_modseq WHERE mailbox = ? AND modseq > ? ORDER BY uid`,
    );
    this.#countChanged = prepare(
      `SELECT count(*) AS count FROM (SELECT 1 FROM messages INDEXED BY messages_by_modseq
         WHERE mailbox = ? AND modseq > ? LIMIT ${FEW + 1})`,
    );
    this.#expunged = prepare("SELECT firstUid, lastUid FROM expunged WHERE mailbox = ? AND modseq > ?");
    this.#commits = prepare("SELECT value FROM counters WHERE name = 'commits'");
  }

  /** By id. */
  account(key: number): Account | undefined {
    const row = this.#account.get(key);
    return row && accountOf(row);
  }

  /** By canonical address. */
  accountByAddress(address: string): Account | undefined {
    const row = this.#accountByAddress.get(address);
    return row && accountOf(row);
  }

  /** In the order of their addresses. */
  accounts(after: string, most: number): Account[] {
    return this.#accounts.all(after, limit(most)).map(accountOf);
  }

  /** What an address is an alias of. */
  alias(address: string): string[] | undefined {
    const row = this.#alias.get(address);
    return row && JSON.parse(row.targets);
  }

  /** In the order of their addresses. */
  aliases(): Alias[] {
    return this.#aliases.all().map(({ address, targets }) => ({ address, to: JSON.parse(targets) }));
  }

  /** INBOX first. */
  mailboxes(account: number): Mailbox[] {
    return this.#mailboxes.all(account).map(mailboxOf);
  }

  /** By canonical name. */
  mailboxByName(account: number, name: string): Mailbox | undefined {
    const row = this.#mailboxByName.get(account, name);
    return row && mailboxOf(row);
  }

  /** How many groups of batches have been committed, by any process. */
  commits(): number {
    return this.#commits.get()?.value ?? 0;
  }

  /** One moment's state of a mailbox. @throws Refusal `not-found`. */
  messages(mailbox: number, select: MessageSelection): MessagePage {
    this.#begin.run();
    try {
      const state = this.#mailbox.get(mailbox);
      if (state === undefined) throw new Refusal("not-found", "there is no such mailbox");
      const { after = 0, most = Infinity } = select;
      const beyond: UidRange = [after + 1, allUids[1]];
      const ranges = commonRanges(select.uids === undefined ? [allUids] : uidRanges(select.uids), [beyond]);
      const since = select.changedSince === undefined ? undefined : modseqKey(select.changedSince);
      const rows = since === undefined
        ? this.#inRanges(ranges, most, (from, to, left) => this.#messages.all(mailbox, from, to, left))
        : this.#changedIn(mailbox, ranges, most, since);
      return {
        messages: rows.slice(0, most).map(messageOf),
        expunged: since === undefined ? [] : this.#expungedIn(mailbox, ranges, since),
        highestModseq: BigInt(state.highestModseq),
        more: rows.length > most,
      };
    } finally {
      this.#end.run();
    }
  }

  /** One more than `most`, if there are so many. */
  #inRanges(
    ranges: readonly UidRange[],
    most: number,
    query: (from: number, to: number, left: number) => MessageRow[],
  ): MessageRow[] {
    const rows: MessageRow[] = [];
    for (const [from, to] of ranges) {
      if (rows.length > most) break;
      // Not push(...rows): a mailbox may have more messages than a call can have arguments.
      for (const row of query(from, to, limit(most + 1 - rows.length))) rows.push(row);
    }
    return rows;
  }

  #changedIn(mailbox: number, ranges: readonly UidRange[], most: number, since: number): MessageRow[] {
    if ((this.#countChanged.get(mailbox, since)?.count ?? 0) > FEW) {
      return this.#inRanges(ranges, most, (from, to, left) => this.#changed.all(mailbox, from, to, since, left));
    }
    const changed = this.#fewChanged.all(mailbox, since);
    return this.#inRanges(ranges, most, (from, to) => changed.filter(({ uid }) => uid >= from && uid <= to));
  }

  #expungedIn(mailbox: number, ranges: readonly UidRange[], since: number): MessagePage["expunged"] {
    const gone = this.#expunged.all(mailbox, since).map((row): UidRange => [row.firstUid, row.lastUid]);
    return asUidSet(commonRanges(uidRanges(gone), ranges));
  }
}

/** SQLite's way of saying none: a negative number. */
function limit(most: number): number {
  return Number.isFinite(most) ? most : -1;
}
