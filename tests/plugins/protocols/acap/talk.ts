/** ACAP sessions over connections without a network and a real storage: accounts, and clients that log in and talk. */
import type { AccountId, Connection, Delivery, ProtocolContext, Storage } from "../../../../core/contract/mod.ts";
import { commandTable } from "../../../../plugins/protocols/acap/command_table.ts";
import { serveAcap } from "../../../../plugins/protocols/acap/conversation.ts";
import { acapOptions } from "../../../../plugins/protocols/acap/options.ts";
import type { AcapService } from "../../../../plugins/protocols/acap/service.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import type { FakeConnectionOptions } from "../../../support/fake_connection.ts";
import { testAuthentication, type TestAuthenticationOptions, testDirectory } from "../../../support/test_directory.ts";
import { FakeLog } from "../smtp/fake_context.ts";
import { TaggedClient } from "../tagged_client.ts";

/** Every account of a test service has this password, and its local part logs in too. */
export const password = "secret";
/** The accounts of most tests. */
export const fred = "fred@example.org", joe = "joe@example.org";

/** What a service may be given. */
export interface Given extends TestAuthenticationOptions {
  /** Instead of an empty one in memory. */
  readonly storage?: Storage;
  /** Addresses; default fred and joe. */
  readonly accounts?: readonly string[];
  /** Passwords that are others, by address. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** Address → addresses that it may act as. */
  readonly delegates?: Readonly<Record<string, readonly string[]>>;
  /** As the configuration has them. */
  readonly options?: Record<string, unknown>;
  readonly now?: () => Date;
}

/** A service, and what is behind it. */
export interface TestService {
  readonly service: AcapService;
  readonly storage: Storage;
  readonly log: FakeLog;
  /** For `runDialogue`. */
  serve(connection: Connection, stop: AbortSignal): Promise<void>;
  /** An account by its address. */
  account(address: string): AccountId;
}

/** A service whose accounts have no datasets. */
export async function testService(given: Given = {}): Promise<TestService> {
  const now = given.now ?? (() => new Date("1997-07-28T10:52:52Z"));
  const storage = given.storage ?? memoryStorage({ now });
  const hostname = "mail.example.org", addresses = given.accounts ?? [fred, joe];
  const made = await storage.apply(
    addresses.map((address) => ({ do: "createAccount", address, secrets: {} }) as const),
  );
  const accounts = Object.fromEntries(made.map(({ address, id }) => [address, id]));
  const passwords = Object.fromEntries(addresses.map((address) => [address, given.passwords?.[address] ?? password]));
  const directory = testDirectory(passwords, { accounts, delegates: given.delegates ?? {} });
  const log = new FakeLog();
  const context: ProtocolContext = {
    ...{ log, hostname, now, directory, storage },
    domains: ["example.org"],
    shutdown: new AbortController().signal,
    authentication: testAuthentication(directory, { cleartextAuth: true, ...given, hostname, now }),
    delivery: noDelivery,
    limits: { message: 1_000_000 },
  };
  const validated = acapOptions["~standard"].validate(given.options);
  if (validated instanceof Promise || validated.issues) throw new Error("these are no options of acap");
  const options = validated.value, service = { context, options, commands: commandTable(options) };
  return {
    ...{ service, storage, log },
    serve: (connection, stop) => serveAcap(connection, stop, service),
    account: (address) => accounts[address] ?? fail(`${address} has no account`),
  };
}

/** A client that has logged in, and takes one command after another; `await using` it. */
export async function logIn(
  tested: TestService,
  address: string = fred,
  options: FakeConnectionOptions = {},
): Promise<AcapClient> {
  const client = new AcapClient(tested, options);
  await client.greeting;
  const initial = `\0${address}\0${password}`;
  const reply = (await client.run(`AUTHENTICATE "PLAIN" {${initial.length}+}\r\n${initial}`)).at(-1) ?? "";
  if (!reply.startsWith("OK")) throw new Error(`${address} cannot log in: ${reply}`);
  return client;
}

/** One client. */
export class AcapClient extends TaggedClient {
  /** As `run`; the last line begins with OK. @throws Error when it does not. */
  async done(command: string): Promise<string[]> {
    const lines = await this.run(command);
    if (!lines.at(-1)?.startsWith("OK")) throw new Error(`${command}: ${lines.join("\n")}`);
    return lines.slice(0, -1);
  }
}

/** Lines with what differs from time to time left out. */
export function timeless(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/"\d{20}"/g, '"TIME"'));
}

/** A storage each of whose methods is called after `before`; what that throws, it rejects with. */
export function overheard(storage: Storage, before: (name: string, given: unknown[]) => void): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...given: unknown[]) => {
        try {
          before(String(name), given);
        } catch (error) {
          return Promise.reject(error);
        }
        return Reflect.apply(method, target, given);
      };
    },
  });
}

function fail(text: string): never {
  throw new Error(text);
}

/** ACAP delivers nothing. */
const noDelivery: Delivery = {
  connected: () => undefined,
  sender: () => undefined,
  recipient: () => fail("ACAP has no recipients"),
  accept: () => fail("ACAP delivers nothing"),
};
