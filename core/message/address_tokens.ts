/** The words of an address list (RFC 5322 §3.2): atoms, quoted strings, domain literals, comments and separators. */

/** A token. `text` is the meaning: without quotes, backslashes or parentheses. */
export interface AddressToken {
  /** What it is: a word of any form, or a character with a meaning of its own. */
  readonly kind: "word" | "comment" | "@" | "<" | ">" | "," | ";" | ":";
  /** Its meaning, as said above. */
  readonly text: string;
  /** Whether white space stands before it. */
  readonly blankBefore: boolean;
}

const separators: ReadonlyMap<string, AddressToken["kind"]> = new Map([
  ["@", "@"],
  ["<", "<"],
  [">", ">"],
  [",", ","],
  [";", ";"],
  [":", ":"],
]);
/** Anything up to a blank or a character with a meaning of its own; dots belong to atoms here. */
const atom = /[^\s"(\[@<>,;:]+/y;
const blanks = /[\s\0]*/y;
/** RFC 2047 §5 forbids these in a phrase to hold specials; mailers do not care. */
const encodedWord = /=\?[^?\s]{1,64}\?[bq]\?[^?\s]*\?=/iy;
const literal = /\[[^\[\]]*\]/y;
const colonOrAngle = /[:>]/g;

/** Reads tokens one by one, looking ahead by one. */
export class AddressTokens {
  readonly #text: string;
  #at = 0;
  #ahead: AddressToken | undefined;
  /** Set once a search for the end of such a thing came to the end of the text: another search would be quadratic. */
  #noMoreQuotes = false;
  #noMoreComments = false;
  #noMoreLiterals = false;
  /** Where the last search for ":" or ">" ended; good until passed. */
  #colonOrAngle = -1;

  /** Begins at the start of the unfolded value of an address field. */
  constructor(text: string) {
    this.#text = text;
    this.#ahead = this.#read();
  }

  /** The next token, left where it is; undefined at the end. */
  peek(): AddressToken | undefined {
    return this.#ahead;
  }

  /** The next token, taken. */
  next(): AddressToken | undefined {
    const token = this.#ahead;
    if (token) this.#ahead = this.#read();
    return token;
  }

  /** Whether ":" comes before the next ">": in an angle address, whether there is a route. */
  colonBeforeAngle(): boolean {
    if (this.#colonOrAngle < this.#at) {
      colonOrAngle.lastIndex = this.#at;
      this.#colonOrAngle = colonOrAngle.exec(this.#text)?.index ?? this.#text.length;
    }
    return this.#text.charAt(this.#colonOrAngle) === ":";
  }

  #read(): AddressToken | undefined {
    const before = this.#at;
    this.#match(blanks);
    if (this.#at >= this.#text.length) return undefined;
    const blankBefore = this.#at > before;
    const character = this.#text.charAt(this.#at);
    const kind = separators.get(character);
    if (kind) {
      this.#at++;
      return { kind, text: character, blankBefore };
    }
    if (character === "(" && !this.#noMoreComments) {
      const text = this.#delimited("(", ")");
      if (text !== undefined) return { kind: "comment", text: text.trim(), blankBefore };
      this.#noMoreComments = true;
    }
    return { kind: "word", text: this.#word(character), blankBefore };
  }

  #word(first: string): string {
    if (first === '"' && !this.#noMoreQuotes) {
      const text = this.#delimited('"', '"');
      if (text !== undefined) return text;
      this.#noMoreQuotes = true;
    }
    if (first === "[" && !this.#noMoreLiterals) {
      const text = this.#match(literal);
      if (text !== undefined) return text;
      this.#noMoreLiterals = true;
    }
    return this.#match(encodedWord) ?? this.#match(atom) ?? this.#text.charAt(this.#at++);
  }

  /** The contents of a quoted string or of a comment, which nests (RFC 5322 §3.2.2); undefined when it never closes. */
  #delimited(open: string, close: string): string | undefined {
    let text = "";
    let depth = 1;
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text.charAt(at);
      if (character === "\\" && at + 1 < this.#text.length) {
        text += this.#text.charAt(++at);
        continue;
      }
      if (character === close && --depth === 0) {
        this.#at = at + 1;
        return text;
      }
      // A quotation mark has closed above: only parentheses nest.
      if (character === open) depth++;
      text += character;
    }
    return undefined;
  }

  /** What a sticky pattern matches here, if it is not empty. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (!found) return undefined;
    this.#at += found.length;
    return found;
  }
}
