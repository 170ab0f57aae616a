/**
 * Arguments of APPEND and REPLACE (RFC 9051 §6.3.12, RFC 8508 §3.1; RFC 3502, RFC 3516, RFC 4469, RFC 6855 §4). Messages
 * are literals too large to be parsed, so these arguments are read stretch by stretch: each is what stands between two
 * literals, without the mark `{310}` of the second.
 */
import { expectDateTime } from "./date_time.ts";
import { expectFlagList } from "./flags.ts";
import { expectMailboxName } from "./mailbox_name.ts";
import { Malformed, MOST_ITEMS, type Scanner } from "./scanner.ts";
import { expectSequenceNumber, type SequenceNumber } from "./sequence_set.ts";

/** What is said in a stretch. */
export type AppendStep =
  /** First of all, and once. `replaces`: the message that goes when REPLACE is done. */
  | { readonly step: "mailbox"; readonly mailbox: string; readonly replaces?: SequenceNumber }
  /** Another message begins. */
  | { readonly step: "message"; readonly flags: readonly string[]; readonly date?: Date }
  /** RFC 4469: what this URL names goes on with the message. */
  | { readonly step: "url"; readonly url: string };

/**
 * What the literal after a stretch is:
 * - `message`: all of the message that began last
 * - `part`: what goes on with the message that began last (RFC 4469)
 * - `url`: a URL, whose octets go on with it
 */
export type AppendLiteral = "message" | "part" | "url";

/** A stretch. */
export interface AppendStretch {
  /** In order. */
  readonly steps: readonly AppendStep[];
  /** What the literal that follows is; absent: the command is at its end. */
  readonly literal?: AppendLiteral;
  /** Of a message or a part: whether the client says that it has headers in UTF-8 (RFC 6855 §4). */
  readonly isUtf8?: boolean;
}

/** What comes next. */
type Place = "target" | "message" | "part" | "after part" | "after message" | "after utf8 part" | "after utf8 message";

/** Reads the arguments of one command. */
export class AppendReader {
  readonly #isReplace: boolean;
  readonly #most: number;
  #place: Place = "target";
  #messages = 0;
  #parts = 0;
  #steps: AppendStep[] = [];

  /**
   * @param isReplace Whether it is REPLACE, with UID or without: that has a number first, and one message.
   * @param most How many messages it may have.
   */
  constructor(isReplace = false, most = MOST_ITEMS) {
    this.#isReplace = isReplace;
    this.#most = most;
  }

  /**
   * Reads a stretch: the first from after the space that follows the command's name.
   *
   * @param literal What is announced at the end of the stretch; undefined: nothing, the command ends there.
   * @throws Malformed, its place counted from where the scanner began. The reader is of no use then.
   */
  read(scanner: Scanner, literal: { readonly isBinary: boolean } | undefined): AppendStretch {
    this.#steps = [];
    const { what, isUtf8 = false } = this.#readToLiteral(scanner) ?? {};
    scanner.expectEnd();
    const steps = this.#steps;
    if (what === undefined) {
      if (literal !== undefined) throw scanner.malformed("the end of the command");
      return { steps };
    }
    if (literal === undefined) throw scanner.malformed("a literal");
    // RFC 6855 §4: what is said to be UTF-8 is a literal8; a URL never is.
    if (isUtf8 && !literal.isBinary) throw scanner.malformed("a literal8");
    if (what === "url" && literal.isBinary) throw scanner.malformed("a string");
    return { steps, literal: what, isUtf8 };
  }

  /** Undefined where the command is complete without another literal. */
  #readToLiteral(scanner: Scanner): Expected | undefined {
    for (;;) {
      if (this.#place === "after message" && scanner.isAtEnd) return undefined;
      const expected = this.#readOn(scanner);
      if (expected !== undefined) return expected;
    }
  }

  #readOn(scanner: Scanner): Expected | undefined {
    switch (this.#place) {
      case "target":
        return this.#readTarget(scanner);
      case "message":
        return this.#readMessage(scanner);
      case "part":
        return this.#readPart(scanner);
      case "after part":
        if (scanner.accept(")")) return this.#goTo("after message");
        scanner.expectSpace();
        return this.#goTo("part");
      case "after message":
        // RFC 8508 §5: one message replaces one.
        if (this.#isReplace) scanner.expectEnd();
        scanner.expectSpace();
        return this.#goTo("message");
      case "after utf8 part":
        scanner.expect(")");
        return this.#goTo("after part");
      case "after utf8 message":
        scanner.expect(")");
        return this.#goTo("after message");
    }
  }

  #goTo(place: Place, expected?: Expected): Expected | undefined {
    this.#place = place;
    return expected;
  }

  #readTarget(scanner: Scanner): Expected | undefined {
    const replaces = this.#isReplace ? expectBeforeSpace(scanner, expectSequenceNumber) : undefined;
    const mailbox = expectBeforeSpace(scanner, expectMailboxName);
    this.#steps.push({ step: "mailbox", mailbox, ...replaces === undefined ? {} : { replaces } });
    return this.#goTo("message");
  }

  /** RFC 4466 §6, append-message: options, and then the message in one of its forms. */
  #readMessage(scanner: Scanner): Expected | undefined {
    if (++this.#messages > this.#most) throw scanner.malformed(`at most ${this.#most} messages`);
    const flags = scanner.isNext("(") ? expectBeforeSpace(scanner, expectFlagList) : [];
    const date = scanner.isNext('"') ? expectBeforeSpace(scanner, expectDateTime) : undefined;
    this.#steps.push({ step: "message", flags, ...date === undefined ? {} : { date } });
    if (scanner.accept("CATENATE (")) return this.#goTo("part");
    if (scanner.accept("UTF8 (")) return this.#goTo("after utf8 message", { what: "message", isUtf8: true });
    if (!scanner.isAtEnd) throw scanner.malformed("a literal, UTF8 or CATENATE");
    return this.#goTo("after message", { what: "message" });
  }

  /** RFC 4469 §5, cat-part, and RFC 6855 §4. */
  #readPart(scanner: Scanner): Expected | undefined {
    if (++this.#parts > MOST_ITEMS) throw scanner.malformed(`at most ${MOST_ITEMS} parts`);
    if (scanner.accept("TEXT ")) return this.#goTo("after part", { what: "part" });
    if (scanner.accept("UTF8 (")) return this.#goTo("after utf8 part", { what: "part", isUtf8: true });
    if (!scanner.accept("URL ")) throw scanner.malformed("TEXT, URL or UTF8");
    if (scanner.isAtEnd) return this.#goTo("after part", { what: "url" });
    this.#steps.push({ step: "url", url: scanner.expectText("a URL") });
    return this.#goTo("after part");
  }
}

/** What the next literal has to be. */
interface Expected {
  readonly what: AppendLiteral;
  readonly isUtf8?: boolean;
}

/**
 * Whether the mailbox is in this beginning of the arguments, so that a literal after it is part of a message.
 *
 * @param isReplace Whether it is REPLACE.
 */
export function hasAppendTarget(scanner: Scanner, isReplace = false): boolean {
  try {
    if (isReplace) expectBeforeSpace(scanner, expectSequenceNumber);
    scanner.expectAstring();
    return scanner.acceptSpace();
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

function expectBeforeSpace<Value>(scanner: Scanner, read: (scanner: Scanner) => Value): Value {
  const value = read(scanner);
  scanner.expectSpace();
  return value;
}
