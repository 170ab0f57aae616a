/** Arguments of SEARCH, SORT, THREAD and ESEARCH, with UID or without (RFC 9051 §6.4.4, RFC 5256, RFC 5267, RFC 7377). */
import { encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { expectMailboxFilter, type MailboxFilter, printMailboxFilter } from "./mailbox_filter.ts";
import type { NameForm, Scanner } from "./scanner.ts";
import { printSearchKeys } from "./search_key_printer.ts";
import { expectSearchKeys, type SearchKey } from "./search_keys.ts";
import { acceptSearchReturn, printSearchReturn, type SearchReturn } from "./search_return.ts";
import {
  expectSortCriteria,
  expectThreadAlgorithm,
  printSortCriteria,
  type SortCriterion,
  type ThreadAlgorithm,
} from "./sort_criteria.ts";
import { printAstring, printList, type WireText } from "./wire_text.ts";

/** What is looked for. */
export interface SearchProgram {
  /** Of the text in its keys, as the client wrote it; absent: none was named. */
  readonly charset?: string;
  /** All of them hold. At least one. */
  readonly keys: readonly SearchKey[];
}

/** Arguments of SEARCH. */
export interface SearchArguments extends SearchProgram {
  /** Present: the answer is ESEARCH. */
  readonly returns?: SearchReturn;
}

/** Arguments of SORT. */
export interface SortArguments extends SearchArguments {
  /** RFC 5256 §3: it has to be named. */
  readonly charset: string;
  /** The first decides; a later one where those before it find no difference. */
  readonly criteria: readonly SortCriterion[];
}

/** Arguments of THREAD. */
export interface ThreadArguments extends SearchProgram {
  /** RFC 5256 §3: it has to be named. */
  readonly charset: string;
  /** How. */
  readonly algorithm: ThreadAlgorithm;
}

/** Arguments of ESEARCH. */
export interface MultisearchArguments extends SearchArguments {
  /** Where; absent: in the selected mailbox. */
  readonly sources?: readonly MailboxFilter[];
}

/** Reads what follows `SEARCH `. @throws Malformed. */
export function expectSearchArguments(scanner: Scanner): SearchArguments {
  return { ...acceptReturns(scanner), ...expectProgram(scanner) };
}

/** Writes arguments of SEARCH. */
export function printSearchArguments({ returns, ...program }: SearchArguments): WireText {
  return printSearchReturn(returns) + printProgram(program);
}

/** Reads what follows `SORT `. @throws Malformed. */
export function expectSortArguments(scanner: Scanner): SortArguments {
  const returns = acceptReturns(scanner);
  const criteria = expectSortCriteria(scanner);
  scanner.expectSpace();
  return { ...returns, criteria, ...expectCharsetAndKeys(scanner) };
}

/** Writes arguments of SORT. */
export function printSortArguments({ returns, criteria, charset, keys }: SortArguments): WireText {
  return `${printSearchReturn(returns)}${printSortCriteria(criteria)} ${printCharset(charset)} ${
    printSearchKeys(keys)
  }`;
}

/** Reads what follows `THREAD `. @throws Malformed. */
export function expectThreadArguments(scanner: Scanner): ThreadArguments {
  const algorithm = expectThreadAlgorithm(scanner);
  scanner.expectSpace();
  return { algorithm, ...expectCharsetAndKeys(scanner) };
}

/** Writes arguments of THREAD. */
export function printThreadArguments({ algorithm, charset, keys }: ThreadArguments): WireText {
  return `${algorithm} ${printCharset(charset)} ${printSearchKeys(keys)}`;
}

/** Reads what follows `ESEARCH `. @throws Malformed. */
export function expectMultisearchArguments(scanner: Scanner): MultisearchArguments {
  const sources = acceptSources(scanner);
  return { ...sources === undefined ? {} : { sources }, ...expectSearchArguments(scanner) };
}

/** Writes arguments of ESEARCH. */
export function printMultisearchArguments({ sources, ...rest }: MultisearchArguments, form: NameForm): WireText {
  const printed = sources?.map((source) => printMailboxFilter(source, form));
  return (printed === undefined ? "" : `IN ${printList(printed)} `) + printSearchArguments(rest);
}

/** Reads a search-program to the end. @throws Malformed. */
function expectProgram(scanner: Scanner): SearchProgram {
  if (!scanner.acceptKeyword("CHARSET")) return { keys: expectAllKeys(scanner) };
  scanner.expectSpace();
  return expectCharsetAndKeys(scanner);
}

function printProgram({ charset, keys }: SearchProgram): WireText {
  return `${charset === undefined ? "" : `CHARSET ${printCharset(charset)} `}${printSearchKeys(keys)}`;
}

function expectCharsetAndKeys(scanner: Scanner): SearchProgram & { readonly charset: string } {
  const charset = scanner.expectText("a charset");
  scanner.expectSpace();
  return { charset, keys: expectAllKeys(scanner) };
}

function printCharset(charset: string): WireText {
  return printAstring(encodeUtf8(charset));
}

function expectAllKeys(scanner: Scanner): readonly SearchKey[] {
  const keys = expectSearchKeys(scanner);
  scanner.expectEnd();
  return keys;
}

function acceptReturns(scanner: Scanner): { readonly returns?: SearchReturn } {
  const returns = acceptSearchReturn(scanner);
  return returns === undefined ? {} : { returns };
}

function acceptSources(scanner: Scanner): MailboxFilter[] | undefined {
  if (!scanner.acceptKeyword("IN")) return undefined;
  scanner.expectSpace();
  const sources = scanner.expectList(() => {
    const start = scanner.at;
    const source = expectMailboxFilter(scanner);
    // RFC 7377 §4: this one is forbidden here.
    if (source.which === "selected-delayed") throw scanner.malformed("a mailbox filter of ESEARCH", start);
    return source;
  });
  scanner.expectSpace();
  return sources;
}
