/** Text of commands for tests of the grammar: one character an octet. */
import { assert, assertEquals } from "@std/assert";
import { latin1Bytes } from "../../../../../core/wire/ascii.ts";
import { encodeUtf8 } from "../../../../../core/wire/utf8.ts";
import { Malformed, type NameForm, Scanner } from "../../../../../plugins/protocols/imap/grammar/scanner.ts";

/** A scanner at the start of a text. */
export function scan(text: string, form?: NameForm): Scanner {
  return new Scanner(latin1Bytes(text), form);
}

/** What a parser makes of all of a text. */
export function read<Value>(parse: (scanner: Scanner) => Value, text: string, form?: NameForm): Value {
  const scanner = scan(text, form);
  const value = parse(scanner);
  scanner.expectEnd();
  return value;
}

/** The error of a parser for a text. */
export function malformed(parse: (scanner: Scanner) => unknown, text: string, form?: NameForm): Malformed {
  try {
    read(parse, text, form);
  } catch (error) {
    assert(error instanceof Malformed, `${JSON.stringify(text)}: ${error}`);
    return error;
  }
  throw new Error(`${JSON.stringify(text)} was read`);
}

/** Checks that a text is malformed, and where. `|` marks the place in the text. */
export function assertMalformed(parse: (scanner: Scanner) => unknown, marked: string, expected: string): void {
  const at = marked.indexOf("|");
  const error = malformed(parse, marked.slice(0, at) + marked.slice(at + 1));
  assertEquals([error.at, error.expected], [at, expected], marked);
}

/** ASCII text or UTF-8 as octets. */
export function octets(text: string): Uint8Array {
  return encodeUtf8(text);
}
