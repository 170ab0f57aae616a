/** A client of a protocol whose commands have tags (RFC 9051 §2.2.1, RFC 2244 §2.2.1). Text is one character an octet. */
import { type FakeClient, type FakeConnectionOptions, type Serve, serveFake } from "../../support/fake_connection.ts";

/** Takes one command after another; `await using` it. */
export class TaggedClient implements AsyncDisposable {
  /** What the server says first. */
  readonly greeting: Promise<string | undefined>;
  /** The connection's other end. */
  readonly wire: FakeClient;
  readonly #served: Promise<void>;
  #commands = 0;

  /** Connects. */
  constructor(
    { serve, log }: { readonly serve: Serve; readonly log: FakeConnectionOptions["log"] & object },
    options: FakeConnectionOptions = {},
  ) {
    const { client, served } = serveFake(serve, { log, ...options });
    this.wire = client;
    this.#served = served;
    this.greeting = client.readLine();
  }

  /** That of the last command. */
  get tag(): string {
    return `t${this.#commands}`;
  }

  /**
   * Sends a command under a tag of its own. Synchronising literals in it need no patience: they are sent at once.
   *
   * @returns The lines that come, those of literals among them, without the tag, `+` lines left out; the last is the tagged
   * response.
   */
  async run(command: string): Promise<string[]> {
    const tag = `t${++this.#commands}`;
    this.wire.send(`${tag} ${command}\r\n`);
    const lines: string[] = [];
    for (;;) {
      const line = await this.wire.readLine();
      if (line === undefined) return lines;
      if (!line.startsWith("+ ")) lines.push(line.startsWith(`${tag} `) ? line.slice(tag.length + 1) : line);
      if (new RegExp(`^${tag} (?:OK|NO|BAD)`).test(line)) return lines;
    }
  }

  /** The next lines, which come without a command. @throws Error when they do not come; that takes a minute. */
  async told(count: number): Promise<string[]> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), 60_000);
    const lines: string[] = [];
    while (lines.length < count) {
      const line = await Promise.race([this.wire.readLine(), late.promise]);
      if (line === undefined) break;
      lines.push(line);
    }
    clearTimeout(timer);
    if (lines.length < count) throw new Error(`of ${count} lines came ${JSON.stringify(lines)}`);
    return lines;
  }

  /** Leaves without a word, and waits until the server has noticed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.wire.close();
    await this.#served;
  }
}
