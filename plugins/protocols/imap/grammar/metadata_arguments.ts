/** Arguments of GETMETADATA and SETMETADATA (RFC 5464 §4.2, §4.3). The mailbox "" is the server itself. */
import { expectMailboxName, printMailboxName } from "./mailbox_name.ts";
import { expectMetadataEntry, expectValuedEntry, type MetadataEntry, printMetadataEntry } from "./metadata_entry.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { printList, printLiteral8, printString, type WireText } from "./wire_text.ts";

type Depth = 0 | 1 | "infinity";

/** Options of GETMETADATA. */
export interface GetMetadataOptions {
  /** Octets of the largest value that is wanted. */
  readonly maxSize?: number;
  /** How many levels below an entry are wanted too. */
  readonly depth?: Depth;
}

/** Arguments of GETMETADATA. */
export interface GetMetadataArguments {
  /** Whose. */
  readonly mailbox: string;
  /** How. */
  readonly options: GetMetadataOptions;
  /** Which; at least one. */
  readonly entries: readonly MetadataEntry[];
}

/** Arguments of SETMETADATA. */
export interface SetMetadataArguments {
  /** Whose. */
  readonly mailbox: string;
  /** Which, and what they are to be; without a value: removed. */
  readonly values: readonly (readonly [entry: MetadataEntry, value: Uint8Array | undefined])[];
}

const depths: ReadonlyMap<string, Depth> = new Map<string, Depth>([["0", 0], ["1", 1], ["INFINITY", "infinity"]]);

/** Reads what follows `GETMETADATA `. @throws Malformed. */
export function expectGetMetadataArguments(scanner: Scanner): GetMetadataArguments {
  // RFC 5464 §5 has options before the mailbox, its examples after it.
  const before = acceptOptions(scanner);
  const mailbox = expectMailboxName(scanner);
  scanner.expectSpace();
  const options = before ?? acceptOptions(scanner) ?? {};
  // RFC 5464 §5 has parentheses around several; some of its examples in §4.4.1 are without.
  const entries = scanner.isNext("(")
    ? scanner.expectList(expectMetadataEntry)
    : scanner.expectItems(expectMetadataEntry);
  scanner.expectEnd();
  return { mailbox, options, entries };
}

/** Writes arguments of GETMETADATA. */
export function printGetMetadataArguments(
  { mailbox, options: { maxSize, depth }, entries }: GetMetadataArguments,
  form: NameForm,
): WireText {
  const options = [
    ...maxSize === undefined ? [] : [`MAXSIZE ${maxSize}`],
    ...depth === undefined ? [] : [`DEPTH ${depth}`],
  ];
  return [
    ...options.length === 0 ? [] : [printList(options)],
    printMailboxName(mailbox, form),
    printList(entries.map(printMetadataEntry)),
  ].join(" ");
}

/** Reads what follows `SETMETADATA `. @throws Malformed. */
export function expectSetMetadataArguments(scanner: Scanner): SetMetadataArguments {
  const mailbox = expectMailboxName(scanner);
  scanner.expectSpace();
  const values = scanner.expectList((): SetMetadataArguments["values"][number] => {
    const entry = expectValuedEntry(scanner);
    scanner.expectSpace();
    return [entry, scanner.acceptLiteral8() ?? scanner.expectNstring("a string, a literal8 or NIL")];
  });
  scanner.expectEnd();
  return { mailbox, values };
}

/** Writes arguments of SETMETADATA. */
export function printSetMetadataArguments({ mailbox, values }: SetMetadataArguments, form: NameForm): WireText {
  const printed = values.map(([entry, value]) => `${printMetadataEntry(entry)} ${printValue(value)}`);
  return `${printMailboxName(mailbox, form)} ${printList(printed)}`;
}

function printValue(value: Uint8Array | undefined): WireText {
  if (value === undefined) return "NIL";
  return value.includes(0) ? printLiteral8(value) : printString(value);
}

/** Reads options in parentheses and a space, if they come next: entries begin with "/" or quotes, options do not. */
function acceptOptions(scanner: Scanner): GetMetadataOptions | undefined {
  if (!scanner.isNext("(M") && !scanner.isNext("(D")) return undefined;
  let options: GetMetadataOptions = {};
  scanner.expectList(() => {
    if (options.maxSize === undefined && scanner.acceptKeyword("MAXSIZE")) {
      scanner.expectSpace();
      options = { ...options, maxSize: scanner.expectNumber() };
    } else if (options.depth === undefined && scanner.acceptKeyword("DEPTH")) {
      scanner.expectSpace();
      options = { ...options, depth: scanner.expectOneOf(depths, "0, 1 or infinity") };
    } else {
      throw scanner.malformed("MAXSIZE or DEPTH, each once");
    }
  });
  scanner.expectSpace();
  return options;
}
