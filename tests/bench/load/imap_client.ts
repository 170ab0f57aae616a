/** The client's end of an IMAP load: commands with tags, literals read past, what is told of the mailbox counted. */
import { userName, type Users } from "./load.ts";
import { WireClient } from "./wire_client.ts";

/** What a command was answered with. */
export interface Answer {
  /** FETCH responses. */
  readonly fetched: number;
  /** Octets of literals. */
  readonly octets: number;
}

/** A session in INBOX. */
export class ImapClient implements Disposable {
  readonly #client: WireClient;
  #tag = 0;
  #exists = 0;

  private constructor(client: WireClient) {
    this.#client = client;
  }

  /** Connects, logs in and selects. */
  static async select({ port, users }: { port: number; users: Users }, number: number): Promise<ImapClient> {
    const client = new ImapClient(await WireClient.connect(port));
    await client.#client.line();
    await client.command(`LOGIN ${userName(users, number)}@${users.domain} ${users.password}`);
    await client.command("SELECT INBOX");
    return client;
  }

  /** Messages in the mailbox, as far as the server has told. */
  get exists(): number {
    return this.#exists;
  }

  /** Sends a command and reads to its answer. @throws unless it is OK. */
  async command(text: string): Promise<Answer> {
    await this.begin(text);
    return await this.end();
  }

  /** Sends a command, after which more may follow. */
  async begin(text: string): Promise<void> {
    await this.#client.send(`a${++this.#tag} ${text}\r\n`);
  }

  /** Reads to the answer of the command that was begun last. @throws unless it is OK. */
  async end(): Promise<Answer> {
    const tag = `a${this.#tag} `;
    let fetched = 0;
    let octets = 0;
    while (true) {
      let line = await this.#client.line();
      if (line.startsWith(tag)) {
        if (!line.startsWith("OK", tag.length)) throw new Error(`expected OK, got: ${line}`);
        return { fetched, octets };
      }
      if (this.#told(line) === "FETCH") fetched++;
      while (line.endsWith("}")) {
        const size = Number(line.slice(line.lastIndexOf("{") + 1, -1));
        octets += size;
        await this.#client.skip(size);
        line = await this.#client.line();
      }
    }
  }

  /** RFC 7888: with a literal that asks for no leave. */
  async append(message: string): Promise<void> {
    await this.command(`APPEND INBOX {${message.length}+}\r\n${message}`);
  }

  /** RFC 2177: from now on, news come by themselves. */
  async idle(): Promise<void> {
    await this.begin("IDLE");
    // RFC 9051 §6.3.13: what is new may be told before.
    for (let line = ""; !line.startsWith("+"); this.#told(line)) line = await this.#client.line();
  }

  /** Ends IDLE. */
  async done(): Promise<void> {
    await this.#client.send("DONE\r\n");
    await this.end();
  }

  /** In IDLE: waits until the server tells that a message has come. */
  async arrival(): Promise<void> {
    while (this.#told(await this.#client.line()) !== "EXISTS");
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  /** The name of a response about messages. */
  #told(line: string): string | undefined {
    const [, number, name] = /^\* (\d+) (FETCH|EXISTS|EXPUNGE)/.exec(line) ?? [];
    if (name === "EXISTS") this.#exists = Number(number);
    if (name === "EXPUNGE") this.#exists--;
    return name;
  }
}

/** Sessions of as many users, from the first on, all of them ready. */
export async function selectAll(
  stack: DisposableStack,
  load: { readonly port: number; readonly users: Users; readonly connections: number },
): Promise<ImapClient[]> {
  const clients: ImapClient[] = [];
  for (let number = 0; number < load.connections; number++) {
    clients.push(stack.use(await ImapClient.select(load, number)));
  }
  return clients;
}
