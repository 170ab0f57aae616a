/**
 * A whole server in the process that asks for it: messages in memory, every port free, a certificate of its own. Nothing of
 * it is left when it has been disposed of.
 */
import { loadConfigText } from "../config/load_config.ts";
import { selfSigned, writeCertificate } from "../commands/self_signed.ts";
import type { Directory } from "../contract/directory.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { Mailbox } from "../contract/mailbox.ts";
import type { Storage } from "../contract/storage.ts";
import { openLog } from "../observe/log.ts";
import { builtInPlugins } from "../plugins/builtin.ts";
import { withPlugins } from "../server/load_server.ts";
import { startServer } from "../server/server.ts";
import { embeddedDocument, type EmbeddedPorts, embeddedPorts, type GivenPlugin, tableWith } from "./embedded_config.ts";
import { type StoredMessage, storedMessages } from "./stored_message.ts";

/** What a server is to be like. All of it may be left out. */
export interface EmbeddedSettings {
  /** Passwords by address. Default: `test@example.org` with the password `secret`. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Local domains; default: those of the accounts. */
  readonly domains?: readonly [string, ...string[]];
  /** The account that gets mail to every other address of the local domains. */
  readonly catchAll?: string;
  /** Plugins that take part, each with what its options are when none are given. */
  readonly plugins?: readonly GivenPlugin[];
  /** Keys of `mail.yaml`, in the place of what they are otherwise: `{ limits: { message: "1MB" } }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Told of every line of the log; default: nobody is. */
  log?(line: string): void;
}

/** A server that runs. Disposing of it stops it, breaks off what is still connected, and removes its folder. */
export interface EmbeddedServer extends AsyncDisposable {
  /** Where it listens, on 127.0.0.1. */
  readonly ports: EmbeddedPorts;
  /** Where the given protocols and HTTP plugins listen, by the plugin's name. */
  readonly pluginPorts: Readonly<Record<string, number>>;
  /** Its certificate, PEM, for `localhost` and 127.0.0.1: for clients that verify. */
  readonly certificate: string;
  /** Where messages are kept. */
  readonly storage: Storage;
  /** Who has an account. */
  readonly directory: Directory;
  /** Puts a message into INBOX of an address, as it is: no filter is asked. @throws Error for an address of nobody. */
  deliver(address: string, message: string | Uint8Array): Promise<void>;
  /** What an account has, the oldest first. @throws Error where there is no such account or mailbox. */
  messages(address: string, mailbox?: string): Promise<readonly StoredMessage[]>;
  /**
   * The same, once there are so many at least.
   *
   * @param within Milliseconds, 10,000 otherwise. @throws Error when there are fewer even then, saying how many.
   */
  waitForMessages(address: string, count: number, within?: number): Promise<readonly StoredMessage[]>;
}

/** Milliseconds that sessions have to say goodbye. */
const PATIENCE = 1000;
const testAccounts = { "test@example.org": "secret" };

/** Starts one: `await using server = await createServer()`. @throws ConfigurationError, SetupError; nothing is left then. */
export async function createServer(settings: EmbeddedSettings = {}): Promise<EmbeddedServer> {
  const { accounts = testAccounts, plugins = [], config = {}, catchAll } = settings;
  const [first = "example.org", ...others] = new Set(Object.keys(accounts).map(domainOf));
  const domains = settings.domains ?? [first, ...others];
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "mail-server-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const certificate = await selfSigned(["localhost", "127.0.0.1"], new Date());
  await writeCertificate(`${folder}/tls`, certificate);
  const log = stack.use(openLog({ format: "text", level: "debug" }, sinkOf(settings)));
  // JSON is YAML.
  const document = JSON.stringify(embeddedDocument(domains, plugins, config));
  const loaded = loadConfigText(document, `${folder}/mail.yaml`, () => undefined);
  const server = await startServer(await withPlugins(loaded, { table: tableWith(plugins, builtInPlugins) }), { log });
  stack.defer(async () => {
    await server.drain(AbortSignal.timeout(PATIENCE));
    await server[Symbol.asyncDispose]();
  });
  const { storage, directory, listening } = server;
  await directory.admin?.addAll(Object.entries(accounts).map(([address, password]) => ({ address, password })));
  if (catchAll !== undefined) {
    for (const domain of domains) await directory.admin?.setAlias(`@${domain}`, [catchAll]);
  }
  const named = new Set(plugins.map(({ name }) => name));
  const given = listening.filter(({ protocol }) => named.has(protocol));
  const rest = stack.move();
  const embedded = new Embedded(storage, directory);
  return {
    ports: embeddedPorts(listening.map(({ address }) => address.port)),
    pluginPorts: Object.fromEntries(given.map(({ protocol, address }) => [protocol, address.port])),
    certificate: certificate.certificate,
    ...{ storage, directory },
    deliver: (address, message) => embedded.deliver(address, message),
    messages: (address, mailbox) => embedded.messages(address, mailbox),
    waitForMessages: (address, count, within) => embedded.waitForMessages(address, count, within),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

class Embedded {
  readonly #storage: Storage;
  readonly #directory: Directory;

  constructor(storage: Storage, directory: Directory) {
    this.#storage = storage;
    this.#directory = directory;
  }

  async deliver(address: string, message: string | Uint8Array): Promise<void> {
    const account = await this.#account(address);
    const octets = typeof message === "string" ? new TextEncoder().encode(message) : message;
    const body = await this.#storage.writeBody(octets);
    const details = { receivedAt: new Date(), flags: [] };
    await this.#storage.apply([{ do: "deliver", account, mailboxName: "INBOX", body, details }]);
  }

  async messages(address: string, name = "INBOX"): Promise<StoredMessage[]> {
    return await storedMessages(this.#storage, await this.#mailbox(await this.#account(address), name));
  }

  async waitForMessages(address: string, count: number, within = 10_000): Promise<readonly StoredMessage[]> {
    const account = await this.#account(address);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), within);
    try {
      // Watched before they are counted: what comes meanwhile is counted again.
      const changes = this.#storage.watch(account, stop.signal)[Symbol.asyncIterator]();
      for (let hasEnded: boolean | undefined = false; !hasEnded; hasEnded = (await changes.next()).done) {
        const inbox = await this.#mailbox(account, "INBOX");
        if (inbox.messages >= count) return await storedMessages(this.#storage, inbox);
      }
      const { messages } = await this.#mailbox(account, "INBOX");
      throw new Error(`${address} has ${messages} messages after ${within} ms; expected ${count}`);
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }

  async #account(address: string): Promise<AccountId> {
    const found = await this.#directory.resolve(address);
    if (found.kind !== "account") throw new Error(`${address} is nobody's address here`);
    return found.account;
  }

  async #mailbox(account: AccountId, name: string): Promise<Mailbox> {
    const found = await this.#storage.mailboxByName(account, name);
    if (found === undefined) throw new Error(`there is no mailbox ${name}`);
    return found;
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

/** Whole lines to whoever wants them. */
function sinkOf({ log }: EmbeddedSettings): { writeSync(octets: Uint8Array): number } {
  return {
    writeSync(octets) {
      if (log === undefined) return octets.length;
      for (const line of new TextDecoder().decode(octets).split("\n")) if (line !== "") log(line);
      return octets.length;
    },
  };
}
