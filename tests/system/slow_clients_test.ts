/** Clients that are slow, silent or deaf, over real sockets: each is closed within its time, and others notice nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ClientConnection } from "../../core/server/connection.ts";
import { socketStream } from "../../core/server/socket_stream.ts";
import { BufferPool } from "../../core/wire/buffer_pool.ts";
import { Waits } from "../../core/wire/waits.ts";
import { FakeMaildrops, mailOf } from "../plugins/protocols/pop3/fake_maildrops.ts";
import { login, mrose, type TestService, testService } from "../plugins/protocols/pop3/talk.ts";
import { dialogue, dialogueOver, type Octets } from "../support/plain_client.ts";
import { socketPair } from "../support/socket_pair.ts";
import { TestClock } from "../support/test_clock.ts";
import { alice, testServer } from "../support/test_server.ts";
import { begin, shakeHands } from "../support/tls_client.ts";

/** Says something octet by octet, slowly, until nobody listens any more; gives what was said to it. */
async function drip(client: Octets, text: string): Promise<string> {
  const octets = new TextEncoder().encode(text);
  let isOver = false;
  const said = dialogueOver(client).readToEnd().catch(() => "").finally(() => isOver = true);
  for (let at = 0; !isOver; at++) {
    assert(at < 200, "twenty seconds and more");
    await client.write(octets.subarray(at % octets.length, at % octets.length + 1)).catch(() => {});
    await Promise.race([said, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  return await said;
}

const impatient = { options: { smtp: { idle_timeout: "1s" } } };

Deno.test("slow: smtp: a command that comes octet by octet is given up in time, and it is said why", async () => {
  await using server = await testServer(impatient);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: server.ports.smtp });
  assertMatch(await drip(client, "NOOP and so on "), /^220 [^\r\n]*\r\n421 4\.4\.2 [^\r\n]*\r\n$/);
  assert(server.log.some(({ level, message }) => level === "info" && message === "client was too slow"));
});

Deno.test("slow: smtp: a message that comes octet by octet is given up in time, and nothing is kept of it", async () => {
  await using server = await testServer({ ...impatient, cleartextAuth: true });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: server.ports.smtp });
  const spoken = dialogueOver(client);
  await spoken.line();
  await spoken.ask("HELO client.example");
  await spoken.ask("MAIL FROM:<>");
  await spoken.ask(`RCPT TO:<${alice.address}>`);
  assertMatch(await spoken.ask("DATA"), /^354 /);
  assertMatch(await drip(client, "so it goes on\r\n"), /^(?:421 [^\r\n]*\r\n)?$/);
  assert(server.log.some(({ message }) => message === "client was too slow" || message === "client broke off"));
  await using pop3 = await dialogue(server.ports.pop3);
  await pop3.line();
  await pop3.ask(`USER ${alice.address}`);
  await pop3.ask(`PASS ${alice.password}`);
  assertMatch(await pop3.ask("STAT"), /^\+OK 0 0/);
});

Deno.test("slow: smtp: a client that says nothing is told, and closed", async () => {
  await using server = await testServer(impatient);
  await using client = await dialogue(server.ports.smtp);
  await client.line();
  assertMatch(await client.readToEnd(), /^421 4\.4\.2 /);
});

for (const beginning of ["clear", "smtp", "tls"] as const) {
  Deno.test(`slow: smtp (${beginning}): a client that never reads is left in time, and others are served meanwhile`, async () => {
    await using server = await testServer({ options: { submission: { idle_timeout: "1s" } }, engine: "node" });
    const port = beginning === "tls" ? server.ports.submissions : server.ports.submission;
    using socket = await Deno.connect({ hostname: "127.0.0.1", port });
    if (beginning !== "clear") await begin(socket, beginning);
    const client = beginning === "clear" ? dialogueOver(socket) : await shakeHands(socket, { ca: server.certificate });
    const left = () => server.log.some(({ message }) => message === "client was too slow");
    // Nobody takes them at some time: neither these nor the answers.
    const saying = client.say("HELP\r\n".repeat(2_000_000)).catch(() => {});
    await using other = await dialogue(server.ports.smtp);
    await other.line();
    while (!left()) assertMatch(await other.ask("NOOP"), /^250 /);
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

Deno.test("slow: pop3: RFC 1939 §3: an octet a second is no command: the autologout comes, and says nothing", async () => {
  const { tested, clock, client, ended } = await pop3();
  const spoken = dialogueOver(client);
  await spoken.line();
  let isOver = false;
  const said = spoken.readToEnd().finally(() => isOver = true);
  for (let second = 0; !isOver; second++) {
    assert(second < 610, "ten minutes are over");
    await client.write(new TextEncoder().encode("x")).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve));
    clock.advance(1000);
  }
  assertEquals(await said, "");
  client.close();
  await ended;
  assert(tested.log.lines.some((line) => line.includes("client was too slow")), tested.log.lines.join("\n"));
});

Deno.test("slow: pop3: a client that takes nothing of a large message is left, and its maildrop is free again", async () => {
  const tested = testService({ maildrops: new FakeMaildrops({ [mrose]: [mailOf(20_000_000)] }) });
  const { clock, client, ended } = await pop3(tested);
  await dialogueOver(client).say(`${login}RETR 1\r\n`);
  let isOver = false;
  ended.finally(() => isOver = true);
  for (let second = 0; !isOver; second++) {
    assert(second < 620, "ten minutes are over");
    await new Promise((resolve) => setTimeout(resolve));
    clock.advance(1000);
  }
  client.close();
  const again = await pop3(tested);
  const session = dialogueOver(again.client);
  await session.say(`${login}STAT\r\nQUIT\r\n`);
  assertMatch(await session.readToEnd(), /\+OK 1 20000000\r\n/);
  again.client.close();
  await again.ended;
});
