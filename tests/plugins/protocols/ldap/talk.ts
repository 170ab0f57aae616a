/** LDAP as tests speak it: a client of one session, which reads and writes the notation. */
import { assertEquals } from "@std/assert";
import type { ProtocolContext } from "../../../../core/contract/mod.ts";
import { latin1Bytes } from "../../../../core/wire/ascii.ts";
import { ldapOptions } from "../../../../plugins/protocols/ldap/options.ts";
import { ldapService } from "../../../../plugins/protocols/ldap/service.ts";
import { serveLdap } from "../../../../plugins/protocols/ldap/session.ts";
import {
  type FakeClient,
  type FakeConnectionOptions,
  type Serve,
  serveFake,
} from "../../../support/fake_connection.ts";
import { testAuthentication, testDirectory } from "../../../support/test_directory.ts";
import { type GivenContext, type MailContext, mailContext } from "../mail_context.ts";
import { ber, joined, notation } from "./ber_notation.ts";

/** What a service may be given. */
export interface GivenLdap extends GivenContext {
  /** Addresses; the password of each is "secret". */
  readonly people?: readonly string[];
  /** As in mail.yaml. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
}

/** A service. */
export interface LdapTest extends MailContext {
  /** A client of a session that is open until it is disposed of. */
  connect(options?: FakeConnectionOptions): LdapClient;
}

/** Of whom there are accounts. */
export const people = ["alice@example.org", "bob.smith@example.org", "carol.ann.jones@example.org", "dave@example.net"];

/** A service over these accounts. Passwords may be sent without TLS, unless `cleartextAuth` says otherwise. */
export async function ldap({ people: addresses = people, options, aliases = {}, ...given }: GivenLdap = {}): Promise<
  LdapTest
> {
  const [address = "", ...others] = addresses;
  const kept = await mailContext({ domains: ["example.org", "example.net"], ...given, address });
  const made = await kept.storage.apply(
    others.map((address) => ({ do: "createAccount", address, secrets: {} }) as const),
  );
  await kept.storage.apply(Object.entries(aliases).map(([address, to]) => ({ do: "setAlias", address, to }) as const));
  const accounts = Object.fromEntries([[address, kept.account], ...made.map(({ address, id }) => [address, id])]);
  const directory = testDirectory(Object.fromEntries(addresses.map((one) => [one, "secret"])), { accounts });
  const authentication = testAuthentication(directory, { cleartextAuth: true, ...given });
  const context: ProtocolContext = { ...kept.context, directory, authentication };
  const validated = ldapOptions["~standard"].validate(options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const service = ldapService(context, validated.value);
  return {
    ...kept,
    authentication,
    connect: (options = {}) =>
      new LdapClient(options, (connection, stop) => serveLdap(connection, stop, service), kept.log),
  };
}

/** A client. */
export class LdapClient implements AsyncDisposable {
  /** The other end of the connection. */
  readonly client: FakeClient;
  readonly #served: Promise<void>;

  constructor(
    options: FakeConnectionOptions,
    serve: Serve,
    log: NonNullable<FakeConnectionOptions["log"]>,
  ) {
    const { client, served } = serveFake(serve, { log, ...options });
    this.client = client;
    this.#served = served;
  }

  /** Sends what the notation says. */
  say(...texts: readonly string[]): void {
    this.client.send(joined(texts.map(ber)));
  }

  /** The next message; undefined when the server has left. */
  async hear(): Promise<string | undefined> {
    const begin = await this.client.readExactly(2);
    if (begin.length < 2) return undefined;
    const first = begin.charCodeAt(1), more = first < 0x80 ? 0 : first & 0x7f;
    const length = await this.client.readExactly(more);
    const size = more === 0 ? first : parseInt(latin1Bytes(length).toHex(), 16);
    return notation(latin1Bytes(begin + length + await this.client.readExactly(size)));
  }

  /** What is answered to one message, up to and with the last. */
  async ask(text: string): Promise<string[]> {
    this.say(text);
    const heard: string[] = [];
    for (;;) {
      const message = await this.hear();
      if (message === undefined) return heard;
      heard.push(message);
      if (!/^\{ \d+ searchRes(?:Entry|Ref) /.test(message)) return heard;
    }
  }

  /** Logs in by name and password. */
  async bind(name = "uid=alice,ou=people,dc=example,dc=org", password = "secret"): Promise<void> {
    const answer = await this.ask(`{ 99 bindRequest { 3 ${JSON.stringify(name)} [0] ${JSON.stringify(password)} } }`);
    assertEquals(answer, ['{ 99 bindResponse { success "" "" } }']);
  }

  /** Names that a search finds, below everything or where it is said. */
  async find(filter: string, base = "", scope = "wholeSubtree"): Promise<string[]> {
    const [done = "", ...entries] = (await this.search(filter, { base, scope })).reverse();
    assertEquals(done, '{ 7 searchResDone { success "" "" } }');
    return entries.reverse().map((entry) =>
      JSON.parse(/^\{ 7 searchResEntry \{ ("(?:[^"\\]|\\.)*")/.exec(entry)?.[1] ?? '""')
    );
  }

  /** All that is answered to a search. */
  async search(
    filter: string,
    { base = "", scope = "wholeSubtree", attributes = ['"1.1"'], limits = "0 0", typesOnly = "FALSE", controls = "" } =
      {},
  ): Promise<string[]> {
    return await this.ask(
      `{ 7 searchRequest { ${JSON.stringify(base)} ${scope} neverDerefAliases ${limits} ${typesOnly} ${filter} { ${
        attributes.join(" ")
      } } } ${controls} }`,
    );
  }

  /** The client leaves; whatever the session threw is thrown. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    await this.#served;
  }
}
