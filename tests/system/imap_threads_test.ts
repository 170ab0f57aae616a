/**
 * IMAP sessions in two threads, over real sockets, that work on one mailbox all at once: what each client is told must be
 * what a client can believe (`client_model.ts`), and when they have come to rest all know the same.
 */
import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { ClientModel } from "../plugins/protocols/imap/client_model.ts";
import { inBothThreads, twoThreads } from "../support/in_threads.ts";
import type { Dialogue } from "../support/plain_client.ts";
import { spawnServer } from "../support/spawn_server.ts";
import { alice } from "../support/test_config.ts";

const text = "Subject: x\r\n\r\ntext\r\n";
/** UIDs that commands are about go up to this: some are gone, and some are still to come. */
const MOST_UID = 60;
const STEPS = 60;
/** Clients that change the same message in turn, and how often. */
const PAIRS = 6, ROUNDS = 100;

const uid = fc.integer({ min: 1, max: MOST_UID });
const uids = fc.tuple(uid, fc.nat(8)).map(([from, more]) => `${from}:${from + more}`);
const flags = fc.subarray(["\\Seen", "\\Deleted", "\\Flagged", "Key", "Other"], { minLength: 1 });
const sign = fc.constantFrom("", "+", "-");
const append = fc.subarray(["\\Seen", "\\Deleted"]).map((given) =>
  `APPEND INBOX (${given.join(" ")}) {${text.length}+}\r\n${text}`
);
/** By UID: they may follow each other without waiting (RFC 9051 §5.5). */
const byUid = fc.oneof(
  fc.tuple(uids, sign, flags).map(([set, mode, given]) => `UID STORE ${set} ${mode}FLAGS (${given.join(" ")})`),
  uids.map((set) => `UID FETCH ${set} (FLAGS MODSEQ)`),
  uids.map((set) => `UID FETCH ${set} BODY[]<0.1>`),
  uids.map((set) => `UID COPY ${set} INBOX`),
  uids.map((set) => `UID MOVE ${set} INBOX`),
  uids.map((set) => `UID EXPUNGE ${set}`),
  uid.map((one) => `UID REPLACE ${one} INBOX {${text.length}+}\r\n${text}`),
  fc.constantFrom("UID SEARCH UNSEEN", "NOOP", "EXPUNGE", "STATUS INBOX (MESSAGES RECENT)"),
  append,
);
/** By number, of which the client knows `count`; alone. */
const byNumber = fc.oneof(
  fc.tuple(sign, flags).map(([mode, given]) => (set: string) => `STORE ${set} ${mode}FLAGS (${given.join(" ")})`),
  fc.constantFrom("FETCH # (UID FLAGS)", "SEARCH DELETED #", "COPY # away", "MOVE # away", "FETCH # BODY[]<0.1>")
    .map((command) => (set: string) => command.replace("#", set)),
);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.array(byUid, { minLength: 1, maxLength: 4 }) },
  { weight: 2, arbitrary: fc.record({ command: byNumber, from: fc.nat(), to: fc.nat() }) },
  { weight: 1, arbitrary: fc.constantFrom("idle" as const, "select" as const) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What others have removed cannot be replaced, nor be copied with the rest (RFC 9051 §6.4.7); all else can be done. */
const mayFail: ReadonlySet<string> = new Set(["UID REPLACE", "COPY"]);

/** A client that has the mailbox open. */
class Client {
  model = new ClientModel();
  readonly #session: Dialogue;
  readonly #enables: string;
  #commands = 0;

  constructor(session: Dialogue, enables: string) {
    this.#session = session;
    this.#enables = enables;
  }

  async login(): Promise<void> {
    await this.run(`LOGIN ${alice.address} "${alice.password}"`);
  }

  async begin(): Promise<void> {
    await this.login();
    await this.run(`ENABLE ${this.#enables}`);
    await this.#select();
  }

  async perform(step: Step): Promise<void> {
    if (step === "idle") return await this.#idle();
    if (step === "select") return await this.#select();
    if (Array.isArray(step)) return await this.run(...step);
    const count = this.model.messages.length;
    if (count > 0) await this.run(step.command(`${step.from % count + 1}:${step.to % count + 1}`));
  }

  /** Sends commands in one write, and reads the answer to each. */
  async run(...commands: readonly string[]): Promise<void> {
    const tagged = commands.map((command) => ({ tag: `t${++this.#commands}`, command }));
    await this.#session.say(tagged.map(({ tag, command }) => `${tag} ${command}\r\n`).join(""));
    for (const { tag, command } of tagged) {
      const [, name = ""] = /^((?:UID )?\w+)/.exec(command) ?? [];
      this.model.begins(name);
      await this.#takesUntil(tag, name);
    }
  }

  /** RFC 9051 §7.5.2: what FETCH says now, the client has been told already where it knew the flags. */
  async settles(): Promise<void> {
    await this.run("NOOP");
    const before = structuredClone(this.model.messages);
    await this.run("UID FETCH 1:* FLAGS");
    for (const [index, { uid, flags }] of before.entries()) {
      const now = this.model.messages[index];
      assertEquals({ uid: uid ?? now?.uid, flags: flags ?? now?.flags }, { uid: now?.uid, flags: now?.flags });
    }
    this.model.countsRecent();
  }

  async #select(): Promise<void> {
    this.model = new ClientModel();
    await this.run("SELECT INBOX");
    await this.run("UID FETCH 1:* FLAGS");
  }

  async #idle(): Promise<void> {
    const tag = `t${++this.#commands}`;
    this.model.begins("IDLE");
    await this.#session.say(`${tag} IDLE\r\nDONE\r\n`);
    await this.#takesUntil(tag, "IDLE");
  }

  async #takesUntil(tag: string, name: string): Promise<void> {
    const lines: string[] = [];
    for (let line = await this.#session.line();; line = await this.#session.line()) {
      if (line.startsWith(`${tag} `)) {
        const reply = line.slice(tag.length + 1);
        assertMatch(reply, mayFail.has(name) ? /^(?:OK|NO) / : /^OK /);
        return this.model.takes([...lines, reply]);
      }
      if (!line.startsWith("+ ")) lines.push(line);
    }
  }
}

Deno.test("workers: IMAP sessions of two threads that change a mailbox at once come to know the same", async () => {
  await using server = await spawnServer(twoThreads);
  await using stack = new AsyncDisposableStack();
  const clients: Client[] = [];
  for (const enables of ["CONDSTORE", "QRESYNC", "CONDSTORE"]) {
    for (const session of await inBothThreads(stack, server.ports.imap, true)) {
      clients.push(new Client(session, enables));
    }
  }
  for (const client of clients) await client.begin();
  await clients[0]?.run(
    "CREATE away",
    ...Array.from({ length: 20 }, () => `APPEND INBOX {${text.length}+}\r\n${text}`),
  );
  const plans = clients.map((_, seed) => fc.sample(step, { seed, numRuns: STEPS }));
  for (let round = 0; round < 3; round++) {
    const most = STEPS / 3;
    await Promise.all(clients.map(async (client, index) => {
      for (const step of plans[index]?.slice(round * most, (round + 1) * most) ?? []) await client.perform(step);
    }));
    for (const client of clients) await client.settles();
    const [known, ...others] = clients.map(({ model }) => model.messages.map(({ uid, flags }) => ({ uid, flags })));
    for (const other of others) assertEquals(other, known);
    // RFC 3501 §2.3.2: a message is recent in one session, if in any.
    const recent = clients.flatMap(({ model }) => model.messages.filter(({ isRecent }) => isRecent));
    assertEquals(recent.length, new Set(recent.map(({ uid }) => uid)).size);
  }
  assertEquals(server.log.filter(({ level }) => level === "error" || level === "warn"), []);
});

Deno.test("workers: RFC 9051 §6.4.6: a STORE is done, whatever a session of another thread has just been told is done", async () => {
  await using server = await spawnServer(twoThreads);
  await using stack = new AsyncDisposableStack();
  const pairs: (readonly Client[])[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const sessions = await inBothThreads(stack, server.ports.imap, true);
    pairs.push(sessions.map((session) => new Client(session, "CONDSTORE")));
  }
  const [first] = pairs.flat();
  await first?.login();
  await first?.run(...pairs.map(() => `APPEND INBOX {${text.length}+}\r\n${text}`));
  for (const client of pairs.flat()) if (client !== first) await client.login();
  for (const client of pairs.flat()) await client.run("SELECT INBOX", "UID FETCH 1:* FLAGS");
  await Promise.all(pairs.map(async ([one, other], index) => {
    if (one === undefined || other === undefined) return;
    const uid = index + 1;
    for (let round = 0; round < ROUNDS; round++) {
      const [marks, saves] = round % 2 === 0 ? [one, other] : [other, one];
      await marks.run(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`);
      await saves.run(`UID STORE ${uid} -FLAGS.SILENT (\\Deleted)`);
      await marks.run(`UID EXPUNGE ${uid}`);
    }
  }));
  await first?.run("NOOP");
  assertEquals(first?.model.messages.length, PAIRS, "messages that were marked, and saved each time");
});
