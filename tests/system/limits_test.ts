/** How many clients there may be, and what becomes of them when the server ends. */
import { assertEquals, assertMatch } from "@std/assert";
import { connect } from "node:net";
import { type Dialogue, dialogue, dialogueOver, pop3Session } from "../support/plain_client.ts";
import { serverHome } from "../support/spawn_server.ts";
import { alice, type TestServer, testServer } from "../support/test_server.ts";
import { begin, tlsDialogue } from "../support/tls_client.ts";

async function greeted(port: number): Promise<Dialogue> {
  const session = await dialogue(port);
  await session.line();
  return session;
}

/** Whether somebody who comes is served; he stays then. */
async function comes(stack: AsyncDisposableStack, port: number): Promise<boolean> {
  const session = stack.use(await dialogue(port));
  return await session.line().then((line) => /^(?:\+OK|220) /.test(line), () => false);
}

/** All that somebody hears who says nothing, until he is left. */
async function heard(port: number): Promise<string> {
  await using session = await dialogue(port);
  return await session.readToEnd();
}

function turnedAway({ log }: TestServer): unknown[] {
  return log.filter(({ message }) => message.startsWith("turned away")).map((
    { level, peer, limit },
  ) => [level, peer, limit]);
}

Deno.test("limits: so many connections from one address; the next is closed at once, the log says it once", async () => {
  await using server = await testServer({ limits: { connections_per_address: 2 } });
  const { pop3, smtp } = server.ports;
  await using stack = new AsyncDisposableStack();
  const [one, two] = [await greeted(pop3), await greeted(smtp)];
  stack.use(two);
  for (let times = 0; times < 5; times++) assertEquals(await comes(stack, pop3), false);
  assertEquals(turnedAway(server), [["warn", "127.0.0.1", "limits.connections_per_address"]]);
  // Whoever leaves makes room.
  await one.ask("QUIT");
  await one.readToEnd();
  await one[Symbol.asyncDispose]();
  while (!await comes(stack, pop3)) await new Promise((resolve) => setTimeout(resolve));
});

Deno.test("limits: who is turned away is told so in the words of the protocol, and left", async () => {
  const everybody = ["127.0.0.1"];
  await using server = await testServer({
    limits: { connections_per_address: 1 },
    further: {
      ...{ pop1: { allow: everybody }, pop2: { allow: everybody }, pop4: {}, sdps: {}, acap: {} },
      ...{ ldap: {}, ph: { allow: everybody }, poppassd: {} },
    },
  });
  const { ports: { smtp, pop3, imap, pop3s }, furtherPorts } = server;
  await using _ = await greeted(smtp);
  const pop = "-ERR [SYS/TEMP] too many connections, try again later\r\n";
  assertEquals(await heard(smtp), "421 4.3.2 mail.example.org Too many connections, try again later\r\n");
  assertEquals(await heard(pop3), pop);
  assertEquals(await heard(imap), "* BYE [UNAVAILABLE] Too many connections, try again later\r\n");
  for (
    const [name, told] of Object.entries({
      pop1: "-ERR too many connections, try again later\r\n",
      pop2: "- too many connections, try again later\r\n",
      pop4: pop,
      sdps: pop,
      acap: '* BYE (TRYLATER) "Too many connections, try again later"\r\n',
      ph: "475:Database unavailable; try later.\r\n",
      poppassd: "400 too many connections, try again later\r\n",
    })
  ) assertEquals(await heard(furtherPorts[name] ?? 0), told, name);
  // RFC 4511 §4.4.1: the notice of disconnection, busy (51).
  const notice = await heard(furtherPorts.ldap ?? 0);
  assertEquals(notice.slice(0, 10), "0I\x02\x01\0xD\n\x013");
  assertMatch(notice, /too many connections, try again later.*1\.3\.6\.1\.4\.1\.1466\.20036$/);
  await using secret = await tlsDialogue(pop3s, "tls", { ca: server.certificate });
  assertEquals(await secret.readToEnd(), pop);
  assertEquals(turnedAway(server), [["warn", "127.0.0.1", "limits.connections_per_address"]]);
});

Deno.test("limits: Node's TLS shakes no hands with who is turned away", async () => {
  await using server = await testServer({ engine: "node", limits: { connections_per_address: 1 } });
  await using _ = await greeted(server.ports.smtp);
  assertEquals(await heard(server.ports.pop3s), "");
});

Deno.test("limits: so many connections in all, under TLS too", async () => {
  for (const engine of ["deno", "node"] as const) {
    await using server = await testServer({ engine, limits: { connections: 2 } });
    await using stack = new AsyncDisposableStack();
    assertEquals(await comes(stack, server.ports.pop3), true);
    const silent = await Deno.connect({ hostname: "127.0.0.1", port: server.ports.pop3s });
    while (server.log.filter(({ message }) => message === "connected").length < 2) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    assertEquals(await comes(stack, server.ports.smtp), false);
    assertEquals(turnedAway(server), [["warn", "127.0.0.1", "limits.connections"]]);
    silent.close();
  }
});

Deno.test("limits: who is turned away cannot keep others from being served", async () => {
  await using server = await testServer({ limits: { connections_per_address: 1 } });
  await using session = await greeted(server.ports.pop3);
  const sockets = Array.from({ length: 200 }, () => connect({ host: "127.0.0.1", port: server.ports.pop3 }));
  await Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve).on("error", resolve).resume())),
  );
  assertMatch(await session.ask("CAPA", true), /^\+OK/);
});

Deno.test("limits: when descriptors run out the server says so, waits, and goes on", async () => {
  await using home = await serverHome({ cleartextAuth: true });
  await using server = await home.spawn({ openFiles: 64 });
  await using first = await greeted(server.ports.pop3);
  const sockets = await Promise.all(
    Array.from({ length: 80 }, () => Deno.connect({ hostname: "127.0.0.1", port: server.ports.pop3 })),
  );
  const { level } = await server.logged(/^cannot accept connections/);
  assertEquals(level, "error");
  assertMatch(await first.ask("CAPA", true), /^\+OK/);
  for (const socket of sockets) socket.close();
  await using _again = await pop3Session(server.ports.pop3, alice);
});

Deno.test("limits: draining waits for nobody who has not begun, and tells everybody else", async () => {
  for (const engine of ["deno", "node"] as const) {
    await using server = await testServer({ engine });
    await using stack = new AsyncDisposableStack();
    const sockets: Deno.TcpConn[] = [];
    for (const [port, beginning] of [[server.ports.pop3s, "tls"], [server.ports.pop3, "pop3"]] as const) {
      const socket = await Deno.connect({ hostname: "127.0.0.1", port });
      stack.defer(() => socket.close());
      await begin(socket, beginning);
      sockets.push(socket);
    }
    const idle = stack.use(await greeted(server.ports.smtp));
    while (server.log.filter(({ message }) => message === "connected").length < 3) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    const drained = server.drain(new AbortController().signal);
    assertMatch(await idle.readToEnd(), /^421 4\.3\.2 /);
    await stack.disposeAsync();
    await drained;
    assertEquals(server.log.filter(({ level }) => level === "error"), []);
  }
});

Deno.test("limits: what the drain did not end is broken off, whatever it was doing", async () => {
  const server = await testServer({ engine: "node" });
  await using _silent = await greeted(server.ports.pop3);
  using deaf = await Deno.connect({ hostname: "127.0.0.1", port: server.ports.smtp });
  const saying = dialogueOver(deaf).say("HELP\r\n".repeat(2_000_000)).catch(() => {});
  for (let before = 0, turns = 0; turns < 20; turns++) {
    const { length } = server.log;
    if (length !== before) turns = 0;
    before = length;
    await new Promise((resolve) => setTimeout(resolve));
  }
  await server.drain(AbortSignal.abort());
  await server[Symbol.asyncDispose]();
  await saying;
  assertEquals(server.log.filter(({ level }) => level === "error"), []);
});
