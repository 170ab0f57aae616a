/** What protocols are given in tests, over the storage in memory: one account and its mail, and ways to look at it. */
import {
  type AccountId,
  type Authentication,
  type Delivery,
  type ProtocolContext,
  Refusal,
  type Storage,
} from "../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../core/wire/ascii.ts";
import { memoryStorage } from "../../../storage/memory/storage.ts";
import { type FakeConnectionOptions, type Serve, servePieces } from "../../support/fake_connection.ts";
import { testAuthentication, type TestAuthenticationOptions, testDirectory } from "../../support/test_directory.ts";
import { FakeLog } from "./smtp/fake_context.ts";

export type { Serve } from "../../support/fake_connection.ts";

/** What a context may be given. */
export interface GivenContext extends TestAuthenticationOptions {
  /** Default: smith@example.org, whose password is "secret". */
  readonly address?: string;
  readonly password?: string;
  /** Absent: there is no second password. */
  readonly second?: string;
  /** Octets of messages by mailbox, one character an octet. */
  readonly mail?: Readonly<Record<string, readonly string[]>>;
  readonly hostname?: string;
  /** Default: example.org. */
  readonly domains?: readonly [string, ...string[]];
  readonly now?: () => Date;
  /** Absent: nothing is delivered. */
  readonly delivery?: Delivery;
  /** Octets of the largest message. */
  readonly largest?: number;
  /** Instead of the storage in memory. */
  readonly wrap?: (storage: Storage) => Storage;
}

/** A context and what is behind it. */
export interface MailContext {
  readonly context: ProtocolContext;
  readonly storage: Storage;
  readonly log: FakeLog;
  readonly account: AccountId;
  readonly authentication: Authentication;
  /** Octets of the messages in a mailbox. */
  content(mailbox?: string): Promise<string[]>;
  /** Whether no session has the maildrop. */
  isUnlocked(): Promise<boolean>;
}

/** A context over one account's mail. Passwords may be sent without TLS, unless `cleartextAuth` says otherwise. */
export async function mailContext(given: GivenContext = {}): Promise<MailContext> {
  const { address = "smith@example.org", password = "secret", hostname = "ISI-VAXA.ARPA" } = given;
  const now = given.now ?? (() => new Date("2026-11-24T07:00:00Z"));
  const storage = memoryStorage();
  const [{ id: account }] = await storage.apply([{ do: "createAccount", address, secrets: {} }]);
  for (const [name, messages] of Object.entries(given.mail ?? {})) {
    if (name !== "INBOX") await storage.apply([{ do: "createMailbox", account, name }]);
    for (const message of messages) {
      const body = await storage.writeBody(latin1Bytes(message));
      const details = { receivedAt: now(), flags: [] };
      await storage.apply([{ do: "deliver", account, mailboxName: name, body, details }]);
    }
  }
  const log = new FakeLog();
  const second = given.second === undefined ? {} : { [address]: given.second };
  const directory = testDirectory({ [address]: password }, { second, accounts: { [address]: account } });
  const authentication = testAuthentication(directory, { cleartextAuth: true, ...given, hostname, now });
  const context: ProtocolContext = {
    ...{ log, hostname, now, authentication, directory },
    storage: given.wrap?.(storage) ?? storage,
    domains: given.domains ?? ["example.org"],
    shutdown: new AbortController().signal,
    delivery: given.delivery ?? {} as Delivery,
    limits: { message: given.largest ?? 1_000_000 },
  };
  return {
    ...{ context, storage, log, account, authentication },
    async content(name = "INBOX") {
      const mailbox = await storage.mailboxByName(account, name);
      const { messages } = mailbox === undefined ? { messages: [] } : await storage.messages(mailbox.id);
      return await Promise.all(messages.map(async ({ body }) => {
        const octets = await storage.openBody(body);
        return latin1(await octets.read(0, octets.size));
      }));
    },
    async isUnlocked() {
      const lock = await storage.lockMaildrop(account);
      await lock?.[Symbol.asyncDispose]();
      return lock !== undefined;
    },
  };
}

/** A storage that removes nothing. */
export function unwritable(storage: Storage): Storage {
  return new Proxy(storage, {
    get(_storage, name) {
      if (name === "apply") return () => Promise.reject(new Refusal("unavailable", "the disk is full"));
      const value: unknown = Reflect.get(storage, name);
      return typeof value === "function" ? value.bind(storage) : value;
    },
  });
}

/** Serves one client that sends these pieces, each when the server waits for it, and then leaves; all that it was sent. */
export async function converse(
  serve: Serve,
  input: string | readonly string[],
  options: FakeConnectionOptions = {},
): Promise<string> {
  return (await servePieces(serve, input, options)).received;
}
