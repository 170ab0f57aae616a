/**
 * Search keys (RFC 9051 §6.4.4, RFC 3501 §6.4.4, and extensions). Text is octets in the charset of its command: whoever
 * searches decodes it.
 */
import { latin1 } from "../../../../core/wire/ascii.ts";
import { type CalendarDate, expectDate } from "./date_time.ts";
import { expectKeywordFlag, flagOf } from "./flags.ts";
import { MOST_ITEMS, type Scanner } from "./scanner.ts";
import { expectSequenceSet, isSequenceSetNext, type SequenceSet } from "./sequence_set.ts";

/** Keys without arguments. NEW, OLD and RECENT are RFC 3501's; SAVEDATESUPPORTED is RFC 8514's. */
const plainKeys = [
  "ALL",
  "ANSWERED",
  "DELETED",
  "DRAFT",
  "FLAGGED",
  "NEW",
  "OLD",
  "RECENT",
  "SAVEDATESUPPORTED",
  "SEEN",
  "UNANSWERED",
  "UNDELETED",
  "UNDRAFT",
  "UNFLAGGED",
  "UNSEEN",
] as const;
const textKeys = ["BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO"] as const;
/** Those that begin with SAVED are RFC 8514's. */
const dateKeys = [
  "BEFORE",
  "ON",
  "SAVEDBEFORE",
  "SAVEDON",
  "SAVEDSINCE",
  "SENTBEFORE",
  "SENTON",
  "SENTSINCE",
  "SINCE",
] as const;

/** A key without arguments. */
export type PlainSearchKey = typeof plainKeys[number];
/** A key for text in a field, in the body, or anywhere. */
export type TextSearchKey = typeof textKeys[number];
/** A key for a day. */
export type DateSearchKey = typeof dateKeys[number];

/** Which messages are found. */
export type SearchKey =
  | { readonly key: PlainSearchKey }
  | { readonly key: TextSearchKey; readonly text: Uint8Array }
  /** The field's name has one character an octet. */
  | { readonly key: "HEADER"; readonly field: string; readonly text: Uint8Array }
  | { readonly key: DateSearchKey; readonly date: CalendarDate }
  | { readonly key: "KEYWORD" | "UNKEYWORD"; readonly keyword: string }
  /** Octets. */
  | { readonly key: "LARGER" | "SMALLER"; readonly size: number }
  /** RFC 5032. */
  | { readonly key: "OLDER" | "YOUNGER"; readonly seconds: number }
  /** RFC 7162 §3.1.5; `flag`: only changes of this flag count, where a server keeps them apart. */
  | {
    readonly key: "MODSEQ";
    readonly modseq: bigint;
    readonly entry?: { readonly flag: string; readonly type: "priv" | "shared" | "all" };
  }
  /** RFC 8474. */
  | { readonly key: "EMAILID" | "THREADID"; readonly id: string }
  /** RFC 5466: a search that is kept under this name. */
  | { readonly key: "FILTER"; readonly name: string }
  /** RFC 9738 §3.2. */
  | { readonly key: "UIDAFTER" | "UIDBEFORE"; readonly uid: number }
  /** UIDs, or message sequence numbers. */
  | { readonly key: "UID" | "NUMBER"; readonly set: SequenceSet }
  /** FUZZY: RFC 6203. */
  | { readonly key: "NOT" | "FUZZY"; readonly operand: SearchKey }
  /** OR: at least two, none of which is an OR itself; AND: keys in parentheses, all of which hold. */
  | { readonly key: "OR" | "AND"; readonly operands: readonly SearchKey[] };

type KeyReader = (scanner: Scanner) => SearchKey;

const entryTypes: ReadonlyMap<string, "priv" | "shared" | "all"> = new Map([
  ["PRIV", "priv"],
  ["SHARED", "shared"],
  ["ALL", "all"],
]);

/** Readers of what follows a key, by its name. */
const readers: ReadonlyMap<string, KeyReader> = new Map([
  ...each(plainKeys, (key) => () => ({ key })),
  ...each(textKeys, (key) => argument((scanner) => ({ key, text: scanner.expectAstring() }))),
  ...each(dateKeys, (key) => argument((scanner) => ({ key, date: expectDate(scanner) }))),
  ...each(["HEADER"], () => argument(expectHeader)),
  ...each(["KEYWORD", "UNKEYWORD"], (key) => argument((scanner) => ({ key, keyword: expectKeywordFlag(scanner) }))),
  ...each(["LARGER", "SMALLER"], (key) => argument((scanner) => ({ key, size: scanner.expectSize() }))),
  ...each(
    ["OLDER", "YOUNGER"],
    (key) => argument((scanner) => ({ key, seconds: scanner.expectNzNumber("a number of seconds, from 1 on") })),
  ),
  ...each(["MODSEQ"], () => argument(expectModSequence)),
  ...each(["EMAILID", "THREADID"], (key) => argument((scanner) => ({ key, id: expectObjectId(scanner) }))),
  ...each(["FILTER"], (key) => argument((scanner) => ({ key, name: expectFilterName(scanner) }))),
  ...each(["UIDAFTER", "UIDBEFORE"], (key) => argument((scanner) => ({ key, uid: scanner.expectNzNumber("a UID") }))),
  ...each(["UID"], (key) => argument((scanner) => ({ key, set: expectSequenceSet(scanner) }))),
  ...each(["NOT", "FUZZY"], (key) => argument((scanner) => ({ key, operand: expectOperand(scanner) }))),
  ...each(["OR"], () => argument(expectOr)),
]);

/** Reads keys parted by spaces, to the end of the command or what else cannot belong to them. @throws Malformed. */
export function expectSearchKeys(scanner: Scanner): readonly SearchKey[] {
  return scanner.expectItems(expectSearchKey);
}

/** Reads one key. @throws Malformed, also when keys nest too deeply. */
export function expectSearchKey(scanner: Scanner): SearchKey {
  if (scanner.isNext("(")) return { key: "AND", operands: scanner.expectList(expectSearchKey) };
  if (isSequenceSetNext(scanner)) return { key: "NUMBER", set: expectSequenceSet(scanner) };
  return scanner.expectOneOf(readers, "a search key")(scanner);
}

/** The key, and those that it is made of. */
export function* searchKeysIn(key: SearchKey): Generator<SearchKey> {
  yield key;
  if ("operand" in key) yield* searchKeysIn(key.operand);
  else if ("operands" in key) { for (const operand of key.operands) yield* searchKeysIn(operand); }
}

/** Whether a key, or one in it, names messages by sequence number: not allowed once RFC 9586 is enabled. */
export function namesNumbers(key: SearchKey): boolean {
  return searchKeysIn(key).some((inner) => inner.key === "NUMBER" && inner.set !== "$");
}

function each<const Key extends string>(
  keys: readonly Key[],
  readerOf: (key: Key) => KeyReader,
): [string, KeyReader][] {
  return keys.map((key) => [key, readerOf(key)]);
}

function argument(read: KeyReader): KeyReader {
  return (scanner) => {
    scanner.expectSpace();
    return read(scanner);
  };
}

function expectOperand(scanner: Scanner): SearchKey {
  return scanner.nested(() => expectSearchKey(scanner));
}

/** An OR has two operands, so that clients who look for any of many things put one in the other: they are all one. */
function expectOr(scanner: Scanner): SearchKey {
  const operands: SearchKey[] = [];
  for (let missing = 2; missing > 0;) {
    if (operands.length === MOST_ITEMS) throw scanner.malformed(`at most ${MOST_ITEMS} items`);
    if (scanner.acceptKeyword("OR")) missing++;
    else {
      operands.push(expectOperand(scanner));
      missing--;
    }
    if (missing > 0) scanner.expectSpace();
  }
  return { key: "OR", operands };
}

function expectHeader(scanner: Scanner): SearchKey {
  const field = latin1(scanner.expectAstring("the name of a header field"));
  scanner.expectSpace();
  return { key: "HEADER", field, text: scanner.expectAstring() };
}

/** RFC 7162 §7: `"/flags/\\seen" all` may stand before the number. */
function expectModSequence(scanner: Scanner): SearchKey {
  const start = scanner.at;
  const name = scanner.acceptString();
  if (name === undefined) return { key: "MODSEQ", modseq: scanner.expectNumber64("a mod-sequence or an entry") };
  const [, flagText] = /^\/flags\/(.+)$/is.exec(latin1(name)) ?? [];
  const flag = flagText === undefined ? undefined : flagOf(flagText);
  if (flag === undefined) throw scanner.malformed('an entry: "/flags/" and a flag', start);
  scanner.expectSpace();
  const type = scanner.expectOneOf(entryTypes, "priv, shared or all");
  scanner.expectSpace();
  return { key: "MODSEQ", modseq: scanner.expectNumber64("a mod-sequence"), entry: { flag, type } };
}

/** RFC 8474 §7: letters, digits, "_" and "-", case kept. */
function expectObjectId(scanner: Scanner): string {
  const start = scanner.at;
  const id = latin1(scanner.expectAstring("an object id"));
  if (!/^[\w-]{1,255}$/.test(id)) throw scanner.malformed("an object id", start);
  return id;
}

/** RFC 5466 §4: an atom without "/". */
function expectFilterName(scanner: Scanner): string {
  const start = scanner.at;
  const name = scanner.expectAtom("the name of a filter");
  if (name.includes("/")) throw scanner.malformed("the name of a filter", start);
  return name;
}
