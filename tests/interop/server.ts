/**
 * The server that outside clients talk to, over real sockets and real TLS: in this process, or the compiled binary that
 * MAIL_SERVER_BINARY names.
 */
import type { Mailbox, Storage } from "../../core/contract/mod.ts";
import { silentLog } from "../../core/observe/log.ts";
import { latin1 } from "../../core/wire/ascii.ts";
import { sqliteStorage } from "../../storage/sqlite/storage.ts";
import { binary } from "../support/program.ts";
import { spawnServer } from "../support/spawn_server.ts";
import { type LoggedEvent, type TestServer, testServer } from "../support/test_server.ts";
import type { TestSettings } from "../support/test_config.ts";

export { alice, bob } from "../support/test_config.ts";

/** A server, and short ways to what is in it. */
export interface MailServer extends AsyncDisposable {
  /** By name. */
  readonly ports: TestServer["ports"];
  /** Of further protocols, by name. */
  readonly furtherPorts: TestServer["furtherPorts"];
  /** Everything that it logged so far; of the binary only what it has written down by now, and that comes late. */
  readonly log: TestServer["log"];
  /** Waits until it has logged so many such events. @returns All of them. @throws where they do not come. */
  logged(isIt: (event: LoggedEvent) => boolean, count?: number): Promise<readonly LoggedEvent[]>;
  /** Path of its certificate, PEM: for clients that verify. */
  readonly certificate: string;
  /** Where its mail is. */
  readonly storage: Storage;
  /** One of an account's mailboxes. */
  mailbox(of: { readonly address: string }, name: string): Promise<Mailbox>;
  /** The messages in an account's INBOX, whole, in order, one character an octet. */
  inbox(of: { readonly address: string }): Promise<string[]>;
  /** Puts a message into an account's INBOX. */
  deliver(to: { readonly address: string }, message: string): Promise<void>;
}

/** Starts one: `await using server = await mailServer()`. */
export async function mailServer(settings: TestSettings = {}): Promise<MailServer> {
  const server = binary === undefined ? await ownServer(settings) : await compiledServer(settings);
  const { storage, folder, ports, furtherPorts } = server;
  const mailboxOf = async ({ address }: { readonly address: string }, name: string) => {
    const account = await storage.accountByAddress(address);
    const mailbox = account && await storage.mailboxByName(account.id, name);
    if (mailbox === undefined) throw new Error(`${address} has no ${name}`);
    return mailbox;
  };
  return {
    ports,
    furtherPorts,
    get log() {
      return server.log;
    },
    async logged(isIt, count = 1) {
      await server.untilLogged((log) => log.filter(isIt).length >= count);
      return server.log.filter(isIt);
    },
    certificate: `${folder}/tls/cert.pem`,
    storage,
    mailbox: mailboxOf,
    async inbox(of) {
      const { messages } = await storage.messages((await mailboxOf(of, "INBOX")).id);
      return await Promise.all(messages.map(async ({ body }) => {
        const opened = await storage.openBody(body);
        return latin1(await opened.read(0, opened.size));
      }));
    },
    async deliver(to, message) {
      const mailbox = (await mailboxOf(to, "INBOX")).id;
      const body = await storage.writeBody(new TextEncoder().encode(message));
      await storage.apply([{ do: "append", mailbox, body, details: { receivedAt: new Date(), flags: [] } }]);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Where the server is. */
interface Place extends Pick<TestServer, "ports" | "furtherPorts" | "log" | "folder" | "storage">, AsyncDisposable {
  /** Waits until its log is like that. */
  untilLogged(isEnough: (log: TestServer["log"]) => boolean): Promise<void>;
}

/** In this process: what a client could notice has been logged. */
async function ownServer(settings: TestSettings): Promise<Place> {
  const server = await testServer(settings);
  const untilLogged: Place["untilLogged"] = (isEnough) =>
    isEnough(server.log) ? Promise.resolve() : Promise.reject(new Error(`logged: ${JSON.stringify(server.log)}`));
  return Object.assign(server, { untilLogged });
}

/** The binary's process, which keeps its log back for a moment; this one looks into its database beside it. */
async function compiledServer(settings: TestSettings): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const { ports, furtherPorts, log, logged, home: { folder } } = stack.use(await spawnServer(settings));
  const storage = await sqliteStorage({ file: `${folder}/data/mail.db`, log: silentLog, now: () => new Date() });
  stack.defer(() => storage.stop());
  const rest = stack.move();
  const untilLogged: Place["untilLogged"] = async (isEnough) => void await logged(() => isEnough(log));
  return { ports, furtherPorts, log, untilLogged, folder, storage, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}
