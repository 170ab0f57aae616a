/** A reader of response data for tests, written from RFC 9051 §9 alone: it knows nothing of the printers. */

/** A string, a number, NIL, an atom, or a list of values. */
export type Value = string | number | null | { readonly atom: string } | Value[];

/** Octets of a text as the client gets them. */
export function sent(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Reads all values, parted by single spaces (none is needed between lists). Strings must be UTF-8. */
function readValues(octets: Uint8Array): Value[] {
  const reader = new Reader(octets);
  return reader.values(undefined);
}

/** The only value. */
export function readValue(octets: Uint8Array): Value {
  const values = readValues(octets);
  if (values.length !== 1) throw new Error(`${values.length} values`);
  return values[0] ?? null;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Reader {
  #at = 0;
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  values(close: string | undefined): Value[] {
    const values: Value[] = [];
    for (;;) {
      const next = this.#peek();
      if (next === close) {
        this.#at++;
        return values;
      }
      if (next === undefined) throw new Error("the list does not end");
      if (values.length > 0 && next === " ") this.#at++;
      else if (values.length > 0 && next !== "(") throw new Error(`no space at ${this.#at}`);
      values.push(this.#value());
    }
  }

  #value(): Value {
    switch (this.#peek()) {
      case "(":
        this.#at++;
        return this.values(")");
      case '"':
        return this.#quoted();
      case "~":
        this.#at++;
        return this.#literal();
      case "{":
        return this.#literal();
      default:
        return this.#atom();
    }
  }

  #quoted(): string {
    const octets: number[] = [];
    for (this.#at++; this.#peek() !== '"'; this.#at++) {
      if (this.#peek() === "\\") this.#at++;
      const octet = this.#octets[this.#at];
      if (octet === undefined || octet === 0 || octet === 10 || octet === 13) throw new Error("not in a quoted string");
      octets.push(octet);
    }
    this.#at++;
    return utf8.decode(Uint8Array.from(octets));
  }

  #literal(): string {
    const head = /^\{(\d+)\}\r\n/.exec(String.fromCharCode(...this.#octets.subarray(this.#at, this.#at + 20)));
    if (head === null) throw new Error("no literal");
    this.#at += head[0].length;
    const end = this.#at + Number(head[1]);
    if (end > this.#octets.length) throw new Error("the literal does not end");
    const octets = this.#octets.subarray(this.#at, end);
    if (octets.includes(0)) throw new Error("NUL in a literal");
    this.#at = end;
    return utf8.decode(octets);
  }

  #atom(): Value {
    let atom = "";
    for (let next = this.#peek(); next !== undefined && !' ()"{'.includes(next); next = this.#peek()) {
      atom += next;
      this.#at++;
    }
    if (!/^[\x21-\x7e]+$/.test(atom)) throw new Error(`no atom at ${this.#at}`);
    if (atom === "NIL") return null;
    return /^\d+$/.test(atom) ? Number(atom) : { atom };
  }

  #peek(): string | undefined {
    const octet = this.#octets[this.#at];
    return octet === undefined ? undefined : String.fromCharCode(octet);
  }
}
