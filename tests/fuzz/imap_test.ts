/**
 * IMAP, whole commands in every state, as they should be and as they should not, split at any octet: each has one tagged
 * reply, and nothing goes wrong here.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";
import { commands } from "../../plugins/protocols/imap/command_table.ts";
import { french } from "../../plugins/protocols/imap/languages/french.ts";
import { german } from "../../plugins/protocols/imap/languages/german.ts";
import { literalMark } from "../../core/wire/literal_mark.ts";
import type { FakeClient } from "../support/fake_connection.ts";
import { fakeConnection } from "../support/fake_connection.ts";
import { fred, logIn, password, talk, type TestService, testService } from "../plugins/protocols/imap/talk.ts";
import { seeds } from "./imap_seeds.ts";
import { crossed, garbage, spoilt } from "./spoilt_text.ts";

const message = "Subject: x\r\nFrom: a@example.org\r\n\r\ntext\r\n";

Deno.test("imap fuzz: each command has a seed, and each seed makes sense in some state", async () => {
  assertEquals(new Set(Object.keys(seeds)), new Set(commands.keys()));
  for (const [name, all] of Object.entries(seeds)) {
    for (const given of all) {
      const service = await filledService();
      const before = ["STARTTLS", "AUTHENTICATE", "LOGIN"].includes(name)
        ? []
        : [`LOGIN ${fred} ${password}`, "ENABLE QRESYNC", "SELECT INBOX"];
      const session = new Session(service);
      for (const command of before) await session.run(command, []);
      const reply = await session.run(`${name}${given}`, []);
      await session.leave();
      const isRefused = ["STARTTLS", "COMPRESS", "CANCELUPDATE"].includes(name) || /^NO /.test(reply) ||
        /filler|malformed|cancelled/i.test(reply);
      assert(isRefused || reply.startsWith("OK "), `${name}${given}: ${reply}`);
    }
  }
});

/** Seeds, whole or spoilt. */
const seed = fc.constantFrom(...Object.entries(seeds).flatMap(([name, all]) => all.map((given) => `${name}${given}`)));
const odd = fc.constantFrom(
  ...[
    "(",
    ")",
    '"',
    "\\",
    "{",
    "}",
    "{5+}",
    "~{3+}",
    "{0+}",
    "{99999999999999999999+}",
    " ",
    "  ",
    "*",
    "%",
    "$",
    "NIL",
    "~",
    "<0.1>",
  ],
  ...[
    "4294967296",
    "0",
    "-1",
    "1:*",
    ",",
    "[",
    "]",
    "\0",
    "\xff",
    "\xc3\xbc",
    "&AOQ-",
    "x".repeat(3000),
    "(".repeat(60),
    "UID ",
    "\r",
    "\n",
  ],
);
const anyCommand = fc.oneof(
  { weight: 5, arbitrary: seed },
  { weight: 6, arbitrary: spoilt(seed, odd) },
  { weight: 2, arbitrary: crossed(seed) },
  { weight: 1, arbitrary: garbage },
);
const step = fc.record({ command: anyCommand, cuts: fc.array(fc.nat(500), { maxLength: 3 }) });
const login = `LOGIN ${fred} ${password}`;
const begin = fc.constantFrom<readonly string[]>(
  [],
  [login],
  [login, "SELECT INBOX"],
  [login, "ENABLE QRESYNC UTF8=ACCEPT", "EXAMINE INBOX"],
  [login, "ENABLE IMAP4rev2", "SELECT INBOX"],
  [login, "ENABLE UIDONLY", "SELECT INBOX"],
);

async function filledService(options: Record<string, unknown> = { max_errors: 1000 }): Promise<TestService> {
  const service = await testService({ options, largest: 20_000 });
  await service.fill(fred, "INBOX", [message, message, message]);
  return service;
}

/** A session to which each command is sent when the one before is answered. */
class Session {
  readonly #client: FakeClient;
  readonly #served: Promise<void>;
  #commands = 0;
  #heard = 0;

  constructor({ serve, log }: TestService) {
    const { connection, client } = fakeConnection({ log });
    this.#client = client;
    this.#served = serve(connection, new AbortController().signal).finally(() => connection.close());
  }

  get hasEnded(): boolean {
    return this.#client.isClosed;
  }

  get received(): string {
    return this.#client.received;
  }

  /** The tagged reply, without its tag; the empty text where the session ends instead. */
  async run(command: string, cuts: readonly number[]): Promise<string> {
    const text = `${command}\r\n`;
    const reply = await this.#exchange(`t${++this.#commands}`, text, cuts);
    // What looked like one command may have been several, and the last of them unfinished.
    while (text.indexOf("\r\n") < text.length - 2 && !this.hasEnded) {
      this.#client.send(fillerFor(text));
      if ((await this.#exchange(`s${++this.#commands}`, "NOOP\r\n", [])).startsWith("OK")) break;
    }
    return reply;
  }

  async #exchange(tag: string, command: string, cuts: readonly number[]): Promise<string> {
    const text = `${tag} ${command}`;
    const places = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
    for (const [index, end] of places.slice(1).entries()) {
      await this.#rest();
      this.#client.send(text.slice(places[index], end));
    }
    let filled = "";
    for (let asked = 0;; asked++) {
      await this.#rest();
      const replies = [...this.#client.received.matchAll(new RegExp(`(?<=\r\n)${tag} ((?:OK|NO|BAD) .*)\r\n`, "g"))];
      assert(replies.length <= 1, `${replies.length} replies to ${JSON.stringify(text)}`);
      const [, reply] = replies[0] ?? [];
      if (reply !== undefined) {
        // Octets that were sent for a literal that was not there may have been taken for commands.
        this.#heard = this.#client.received.length;
        return reply;
      }
      if (this.hasEnded) return "";
      assert(asked < 100, `no reply to ${JSON.stringify(text)}`);
      filled += this.#answer(`${text}${filled}`);
    }
  }

  async leave(): Promise<void> {
    this.#client.close();
    await this.#served;
  }

  /** Waits until the server waits. */
  async #rest(): Promise<void> {
    while (!this.#client.isAwaited && !this.hasEnded) await this.#client.changed;
  }

  /** What the server asks for: the end of IDLE or of an exchange, a literal, or more of a command. */
  #answer(sent: string): string {
    const [asked] = this.#client.received.slice(this.#heard).match(/^\+ .*(?=\r\n$)/m) ?? [];
    this.#heard = this.#client.received.length;
    const answer = asked === "+ Idling"
      ? "DONE\r\n"
      : asked !== undefined && asked !== "+ Go ahead"
      ? "*\r\n"
      : fillerFor(sent);
    this.#client.send(answer);
    return answer;
  }
}

/** Octets for the literal that was announced last, and the end of the line. */
function fillerFor(sent: string): string {
  let last = 0;
  for (const line of sent.split("\r\n")) {
    last = literalMark(Uint8Array.from(line, (unit) => unit.charCodeAt(0)))?.size ?? last;
  }
  return `${"x".repeat(Math.min(last, 1_000_000))}\r\n`;
}

/** In whatever language the session has asked for; one character an octet. */
const expectedEnds = [
  ["", "Goodbye"],
  ["", "Too many errors"],
  ["[TOOBIG] ", "What was sent unasked is too large to be read away"],
].flatMap(([code = "", text = ""]) =>
  [text, ...[german, french].map((table: Readonly<Record<string, string>>) => table[text] ?? text)]
    .map((said) => latin1(new TextEncoder().encode(`* BYE ${code}${said}`)))
);

function requireNoErrors({ log }: TestService): void {
  assertEquals(log.lines.filter((line) => line.startsWith("error ")), []);
}

Deno.test("imap fuzz: any commands in any state, split anywhere: one tagged reply each, and nothing goes wrong here", async () => {
  await fc.assert(
    fc.asyncProperty(begin, fc.array(step, { minLength: 1, maxLength: 12, size: "max" }), async (before, steps) => {
      const service = await filledService();
      const session = new Session(service);
      for (const command of before) assert((await session.run(command, [])).startsWith("OK "));
      for (const { command, cuts } of steps) {
        const reply = await session.run(command, cuts);
        assert(
          reply !== "" || expectedEnds.some((end) => session.received.includes(end)),
          `${JSON.stringify(command)}: ${session.received.slice(-200)}`,
        );
        assert(!reply.includes("SERVERBUG"), JSON.stringify(command));
        if (session.hasEnded) break;
      }
      await session.leave();
      requireNoErrors(service);
      // Others go on.
      await using client = await logIn(service);
      assertEquals((await client.run("SELECT INBOX")).at(-1), "OK [READ-WRITE] Selected");
    }),
    { numRuns: 400 },
  );
});

Deno.test("imap fuzz: whatever octets come, all at once or in pieces, nothing goes wrong here", async () => {
  const piece = fc.oneof(
    garbage,
    anyCommand.map((command) => `a ${command}\r\n`),
    fc.constant(`l ${login}\r\n`),
    fc.constant("s SELECT INBOX\r\n"),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 30, size: "max" }),
      fc.array(fc.nat(3000), { maxLength: 6 }),
      async (pieces, cuts) => {
        const service = await filledService();
        const input = pieces.join("");
        const places = [0, ...cuts.filter((cut) => cut < input.length).sort((a, b) => a - b), input.length];
        await talk(service, places.slice(1).map((end, index) => input.slice(places[index], end)));
        requireNoErrors(service);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("imap fuzz: a client that makes no sense is told so as often as is allowed, and then BYE", async () => {
  const nonsense = fc.stringMatching(/^[!-~][ -~]{0,30}$/).map((text) => `x ${text.replaceAll("}", ")")}`);
  await fc.assert(
    fc.asyncProperty(fc.array(nonsense, { minLength: 60, maxLength: 80 }), async (lines) => {
      const service = await filledService({});
      const replies = (await talk(service, lines.map((line) => `${line}\r\n`).join(""))).slice(1);
      assertEquals(replies.at(-1), "* BYE Too many errors");
      assertEquals(replies.filter((line) => / BAD /.test(line)).length, 51);
      requireNoErrors(service);
    }),
    { numRuns: 50 },
  );
});
