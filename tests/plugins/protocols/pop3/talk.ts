/** A whole POP3 session over a connection without a network: what the client sends goes in, what it is told comes out. */
import type {
  AccountId,
  Authentication,
  AuthMechanism,
  Connection,
  Delivery,
  Directory,
  ProtocolContext,
  Storage,
} from "../../../../core/contract/mod.ts";
import { silentLog } from "../../../../core/observe/log.ts";
import { ClientConnection } from "../../../../core/server/connection.ts";
import { BufferPool } from "../../../../core/wire/buffer_pool.ts";
import type { ByteStream } from "../../../../core/wire/byte_stream.ts";
import { Waits } from "../../../../core/wire/waits.ts";
import type { CommandTable } from "../../../../plugins/protocols/pop3/command.ts";
import { pop3Commands } from "../../../../plugins/protocols/pop3/commands.ts";
import { pop3Options } from "../../../../plugins/protocols/pop3/options.ts";
import { type Pop3Service, pop3Service } from "../../../../plugins/protocols/pop3/service.ts";
import { servePop3 } from "../../../../plugins/protocols/pop3/session.ts";
import { apop } from "../../../../plugins/auth/apop.ts";
import { type FakeConnectionOptions, servePieces } from "../../../support/fake_connection.ts";
import {
  testAuthentication,
  type TestAuthenticationOptions,
  testDirectory,
  testMechanisms,
} from "../../../support/test_directory.ts";
import { FakeLog } from "../smtp/fake_context.ts";
import { FakeMaildrops, mailOf } from "./fake_maildrops.ts";

/** The account of most tests, and of RFC 1939. */
export const mrose = "mrose@dbc.mtview.ca.us";

/** What a service may be given. */
export interface Given extends TestAuthenticationOptions {
  readonly maildrops?: FakeMaildrops;
  /** Instead of those of `maildrops`. */
  readonly storage?: Storage;
  readonly options?: Record<string, unknown>;
  readonly commands?: CommandTable;
  readonly greeting?: string;
  readonly authentication?: Authentication;
  readonly now?: () => Date;
  readonly hostname?: string;
  /** Passwords by address, besides those of everybody. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Ids by address, where a storage has given them. */
  readonly ids?: Readonly<Record<string, AccountId>>;
}

/** A service, and what is behind it. */
export interface TestService {
  readonly service: Pop3Service;
  readonly maildrops: FakeMaildrops;
  readonly log: FakeLog;
  /** For `runDialogue`. */
  serve(connection: Connection, stop: AbortSignal): Promise<void>;
}

/** A service of RFC 1939's own maildrop: two messages, 120 and 200 octets. */
export function testService(given: Given = {}): TestService {
  const maildrops = given.maildrops ?? new FakeMaildrops({ [mrose]: [mailOf(120), mailOf(200)] });
  const now = given.now ?? (() => new Date("2026-11-24T07:00:00Z"));
  const hostname = given.hostname ?? "dewey";
  const log = new FakeLog();
  const directory = testDirectory({
    [mrose]: "tanstaaf",
    "test@example.org": "test",
    "müller@example.org": "pässword",
    ...given.accounts,
  }, { accounts: given.ids ?? {} });
  const authentication = given.authentication ??
    testAuthentication(directory, { cleartextAuth: true, ...given, hostname, now });
  const context: ProtocolContext = {
    log,
    hostname,
    domains: ["example.org"],
    shutdown: new AbortController().signal,
    now,
    authentication,
    directory: directory as Directory,
    storage: given.storage ?? maildrops.storage,
    delivery: {} as Delivery,
    limits: { message: 1_000_000 },
  };
  const validated = pop3Options["~standard"].validate(given.options);
  if (validated.issues) throw new Error(JSON.stringify(validated.issues));
  const { commands = pop3Commands, greeting } = given;
  const service = {
    ...pop3Service(context, validated.value, commands),
    ...greeting !== undefined && { greeting },
  };
  return { service, maildrops, log, serve: (connection, stop) => servePop3(connection, stop, service) };
}

/** RFC 1939 §7: APOP with its example's timestamp, and two others. */
export function mechanismsWithTimestamp(timestamp = "<1896.697170952@dbc.mtview.ca.us>"): AuthMechanism[] {
  const few = testMechanisms().filter(({ mechanism }) => ["APOP", "CRAM-MD5", "PLAIN"].includes(mechanism));
  return few.map((mechanism) =>
    mechanism.mechanism === "APOP" ? { ...mechanism, exchange: (request) => apop(request, timestamp) } : mechanism
  );
}

/** What came of a session. */
export interface Talked {
  /** All that the client was sent, one character an octet. */
  readonly output: string;
  /** The same, as lines. */
  readonly lines: readonly string[];
  readonly writes: number;
}

/** Serves one client that sends these pieces, one octet a character, each when the server waits for it, and then leaves. */
export async function talk(
  { serve, log }: TestService,
  input: string | readonly string[],
  options: FakeConnectionOptions = {},
): Promise<Talked> {
  const client = await servePieces(serve, input, { log, ...options });
  return { output: client.received, lines: client.received.split("\r\n").slice(0, -1), writes: client.writes };
}

/** A connection over a stream of the test's own. */
export function connectionOver(stream: ByteStream): ClientConnection {
  return new ClientConnection({
    id: "test-1",
    log: silentLog,
    peer: { transport: "tcp", hostname: "192.0.2.1", port: 40_000 },
    local: { transport: "tcp", hostname: "192.0.2.110", port: 110 },
    stream,
    waits: new Waits(),
    buffers: new BufferPool(),
  });
}

/** What logs mrose in; its replies are the first three lines. */
export const login = "USER mrose\r\nPASS tanstaaf\r\n";

/** Lines of the replies to commands after the login, from the reply to the first of them on. */
export async function afterLogin(
  tested: TestService,
  commands: string,
  options?: FakeConnectionOptions,
): Promise<string[]> {
  const { lines } = await talk(tested, login + commands, options);
  return lines.slice(3);
}
