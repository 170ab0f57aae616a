/** A client's life: one step after the other, over SMTP, IMAP and POP3, in accounts that nobody else touches. */
import { assert } from "@std/assert";
import type { Chance } from "../../support/power_cut/chance.ts";
import type { Dialogue } from "../../support/plain_client.ts";
import type { Ports } from "../../support/test_config.ts";
import { contentOf } from "./content.ts";
import { type KnownMailbox, type MailState, printState } from "./mail_state.ts";
import { countedDialogue, type Marks, type Promised, type Told } from "./promise.ts";

/** What it wants to do most. */
export type Mood = "gather" | "clear";

type Counted = Dialogue & { readonly told: () => Told };

interface Sessions {
  readonly smtp: Counted;
  readonly submission: Counted;
  readonly imap: Counted;
  readonly ports: Ports;
}

/** Its steps, by mood; what is named more often is done more often. */
const steps: Readonly<
  Record<Mood, readonly ("deliver" | "append" | "submit" | "flag" | "copy" | "move" | "expunge" | "pop")[]>
> = {
  gather: ["deliver", "deliver", "deliver", "append", "append", "submit", "flag", "copy", "move", "expunge", "pop"],
  clear: ["deliver", "append", "flag", "move", "expunge", "expunge", "expunge", "pop", "pop", "pop"],
};

/** The password of every account. */
export const password = "a password for a life";

/** It goes on over several servers, one after the other. */
export class Life {
  /** Its accounts: in the first it does everything, to the second only mail comes. */
  readonly addresses: readonly [string, string];
  /** In their order. */
  readonly promises: Promised[] = [];
  readonly #own: number;
  readonly #chance: Chance;
  readonly #state: MailState = { mailboxes: new Map(), queued: new Set() };
  readonly #marks = new Map<string, Marks>();
  #last = 0;

  /** @param number Small, and no other life's. */
  constructor(number: number, chance: Chance) {
    this.#own = number;
    this.#chance = chance;
    this.addresses = [`first${number}@example.org`, `second${number}@example.org`];
  }

  /** Whether it sent the message of that number. */
  isOwn = (message: number): boolean => Math.floor(message / 1000) === this.#own + 1;

  /** Its accounts have been made. */
  begin(told: Told): void {
    for (const address of this.addresses) this.#state.mailboxes.set(`${address} INBOX`, empty());
    this.#promise("accounts", told);
  }

  /** Takes so many steps, each after the one before is answered. */
  async live(ports: Ports, count: number, mood: Mood): Promise<void> {
    await using stack = new AsyncDisposableStack();
    const open = async (port: number) => stack.use(await countedDialogue(port));
    const sessions = {
      ports,
      smtp: await open(ports.smtp),
      submission: await open(ports.submission),
      imap: await open(ports.imap),
    };
    const [address] = this.addresses;
    for (const session of Object.values(sessions)) if ("line" in session) await session.line();
    for (const session of [sessions.smtp, sessions.submission]) await ask(session, "EHLO client.example", "250");
    await ask(sessions.submission, `AUTH PLAIN ${btoa(`\0${address}\0${password}`)}`, "235");
    await imap(sessions.imap, `LOGIN ${address} "${password}"`);
    await imap(sessions.imap, "ENABLE CONDSTORE");
    if (!this.#state.mailboxes.has(`${address} Archive`)) {
      await imap(sessions.imap, "CREATE Archive");
      this.#state.mailboxes.set(`${address} Archive`, empty());
      this.#promise("CREATE", sessions.imap.told());
    }
    for (let step = 0; step < count; step++) await this.#step(sessions, this.#chance.of(steps[mood]));
  }

  async #step(sessions: Sessions, what: (typeof steps)[Mood][number]): Promise<void> {
    const [inbox, archive] = [`${this.addresses[0]} INBOX`, `${this.addresses[0]} Archive`];
    const name = this.#chance.of([inbox, archive]), other = name === inbox ? archive : inbox;
    switch (what) {
      case "deliver":
        return await this.#deliver(sessions, this.#chance.happens(0.2) ? this.addresses : [this.addresses[0]]);
      case "submit":
        return await this.#submit(sessions);
      case "append":
        return await this.#append(sessions, name);
      case "pop":
        return await this.#pop(sessions, inbox);
    }
    const mailbox = this.#mailbox(name);
    if (mailbox.messages.size === 0) return await this.#append(sessions, name);
    await this.#select(sessions, name);
    const uids = this.#some([...mailbox.messages.keys()]);
    if (what === "flag") {
      return await this.#flag(sessions, name, uids, this.#chance.of(["\\Seen", "\\Flagged", "kept"]));
    }
    if (what === "expunge") {
      await this.#flag(sessions, name, uids, "\\Deleted");
      await imap(sessions.imap, `UID EXPUNGE ${uids}`);
      for (const uid of uids) mailbox.messages.delete(uid);
      return this.#promise("EXPUNGE", sessions.imap.told());
    }
    await imap(sessions.imap, `UID ${what.toUpperCase()} ${uids} ${other.split(" ")[1]}`);
    for (const uid of uids) {
      const message = mailbox.messages.get(uid);
      assert(message);
      this.#come(other, message.number, message.flags);
      if (what === "move") mailbox.messages.delete(uid);
    }
    this.#promise(what, sessions.imap.told());
  }

  async #select({ imap: session }: Sessions, name: string): Promise<void> {
    const said = await imap(session, `SELECT ${name.split(" ")[1]}`);
    const [, validity] = /UIDVALIDITY (\d+)/.exec(said) ?? [], [, modseq] = /HIGHESTMODSEQ (\d+)/.exec(said) ?? [];
    assert(validity !== undefined && modseq !== undefined);
    this.#marks.set(name, { validity: Number(validity), modseq: BigInt(modseq) });
  }

  async #deliver({ smtp }: Sessions, to: readonly string[]): Promise<void> {
    const number = await this.#send(smtp, "sender@example.com", to);
    for (const address of to) this.#come(`${address} INBOX`, number);
    this.#promise(`delivery of ${number}`, smtp.told());
  }

  async #submit({ submission }: Sessions): Promise<void> {
    const number = await this.#send(submission, this.addresses[0], ["someone@away.example.com"]);
    this.#state.queued.add(number);
    this.#promise(`submission of ${number}`, submission.told());
  }

  async #send(session: Dialogue, from: string, to: readonly string[]): Promise<number> {
    const number = this.#nextNumber();
    await ask(session, `MAIL FROM:<${from}>`, "250");
    for (const address of to) await ask(session, `RCPT TO:<${address}>`, "250");
    await ask(session, "DATA", "354");
    await ask(session, `${contentOf(number)}.`, "250");
    return number;
  }

  async #append({ imap: session }: Sessions, name: string): Promise<void> {
    const number = this.#nextNumber(), content = contentOf(number);
    await session.say(`a APPEND ${name.split(" ")[1]} (\\Flagged) {${content.length}}\r\n`);
    assert((await session.line()).startsWith("+"));
    await answered(session, content);
    this.#come(name, number, new Set(["\\Flagged"]));
    this.#promise(`APPEND of ${number}`, session.told());
  }

  async #flag({ imap: session }: Sessions, name: string, uids: readonly number[], flag: string): Promise<void> {
    const said = await imap(session, `UID STORE ${uids} +FLAGS (${flag})`);
    const { messages } = this.#mailbox(name);
    for (const uid of uids) {
      const { number, flags } = messages.get(uid) ?? { number: 0, flags: [] };
      messages.set(uid, { number, flags: new Set([...flags, flag]) });
    }
    const told = [...said.matchAll(/MODSEQ \((\d+)\)/g)].map(([, modseq = 0]) => Number(modseq));
    const { validity = 0, modseq = 0n } = this.#marks.get(name) ?? {};
    this.#marks.set(name, { validity, modseq: BigInt(Math.max(Number(modseq), ...told)) });
    this.#promise("STORE", session.told());
  }

  async #pop({ ports }: Sessions, name: string): Promise<void> {
    await using session = await countedDialogue(ports.pop3);
    const { messages } = this.#mailbox(name), uids = this.#some([...messages.keys()]);
    await session.line();
    await ask(session, `USER ${this.addresses[0]}`, "+OK");
    await ask(session, `PASS ${password}`, "+OK");
    const all = [...messages.keys()];
    for (const uid of uids) await ask(session, `DELE ${all.indexOf(uid) + 1}`, "+OK");
    await ask(session, "QUIT", "+OK");
    for (const uid of uids) messages.delete(uid);
    this.#promise(`DELE of ${uids}`, session.told());
  }

  #promise(what: string, told: Told): void {
    this.promises.push({ what, told, state: printState(this.#state), marks: new Map(this.#marks) });
  }

  #come(name: string, number: number, flags: ReadonlySet<string> = new Set()): void {
    const mailbox = this.#mailbox(name);
    mailbox.messages.set(mailbox.next++, { number, flags });
  }

  #mailbox(name: string): KnownMailbox {
    const mailbox = this.#state.mailboxes.get(name);
    assert(mailbox, `no mailbox ${name}`);
    return mailbox;
  }

  #some(uids: readonly number[]): number[] {
    const some = uids.filter(() => this.#chance.happens(0.4));
    return some.length > 0 || uids.length === 0 ? some : [this.#chance.of(uids)];
  }

  #nextNumber(): number {
    return 1000 * (this.#own + 1) + ++this.#last;
  }
}

function empty(): KnownMailbox {
  return { next: 1, messages: new Map() };
}

async function ask(session: Dialogue, line: string, reply: string): Promise<void> {
  const said = await session.ask(line);
  assert(said.startsWith(reply), `${line.slice(0, 60)}: ${said}`);
}

/** All that was said, up to the tagged OK. */
function imap(session: Dialogue, command: string): Promise<string> {
  return answered(session, `a ${command}`);
}

async function answered(session: Dialogue, text: string): Promise<string> {
  await session.say(`${text}\r\n`);
  const lines = [await session.line()];
  while (!lines.at(-1)?.startsWith("a ")) lines.push(await session.line());
  assert(lines.at(-1)?.startsWith("a OK"), `${text.slice(0, 60)}: ${lines.join("\n")}`);
  return lines.join("\n");
}
