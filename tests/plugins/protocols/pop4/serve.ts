/** The pop4 plugin as the server sets it up, over the mail of alice and bob in the storage in memory, or another. */
import type { AccountId, Delivery, Message, ProtocolContext, Storage } from "../../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import plugin from "../../../../plugins/protocols/pop4/plugin.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { testAuthentication, testDirectory } from "../../../support/test_directory.ts";
import { converse, type Serve } from "../mail_context.ts";
import { mechanismsWithTimestamp } from "../pop3/talk.ts";
import { FakeLog } from "../smtp/fake_context.ts";

/** When sessions take place. */
const now = () => new Date("2026-11-24T07:00:00Z");

/** Octets of messages, one character an octet, by mailbox. */
export type Mail = Readonly<Record<string, readonly string[]>>;

/** What a service may be given. */
export interface Given {
  /** Whose password is "secret". */
  readonly alice?: Mail;
  /** The same. */
  readonly bob?: Mail;
  /** Of the plugin. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Octets of the largest message. */
  readonly largest?: number;
  /** An empty one; default: that in memory. */
  readonly storage?: Storage;
  /** What the service has instead of the storage itself. */
  readonly wrap?: (storage: Storage) => Storage;
}

/** A service, and the mail behind it. */
export interface Pop4 {
  readonly serve: Serve;
  /** Without what it was wrapped in. */
  readonly storage: Storage;
  readonly log: FakeLog;
  readonly alice: AccountId;
  readonly bob: AccountId;
  /** Gives an account rights in a mailbox of bob's. */
  share(name: string, rights: string): Promise<void>;
  /** Names of an account's mailboxes, each with the octets and flags of its messages: `Subject: one… \Seen`. */
  content(account: AccountId): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Lines of the replies of a session of alice's after the login. */
  say(commands: string, by?: string): Promise<string[]>;
  /** Whether no session has the maildrop of either. */
  isUnlocked(): Promise<boolean>;
}

/** A message of this subject. */
export function mail(subject: string): string {
  return `Subject: ${subject}\r\n\r\ntext\r\n`;
}

/** A service. */
export async function pop4(given: Given = {}): Promise<Pop4> {
  const validated = plugin.options["~standard"].validate(given.options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const storage = given.storage ?? memoryStorage({ now });
  const alice = await accountWith(storage, "alice@example.org", given.alice);
  const bob = await accountWith(storage, "bob@example.org", given.bob);
  const log = new FakeLog(), hostname = "mail.example.org";
  const directory = testDirectory({ "alice@example.org": "secret", "bob@example.org": "secret" }, {
    accounts: { "alice@example.org": alice, "bob@example.org": bob },
  });
  const mechanisms = mechanismsWithTimestamp("<1896.697170952@mail.example.org>");
  const context: ProtocolContext = {
    ...{ log, hostname, now, directory },
    authentication: testAuthentication(directory, { cleartextAuth: true, mechanisms, hostname, now }),
    storage: given.wrap?.(storage) ?? storage,
    shutdown: new AbortController().signal,
    delivery: {} as Delivery,
    domains: ["example.org"],
    limits: { message: given.largest ?? 1_000_000 },
  };
  const { serve } = await plugin.setup(context, validated.value);
  return {
    ...{ serve, storage, log, alice, bob },
    async share(name, rights) {
      const mailbox = await storage.mailboxByName(bob, name);
      if (mailbox === undefined) throw new Error(`bob has no ${name}`);
      await storage.apply([{ do: "setRights", mailbox: mailbox.id, who: alice, rights }]);
    },
    async content(account) {
      const mailboxes = await storage.mailboxes(account);
      const shown = async ({ body, flags }: Message) => {
        const octets = await storage.openBody(body);
        const [, subject] = /^Subject: (.*)\r$/m.exec(latin1(await octets.read(0, octets.size))) ?? [];
        return [subject, ...[...flags].sort()].join(" ");
      };
      return Object.fromEntries(
        await Promise.all(mailboxes.map(async ({ id, name }) => {
          const { messages } = await storage.messages(id);
          return [name, await Promise.all(messages.map(shown))] as const;
        })),
      );
    },
    async say(commands, by = "alice") {
      const received = await converse(serve, `USER ${by}\r\nPASS secret\r\n${commands}`, { log });
      return received.split("\r\n").slice(3, -1);
    },
    async isUnlocked() {
      for (const account of [alice, bob]) {
        const lock = await storage.lockMaildrop(account);
        if (lock === undefined) return false;
        await lock[Symbol.asyncDispose]();
      }
      return true;
    },
  };
}

async function accountWith(storage: Storage, address: string, mail: Mail = {}): Promise<AccountId> {
  const [{ id: account }] = await storage.apply([{ do: "createAccount", address, secrets: {} }]);
  for (const [name, messages] of Object.entries(mail)) {
    if (name !== "INBOX") await storage.apply([{ do: "createMailbox", account, name }]);
    for (const message of messages) {
      const body = await storage.writeBody(latin1Bytes(message));
      const details = { receivedAt: now(), flags: [] };
      await storage.apply([{ do: "deliver", account, mailboxName: name, body, details }]);
    }
  }
  return account;
}
