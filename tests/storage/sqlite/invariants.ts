/** What must hold in every database, whatever was done: recomputed from its rows. */
import { assert, assertEquals } from "@std/assert";
import { SegmentFiles } from "../../../storage/sqlite/segment_files.ts";
import { openDatabase } from "../../support/open_database.ts";

/** Rows that must not be there, by what would be wrong. */
const wrong: Readonly<Record<string, string>> = {
  "a mailbox that does not count its messages": `
    SELECT mailboxes.*, found.* FROM mailboxes LEFT JOIN (
      SELECT mailbox, count(*) AS messages, sum(size) AS size,
             count(*) FILTER (WHERE ' ' || flags || ' ' NOT LIKE '% \\Seen %') AS unseen,
             count(*) FILTER (WHERE ' ' || flags || ' ' LIKE '% \\Deleted %') AS deleted,
             sum(iif(' ' || flags || ' ' LIKE '% \\Deleted %', size, 0)) AS deletedSize,
             max(uid) AS last, max(modseq) AS modseq
      FROM messages GROUP BY mailbox
    ) AS found ON found.mailbox = mailboxes.id
    WHERE (mailboxes.messages, mailboxes.size, mailboxes.unseen, mailboxes.deleted, mailboxes.deletedSize) <>
          (ifnull(found.messages, 0), ifnull(found.size, 0), ifnull(found.unseen, 0), ifnull(found.deleted, 0),
           ifnull(found.deletedSize, 0))
       OR uidNext <= ifnull(last, 0) OR highestModseq < ifnull(modseq, 1) OR recentFrom > uidNext`,
  "a keyword that its mailbox does not know": `
    SELECT mailbox, value FROM messages, json_each('["' || replace(replace(flags, '\\', '\\\\'), ' ', '","') || '"]')
    WHERE flags <> '' AND substr(value, 1, 1) <> '\\'
      AND (mailbox, lower(value)) NOT IN (SELECT mailbox, folded FROM keywords)
      AND (SELECT count(*) FROM keywords WHERE keywords.mailbox = messages.mailbox) < 1000`,
  "more keywords than a mailbox keeps": "SELECT mailbox FROM keywords GROUP BY mailbox HAVING count(*) > 1000",
  "what belongs to a mailbox that is gone": `
    SELECT mailbox FROM (SELECT mailbox FROM keywords UNION ALL SELECT mailbox FROM rights
      UNION ALL SELECT mailbox FROM metadata WHERE mailbox <> 0 UNION ALL SELECT mailbox FROM expunged)
    WHERE mailbox NOT IN (SELECT id FROM mailboxes)`,
  "what belongs to an account that is gone": `
    SELECT account FROM (SELECT account FROM subscriptions UNION ALL SELECT who FROM rights WHERE who <> 0
      UNION ALL SELECT account FROM metadata WHERE account <> 0 UNION ALL SELECT account FROM mailboxes
      UNION ALL SELECT account FROM dataset_owners WHERE account <> 0)
    WHERE account NOT IN (SELECT id FROM accounts)`,
  "an owner of datasets whose octets or modtime are not those of the entries": `
    SELECT dataset_owners.*, found.* FROM dataset_owners LEFT JOIN (
      SELECT account, ifnull(sum(octet_length(path) + octet_length(name) + length(value) + 100), 0) AS octets,
             max(modtime) AS modtime, min(iif(value IS NULL, modtime, NULL)) AS removed
      FROM dataset_entries GROUP BY account
    ) AS found USING (account)
    WHERE dataset_owners.octets <> ifnull(found.octets, 0) OR dataset_owners.modtime < found.modtime
       OR remembersSince >= removed
       OR dataset_owners.modtime > (SELECT value FROM counters WHERE name = 'modtime')`,
  "entries of datasets of an owner that is not known":
    "SELECT account FROM dataset_entries WHERE account NOT IN (SELECT account FROM dataset_owners)",
  "half an envelope": "SELECT mailbox, uid FROM messages WHERE (sender IS NULL) <> (recipient IS NULL)",
  "a body in one piece that no message has, and no entry of the queue": `
    SELECT id FROM bodies WHERE segment IS NULL
      AND id NOT IN (SELECT body FROM messages UNION SELECT body FROM queue)`,
  "a long body of a message that counts as nobody's, or of nobody that counts as a message's": `
    SELECT bodies.id FROM bodies JOIN segments ON segments.id = segment WHERE (unnamedSince IS NULL) <>
      (bodies.id IN (SELECT body FROM messages UNION SELECT body FROM queue))`,
  "a body whose octets are nowhere": `
    SELECT id FROM bodies WHERE (octets IS NULL) <> (segment IS NOT NULL AND offset >= 0)
      OR segment IS NOT NULL AND offset < 0 AND octet_length(octets) <> -offset
      OR segment IS NOT NULL AND segment NOT IN (SELECT id FROM segments)`,
  "a segment that does not count what lives in it, or lives beyond its end": `
    SELECT * FROM segments LEFT JOIN (
      SELECT segment, sum(size + min(0, offset)) AS found, max(offset + size) AS last FROM bodies GROUP BY segment
    ) ON segment = segments.id
    WHERE live <> ifnull(found, 0) OR octets < ifnull(last, 0)`,
  "an entry of the queue without its body": "SELECT id FROM queue WHERE body NOT IN (SELECT id FROM bodies)",
  "a body that does not count those who have it": `
    SELECT body, count(*) AS found, (SELECT messages FROM shared WHERE shared.body = held.body) AS counted
      FROM (SELECT body FROM messages UNION ALL SELECT body FROM queue) AS held
      GROUP BY body HAVING found <> ifnull(counted, 1)`,
  "a reference to nothing": "PRAGMA foreign_key_check",
};

/** That it all holds. */
export function assertInvariants(file: string): void {
  using database = openDatabase(file, { readOnly: true });
  assertEquals(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  for (const [what, rows] of Object.entries(wrong)) assertEquals(database.prepare(rows).all(), [], what);
  const files = new SegmentFiles(file);
  for (const { id, octets } of database.prepare("SELECT id, octets FROM segments WHERE live > 0").all()) {
    const { size, mode } = Deno.statSync(files.path(Number(id)));
    assert(size >= Number(octets), `segment ${id} has ${size} octets of ${octets}`);
    assertEquals((mode ?? 0) & 0o777, 0o600);
  }
}
