/** Arguments of LIST and LSUB (RFC 9051 §6.3.9, RFC 5258; RFC 5819, RFC 6154, RFC 8440, RFC 9590). */
import { keywordTable } from "./keyword_table.ts";
import { decodedName, encodedName } from "./mailbox_name.ts";
import { expectMetadataEntry, type MetadataEntry, printMetadataEntry } from "./metadata_entry.ts";
import { LIST } from "./octet_classes.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { expectStatusItems, printStatusItems, type StatusItem } from "./status_items.ts";
import { printAstring, printList, printListMailbox, type WireText } from "./wire_text.ts";

/** What narrows down which mailboxes are listed. */
export type ListSelection = "RECURSIVEMATCH" | "REMOTE" | "SPECIAL-USE" | "SUBSCRIBED";

/** What is told of each. */
export type ListReturnOption = "CHILDREN" | "MYRIGHTS" | "SPECIAL-USE" | "SUBSCRIBED";

/** Return options. */
export interface ListReturn {
  /** Those without arguments. */
  readonly options: ReadonlySet<ListReturnOption>;
  /** RFC 5819. */
  readonly status?: readonly StatusItem[];
  /** RFC 9590. */
  readonly metadata?: readonly MetadataEntry[];
}

/** Arguments of LIST. */
export interface ListArguments {
  /** Whether anything was written that only RFC 5258 has: then an empty pattern is a pattern like others. */
  readonly isExtended: boolean;
  /** Perhaps none. */
  readonly selection: ReadonlySet<ListSelection>;
  /** What stands before the patterns. */
  readonly reference: string;
  /** At least one; see `list_pattern.ts`. */
  readonly patterns: readonly string[];
  /** Perhaps nothing. */
  readonly returns: ListReturn;
}

/** Arguments of LSUB. */
export type LsubArguments = Pick<ListArguments, "reference"> & { readonly pattern: string };

/**
 * RFC 9051 §6.3.9: a pattern that is not accepted is ignored, and the answer is OK. That is what becomes of those that are
 * not in the form of names: no name has a control character.
 */
const MATCHES_NOTHING = "\x01";

const selections = keywordTable(["RECURSIVEMATCH", "REMOTE", "SPECIAL-USE", "SUBSCRIBED"]);
const returnOptions = keywordTable(["CHILDREN", "MYRIGHTS", "SPECIAL-USE", "SUBSCRIBED"]);

/** Reads what follows `LIST `. @throws Malformed. */
export function expectListArguments(scanner: Scanner): ListArguments {
  const selection = scanner.isNext("(") ? expectSelection(scanner) : undefined;
  const reference = expectReference(scanner);
  scanner.expectSpace();
  const hasList = scanner.isNext("(");
  const patterns = hasList ? scanner.expectList(expectPattern) : [expectPattern(scanner)];
  const returns = scanner.acceptSpace() ? expectReturn(scanner) : undefined;
  scanner.expectEnd();
  return {
    isExtended: selection !== undefined || hasList || returns !== undefined,
    selection: selection ?? new Set(),
    reference,
    patterns,
    returns: returns ?? { options: new Set() },
  };
}

/** Writes arguments of LIST. */
export function printListArguments(list: ListArguments, form: NameForm): WireText {
  const reference = printAstring(encodedName(list.reference, form));
  const patterns = list.patterns.map((pattern) => printListMailbox(encodedName(pattern, form)));
  if (!list.isExtended) return `${reference} ${patterns.join(" ")}`;
  const { options, status, metadata } = list.returns;
  const returns = [
    ...options,
    ...status === undefined ? [] : [`STATUS ${printStatusItems(status)}`],
    ...metadata === undefined ? [] : [`METADATA ${printList(metadata.map(printMetadataEntry))}`],
  ];
  return `${printList([...list.selection])} ${reference} ${printList(patterns)} RETURN ${printList(returns)}`;
}

/** Reads what follows `LSUB `. @throws Malformed. */
export function expectLsubArguments(scanner: Scanner): LsubArguments {
  const reference = expectReference(scanner);
  scanner.expectSpace();
  const pattern = expectPattern(scanner);
  scanner.expectEnd();
  return { reference, pattern };
}

/** Writes arguments of LSUB. */
export function printLsubArguments({ reference, pattern }: LsubArguments, form: NameForm): WireText {
  return `${printAstring(encodedName(reference, form))} ${printListMailbox(encodedName(pattern, form))}`;
}

/** And the space that follows. */
function expectSelection(scanner: Scanner): ReadonlySet<ListSelection> {
  const start = scanner.at;
  const selection = new Set(scanner.expectList(() => scanner.expectOneOf(selections, "a selection option"), 0));
  // RFC 5258 §3.1: RECURSIVEMATCH alone, or with REMOTE alone, is answered BAD.
  if (selection.has("RECURSIVEMATCH") && !selection.has("SUBSCRIBED")) {
    throw scanner.malformed("SUBSCRIBED with RECURSIVEMATCH", start);
  }
  scanner.expectSpace();
  return selection;
}

function expectReturn(scanner: Scanner): ListReturn {
  scanner.expectKeyword("RETURN");
  scanner.expectSpace();
  const options = new Set<ListReturnOption>();
  let status: readonly StatusItem[] | undefined, metadata: readonly MetadataEntry[] | undefined;
  scanner.expectList(() => {
    // RFC 5258 §3: an option that is given twice counts once.
    if (scanner.acceptKeyword("STATUS")) {
      scanner.expectSpace();
      status = expectStatusItems(scanner);
    } else if (scanner.acceptKeyword("METADATA")) {
      scanner.expectSpace();
      // RFC 5464 §5, entries: a single one needs no parentheses.
      metadata = scanner.isNext("(") ? scanner.expectList(expectMetadataEntry) : [expectMetadataEntry(scanner)];
    } else {
      options.add(scanner.expectOneOf(returnOptions, "a return option"));
    }
  }, 0);
  return { options, ...status === undefined ? {} : { status }, ...metadata === undefined ? {} : { metadata } };
}

function expectReference(scanner: Scanner): string {
  return decodedName(scanner.expectAstring("a reference name"), scanner.nameForm) ?? MATCHES_NOTHING;
}

function expectPattern(scanner: Scanner): string {
  const octets = scanner.acceptRun(LIST) ?? scanner.expectString("a mailbox pattern");
  return decodedName(octets, scanner.nameForm) ?? MATCHES_NOTHING;
}
