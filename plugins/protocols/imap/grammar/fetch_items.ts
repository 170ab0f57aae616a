/** What FETCH asks of a message (RFC 9051 §6.4.5 and RFC 3501 §6.4.5, fetch-att, with extensions). */
import {
  acceptOctetRange,
  expectBinarySection,
  expectSection,
  type OctetRange,
  type PartNumbers,
  printOctetRange,
  printSectionSpec,
  type Section,
} from "./section.ts";
import type { Scanner } from "./scanner.ts";
import { printList, type WireText } from "./wire_text.ts";

/** Items without arguments. */
export type PlainFetchItem =
  | "BODY"
  | "BODYSTRUCTURE"
  /** RFC 8474. */
  | "EMAILID"
  | "ENVELOPE"
  | "FLAGS"
  | "INTERNALDATE"
  /** RFC 7162. */
  | "MODSEQ"
  /** RFC 3501, gone from RFC 9051. */
  | "RFC822"
  | "RFC822.HEADER"
  | "RFC822.SIZE"
  | "RFC822.TEXT"
  /** RFC 8514. */
  | "SAVEDATE"
  /** RFC 8474. */
  | "THREADID"
  | "UID";

/** An item. */
export type FetchItem =
  | { readonly item: PlainFetchItem }
  /** `peek`: without setting `\Seen`. */
  | { readonly item: "BODY[]"; readonly peek: boolean; readonly section: Section; readonly range?: OctetRange }
  /** RFC 3516: decoded. */
  | { readonly item: "BINARY[]"; readonly peek: boolean; readonly part: PartNumbers; readonly range?: OctetRange }
  | { readonly item: "BINARY.SIZE[]"; readonly part: PartNumbers }
  /** RFC 8970; `lazy`: only where it is at hand. */
  | { readonly item: "PREVIEW"; readonly lazy: boolean };

const plainItems: ReadonlySet<string> = new Set<PlainFetchItem>([
  "BODY",
  "BODYSTRUCTURE",
  "EMAILID",
  "ENVELOPE",
  "FLAGS",
  "INTERNALDATE",
  "MODSEQ",
  "RFC822",
  "RFC822.HEADER",
  "RFC822.SIZE",
  "RFC822.TEXT",
  "SAVEDATE",
  "THREADID",
  "UID",
]);

const fast: readonly FetchItem[] = [{ item: "FLAGS" }, { item: "INTERNALDATE" }, { item: "RFC822.SIZE" }];
const all: readonly FetchItem[] = [...fast, { item: "ENVELOPE" }];

/** RFC 9051 §6.4.5: macros, each of which stands for several items and stands alone. */
const macros: ReadonlyMap<string, readonly FetchItem[]> = new Map([
  ["FAST", fast],
  ["ALL", all],
  ["FULL", [...all, { item: "BODY" }]],
]);

/** Reads a macro, which comes out as what it stands for, an item, or items in parentheses. @throws Malformed. */
export function expectFetchItems(scanner: Scanner): readonly FetchItem[] {
  if (scanner.isNext("(")) return expectFetchItemList(scanner);
  for (const [macro, items] of macros) if (scanner.acceptKeyword(macro)) return items;
  return [expectFetchItem(scanner)];
}

/** Reads items in parentheses, as NOTIFY has them too. @throws Malformed. */
export function expectFetchItemList(scanner: Scanner): FetchItem[] {
  return scanner.expectList(expectFetchItem);
}

/** Writes items in parentheses. */
export function printFetchItems(items: readonly FetchItem[]): WireText {
  return printList(items.map(printFetchItem));
}

/** Writes an item as a request has it. */
export function printFetchItem(item: FetchItem): WireText {
  switch (item.item) {
    case "BODY[]":
      return `BODY${item.peek ? ".PEEK" : ""}[${printSectionSpec(item.section)}]${printOctetRange(item.range)}`;
    case "BINARY[]":
      return `BINARY${item.peek ? ".PEEK" : ""}[${item.part.join(".")}]${printOctetRange(item.range)}`;
    case "BINARY.SIZE[]":
      return `BINARY.SIZE[${item.part.join(".")}]`;
    case "PREVIEW":
      return item.lazy ? "PREVIEW (LAZY)" : "PREVIEW";
    default:
      return item.item;
  }
}

function expectFetchItem(scanner: Scanner): FetchItem {
  const start = scanner.at;
  const word = scanner.expectWord("a fetch item");
  const isSectioned = scanner.isNext("[");
  switch (word) {
    case "BODY":
      return isSectioned ? expectBodySection(scanner, false) : { item: "BODY" };
    case "BODY.PEEK":
      return expectBodySection(scanner, true);
    case "BINARY":
      return expectBinary(scanner, false);
    case "BINARY.PEEK":
      return expectBinary(scanner, true);
    case "BINARY.SIZE":
      return { item: "BINARY.SIZE[]", part: expectBinarySection(scanner) };
    case "PREVIEW":
      return { item: "PREVIEW", lazy: acceptLazy(scanner) };
    default:
      if (!isPlainItem(word)) throw scanner.malformed("a fetch item", start);
      return { item: word };
  }
}

function expectBodySection(scanner: Scanner, peek: boolean): FetchItem {
  const section = expectSection(scanner);
  return { item: "BODY[]", peek, section, ...withRange(scanner) };
}

function expectBinary(scanner: Scanner, peek: boolean): FetchItem {
  const part = expectBinarySection(scanner);
  return { item: "BINARY[]", peek, part, ...withRange(scanner) };
}

function withRange(scanner: Scanner): { readonly range?: OctetRange } {
  const range = acceptOctetRange(scanner);
  return range === undefined ? {} : { range };
}

/** RFC 8970 §6: modifiers in parentheses, of which there is one. Those of FETCH may stand there too (RFC 4466 §3). */
function acceptLazy(scanner: Scanner): boolean {
  if (!scanner.isNext(" (LAZY")) return false;
  scanner.expectSpace();
  scanner.expectList(() => scanner.expectKeyword("LAZY"));
  return true;
}

function isPlainItem(word: string): word is PlainFetchItem {
  return plainItems.has(word);
}
