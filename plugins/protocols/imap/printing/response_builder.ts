/** One response on its way to the writer: text, and octets that are no text. */
import type { WireWriter } from "../../../../core/contract/mod.ts";

/**
 * Collects a response and writes it: its text as UTF-8, literals inside it included. Nothing reaches the writer before
 * the first octets or the end, so that a response whose text cannot be made leaves nothing behind.
 */
export class ResponseBuilder {
  readonly #writer: WireWriter;
  #text = "";
  #hasBegun = false;
  #mayHaveLineEnds = false;

  /** Begins with nothing. */
  constructor(writer: WireWriter) {
    this.#writer = writer;
  }

  /** Whether the writer has its beginning, and has to get its end. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Adds text; CR and LF stand only inside literals (`printString`). */
  text(text: string): this {
    this.#text += text;
    return this;
  }

  /** The same of text that was told before, and maybe has literals: it is not looked through again. */
  textAgain(text: string): this {
    this.#mayHaveLineEnds = true;
    return this.text(text);
  }

  /** Adds octets as they are: a piece of a literal whose count has been written. They must not change until sent. */
  octets(octets: Uint8Array): this {
    if (octets.length === 0) return this;
    this.#hasBegun = true;
    if (this.#text !== "") this.#writer.text(this.#text);
    this.#text = "";
    this.#writer.bytes(octets);
    return this;
  }

  /** Adds a literal (RFC 9051 §4.3). */
  literal(octets: Uint8Array): this {
    return this.text(`{${octets.length}}\r\n`).octets(octets);
  }

  /** Adds a literal8, which may hold NUL (RFC 3516 §4.4, RFC 9051 §4.3.1). */
  literal8(octets: Uint8Array): this {
    return this.text(`~{${octets.length}}\r\n`).octets(octets);
  }

  /** Ends the response with CRLF; another may then begin. */
  end(): void {
    const text = this.#text;
    this.#text = "";
    this.#hasBegun = false;
    const mayHaveLineEnds = this.#mayHaveLineEnds || text.includes("\n");
    this.#mayHaveLineEnds = false;
    if (mayHaveLineEnds) this.#writer.text(`${text}\r\n`);
    else this.#writer.line(text);
  }
}
