/** The same messages in Quetzal and in another server, and what both answer, item by item. */
import type { HardMessage } from "../core/message/corpus.ts";
import { comparableEnvelope, comparableStructure, type Plain, plain } from "./comparable.ts";
import type { RawImapClient } from "./imap_client.ts";

/** Two sessions, in both of which the messages have been appended to INBOX, and it is selected. */
export interface Opinions {
  readonly ours: RawImapClient;
  readonly theirs: RawImapClient;
  /** By UID, which is the same on both sides. */
  readonly messages: ReadonlyMap<number, HardMessage>;
}

/** Both answer, and not the same. */
export interface Difference {
  /** Of the message; of a search, the query. */
  readonly name: string;
  /** What was asked. */
  readonly item: string;
  readonly ours: Plain;
  readonly theirs: Plain;
}

const wholeItems = [
  "RFC822.SIZE",
  "ENVELOPE",
  "BODY",
  "BODYSTRUCTURE",
  "RFC822.HEADER",
  "BODY.PEEK[]",
  "BODY.PEEK[]<3.40>",
  "BODY.PEEK[]<1000000.1>",
  "BODY.PEEK[HEADER]",
  "BODY.PEEK[TEXT]",
  "BODY.PEEK[TEXT]<2.7>",
  "BODY.PEEK[HEADER.FIELDS (FROM Subject content-type X-NOT-THERE)]",
  "BODY.PEEK[HEADER.FIELDS.NOT (FROM Subject content-type X-NOT-THERE)]",
];

/** Fetches everything of every message from both. */
export async function* fetchDifferences({ ours, theirs, messages }: Opinions): AsyncGenerator<Difference> {
  for (const [uid, { name, text }] of messages) {
    const structure = await fetched(ours, uid, "BODYSTRUCTURE");
    for (const item of [...wholeItems, ...partItems(structure)]) {
      const [mine, other] = await Promise.all([fetched(ours, uid, item), fetched(theirs, uid, item)]);
      const [a, b] = [mine, other].map((value) => comparable(item, value, hasBareLf(text)));
      if (JSON.stringify(a) !== JSON.stringify(b)) yield { name, item, ours: a ?? null, theirs: b ?? null };
    }
  }
}

async function fetched(client: RawImapClient, uid: number, item: string): Promise<Plain> {
  const { untagged, tagged } = await client.ask(`UID FETCH ${uid} (${item})`);
  const [, , items] = untagged.find(([, kind]) => kind === "FETCH") ?? [];
  if (!Array.isArray(items)) return tagged.split(" ", 1)[0] ?? "";
  const values = items.map(plain);
  const at = values.findIndex((value, at) => at % 2 === 0 && value !== "UID");
  return values[at + 1] ?? null;
}

/** A Maildir has LF for CRLF, and so Dovecot makes each bare LF a CRLF; Quetzal gives back what it was given. */
function hasBareLf(text: string): boolean {
  return /(?:^|[^\r])\n/.test(text);
}

function comparable(item: string, value: Plain, loosely: boolean): Plain {
  if (item === "ENVELOPE") return comparableEnvelope(value);
  if (item === "BODY" || item === "BODYSTRUCTURE") {
    const structure = comparableStructure(value);
    return loosely ? withoutSizes(structure) : structure;
  }
  // RFC 9051 §6.4.5: of a part that is not there nothing is said but that it has no octets: NIL or "".
  if (value === null) return "";
  if (!loosely || typeof value !== "string") return value;
  // What is cut off at an octet cannot be compared.
  return item === "RFC822.SIZE" || item.endsWith(">") ? "" : value.replaceAll(/\r?\n/g, "\r\n");
}

function withoutSizes(value: Plain): Plain {
  if (Array.isArray(value)) return value.map(withoutSizes);
  return typeof value === "string" && /^\d+$/.test(value) ? "" : value;
}

/** Sections of every part that a BODYSTRUCTURE has, and of some that it does not. */
function partItems(structure: Plain): string[] {
  const items = partNumbers(structure, "").flatMap(([number, isMessage]) => [
    `BODY.PEEK[${number}]`,
    `BODY.PEEK[${number}.MIME]`,
    ...isMessage
      ? ["HEADER", "TEXT", "HEADER.FIELDS (SUBJECT)", "HEADER.FIELDS.NOT (SUBJECT)"].map((part) =>
        `BODY.PEEK[${number}.${part}]`
      )
      : [`BODY.PEEK[${number}]<1.5>`],
  ]);
  return [...items, "BODY.PEEK[9]", "BODY.PEEK[1.9]", "BODY.PEEK[1.1.1.1.1.1]"];
}

/** Part numbers (RFC 9051 §6.4.5.1), and whether there is a message in that part. */
function partNumbers(structure: Plain, prefix: string): (readonly [number: string, isMessage: boolean])[] {
  if (!Array.isArray(structure)) return [];
  const parts = isMultipart(structure)
    ? structure.filter((_, at) => at < structure.findIndex((item) => !Array.isArray(item)))
    : [structure];
  return parts.flatMap((part, at) => {
    const number = `${prefix}${at + 1}`;
    if (!Array.isArray(part)) return [];
    if (isMultipart(part)) return [[number, false] as const, ...partNumbers(part, `${number}.`)];
    const inside = part[1] === "rfc822" && Array.isArray(part[7]) ? part[8] : undefined;
    return [[number, inside !== undefined] as const, ...partNumbers(inside ?? null, `${number}.`)];
  });
}

function isMultipart(structure: readonly Plain[]): boolean {
  return Array.isArray(structure[0]);
}

/** Asks both the same questions. A difference is in the names of the messages that only one of them finds. */
export async function* searchDifferences(
  { ours, theirs, messages }: Opinions,
  queries: readonly (string | readonly string[])[],
): AsyncGenerator<Difference> {
  for (const query of queries) {
    const pieces = typeof query === "string" ? [query] : query;
    const [mine, other] = await Promise.all([found(ours, pieces), found(theirs, pieces)]);
    const names = (uids: Set<string>) => [...uids].map((uid) => messages.get(Number(uid))?.name ?? uid);
    const only = [mine.difference(other), other.difference(mine)].map(names);
    for (const name of only[0] ?? []) yield { name, item: pieces.join(" "), ours: "found", theirs: null };
    for (const name of only[1] ?? []) yield { name, item: pieces.join(" "), ours: null, theirs: "found" };
  }
}

async function found(client: RawImapClient, [first = "", ...rest]: readonly string[]): Promise<Set<string>> {
  const { untagged, tagged } = await client.ask(`UID SEARCH ${first}`, ...rest);
  if (!tagged.startsWith("OK")) return new Set([tagged.split(" ", 1)[0] ?? ""]);
  const [, ...uids] = untagged.find(([kind]) => kind === "SEARCH") ?? [];
  return new Set(uids.map((uid) => String(plain(uid))));
}
