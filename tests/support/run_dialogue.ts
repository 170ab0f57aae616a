/**
 * Tests as conversations: a transcript is played against a server over a connection in memory.
 *
 *     # A comment. Empty lines are passed over.
 *     S: +OK {{id:stamp}} {{any}}
 *     C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
 *     C: STAT
 *     S: +OK maildrop has 1 message
 *     S: +OK 1 120
 *     C>: QU
 *     C>: IT\r\n
 *     S: +OK
 *     close
 *
 * - `C: text` is sent with CRLF added. Lines that follow each other are one write (pipelining); an empty line or a comment
 *   between them makes two.
 * - `C>: text` is sent as it is, with the escapes \r \n \t \0 \\ and \xHH; nothing is added.
 * - `S: text` is the next line that the server sends, compared exactly. In it `{{any}}` is any text, `{{id:NAME}}` is text
 *   without spaces that is remembered, and `{{NAME}}` is what was remembered, or given as an option; that goes for `C:` too.
 * - `S>: text` are the next octets that the server sends, with the same escapes: what is no line.
 * - `S: {{lines}}` is any number of lines, up to the next that is expected.
 * - `meanwhile: text`: what others do, as the option `meanwhile` understands it. It is done before the transcript goes on.
 * - `close`: the client sends no more. That is also what happens at the end.
 *
 * Text is latin1: one character an octet. Written `S:` and `C:` may be indented. When the client has sent all, the server
 * must end by itself, having said all that is in the transcript and nothing else.
 */
import { assert } from "@std/assert";
import type { Connection } from "../../core/contract/mod.ts";
import { ConnectionClosed, DeadlineExceeded, Stopping } from "../../core/wire/errors.ts";
import { type FakeClient, fakeConnection, type FakeConnectionOptions } from "./fake_connection.ts";

/** What a dialogue may be given. */
export interface DialogueOptions extends FakeConnectionOptions {
  /** Values of `{{NAME}}` from the start. */
  readonly names?: Readonly<Record<string, string>>;
  /** Does what others do, in the words of the transcript. */
  readonly meanwhile?: (text: string) => Promise<void>;
  /** Milliseconds in which the server has to do something, a minute otherwise; they pass only when a test fails. */
  readonly patience?: number;
}

/** What is left of a dialogue. */
export interface DialogueEnd {
  /** What was remembered. */
  readonly names: Readonly<Record<string, string>>;
  /** All that the server sent. */
  readonly received: string;
  /** How often it sent something. */
  readonly writes: number;
}

/**
 * Plays a transcript.
 *
 * @param serve What serves: a protocol's `serve`.
 * @throws AssertionError, with the place, when the server says less, more or something else; what `serve` throws, except
 * that the connection has ended.
 */
export async function runDialogue(
  text: string,
  serve: (connection: Connection, stop: AbortSignal) => Promise<void>,
  options: DialogueOptions = {},
): Promise<DialogueEnd> {
  const { connection, client } = fakeConnection(options);
  const play = new Play(client, options);
  const serving = serve(connection, options.stop ?? new AbortController().signal)
    .catch((error) => {
      if (!isEnd(error)) play.failure = { error };
    })
    .finally(() => {
      play.hasEnded = true;
      connection.close();
    });
  for (const step of parseDialogue(text)) await play.step(step);
  client.close();
  while (!play.hasEnded) await play.event("the server did not end, though the client has");
  await serving;
  play.check();
  assert(client.unread === "", `the server said more than the transcript has: ${JSON.stringify(client.unread)}`);
  return { names: play.names, received: client.received, writes: client.writes };
}

/** A line of a transcript, or several that are sent together. */
export type Step =
  | { readonly do: "send"; readonly text: string; readonly line: number }
  | { readonly do: "expect"; readonly text: string; readonly line: number }
  | { readonly do: "expect octets"; readonly text: string; readonly line: number }
  | { readonly do: "meanwhile"; readonly text: string; readonly line: number }
  | { readonly do: "close"; readonly line: number };

/** Reads a transcript. @throws Error for a line that is none of those above. */
function parseDialogue(text: string): Step[] {
  const steps: Step[] = [];
  let isPipelined = false;
  for (const [index, source] of text.split("\n").entries()) {
    const line = index + 1;
    const [, kind, rest = ""] = /^\s*(C|C>|S|S>|meanwhile):(?: (.*))?$/.exec(source) ?? [];
    const before = steps.at(-1);
    if (kind === "C" || kind === "C>") {
      const sent = kind === "C" ? `${rest}\r\n` : unescape(rest);
      if (isPipelined && before?.do === "send") steps[steps.length - 1] = { ...before, text: before.text + sent };
      else steps.push({ do: "send", text: sent, line });
    } else if (kind === "S") {
      steps.push({ do: "expect", text: rest, line });
    } else if (kind === "S>") {
      steps.push({ do: "expect octets", text: unescape(rest), line });
    } else if (kind === "meanwhile") {
      steps.push({ do: "meanwhile", text: rest, line });
    } else if (source.trim() === "close") {
      steps.push({ do: "close", line });
    } else if (!/^\s*(#.*)?$/.test(source)) {
      throw new Error(`line ${line} of the transcript is no step: ${source}`);
    }
    isPipelined = kind === "C" || kind === "C>";
  }
  return steps;
}

class Play {
  readonly names: Record<string, string>;
  hasEnded = false;
  failure: { readonly error: unknown } | undefined;
  readonly #client: FakeClient;
  readonly #patience: number;
  readonly #meanwhile: DialogueOptions["meanwhile"];
  #maySkip = false;

  constructor(client: FakeClient, options: DialogueOptions) {
    this.#client = client;
    this.names = { ...options.names };
    this.#patience = options.patience ?? 60_000;
    this.#meanwhile = options.meanwhile;
  }

  async step(step: Step): Promise<void> {
    if (step.do === "close") return this.#client.close();
    if (step.do === "send") return this.#client.send(this.#fill(step.text));
    if (step.do === "meanwhile") {
      assert(this.#meanwhile !== undefined, `line ${step.line} of the transcript: nobody does anything meanwhile here`);
      return await this.#meanwhile(this.#fill(step.text));
    }
    if (step.do === "expect octets") return await this.#octets(this.#fill(step.text), step.line);
    if (step.text === "{{lines}}") {
      this.#maySkip = true;
      return;
    }
    const pattern = this.#pattern(step.text);
    for (;;) {
      const line = await this.#nextLine(step);
      const found = pattern.exec(line);
      if (found) {
        Object.assign(this.names, found.groups);
        this.#maySkip = false;
        return;
      }
      assert(this.#maySkip, `line ${step.line} of the transcript: expected ${step.text}, got ${line}`);
    }
  }

  /** Waits until something happens. */
  async event(otherwise: string): Promise<void> {
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), this.#patience);
    const outcome = await Promise.race([this.#client.changed, late.promise]);
    clearTimeout(timer);
    this.check();
    assert(outcome !== "late", otherwise);
  }

  /** Throws what the server threw. */
  check(): void {
    if (this.failure) throw this.failure.error;
  }

  async #octets(expected: string, line: number): Promise<void> {
    const place = `line ${line} of the transcript: expected ${JSON.stringify(expected)}`;
    while (this.#client.unread.length < expected.length) await this.#more(place);
    const got = await this.#client.readExactly(expected.length);
    assert(got === expected, `${place}, got ${JSON.stringify(got)}`);
  }

  async #nextLine(step: Step & { readonly do: "expect" }): Promise<string> {
    const expected = `line ${step.line} of the transcript: expected ${step.text}`;
    while (!this.#client.unread.includes("\r\n")) await this.#more(expected);
    const line = await this.#client.readLine();
    return line ?? "";
  }

  /** Waits for the server to say more. */
  async #more(expected: string): Promise<void> {
    const place = `${expected}, got ${JSON.stringify(this.#client.unread)}`;
    this.check();
    assert(!this.hasEnded, `${place}, and the server has ended`);
    await this.event(`${place}, and the server ${this.#client.isAwaited ? "waits for the client" : "is silent"}`);
  }

  #pattern(text: string): RegExp {
    const parts = text.split(/(\{\{[^}]*\}\})/).map((part) => {
      const [, inside] = /^\{\{(.*)\}\}$/.exec(part) ?? [];
      if (inside === undefined) return RegExp.escape(part);
      if (inside === "any") return ".*";
      const [, name] = /^id:(\w+)$/.exec(inside) ?? [];
      return name === undefined ? RegExp.escape(this.#named(inside)) : `(?<${name}>\\S+)`;
    });
    return new RegExp(`^${parts.join("")}$`, "s");
  }

  #fill(text: string): string {
    return text.replace(/\{\{(\w+)\}\}/g, (_all, name) => this.#named(name));
  }

  #named(name: string): string {
    const value = this.names[name];
    assert(value !== undefined, `the transcript has {{${name}}}, which was neither given nor remembered`);
    return value;
  }
}

function isEnd(error: unknown): boolean {
  return error instanceof ConnectionClosed || error instanceof DeadlineExceeded || error instanceof Stopping;
}

const escapes: Readonly<Record<string, string>> = { r: "\r", n: "\n", t: "\t", "0": "\0", "\\": "\\" };

function unescape(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|([rnt0\\]))/g,
    (_all, hex, letter) => hex === undefined ? escapes[letter] ?? "" : String.fromCharCode(parseInt(hex, 16)),
  );
}
