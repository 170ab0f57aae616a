/** Clients that are slow, silent or deaf, over real sockets: each is closed within its time, and others notice nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ClientConnection } from "../../core/server/connection.ts";
import { socketStream } from "../../core/server/socket_stream.ts";
import { BufferPool } from "../../core/wire/buffer_pool.ts";
import { Waits } from "../../core/wire/waits.ts";
import { FakeMaildrops, mailOf } from "../plugins/protocols/pop3/fake_maildrops.ts";
import { login, mrose, type TestService, testService } from "../plugins/protocols/pop3/talk.ts";
import { type Dialogue, dialogue, dialogueOver, pop3Session } from "../support/plain_client.ts";
import { socketPair } from "../support/socket_pair.ts";
import { TestClock } from "../support/test_clock.ts";
import { alice, type LoggedEvent, type TestServer, testServer } from "../support/test_server.ts";
import { begin, shakeHands } from "../support/tls_client.ts";

/** A client that is to be left in time. */
interface Awaited {
  readonly clock: TestClock;
  /** Whether the log says that it was too slow. */
  readonly isLeft: () => boolean;
}

function awaited(server: TestServer, clock: TestClock): Awaited {
  const isIt = ({ level, message }: LoggedEvent) => level === "info" && message === "client was too slow";
  return { clock, isLeft: () => server.log.some(isIt) };
}

/** Time goes by in steps of so many milliseconds, after something was done, until the client has been left. */
async function passes(
  { clock, isLeft }: Awaited,
  { step, most }: { readonly step: number; readonly most: number },
  act: () => Promise<unknown> = turn,
): Promise<void> {
  const until = clock.now() + most;
  while (!isLeft()) {
    assert(clock.now() < until, `${most} ms are over`);
    await act();
    clock.advance(step);
  }
}

const twentySeconds = { step: 100, most: 20_000 };

/** Others come to their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Says something octet by octet, slowly, until nobody listens any more; gives what was said to it. */
async function drip(client: Dialogue, text: string, from: Awaited, time = twentySeconds): Promise<string> {
  const said = client.readToEnd();
  let at = 0;
  await passes(from, time, async () => {
    await client.say(text[at++ % text.length] ?? "");
    await turn();
  });
  return await said;
}

const impatient = { options: { smtp: { idle_timeout: "1s" } } };

Deno.test("slow: smtp: a command that comes octet by octet is given up in time, and it is said why", async () => {
  const clock = new TestClock();
  await using server = await testServer(impatient, { clock });
  await using client = await dialogue(server.ports.smtp);
  await client.line();
  assertMatch(await drip(client, "NOOP and so on ", awaited(server, clock)), /^421 4\.4\.2 [^\r\n]*\r\n$/);
});

Deno.test("slow: smtp: a message that comes octet by octet is given up in time, and nothing is kept of it", async () => {
  const clock = new TestClock();
  await using server = await testServer({ ...impatient, cleartextAuth: true }, { clock });
  await using client = await dialogue(server.ports.smtp);
  await client.line();
  await client.ask("HELO client.example");
  await client.ask("MAIL FROM:<>");
  await client.ask(`RCPT TO:<${alice.address}>`);
  assertMatch(await client.ask("DATA"), /^354 /);
  assertMatch(await drip(client, "so it goes on\r\n", awaited(server, clock)), /^(?:421 [^\r\n]*\r\n)?$/);
  await using pop3 = await pop3Session(server.ports.pop3, alice);
  assertMatch(await pop3.ask("STAT"), /^\+OK 0 0/);
});

Deno.test("slow: smtp: a client that says nothing is told, and closed", async () => {
  const clock = new TestClock();
  await using server = await testServer(impatient, { clock });
  await using client = await dialogue(server.ports.smtp);
  await client.line();
  await passes(awaited(server, clock), twentySeconds);
  assertMatch(await client.readToEnd(), /^421 4\.4\.2 /);
});

for (const beginning of ["clear", "smtp", "tls"] as const) {
  Deno.test(`slow: smtp (${beginning}): a client that never reads is left in time, and others are served meanwhile`, async () => {
    const clock = new TestClock();
    await using server = await testServer(
      { options: { submission: { idle_timeout: "1s" } }, engine: "node" },
      { clock },
    );
    const port = beginning === "tls" ? server.ports.submissions : server.ports.submission;
    using socket = await Deno.connect({ hostname: "127.0.0.1", port });
    if (beginning !== "clear") await begin(socket, beginning);
    const client = beginning === "clear" ? dialogueOver(socket) : await shakeHands(socket, { ca: server.certificate });
    // Nobody takes them at some time: neither these nor the answers.
    const saying = client.say("HELP\r\n".repeat(2_000_000)).catch(() => {});
    await using other = await dialogue(server.ports.smtp);
    await other.line();
    const { isLeft } = awaited(server, clock);
    while (!isLeft()) {
      assertMatch(await other.ask("NOOP"), /^250 /);
      clock.advance(100);
    }
    await Promise.race([client.readToEnd().catch(() => {}), saying]);
    if (beginning !== "clear") await client[Symbol.asyncDispose]();
    await saying;
  });
}

interface Served {
  readonly tested: TestService;
  readonly clock: TestClock;
  readonly client: Deno.TcpConn;
  readonly ended: Promise<void>;
}

/** POP3's ten minutes are too long for a test: its own clock, and a real socket. */
async function pop3(tested = testService()): Promise<Served> {
  const clock = new TestClock();
  const { server, client } = await socketPair();
  const connection = new ClientConnection({
    ...{ id: "1", log: tested.log, peer: server.remoteAddr, local: server.localAddr },
    ...{ stream: socketStream(server), waits: new Waits(undefined, clock), buffers: new BufferPool() },
  });
  const ended = tested.serve(connection, new AbortController().signal).finally(() => connection.finish(2000));
  return { tested, clock, client, ended };
}

function isLeft({ log }: TestService): () => boolean {
  return () => log.lines.some((line) => line.includes("client was too slow"));
}

Deno.test("slow: pop3: RFC 1939 §3: an octet a second is no command: the autologout comes, and says nothing", async () => {
  const { tested, clock, client, ended } = await pop3();
  const spoken = dialogueOver(client);
  await spoken.line();
  assertEquals(await drip(spoken, "x", { clock, isLeft: isLeft(tested) }, { step: 1000, most: 610_000 }), "");
  client.close();
  await ended;
});

Deno.test("slow: pop3: a client that takes nothing of a large message is left, and its maildrop is free again", async () => {
  const tested = testService({ maildrops: new FakeMaildrops({ [mrose]: [mailOf(20_000_000)] }) });
  const { clock, client, ended } = await pop3(tested);
  await dialogueOver(client).say(`${login}RETR 1\r\n`);
  // Ten minutes after the system has taken the last that it takes.
  await passes({ clock, isLeft: isLeft(tested) }, { step: 1000, most: 1_200_000 });
  client.close();
  await ended;
  const again = await pop3(tested);
  const session = dialogueOver(again.client);
  await session.say(`${login}STAT\r\nQUIT\r\n`);
  assertMatch(await session.readToEnd(), /\+OK 1 20000000\r\n/);
  again.client.close();
  await again.ended;
});
