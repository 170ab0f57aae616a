/**
 * The cursor that all parsers of commands use. `accept…` tries and leaves the cursor where it is when it fails;
 * `expect…` throws `Malformed`. Octets go in; views of them come out. Nothing looks at an octet more than a few times.
 */
import { equalsIgnoringCase, latin1 } from "../../../../core/wire/ascii.ts";
import { Malformed } from "../../../../core/wire/malformed.ts";
import { decodeUtf8 } from "../../../../core/wire/utf8.ts";
import { ASTRING, ATOM, DIGIT, isOf, TAG, WORD } from "./octet_classes.ts";
import { readLiteral8, readString } from "./strings.ts";

export { Malformed } from "../../../../core/wire/malformed.ts";

/** How deep lists and search keys may nest. */
export const DEEPEST = 50;
/** How many items a list may have. */
export const MOST_ITEMS = 10_000;

/** How names of mailboxes are written: RFC 3501 §5.1.3, or RFC 9051 §5.1 and RFC 6855 §3 once the client enabled one. */
export type NameForm = "modified-utf-7" | "utf-8";

const SPACE = 0x20, MOST_NUMBER = 0xffff_ffff, MOST_NUMBER_64 = 0x7fff_ffff_ffff_ffffn;
/** Digits of the largest number64. */
const MOST_DIGITS = 19;

/** Reads one command from its first octet to its last. */
export class Scanner {
  /** How this client writes names of mailboxes. */
  readonly nameForm: NameForm;
  readonly #bytes: Uint8Array;
  #at = 0;
  #depth = 0;

  /**
   * @param bytes A command without its CRLF; literals stand in it as on the wire. It is not changed, nor may it be
   * while what was read of it is in use.
   * @param nameForm How names of mailboxes are written in it.
   */
  constructor(bytes: Uint8Array, nameForm: NameForm = "modified-utf-7") {
    this.#bytes = bytes;
    this.nameForm = nameForm;
  }

  /** The octet to read next, counted from 0. */
  get at(): number {
    return this.#at;
  }

  /** Whether all has been read. */
  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Goes on at an octet: what is before it has been read by another. */
  skipTo(at: number): void {
    this.#at = at;
  }

  /** An octet that is not read yet; undefined past the end. */
  peek(ahead = 0): number | undefined {
    return this.#bytes[this.#at + ahead];
  }

  /** Whether this ASCII text comes next, in any case. */
  isNext(text: string): boolean {
    return equalsIgnoringCase(this.#bytes.subarray(this.#at, this.#at + text.length), text);
  }

  /** The error to throw. @param at Where; absent: here. */
  malformed(expected: string, at: number = this.#at): Malformed {
    return new Malformed(at, expected);
  }

  /** Reads this ASCII text, in any case, whatever follows it. */
  accept(text: string): boolean {
    if (!this.isNext(text)) return false;
    this.#at += text.length;
    return true;
  }

  /** Reads this ASCII text, in any case, whatever follows it. @throws Malformed. */
  expect(text: string, expected = `"${text}"`): void {
    if (!this.accept(text)) throw this.malformed(expected);
  }

  /** Reads one space (RFC 9051 §9: SP is exactly one). */
  acceptSpace(): boolean {
    if (this.peek() !== SPACE) return false;
    this.#at++;
    return true;
  }

  /** Reads one space. @throws Malformed. */
  expectSpace(): void {
    if (!this.acceptSpace()) throw this.malformed("a space");
  }

  /** Makes sure that nothing is left. @throws Malformed. */
  expectEnd(): void {
    if (!this.isAtEnd) throw this.malformed("the end of the command");
  }

  /** Reads a word: letters, digits, `.`, `-` and `_`. In upper case. */
  acceptWord(): string | undefined {
    return this.#run(WORD)?.toUpperCase();
  }

  /** Reads a word. In upper case. @throws Malformed. */
  expectWord(expected: string): string {
    return this.acceptWord() ?? this.#throw(expected);
  }

  /** Reads this word, in any case: what follows must not be part of it. */
  acceptKeyword(word: string): boolean {
    return !isOf(this.peek(word.length), WORD) && this.accept(word);
  }

  /** Reads this word, in any case. @throws Malformed. */
  expectKeyword(word: string): void {
    if (!this.acceptKeyword(word)) throw this.malformed(word);
  }

  /** Reads a word and finds it, by upper case. @throws Malformed, at the word's start. */
  expectOneOf<Value>(values: ReadonlyMap<string, Value>, expected: string): Value {
    const start = this.#at;
    const word = this.expectWord(expected);
    const value = values.get(word);
    if (value === undefined) throw this.malformed(expected, start);
    return value;
  }

  /** Reads an atom. */
  acceptAtom(): string | undefined {
    return this.#run(ATOM);
  }

  /** Reads an atom. @throws Malformed. */
  expectAtom(expected = "an atom"): string {
    return this.acceptAtom() ?? this.#throw(expected);
  }

  /** Reads a tag. @throws Malformed. */
  expectTag(): string {
    return this.#run(TAG) ?? this.#throw("a tag");
  }

  /** Reads octets of some classes (`octet_classes.ts`), at least one and at most so many. */
  acceptRun(classes: number, most = Infinity): Uint8Array | undefined {
    const start = this.#at, stop = Math.min(this.#bytes.length, start + most);
    let end = start;
    while (end < stop && isOf(this.#bytes[end], classes)) end++;
    this.#at = end;
    return end === start ? undefined : this.#bytes.subarray(start, end);
  }

  /** Reads a number: 32 bits. @throws Malformed when it is larger. */
  acceptNumber(): number | undefined {
    const start = this.#at;
    const number = this.acceptNumber64();
    if (number !== undefined && number > MOST_NUMBER) throw this.malformed("a number below 4294967296", start);
    return number === undefined ? undefined : Number(number);
  }

  /** Reads a number: 32 bits. @throws Malformed. */
  expectNumber(expected = "a number"): number {
    return this.acceptNumber() ?? this.#throw(expected);
  }

  /** Reads a number other than 0, without zeros before it: 32 bits. @throws Malformed. */
  expectNzNumber(expected = "a number from 1 on"): number {
    if (this.isNext("0")) throw this.malformed(expected);
    return this.expectNumber(expected);
  }

  /** Reads a number: 63 bits (RFC 9051 §4.2). @throws Malformed when it is larger. */
  acceptNumber64(): bigint | undefined {
    const start = this.#at;
    const digits = this.acceptRun(DIGIT);
    if (digits === undefined) return undefined;
    // Zeros before it mean nothing; without this bound, a long run of digits would be costly to read.
    let first = 0;
    while (first < digits.length - 1 && digits[first] === 0x30) first++;
    const number = digits.length - first > MOST_DIGITS ? undefined : BigInt(latin1(digits.subarray(first)));
    if (number === undefined || number > MOST_NUMBER_64) {
      throw this.malformed("a number below 9223372036854775808", start);
    }
    return number;
  }

  /** Reads a number: 63 bits. @throws Malformed. */
  expectNumber64(expected = "a number"): bigint {
    return this.acceptNumber64() ?? this.#throw(expected);
  }

  /** Reads a number of octets: 63 bits, of which 53 are kept, for nothing is so large. @throws Malformed. */
  expectSize(expected = "a number"): number {
    const size = this.expectNumber64(expected);
    return size > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(size);
  }

  /** Reads a string: quoted, or a literal. @throws Malformed when it goes wrong after its start. */
  acceptString(): Uint8Array | undefined {
    const reading = readString(this.#bytes, this.#at);
    if (reading !== undefined) this.#at = reading.end;
    return reading?.value;
  }

  /** Reads a string. @throws Malformed. */
  expectString(expected = "a string"): Uint8Array {
    return this.acceptString() ?? this.#throw(expected);
  }

  /** Reads a literal8, which may hold any octets (RFC 4466 §6). @throws Malformed when it goes wrong after its start. */
  acceptLiteral8(): Uint8Array | undefined {
    const reading = readLiteral8(this.#bytes, this.#at);
    if (reading !== undefined) this.#at = reading.end;
    return reading?.value;
  }

  /** Reads an astring: ASTRING-CHARs or a string. @throws Malformed when it goes wrong after its start. */
  acceptAstring(): Uint8Array | undefined {
    return this.acceptRun(ASTRING) ?? this.acceptString();
  }

  /** Reads an astring. @throws Malformed. */
  expectAstring(expected = "an atom or a string"): Uint8Array {
    return this.acceptAstring() ?? this.#throw(expected);
  }

  /** Reads an astring that is UTF-8. @throws Malformed. */
  expectText(expected = "an atom or a string"): string {
    const start = this.#at;
    return decodeUtf8(this.expectAstring(expected)) ?? this.#throw(`${expected} in UTF-8`, start);
  }

  /** Reads a string or NIL, which is undefined. @throws Malformed. */
  expectNstring(expected = "a string or NIL"): Uint8Array | undefined {
    return this.acceptKeyword("NIL") ? undefined : this.expectString(expected);
  }

  /**
   * Reads a list in parentheses, its items parted by one space.
   *
   * @param readItem Reads one item.
   * @param least How many items there have to be: 0 or 1.
   * @throws Malformed, also when there are too many items or lists nest too deeply.
   */
  expectList<Item>(readItem: (scanner: this) => Item, least: 0 | 1 = 1): Item[] {
    this.expect("(");
    if (least === 0 && this.accept(")")) return [];
    const items = this.nested(() => this.expectItems(readItem));
    this.expect(")");
    return items;
  }

  /** Reads items parted by one space, at least one; goes on while a space follows. @throws Malformed. */
  expectItems<Item>(readItem: (scanner: this) => Item): Item[] {
    const items: Item[] = [];
    do {
      if (items.length === MOST_ITEMS) throw this.malformed(`at most ${MOST_ITEMS} items`);
      items.push(readItem(this));
    } while (this.acceptSpace());
    return items;
  }

  /** Reads something that may hold more of its own kind. @throws Malformed when that is `DEEPEST` deep already. */
  nested<Value>(read: () => Value): Value {
    if (this.#depth === DEEPEST) throw this.malformed(`at most ${DEEPEST} levels`);
    this.#depth++;
    const value = read();
    this.#depth--;
    return value;
  }

  #run(classes: number): string | undefined {
    const octets = this.acceptRun(classes);
    return octets && latin1(octets);
  }

  #throw(expected: string, at = this.#at): never {
    throw new Malformed(at, expected);
  }
}
