/**
 * A client that says what a test tells it to, and reads responses as RFC 3501 §9 has them, of any server: one character
 * is one octet.
 */
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";

/** A string, a number or other atom, NIL, or a list. What is quoted and what is in a literal is the same. */
export type Value = { readonly text: string } | string | null | readonly Value[];

/** An untagged response: what follows `* `. */
export type Response = readonly Value[];

/** What came of a command. */
export interface Answer {
  readonly untagged: readonly Response[];
  /** `OK`, `NO` or `BAD`, and what follows. */
  readonly tagged: string;
}

/** A session in the clear. */
export class RawImapClient implements AsyncDisposable {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(65_536);
  #arrived = "";
  #at = 0;
  #commands = 0;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Connects, and hears the greeting. */
  static async connect(port: number): Promise<RawImapClient> {
    const client = new RawImapClient(await Deno.connect({ hostname: "127.0.0.1", port }));
    await client.#line();
    return client;
  }

  /** Sends a command; after each of its pieces but the last, the server's go-ahead is waited for. */
  async ask(...pieces: readonly string[]): Promise<Answer> {
    const tag = `t${++this.#commands}`;
    const untagged: Response[] = [];
    for (const [index, piece] of pieces.entries()) {
      await this.#send(`${index === 0 ? `${tag} ` : ""}${piece}\r\n`);
      for (;;) {
        const start = await this.#token();
        await this.#space();
        if (start === "+") {
          await this.#line();
          if (index < pieces.length - 1) break;
        } else if (start === "*") untagged.push(await this.#response());
        else if (start === tag) return { untagged, tagged: await this.#line() };
        else throw new Error(`neither tagged nor untagged: ${start}`);
      }
    }
    throw new Error("no tagged response");
  }

  /** The same, and an error where the server does not do it. */
  async do(...pieces: readonly string[]): Promise<readonly Response[]> {
    const { untagged, tagged } = await this.ask(...pieces);
    if (!tagged.startsWith("OK")) throw new Error(`${pieces[0]}: ${tagged}`);
    return untagged;
  }

  /** Closes the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }

  async #send(text: string): Promise<void> {
    const octets = latin1Bytes(text);
    for (let at = 0; at < octets.length;) at += await this.#connection.write(octets.subarray(at));
  }

  /** Values to the end of the line; a status response is a text. */
  async #response(): Promise<Response> {
    const values: Value[] = [];
    for (;;) {
      const next = await this.#peek();
      if (next === "\r") {
        await this.#line();
        return values;
      }
      if (next === " ") this.#at++;
      else values.push(await this.#value());
      const [first] = values;
      if (first === "OK" || first === "NO" || first === "BAD" || first === "BYE") {
        return [first, { text: await this.#line() }];
      }
    }
  }

  async #value(): Promise<Value> {
    const next = await this.#peek();
    if (next === "(") return await this.#list();
    if (next === '"') return { text: await this.#quoted() };
    if (next === "{" || next === "~") return { text: await this.#literal() };
    const atom = await this.#token();
    return atom === "NIL" ? null : atom;
  }

  async #list(): Promise<Value[]> {
    const values: Value[] = [];
    this.#at++;
    for (;;) {
      const next = await this.#peek();
      if (next === ")" || next === " ") this.#at++;
      else values.push(await this.#value());
      if (next === ")") return values;
    }
  }

  async #quoted(): Promise<string> {
    let text = "";
    for (this.#at++;; this.#at++) {
      let next = await this.#peek();
      if (next === '"') break;
      if (next === "\\") {
        this.#at++;
        next = await this.#peek();
      }
      text += next;
    }
    this.#at++;
    return text;
  }

  async #literal(): Promise<string> {
    const size = Number(/\{(\d+)\}$/.exec(await this.#line())?.[1]);
    while (this.#arrived.length - this.#at < size) await this.#more();
    const text = this.#arrived.slice(this.#at, this.#at + size);
    this.#at += size;
    return text;
  }

  /** An atom; what is in brackets belongs to it (RFC 3501 §9, section). */
  async #token(): Promise<string> {
    let token = "", depth = 0;
    for (;; this.#at++) {
      const next = await this.#peek();
      if (next === "\r" || depth === 0 && (next === " " || next === ")" || next === "(")) return token;
      depth += next === "[" ? 1 : next === "]" ? -1 : 0;
      token += next;
    }
  }

  async #space(): Promise<void> {
    if (await this.#peek() === " ") this.#at++;
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#arrived.indexOf("\r\n", this.#at);
      if (end >= 0) {
        const line = this.#arrived.slice(this.#at, end);
        this.#at = end + 2;
        return line;
      }
      await this.#more();
    }
  }

  async #peek(): Promise<string> {
    while (this.#at >= this.#arrived.length) await this.#more();
    return this.#arrived.charAt(this.#at);
  }

  async #more(): Promise<void> {
    const read = await this.#connection.read(this.#buffer);
    if (read === null) throw new Error(`closed after ${JSON.stringify(this.#arrived.slice(this.#at))}`);
    this.#arrived = this.#arrived.slice(this.#at) + latin1(this.#buffer.subarray(0, read));
    this.#at = 0;
  }
}
