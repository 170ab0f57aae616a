/**
 * The cursor that all parsers of commands use: IMAP's (RFC 2244 §1.3: ACAP is designed after it), where strings and tags are
 * others. A value is octets; names are text.
 */
import { latin1 } from "../../../../core/wire/ascii.ts";
import { Malformed } from "../../../../core/wire/malformed.ts";
import { decodeUtf8 } from "../../../../core/wire/utf8.ts";
import { Scanner as ImapScanner } from "../../imap/grammar/scanner.ts";
import { readLiteral } from "../../imap/grammar/strings.ts";
import type { Octets } from "../octets.ts";

export { Malformed } from "../../../../core/wire/malformed.ts";

const QUOTE = 0x22, BRACE = 0x7b, BACKSLASH = 0x5c;
/** RFC 2244 §2.6.3: octets of a quoted string; §2.2.1: characters of a tag. */
const LONGEST_QUOTED = 1024, LONGEST_TAG = 32;

/** Reads one command from its first octet to its last. */
export class Scanner extends ImapScanner {
  readonly #octets: Uint8Array;

  /** @param octets A command without its CRLF; literals stand in it as on the wire. */
  constructor(octets: Uint8Array) {
    super(octets);
    this.#octets = octets;
  }

  /** RFC 2244 §8: any ATOM-CHAR except "*" or "+", up to 32. @throws Malformed. */
  override expectTag(): string {
    const tag = /^[!#-',-[\]-z|-~]+/.exec(latin1(this.#octets.subarray(this.at, this.at + LONGEST_TAG + 1)))?.[0];
    if (tag === undefined || tag.length > LONGEST_TAG) throw this.malformed("a tag");
    this.skipTo(this.at + tag.length);
    return tag;
  }

  /** Reads a string: quoted, or a literal of any octets (RFC 2244 §2.6.3). @throws Malformed when it goes wrong further on. */
  override acceptString(): Uint8Array | undefined {
    switch (this.peek()) {
      case QUOTE:
        return this.#quoted();
      case BRACE: {
        const { value, end } = readLiteral(this.#octets, this.at);
        this.skipTo(end);
        return value;
      }
      default:
        return undefined;
    }
  }

  /** Reads a value. @throws Malformed. */
  expectValue(): Octets {
    return latin1(this.expectString("a string"));
  }

  /** Reads a string that is UTF-8 without NUL: a name (RFC 2244 §2.6.3.1). @throws Malformed. */
  expectName(expected: string): string {
    const start = this.at;
    const text = decodeUtf8(this.expectString(expected));
    if (text === undefined || text.includes("\0")) throw this.malformed(`${expected} in UTF-8`, start);
    return text;
  }

  #quoted(): Uint8Array {
    const start = this.at + 1, octets: number[] = [];
    for (let at = start;; at++) {
      let octet = this.#octets[at];
      if (octet === QUOTE) {
        this.skipTo(at + 1);
        return Uint8Array.from(octets);
      }
      if (octet === BACKSLASH) {
        octet = this.#octets[++at];
        // RFC 2244 §8: a backslash stands before quoted-specials only.
        if (octet !== QUOTE && octet !== BACKSLASH) throw this.malformed('a backslash or a quote after "\\"', at);
      }
      // RFC 2244 §9: UTF-8 that is none is accepted in silence.
      if (octet === undefined || octet === 0 || octet === 10 || octet === 13) {
        throw this.malformed("a closing quote", at);
      }
      if (octets.length === LONGEST_QUOTED) {
        throw new Malformed(start, `a quoted string of at most ${LONGEST_QUOTED} octets`);
      }
      octets.push(octet);
    }
  }
}
