/** Sections of a message, as FETCH and IMAP URLs name them (RFC 9051 §6.4.5, section-spec), and stretches of their octets. */
import { DIGIT, isOf } from "./octet_classes.ts";
import type { Scanner } from "./scanner.ts";
import { printList, printText, type WireText } from "./wire_text.ts";

/** Numbers of a part and the parts that it is in, outermost first; none: the message itself. */
export type PartNumbers = readonly number[];

/** What of a message or one of its parts. */
export type Section =
  /** `content`: a part's own octets, or the message's; `mime`: the header of a part, which has a number then. */
  | { readonly part: PartNumbers; readonly what: "content" | "header" | "text" | "mime" }
  /** Some header fields, or all others; names as the client wrote them. */
  | { readonly part: PartNumbers; readonly what: "fields" | "other-fields"; readonly names: readonly string[] };

/** A stretch of octets. */
export interface OctetRange {
  /** The first, counted from 0; a bigint where no number is exact, for the client is told what it has asked for. */
  readonly offset: number | bigint;
  /** At most how many; at least 1. */
  readonly size: number;
}

/** How many numbers a part may have: messages are not nested more deeply when they are parsed. */
export const MOST_PART_NUMBERS = 100;

const words: ReadonlyMap<string, Section["what"]> = new Map([
  ["HEADER", "header"],
  ["HEADER.FIELDS", "fields"],
  ["HEADER.FIELDS.NOT", "other-fields"],
  ["TEXT", "text"],
  ["MIME", "mime"],
]);
const spelled: ReadonlyMap<Section["what"], string> = new Map(Array.from(words, ([word, what]) => [what, word]));

/** Reads a section-spec, which may be empty, up to what cannot belong to it. @throws Malformed. */
export function expectSectionSpec(scanner: Scanner): Section {
  const part = acceptPartNumbers(scanner);
  const start = scanner.at;
  // A dot after the numbers is read with them when a word follows.
  if (scanner.peek() === undefined || scanner.isNext("]")) {
    if (part.isOpen) throw scanner.malformed("a part number, HEADER, TEXT or MIME");
    return { part: part.numbers, what: "content" };
  }
  if (!part.isOpen && part.numbers.length > 0) throw scanner.malformed('"." or "]"');
  const what = scanner.expectOneOf(words, "a section: HEADER, HEADER.FIELDS, HEADER.FIELDS.NOT, TEXT or MIME");
  // RFC 9051 §9: MIME is a section-text, which stands after a section-part only.
  if (what === "mime" && part.numbers.length === 0) throw scanner.malformed("a part number before MIME", start);
  if (what !== "fields" && what !== "other-fields") return { part: part.numbers, what };
  scanner.expectSpace();
  const names = scanner.expectList(() => scanner.expectText("the name of a header field"));
  return { part: part.numbers, what, names };
}

/** Reads a section in brackets. @throws Malformed. */
export function expectSection(scanner: Scanner): Section {
  scanner.expect("[");
  const section = expectSectionSpec(scanner);
  scanner.expect("]");
  return section;
}

/** Reads numbers of a part in brackets, perhaps none (section-binary). @throws Malformed. */
export function expectBinarySection(scanner: Scanner): PartNumbers {
  scanner.expect("[");
  const { numbers, isOpen } = acceptPartNumbers(scanner);
  if (isOpen) throw scanner.malformed("a part number");
  scanner.expect("]");
  return numbers;
}

/** Reads `<offset.size>`. @throws Malformed when it goes wrong after its start. */
export function acceptOctetRange(scanner: Scanner): OctetRange | undefined {
  if (!scanner.accept("<")) return undefined;
  const offset = scanner.expectNumber64("the number of the first octet");
  scanner.expect(".");
  if (scanner.isNext("0")) throw scanner.malformed("a number of octets, from 1 on");
  const size = scanner.expectSize("a number of octets, from 1 on");
  scanner.expect(">");
  return { offset: offset > Number.MAX_SAFE_INTEGER ? offset : Number(offset), size };
}

/** Writes a section-spec, with names of fields as commands have them or otherwise. */
export function printSectionSpec(section: Section, printName: (name: string) => string = printText): WireText {
  const word = spelled.get(section.what);
  const spec = [...section.part, ...word === undefined ? [] : [word]].join(".");
  if (section.what !== "fields" && section.what !== "other-fields") return spec;
  return `${spec} ${printList(section.names.map(printName))}`;
}

/** Writes `<offset.size>`, or nothing. */
export function printOctetRange(range: OctetRange | undefined): WireText {
  return range === undefined ? "" : `<${range.offset}.${range.size}>`;
}

/** Reads numbers; `isOpen` when a dot follows the last, which is read too: a word has to come. */
function acceptPartNumbers(scanner: Scanner): { readonly numbers: PartNumbers; readonly isOpen: boolean } {
  const numbers: number[] = [];
  while (isOf(scanner.peek(), DIGIT)) {
    if (numbers.length === MOST_PART_NUMBERS) throw scanner.malformed(`at most ${MOST_PART_NUMBERS} part numbers`);
    numbers.push(scanner.expectNzNumber("a part number"));
    if (!scanner.accept(".")) return { numbers, isOpen: false };
  }
  return { numbers, isOpen: numbers.length > 0 };
}
