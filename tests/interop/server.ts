/** The server that outside clients talk to: in this process, over real sockets and real TLS. */
import { latin1 } from "../../core/wire/ascii.ts";
import type { Mailbox, Storage } from "../../core/contract/mod.ts";
import { type TestServer, testServer } from "../support/test_server.ts";
import type { TestSettings } from "../support/test_config.ts";

export { alice, bob } from "../support/test_config.ts";

/** A server, and short ways to what is in it. */
export interface MailServer extends AsyncDisposable {
  /** By name. */
  readonly ports: TestServer["ports"];
  /** Of further protocols, by name. */
  readonly furtherPorts: TestServer["furtherPorts"];
  /** Everything that it logged so far. */
  readonly log: TestServer["log"];
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
  const server = await testServer(settings);
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
