/**
 * ACAP, whole commands in every state, as they should be and as they should not: each has one tagged reply, and nothing goes
 * wrong here; and any octets from the first one on.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1Bytes } from "../../core/wire/ascii.ts";
import { literalMark } from "../../core/wire/literal_mark.ts";
import { commandTable } from "../../plugins/protocols/acap/command_table.ts";
import { converse } from "../plugins/protocols/mail_context.ts";
import { type FakeClient, fakeConnection } from "../support/fake_connection.ts";
import { fred, logIn, password, type TestService, testService } from "../plugins/protocols/acap/talk.ts";
import { crossed, garbage, spoilt } from "./spoilt_text.ts";

/** Arguments by command. */
const seeds: Readonly<Record<string, readonly string[]>> = {
  NOOP: [""],
  LANG: ["", ' "fr" "en"'],
  LOGOUT: [""],
  AUTHENTICATE: [
    ' "PLAIN"',
    ' "CRAM-MD5"',
    ` "PLAIN" "fred ${password}"`,
    ' "SCRAM-SHA-256" "n,,n=fred,r=x"',
    ' "NONE" ""',
  ],
  STARTTLS: [""],
  LOGIN: [` ${fred} ${password}`, " fred wrong"],
  SEARCH: [
    ' "/" DEPTH 0 RETURN ("*") ALL',
    ' "/c/~/" RETURN ("*" "c.x" ("size" "value" "myrights" "acl" "count")) SORT ("c.x" "-i;octet") ALL',
    ' "/c/~/" DEPTH 2 MAKECONTEXT ENUMERATE NOTIFY "x" LIMIT 1 1 HARDLIMIT 9 NOT EQUAL "c.x" "i;octet" NIL',
    ' "x" RETURN ("entry") RANGE 1 2 "20300101000000"',
    ' "/byowner/~/" NOINHERIT AND PREFIX "entry" "i;ascii-casemap" "A" COMPARE "modtime" "i;octet" "1997"',
    ' "/Vendor.Eudora/~/" RETURN ("*") EQUAL "entry" "en-nocase" "settings"',
    ' "/c/site/" OR SUBSTRING "c.x" "i;octet" "a" COMPARESTRICT "c.y" "i;ascii-numeric" "3"',
  ],
  FREECONTEXT: [' "x"'],
  UPDATECONTEXT: [' "x" "x"'],
  STORE: [
    ' ("/c/~/a" "c.x" "1" "c.y" ("value" ("1" "2") "acl" ("fred\tr")))',
    ' ("/c/~/" "dataset.inherit" "/c/~/d" "dataset.acl" ("value" ("anyone\txrwia")))',
    ' ("/c/~/d/e/f" NOCREATE UNCHANGEDSINCE "19970101000000" "c.x" DEFAULT) ("/c/~/b" "entry" NIL)',
    ' ("/c/~/a" "entry" "b") ("/c/~/d" "subdataset" ("value" (".")))',
    ' ("/c/~/d" "subdataset" NIL "entry" DEFAULT)',
    ' ("/byowner/~/" "dataset.inherit" "/byowner/site")',
  ],
  DELETEDSINCE: [' "/c/~/" "19700101000000"'],
  SETACL: [' ("/c/~/") "anyone" "r"', ' ("/c/~/" "c.x" "a") "-joe" ""'],
  DELETEACL: [' ("/c/~/" "c.x" "a")', ' ("/c/~/") "anyone"'],
  MYRIGHTS: [' ("/c/~/" "c.x")'],
  LISTRIGHTS: [' ("/c/~/") "joe"'],
  GETQUOTA: [' "/c/~/"'],
};

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
    "{3}",
    "{0+}",
    "{99999999999999999999+}",
    "{999999999+}",
    "{4294967296}",
    " ",
  ],
  ...["*", "%", "NIL", "DEFAULT", "~", "/", "4294967296", "0", "-1", "\0", "\xff", "\xc3\xbc", "\t", "\r", "\n", "ALL"],
  ...["x".repeat(3000), "(".repeat(60), "NOT ".repeat(60), "/../", "//", "."],
);
/** On one line: what comes after its end would be another command. */
const anyCommand = fc.oneof({ weight: 2, arbitrary: seed }, spoilt(seed, odd), crossed(seed), garbage)
  .map((text) => text.replaceAll("\r\n", ""));

/** What a client sends for a literal of such a size. */
const filler = (size: number) => "f".repeat(Math.min(size, 20_000));

/** A client that has patience with whatever comes. */
class Session {
  readonly client: FakeClient;
  readonly #served: Promise<void>;
  #commands = 0;

  constructor({ serve, log }: TestService) {
    const { connection, client } = fakeConnection({ log, startTls: true });
    this.client = client;
    this.#served = serve(connection, new AbortController().signal).finally(() => connection.close());
  }

  /** The reply to a command, without its tag; undefined when the server has left. */
  async run(command: string): Promise<string | undefined> {
    const tag = `t${++this.#commands}`;
    let line = `${tag} ${command}`;
    for (;;) {
      this.client.send(`${line}\r\n`);
      const mark = literalMark(latin1Bytes(line));
      if (mark !== undefined && !mark.isSynchronizing) {
        if (mark.size > 20_000) return await this.#left();
        line = filler(mark.size);
        continue;
      }
      const reply = await this.#reply(tag);
      if (reply !== "+") return reply;
      // A literal that was announced, or a challenge.
      line = mark === undefined ? "*" : filler(mark.size);
    }
  }

  /** The server leaves, or what was announced is too much to be sent here. */
  async #left(): Promise<undefined> {
    await this.leave();
    return undefined;
  }

  async #reply(tag: string): Promise<string | undefined> {
    for (;;) {
      const line = await this.client.readLine();
      if (line === undefined) return undefined;
      if (line.startsWith("+ ")) return "+";
      const [, reply] = new RegExp(`^${tag} ((?:OK|NO|BAD) .*)$`).exec(line) ?? [];
      if (reply !== undefined) return reply;
    }
  }

  async leave(): Promise<void> {
    this.client.close();
    await this.#served;
  }
}

const settings = { options: { eudora: true, quota: "100KB", max_errors: 1000 } };

async function filled(): Promise<TestService> {
  const service = await testService(settings);
  await using client = await logIn(service);
  await client.done('STORE ("/c/~/a" "c.x" "1" "c.y" "2") ("/c/~/d/e" "c.x" "3")');
  return service;
}

/** States by what leads to them. */
const states: Readonly<Record<string, readonly string[]>> = {
  "before a login": [],
  "logged in": [`AUTHENTICATE "PLAIN" "fred ${password}"`],
  "with contexts": [
    `AUTHENTICATE "PLAIN" "fred ${password}"`,
    'SEARCH "/c/~/" DEPTH 0 RETURN ("*") MAKECONTEXT ENUMERATE NOTIFY "x" SORT ("c.x" "i;octet") ALL',
    'SEARCH "/" DEPTH 2 RETURN ("c.x" ("size")) MAKECONTEXT NOTIFY "all" ALL',
  ],
};

Deno.test("acap fuzz: each command has a seed, and each makes sense in some state", async () => {
  assertEquals(new Set(Object.keys(seeds)), new Set(commandTable({ eudora: true }).keys()));
  for (const [name, all] of Object.entries(seeds)) {
    for (const given of all) {
      const session = new Session(await filled());
      const isBefore = ["AUTHENTICATE", "STARTTLS", "LOGIN"].includes(name);
      for (const command of isBefore ? [] : states["with contexts"] ?? []) await session.run(command);
      const reply = await session.run(`${name}${given}`) ?? "";
      await session.leave();
      assert(/^(?:OK|NO) |cancelled/i.test(reply), `${name}${given}: ${reply}`);
    }
  }
});

for (const [name, before] of Object.entries(states)) {
  Deno.test(`acap fuzz: ${name}: whatever commands come, each has its reply, and nothing fails`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { minLength: 1, maxLength: 6 }), async (commands) => {
        const service = await filled(), session = new Session(service);
        for (const command of before) assertEquals((await session.run(command))?.slice(0, 2), "OK");
        for (const command of commands) {
          const reply = await session.run(command);
          if (reply === undefined) break;
          assert(/^(?:OK|NO|BAD) (?:\([^)]|")/.test(reply), reply);
        }
        await session.leave();
        // Whatever a client does, it is no error of the server's.
        assertEquals(service.log.lines.filter((line) => line.startsWith("error")), []);
        assert(!session.client.received.includes("has been logged"), session.client.received);
      }),
      { numRuns: 300 },
    );
  });
}

Deno.test("acap fuzz: any octets from the first one on: what is said is lines of ACAP, and the server comes to its end", async () => {
  const piece = fc.oneof(
    garbage,
    odd,
    seed.map((text) => `t ${text}\r\n`),
    fc.constantFrom("\r\n", "*\r\n", "t ", ". "),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const service = await filled();
      const received = await converse(service.serve, pieces, { log: service.log });
      assert(received.startsWith("* ACAP (IMPLEMENTATION "), received);
      assertEquals(service.log.lines.filter((line) => line.startsWith("error")), []);
    }),
    { numRuns: 500 },
  );
});

Deno.test("acap fuzz: a dialogue says the same however it is split", async () => {
  const commands = [
    ...states["logged in"] ?? [],
    ...["STORE", "SEARCH", "SETACL", "MYRIGHTS"].flatMap((name) =>
      (seeds[name] ?? []).map((given) => `${name}${given}`)
    ),
    'STORE ("/c/~/{" "c.x" {5+}\r\na\r\n{3 "c.y" {0+}\r\n "c.z" "{3}")',
    "LOGOUT",
  ];
  const text = commands.map((command, index) => `a${index} ${command}\r\n`).join("");
  const whole = await converse((await filled()).serve, text);
  assert(/\* BYE .*\r\na\d+ OK .*\r\n$/.test(whole), whole);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 6 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const pieces = places.slice(1).map((end, index) => text.slice(places[index], end)).filter((part) => part !== "");
      assertEquals(await converse((await filled()).serve, pieces), whole);
    }),
    { numRuns: 50 },
  );
});
