/**
 * A client of QRESYNC that is told of what others do as it happens, by numbers or by UIDs alone (RFC 5465, RFC 7162, RFC
 * 9586): whenever its connection breaks, what it had been told by then and what QRESYNC tells are together what is there.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Message } from "../../../../core/contract/mod.ts";
import { uidsIn } from "./client_model.ts";
import { fred, type ImapClient, logIn, type TestService, testService } from "./talk.ts";

const text = "\r\n\r\nhello";

const uid = fc.integer({ min: 1, max: 14 });
const uids = fc.oneof(uid.map(String), fc.tuple(uid, uid).map(([from, to]) => `${from}:${to}`));
const flag = fc.constantFrom("\\Seen", "\\Deleted", "\\Flagged", "Key");
/** Commands that both may give. */
const change = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(uids, fc.constantFrom("", "+", "-"), flag).map((of) => store(...of)) },
  { weight: 2, arbitrary: uids.map((set) => `UID STORE ${set} +FLAGS (\\Deleted)`) },
  { weight: 1, arbitrary: fc.constant("EXPUNGE") },
  { weight: 1, arbitrary: uids.map((set) => `UID EXPUNGE ${set}`) },
  { weight: 1, arbitrary: fc.tuple(uids, fc.constantFrom("INBOX", "away")).map((of) => `UID MOVE ${of.join(" ")}`) },
  { weight: 1, arbitrary: uids.map((set) => `UID COPY ${set} INBOX`) },
  { weight: 1, arbitrary: uid.map((replaced) => `UID REPLACE ${replaced} INBOX {${text.length}+}\r\n${text}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "(\\Seen) ").map((given) => `APPEND INBOX ${given}{${text.length}+}\r\n${text}`),
  },
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ by: fc.constant("other"), command: change }) },
  {
    weight: 4,
    arbitrary: fc.record({
      by: fc.constant("client"),
      // By numbers, which puts off what is expunged; where there are only UIDs, that is refused.
      command: fc.oneof(change, fc.constantFrom("NOOP", "FETCH 1:* (UID FLAGS)", "UID FETCH 1:* FLAGS", "SEARCH ALL")),
    }),
  },
  { weight: 1, arbitrary: fc.record({ by: fc.constant("break"), command: fc.constant("") }) },
);
const play = fc.record({
  isUidOnly: fc.boolean(),
  notify: fc.constantFrom("", "SELECTED", "SELECTED-DELAYED"),
  steps: fc.array(step, { minLength: 1, maxLength: 30, size: "max" }),
});

function store(set: string, sign: string, given: string): string {
  return `UID STORE ${set} ${sign}FLAGS (${given})`;
}

/** What it keeps when its connection breaks. */
class Kept {
  readonly flags = new Map<number, ReadonlySet<string>>();
  modseq = 0n;
  uidValidity = "";

  /** RFC 7162 §6: a code counts, whatever else was seen. */
  takes(line: string, isUidOnly: boolean): void {
    const [, code, value = ""] = /^(?:\* )?OK \[(HIGHESTMODSEQ|UIDVALIDITY) (\d+)\]/.exec(line) ?? [];
    if (code === "UIDVALIDITY") this.uidValidity = value;
    if (code === "HIGHESTMODSEQ") this.modseq = BigInt(value);
    const [, gone] = /^\* VANISHED (?:\(EARLIER\) )?(\S+)$/.exec(line) ?? [];
    for (const of of gone === undefined ? [] : uidsIn(gone)) this.flags.delete(of);
    const [, head, word, items = ""] = /^\* (\d+) ((?:UID)?FETCH) \((.*)\)$/.exec(line) ?? [];
    if (word === undefined) return;
    assertEquals(word, isUidOnly ? "UIDFETCH" : "FETCH");
    const [, told] = /\bUID (\d+)/.exec(items) ?? [], of = Number(isUidOnly ? head : told);
    assert(of > 0, line);
    const [, flags] = /\bFLAGS \((.*?)\)/.exec(items) ?? [], [, modseq] = /\bMODSEQ \((\d+)\)/.exec(items) ?? [];
    if (flags !== undefined) this.flags.set(of, flagSet(flags.split(" ")));
    if (modseq !== undefined && BigInt(modseq) > this.modseq) this.modseq = BigInt(modseq);
  }

  /** Of messages that did not change since, it need not know. */
  agrees(messages: readonly Message[], since: bigint): void {
    const there = messages.filter((message) => this.flags.has(message.uid) || message.modseq > since);
    assertEquals(
      [...this.flags].sort(([a], [b]) => a - b),
      there.map((message) => [message.uid, flagSet(message.flags)] as [number, ReadonlySet<string>]),
    );
  }
}

function flagSet(flags: readonly string[]): ReadonlySet<string> {
  return new Set(flags.filter((one) => one !== "" && one !== "\\Recent").sort());
}

/** The client and its connections, one after another. */
class PushedClient {
  readonly #service: TestService;
  readonly #given: { readonly isUidOnly: boolean; readonly notify: string };
  readonly #kept = new Kept();
  #client: ImapClient | undefined;

  constructor(service: TestService, given: { readonly isUidOnly: boolean; readonly notify: string }) {
    this.#service = service;
    this.#given = given;
  }

  async run(command: string): Promise<void> {
    for (const line of await this.#client?.run(command) ?? []) this.#kept.takes(line, this.#given.isUidOnly);
  }

  async come(): Promise<void> {
    this.#client = await logIn(this.#service);
    await this.run(`ENABLE QRESYNC${this.#given.isUidOnly ? " UIDONLY" : ""}`);
    const { uidValidity, modseq } = this.#kept;
    await this.run(`SELECT INBOX${uidValidity === "" ? "" : ` (QRESYNC (${uidValidity} ${modseq}))`}`);
    if (uidValidity !== "") this.#kept.agrees(await this.#messages(), modseq);
    await this.run("UID FETCH 1:* FLAGS");
    const { notify } = this.#given;
    if (notify !== "") await this.run(`NOTIFY SET (${notify} (MessageNew MessageExpunge FlagChange))`);
  }

  /** With what has come and was not looked at yet: all lines are whole. */
  async leave(): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]();
    const unread = this.#client?.wire.unread.split("\r\n") ?? [];
    for (const line of unread) this.#kept.takes(line, this.#given.isUidOnly);
  }

  async #messages(): Promise<readonly Message[]> {
    const { id } = await this.#service.mailbox(fred);
    return (await this.#service.storage.messages(id)).messages;
  }
}

Deno.test("imap model: RFC 7162 §6: who is told as it happens has missed nothing once QRESYNC was answered", async () => {
  await fc.assert(
    fc.asyncProperty(play, async ({ steps, ...given }) => {
      const service = await testService();
      await service.fill(fred, "away", []);
      await service.fill(fred, "INBOX", Array.from({ length: 6 }, () => text));
      await using other = await logIn(service);
      await other.run("SELECT INBOX");
      const client = new PushedClient(service, given);
      await client.come();
      for (const { by, command } of [...steps, { by: "break", command: "" }]) {
        if (by === "other") await other.run(command);
        else if (by === "client") await client.run(command);
        else {
          await client.leave();
          await client.come();
        }
      }
      await client.leave();
      assertEquals(service.log.lines.filter((line) => line.startsWith("error")), []);
    }),
    { numRuns: 200 },
  );
});
