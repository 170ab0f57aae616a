/**
 * Two-way synchronisation of a mailbox with a Maildir: both sides are changed behind the client's back, round by round,
 * and compared message by message with what has to be there.
 */
import { assertEquals } from "@std/assert";
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";
import type { MailServer } from "./server.ts";

/** A message by what both sides know of it. */
interface Mail {
  /** Letters of Maildir, in the order of the alphabet. */
  flags: string;
  /** With LF, and without the fields that clients add for themselves. */
  readonly text: string;
}

/** One side's messages by their numbers. */
type Mails = Map<number, Mail>;

/** One side, to be looked at and changed. */
interface Side {
  read(): Promise<Mails>;
  add(numbers: readonly number[]): Promise<void>;
  /** Adds the flag, or takes it away where it is. */
  toggle(numbers: readonly number[], flag: string): Promise<void>;
  remove(numbers: readonly number[]): Promise<void>;
}

/** Flags that both sides know, and their letters in Maildir. */
const letterOf: ReadonlyMap<string, string> = new Map([
  ["\\Draft", "D"],
  ["\\Flagged", "F"],
  ["\\Answered", "R"],
  ["\\Seen", "S"],
  ["\\Deleted", "T"],
]);

/** Whose mailbox it is. */
interface Owner {
  readonly address: string;
}

/** What a round of synchronisation goes through. */
export interface Rounds {
  readonly server: MailServer;
  readonly account: Owner;
  /** The mailbox; it is made where it is not there. */
  readonly mailbox: string;
  /** The Maildir. */
  readonly maildir: string;
  /** Messages on the server at first. */
  readonly count: number;
  /** How often both sides are changed. */
  readonly rounds: number;
  /** Runs the client once. */
  sync(): Promise<void>;
}

/**
 * Fills the mailbox, then has the client synchronise, changes both sides, and so on. No message is changed on both sides
 * in ways that contradict each other: what a client makes of that is its own affair.
 */
export async function synchronise({ server, account, mailbox, maildir, count, rounds, sync }: Rounds): Promise<void> {
  const far = await serverSide(server, account, mailbox), near = maildirSide(maildir);
  const expected: Mails = new Map();
  let next = 1;
  const fresh = (count: number) => Array.from({ length: count }, () => next++);
  const add = async (side: Side, numbers: readonly number[]) => {
    await side.add(numbers);
    for (const number of numbers) expected.set(number, { flags: "", text: messageOf(number) });
  };
  const toggle = async (side: Side, numbers: readonly number[], flag: string) => {
    await side.toggle(numbers, flag);
    for (const mail of numbers.map((number) => expected.get(number))) if (mail) mail.flags = toggled(mail.flags, flag);
  };
  const remove = async (side: Side, numbers: readonly number[]) => {
    await side.remove(numbers);
    for (const number of numbers) expected.delete(number);
  };
  const compare = async (what: string) => {
    await sync();
    assertSame(await far.read(), expected, `${mailbox}, on the server, ${what}`);
    assertSame(await near.read(), expected, `${mailbox}, in the Maildir, ${what}`);
  };

  await add(far, fresh(count));
  await compare("after the first synchronisation");
  for (let round = 1; round <= rounds; round++) {
    const some = (rest: number) => [...expected.keys()].filter((number) => number % 13 === (round + rest) % 13);
    await toggle(near, some(0), "F");
    await toggle(far, some(1), "R");
    await remove(near, some(2));
    await remove(far, some(3));
    await toggle(near, some(4), "S");
    await toggle(far, some(4), "D");
    await add(near, fresh(count >> 5));
    await add(far, fresh(count >> 5));
    await compare(`after round ${round}`);
  }
  await compare("after a synchronisation for nothing");
}

/** Says which messages differ, not all that there are. */
function assertSame(actual: Mails, expected: Mails, where: string): void {
  const numbers = [...new Set([...actual.keys(), ...expected.keys()])].sort((a, b) => a - b);
  const differ = numbers.flatMap((number) => {
    const is = actual.get(number), shouldBe = expected.get(number);
    return is?.flags === shouldBe?.flags && is?.text === shouldBe?.text ? [] : [{ number, is, shouldBe }];
  });
  assertEquals(differ.slice(0, 3), [], `${where}: ${differ.length} of ${numbers.length} messages differ`);
}

function toggled(flags: string, flag: string): string {
  return [...new Set(flags).symmetricDifference(new Set([flag]))].sort().join("");
}

/** Lines that mbox, SMTP and IMAP have a special meaning for, octets of every kind, and many lengths. */
function messageOf(number: number): string {
  const lines = Array.from({ length: number % 40 }, (_, at) => `line ${at} of ${number}`);
  const ends = [
    "",
    "no end",
    "Grüße\n",
    ".\n..\n",
    "From me\n",
    "\n\n\n",
    ")\n* BYE\n",
    "a1 OK {5}\n",
    "x".repeat(900),
  ];
  return latin1(new TextEncoder().encode(
    `From: sender@example.org\nTo: recipient@example.org\nSubject: number ${number}\nMessage-ID: <${number}@example.org>\n` +
      `Date: Mon, 1 Jan 2024 10:00:00 +0000\n\n${lines.join("\n")}\n${ends[number % ends.length] ?? ""}`,
  ));
}

/** A stored message, as either side has it. */
function mailOf(octets: string, flags: string): readonly [number: number, mail: Mail] {
  const text = octets.replaceAll("\r\n", "\n").replace(/^X-(?:TUID|OfflineIMAP): .*\n/m, "");
  const [, number = "0"] = /^Message-ID: <(\d+)@example\.org>$/m.exec(text) ?? [];
  return [Number(number), { flags, text }];
}

async function serverSide({ storage, mailbox: mailboxOf }: MailServer, account: Owner, name: string): Promise<Side> {
  const owner = await storage.accountByAddress(account.address);
  if (owner !== undefined && await storage.mailboxByName(owner.id, name) === undefined) {
    await storage.apply([{ do: "createMailbox", account: owner.id, name }]);
  }
  const { id: mailbox } = await mailboxOf(account, name);
  const all = async () => {
    const { messages } = await storage.messages(mailbox);
    return await Promise.all(messages.map(async ({ uid, flags, body }) => {
      const opened = await storage.openBody(body);
      const letters = flags.map((flag) => letterOf.get(flag) ?? "").sort().join("");
      return { uid, of: mailOf(latin1(await opened.read(0, opened.size)), letters) };
    }));
  };
  const some = async (numbers: readonly number[]) => {
    const wanted = new Set(numbers);
    return (await all()).filter(({ of: [number] }) => wanted.has(number));
  };
  return {
    read: async () => new Map((await all()).map(({ of }) => of)),
    async add(numbers) {
      const octets = numbers.map((number) => latin1Bytes(messageOf(number).replaceAll("\n", "\r\n")));
      const bodies = await Promise.all(octets.map((octets) => storage.writeBody(octets)));
      const details = { receivedAt: new Date(), flags: [] };
      await storage.apply(bodies.map((body) => ({ do: "append", mailbox, body, details }) as const));
    },
    async toggle(numbers, letter) {
      const flags = [...letterOf].filter(([, one]) => one === letter).map(([flag]) => flag);
      const found = await some(numbers);
      const change = (mode: "add" | "remove") => {
        const uids = found.filter(({ of: [, mail] }) => mail.flags.includes(letter) === (mode === "remove"));
        return { do: "setFlags", mailbox, uids: uids.map(({ uid }) => uid), change: { mode, flags } } as const;
      };
      await storage.apply([change("add"), change("remove")]);
    },
    async remove(numbers) {
      await storage.apply([{ do: "expunge", mailbox, uids: (await some(numbers)).map(({ uid }) => uid) }]);
    },
  };
}

function maildirSide(folder: string): Side {
  const all = async () => {
    const found: { readonly path: string; readonly of: readonly [number, Mail] }[] = [];
    for (const part of ["new", "cur"]) {
      for await (const { name } of Deno.readDir(`${folder}/${part}`)) {
        const path = `${folder}/${part}/${name}`;
        const [, flags = ""] = /:2,([A-Z]*)$/.exec(name) ?? [];
        found.push({ path, of: mailOf(latin1(await Deno.readFile(path)), flags) });
      }
    }
    return found;
  };
  const filesOf = async (numbers: readonly number[]) => {
    const wanted = new Set(numbers);
    return (await all()).filter(({ of: [number] }) => wanted.has(number));
  };
  return {
    read: async () => new Map((await all()).map(({ of }) => of)),
    async add(numbers) {
      for (const number of numbers) {
        await Deno.writeFile(`${folder}/new/1700000000.${number}.host`, latin1Bytes(messageOf(number)));
      }
    },
    async toggle(numbers, flag) {
      for (const { path, of: [, { flags }] } of await filesOf(numbers)) {
        const name = path.slice(path.lastIndexOf("/") + 1).replace(/:2,.*$/, "");
        await Deno.rename(path, `${folder}/cur/${name}:2,${toggled(flags, flag)}`);
      }
    },
    async remove(numbers) {
      for (const { path } of await filesOf(numbers)) await Deno.remove(path);
    },
  };
}
