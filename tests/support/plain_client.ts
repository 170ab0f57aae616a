/** A client that says what a test tells it to, over a socket in the clear or whatever else there is. */

/** A conversation. */
export interface Dialogue extends AsyncDisposable {
  /** The next line, without its end. */
  line(): Promise<string>;
  /** Says a line, gives the reply: of SMTP with all of its lines, of POP3 up to the dot when it has `many`. */
  ask(line: string, many?: boolean): Promise<string>;
  /** Says it as it is. */
  say(text: string): Promise<void>;
  /** Whatever comes until the other side closes. */
  readToEnd(): Promise<string>;
}

/** What is spoken over. */
export type Octets = Pick<Deno.Conn, "read" | "write" | "close">;

/** Connects; the greeting is the first line. */
export async function dialogue(port: number): Promise<Dialogue> {
  return dialogueOver(await Deno.connect({ hostname: "127.0.0.1", port }));
}

/** Speaks over a connection, which is closed when the dialogue is disposed of. */
export function dialogueOver(connection: Octets): Dialogue {
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder("latin1");
  let arrived = "";

  async function more(): Promise<boolean> {
    const read = await connection.read(buffer);
    if (read === null) return false;
    arrived += decoder.decode(buffer.subarray(0, read));
    return true;
  }

  async function line(): Promise<string> {
    while (!arrived.includes("\r\n")) if (!await more()) throw new Error(`closed after ${JSON.stringify(arrived)}`);
    const end = arrived.indexOf("\r\n");
    const text = arrived.slice(0, end);
    arrived = arrived.slice(end + 2);
    return text;
  }

  async function say(text: string): Promise<void> {
    const octets = new TextEncoder().encode(text);
    for (let at = 0; at < octets.length;) at += await connection.write(octets.subarray(at));
  }

  async function ask(said: string, many = false): Promise<string> {
    await say(`${said}\r\n`);
    const lines = [await line()];
    if (many && lines[0]?.startsWith("+OK")) { while (lines.at(-1) !== ".") lines.push(await line()); }
    // RFC 5321 §4.2.1: all but the last have a hyphen.
    while (/^\d{3}-/.test(lines.at(-1) ?? "")) lines.push(await line());
    return lines.join("\r\n");
  }

  return {
    line,
    ask,
    say,
    async readToEnd() {
      while (await more());
      const rest = arrived;
      arrived = "";
      return rest;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(connection.close()),
  };
}

/** A POP3 session that has logged in. */
export async function pop3Session(
  port: number,
  { address, password }: { readonly address: string; readonly password: string },
): Promise<Dialogue> {
  const session = await dialogue(port);
  await session.line();
  await session.ask(`USER ${address}`);
  const reply = await session.ask(`PASS ${password}`);
  if (!reply.startsWith("+OK")) {
    await session[Symbol.asyncDispose]();
    throw new Error(reply);
  }
  return session;
}
