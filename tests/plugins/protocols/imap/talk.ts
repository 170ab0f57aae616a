/**
 * IMAP sessions over connections without a network and a real storage: accounts, mail in their mailboxes, and clients
 * that log in and talk.
 */
import type {
  AccountId,
  Authentication,
  Connection,
  Delivery,
  Mailbox,
  Message,
  ProtocolContext,
  Storage,
} from "../../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import type { CommandTable } from "../../../../plugins/protocols/imap/command.ts";
import { commands } from "../../../../plugins/protocols/imap/command_table.ts";
import { imapOptions } from "../../../../plugins/protocols/imap/options.ts";
import { type ImapService, keptForAll } from "../../../../plugins/protocols/imap/service.ts";
import { serveImap } from "../../../../plugins/protocols/imap/conversation.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { type FakeConnectionOptions, servePieces } from "../../../support/fake_connection.ts";
import { testAuthentication, type TestAuthenticationOptions, testDirectory } from "../../../support/test_directory.ts";
import { FakeLog } from "../smtp/fake_context.ts";
import { TaggedClient } from "../tagged_client.ts";

/** Every account of a test service has this password, and its local part logs in too. */
export const password = "secret";
/** The accounts of most tests. */
export const fred = "fred@example.org", bob = "bob@example.org", carol = "carol@example.org";

/** What a service may be given. */
export interface Given extends TestAuthenticationOptions {
  /** Instead of an empty one in memory. */
  readonly storage?: Storage;
  /** Addresses; default fred, bob and carol. */
  readonly accounts?: readonly string[];
  /** As the configuration has them. */
  readonly options?: Record<string, unknown>;
  readonly commands?: CommandTable;
  readonly authentication?: Authentication;
  readonly now?: () => Date;
  /** Octets of the largest message. */
  readonly largest?: number;
}

/** A service, and what is behind it. */
export interface TestService {
  readonly service: ImapService;
  readonly storage: Storage;
  readonly log: FakeLog;
  /** For `runDialogue`. */
  serve(connection: Connection, stop: AbortSignal): Promise<void>;
  /** An account by its address. */
  account(address: string): AccountId;
  /** A mailbox that is there. */
  mailbox(address: string, name?: string): Promise<Mailbox>;
  /** Appends messages, one octet a character, with these flags; makes the mailbox where there is none. */
  fill(address: string, name: string, texts: readonly string[], flags?: readonly string[]): Promise<readonly Message[]>;
}

/** A service whose accounts have an INBOX and no mail. */
export async function testService(given: Given = {}): Promise<TestService> {
  const now = given.now ?? (() => new Date("2026-11-24T07:00:00Z"));
  const storage = given.storage ?? memoryStorage({ now });
  const hostname = "mail.example.org";
  const addresses = given.accounts ?? [fred, bob, carol];
  const made = await storage.apply(
    addresses.map((address) => ({ do: "createAccount", address, secrets: {} }) as const),
  );
  const accounts = Object.fromEntries(made.map(({ address, id }) => [address, id]));
  const directory = testDirectory(Object.fromEntries(addresses.map((address) => [address, password])), { accounts });
  const log = new FakeLog();
  const context: ProtocolContext = {
    log,
    hostname,
    domains: ["example.org"],
    shutdown: new AbortController().signal,
    now,
    authentication: given.authentication ??
      testAuthentication(directory, { cleartextAuth: true, ...given, hostname, now }),
    directory,
    storage,
    delivery: noDelivery,
    limits: { message: given.largest ?? 1_000_000 },
  };
  const validated = imapOptions["~standard"].validate(given.options);
  if (validated instanceof Promise || validated.issues) throw new Error("these are no options of imap");
  const service = {
    ...{ context, options: validated.value, commands: given.commands ?? commands },
    ...keptForAll(storage),
  };
  const account = (address: string) => accounts[address] ?? fail(`${address} has no account`);
  const mailbox = async (address: string, name = "INBOX") =>
    await storage.mailboxByName(account(address), name) ?? fail(`${address} has no mailbox ${name}`);
  return {
    service,
    storage,
    log,
    serve: (connection, stop) => serveImap(connection, stop, service),
    account,
    mailbox,
    async fill(address, name, texts, flags = []) {
      if (await storage.mailboxByName(account(address), name) === undefined) {
        await storage.apply([{ do: "createMailbox", account: account(address), name }]);
      }
      const { id } = await mailbox(address, name);
      const bodies = await Promise.all(texts.map((text) => storage.writeBody(latin1Bytes(text))));
      const details = { receivedAt: now(), flags };
      return await storage.apply(bodies.map((body) => ({ do: "append", mailbox: id, body, details }) as const));
    },
  };
}

/** Serves one client that sends these pieces, one octet a character, each when the server waits for it, and then leaves. */
export async function talk(
  { serve, log }: TestService,
  input: string | readonly string[],
  options: FakeConnectionOptions = {},
): Promise<readonly string[]> {
  const client = await servePieces(serve, input, { log, ...options });
  return client.received.split("\r\n").slice(0, -1);
}

/** Lines that answer these commands, pipelined after a login: from the first after the login's own reply on. */
export async function afterLogin(
  tested: TestService,
  commands: string,
  address: string = fred,
  options: FakeConnectionOptions = {},
): Promise<readonly string[]> {
  const lines = await talk(tested, `login LOGIN ${address} ${password}\r\n${commands}`, options);
  return lines.slice(lines.findIndex((line) => line.startsWith("login ")) + 1);
}

/** A client that has logged in, and takes one command after another; `await using` it. */
export async function logIn(
  tested: TestService,
  address: string = fred,
  options: FakeConnectionOptions = {},
): Promise<ImapClient> {
  const client = new ImapClient(tested, options);
  await client.greeting;
  const reply = (await client.run(`LOGIN ${address} ${password}`)).at(-1) ?? "";
  if (!reply.startsWith("OK")) throw new Error(`${address} cannot log in: ${reply}`);
  return client;
}

/** One client, for tests in which several watch each other. */
export class ImapClient extends TaggedClient {
  /** Makes sure that there is nothing to be told. @throws Error. */
  async nothingMore(): Promise<void> {
    const lines = await this.run("NOOP");
    if (lines.length !== 1) throw new Error(`nothing was to be told, but ${JSON.stringify(lines)}`);
  }
}

function fail(text: string): never {
  throw new Error(text);
}

/** IMAP delivers nothing. */
const noDelivery: Delivery = {
  connected: () => undefined,
  sender: () => undefined,
  recipient: () => fail("IMAP has no recipients"),
  accept: () => fail("IMAP delivers nothing"),
};
