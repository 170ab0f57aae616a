/** The client's end of a load: lines and dot-terminated data over one socket, as cheap as a measuring client must be. */

const LF = 10, CR = 13, DOT = 46;
const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** One connection of a load. */
export class WireClient implements Disposable {
  readonly #connection: Deno.TcpConn | Deno.TlsConn;
  #buffer = new Uint8Array(65536);
  #start = 0;
  #end = 0;

  private constructor(connection: Deno.TcpConn | Deno.TlsConn) {
    this.#connection = connection;
  }

  /** Connects to a port of this machine; with TLS the certificate must be one of `authorities` (PEM). */
  static async connect(port: number, authorities?: readonly string[]): Promise<WireClient> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    if (authorities === undefined) return new WireClient(connection);
    // Not `Deno.connectTls`, which waits for the server's delayed acknowledgements.
    return new WireClient(await Deno.startTls(connection, { hostname: "localhost", caCerts: [...authorities] }));
  }

  /** Sends all of it. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }

  /** The next line without its CRLF. @throws at the end of the stream. */
  async line(): Promise<string> {
    let from = this.#start;
    while (true) {
      const newline = this.#buffer.subarray(0, this.#end).indexOf(LF, from);
      if (newline >= 0) {
        const line = decoder.decode(this.#buffer.subarray(this.#start, newline - 1));
        this.#start = newline + 1;
        return line;
      }
      from = await this.#fill(this.#end);
    }
  }

  /** Reads past the final dot of a multi-line reply and counts the octets before it. */
  async skipToDot(): Promise<number> {
    for (let from = this.#start;;) {
      const data = this.#buffer.subarray(0, this.#end);
      let dot = data.indexOf(DOT, from);
      while (dot > this.#start && data[dot - 1] !== LF) dot = data.indexOf(DOT, dot + 1);
      if (dot < 0 || dot + 2 >= data.length) {
        from = await this.#fill(dot < 0 ? data.length : dot);
      } else if (data[dot + 1] === CR) {
        const octets = dot - this.#start;
        this.#start = dot + 3;
        return octets;
      } else {
        from = dot + 1;
      }
    }
  }

  /** Reads past so many octets. */
  async skip(octets: number): Promise<void> {
    for (let left = octets;;) {
      const here = Math.min(left, this.#end - this.#start);
      this.#start += here;
      left -= here;
      if (left === 0) return;
      await this.#fill(this.#end);
    }
  }

  /** The last line of an SMTP reply; checks its first digit. */
  async smtpReply(digit: string): Promise<void> {
    let line = await this.line();
    while (line[3] === "-") line = await this.line();
    if (line[0] !== digit) throw new Error(`expected ${digit}xx, got: ${line}`);
  }

  /** A POP3 status line. @throws unless it is +OK. */
  async pop3Ok(): Promise<string> {
    const line = await this.line();
    if (!line.startsWith("+OK")) throw new Error(`expected +OK, got: ${line}`);
    return line;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  /** Reads more; gives where what was at `mark` is now. */
  async #fill(mark: number): Promise<number> {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      mark -= this.#start;
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#end === this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    const read = await this.#connection.read(this.#buffer.subarray(this.#end));
    if (read === null) throw new Error("the server closed the connection");
    this.#end += read;
    return mark;
  }
}
