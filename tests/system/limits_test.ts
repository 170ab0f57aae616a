/** How many clients there may be, and what becomes of them when the server ends. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect } from "node:net";
import { type Dialogue, dialogue, dialogueOver, pop3Session } from "../support/plain_client.ts";
import { serverHome } from "../support/spawn_server.ts";
import { alice, type TestServer, testServer } from "../support/test_server.ts";
import { begin } from "../support/tls_client.ts";

async function greeted(port: number): Promise<Dialogue> {
  const session = await dialogue(port);
  await session.line();
  return session;
}

/** Whether somebody who comes is served; he stays then. */
async function comes(stack: AsyncDisposableStack, port: number): Promise<boolean> {
  const session = stack.use(await dialogue(port));
  return await session.line().then(() => true, () => false);
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
    const late = AbortSignal.timeout(60_000);
    const drained = server.drain(late);
    assertMatch(await idle.readToEnd(), /^421 4\.3\.2 /);
    await stack.disposeAsync();
    await drained;
    assert(!late.aborted);
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
