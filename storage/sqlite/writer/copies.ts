/**
 * COPY and MOVE, as the writer does them: in a few statements, however many messages there are, for the writer is nobody
 * else's meanwhile. Of a message no more than its UID comes out of the database.
 */
import type { DatabaseSync } from "node:sqlite";
import type { CopiedRun, UidSet } from "../../../core/contract/mailbox.ts";
import { copiedRuns } from "../../common/copied_runs.ts";
import { changedFlags } from "../../common/flags.ts";
import { type Sums, Tally } from "../../common/tally.ts";
import { uidRanges } from "../../common/uid_set.ts";
import { flagsOf } from "../rows.ts";
import { Statement } from "../statement.ts";
import type { Expunged } from "./expunged.ts";
import type { MessageParts } from "./messages.ts";
import type { ChangedMailbox } from "./mailboxes.ts";

/** What a mailbox counts of messages, and their UIDs as JSON, in no order. */
interface ChosenRow extends Sums {
  readonly uids: string;
}

/** What was done to the mailbox that was copied to. */
interface Copied {
  readonly runs: readonly CopiedRun[];
  readonly tally: Tally;
  /** As it is afterwards. */
  readonly mailbox: ChangedMailbox;
}

// In JSON, so that one statement does for any set: ranges of UIDs, and how far the UIDs of each are to go.
const ranges = `WITH ranges AS MATERIALIZED
  (SELECT value ->> 0 AS first, value ->> 1 AS last, value ->> 2 AS distance FROM json_each(?2))`;
const chosen = "FROM ranges CROSS JOIN messages WHERE mailbox = ?1 AND uid BETWEEN first AND last";

/** Where a statement has flags from: as the messages have them, or as another text says that they become. */
interface FlagSource {
  readonly flags: string;
  readonly from: string;
}
const asTheyAre: FlagSource = { flags: "flags", from: chosen };
const changed = (text: string): FlagSource => ({
  flags: "after.value",
  from: chosen.replace(" WHERE", ` JOIN json_each(${text}) AS after ON after.key = flags WHERE`),
});

/** Over the table of messages. */
export class Copies {
  readonly #parts: MessageParts;
  readonly #expunged: Expunged;
  readonly #count: Statement<ChosenRow>;
  readonly #countChanged: Statement<ChosenRow>;
  readonly #flags: Statement<{ readonly flags: string }>;
  readonly #insert: Statement;
  readonly #insertChanged: Statement;
  readonly #share: Statement;
  readonly #remove: Statement;

  /** Over an open database. */
  constructor(database: DatabaseSync, parts: MessageParts, expunged: Expunged) {
    const prepare = <Row>(sql: string) => new Statement<Row>(database, sql);
    this.#parts = parts;
    this.#expunged = expunged;
    this.#count = prepare(countOf(asTheyAre));
    this.#countChanged = prepare(countOf(changed("?3")));
    this.#flags = prepare(`${ranges} SELECT DISTINCT flags ${chosen}`);
    this.#insert = prepare(insertOf(asTheyAre));
    this.#insertChanged = prepare(insertOf(changed("?6")));
    // A body that a message has is in the database, and if it is alone with it, it is not in the table.
    this.#share = prepare(
      `INSERT INTO shared (body, messages) ${ranges} SELECT body, 2 ${chosen}
         ON CONFLICT DO UPDATE SET messages = messages + 1`,
    );
    this.#remove = prepare("DELETE FROM messages WHERE mailbox = ? AND uid BETWEEN ? AND ?");
  }

  /** RFC 9051 §6.4.7: flags, but some, and internal date go with it. @throws Refusal `not-found`, `over-quota`. */
  copy(from: number, uids: UidSet, to: number, now: number, without?: readonly string[]): readonly CopiedRun[] {
    const copied = this.#copy(from, uids, to, now, without);
    if (copied === undefined) return [];
    const { runs, mailbox: { account, quota } } = copied;
    this.#share.run(from, JSON.stringify(runs.map(([first, , count]) => [first, first + count - 1])));
    this.#parts.quotas.refuseFull(account, quota);
    return runs;
  }

  /** RFC 9051 §6.4.8. What stays within an account adds nothing to it. @throws Refusal `not-found`, `over-quota`. */
  move(from: number, uids: UidSet, to: number, now: number): readonly CopiedRun[] {
    const { mailboxes, quotas } = this.#parts;
    const { account } = mailboxes.get(from);
    const copied = this.#copy(from, uids, to, now);
    if (copied === undefined) return [];
    const { runs, tally, mailbox } = copied;
    const gone = runs.map(([first, , count]) => [first, first + count - 1] as const);
    for (const [first, last] of gone) this.#remove.run(from, first, last);
    this.#expunged.remember(from, mailboxes.change(from, tally.negated(), 0).highestModseq, gone);
    if (mailbox.account !== account) quotas.refuseFull(mailbox.account, mailbox.quota);
    return runs;
  }

  /** Undefined when nothing was there. Bodies are not counted yet. */
  #copy(from: number, set: UidSet, to: number, now: number, without: readonly string[] = []): Copied | undefined {
    const { mailboxes, keywords } = this.#parts;
    mailboxes.get(from);
    mailboxes.get(to);
    const asked = JSON.stringify(uidRanges(set)), after = this.#flagsAfter(from, asked, without);
    const found = after === undefined ? this.#count.get(from, asked) : this.#countChanged.get(from, asked, after);
    if (found === undefined || found.messages === 0) return undefined;
    const uids = Uint32Array.from<number>(JSON.parse(found.uids)).sort();
    const tally = Tally.of(found);
    // RFC 7162 §3.1: each message that comes is a change of its own.
    const mailbox = mailboxes.change(to, tally, uids.length, uids.length);
    const firstUid = mailbox.uidNext - uids.length, firstModseq = mailbox.highestModseq - uids.length + 1;
    const runs = copiedRuns(uids, firstUid);
    const ways = JSON.stringify(runs.map(([uid, to, count]) => [uid, uid + count - 1, to - uid]));
    // Before there are others: keywords are learnt in the order of the messages.
    const flags = this.#flags.all(from, ways).flatMap(({ flags }) => withoutFlags(flagsOf(flags), without));
    const given = [from, ways, to, firstModseq - firstUid, now] as const;
    if (after === undefined) this.#insert.run(...given);
    else this.#insertChanged.run(...given, after);
    keywords.learn(to, flags);
    return { runs, tally, mailbox };
  }

  /** What becomes of each column of flags; undefined where all stay as they are. */
  #flagsAfter(from: number, asked: string, without: readonly string[]): string | undefined {
    if (without.length === 0) return undefined;
    const columns = this.#flags.all(from, asked).map(({ flags }) => flags);
    return JSON.stringify(Object.fromEntries(
      columns.map((column) => [column, withoutFlags(flagsOf(column), without).join(" ")]),
    ));
  }
}

function withoutFlags(flags: readonly string[], without: readonly string[]): readonly string[] {
  return changedFlags(flags, "remove", without) ?? flags;
}

function countOf({ flags, from }: FlagSource): string {
  const has = (flag: string) => `instr(' ' || ${flags} || ' ', ' \\${flag} ') > 0`;
  return `${ranges} SELECT json_group_array(uid) AS uids, count(*) AS messages, ifnull(sum(size), 0) AS size,
    count(*) FILTER (WHERE NOT ${has("Seen")}) AS unseen, count(*) FILTER (WHERE ${has("Deleted")}) AS deleted,
    ifnull(sum(size) FILTER (WHERE ${has("Deleted")}), 0) AS deletedSize ${from}`;
}

function insertOf({ flags, from }: FlagSource): string {
  return `INSERT INTO messages
      (mailbox, uid, modseq, arrivedModseq, receivedAt, savedAt, flags, size, crlfSize, body, sender, recipient)
      ${ranges}
    SELECT ?3, uid + distance, uid + distance + ?4, uid + distance + ?4, receivedAt, ?5, ${flags}, size, crlfSize, body,
      sender, recipient ${from}`;
}
