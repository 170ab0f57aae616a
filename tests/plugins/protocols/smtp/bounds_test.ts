/** Clients that are slow, deaf, or gone: each wait ends, nothing is kept of what had no end, and the log says why. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Session } from "../../../../plugins/protocols/smtp/session.ts";
import { type FakeClient, fakeConnection, type FakeConnectionOptions } from "../../../support/fake_connection.ts";
import { TestClock } from "../../../support/test_clock.ts";
import { fakeContext, FakeDelivery, FakeLog } from "./fake_context.ts";
import { codesOf, validOptions } from "./talk.ts";

interface Started {
  readonly client: FakeClient;
  readonly clock: TestClock;
  readonly delivery: FakeDelivery;
  readonly log: FakeLog;
  readonly served: Promise<void>;
  /** Resolves when the server waits for the client. */
  awaited(): Promise<void>;
}

function start(options: FakeConnectionOptions = {}, delivery = new FakeDelivery()): Started {
  const clock = new TestClock();
  const log = new FakeLog();
  const { connection, client } = fakeConnection({ ...options, clock, log });
  const session = new Session(fakeContext(delivery, { log }), validOptions({ idle_timeout: "5m" }), connection);
  const served = session.serve(options.stop ?? new AbortController().signal).finally(() => connection.close());
  const awaited = async () => {
    while (!client.isAwaited && !client.isClosed) await client.changed;
  };
  return { client, clock, delivery, log, served, awaited };
}

const minute = 60_000;
const envelope = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<Jones@foo.com>\r\n";

Deno.test("smtp bounds: RFC 5321 §4.5.3.2.7: a client that says nothing for the idle timeout gets 421, and not before", async () => {
  const { client, clock, log, served, awaited } = start();
  await awaited();
  clock.advance(5 * minute - 1);
  client.send("NOOP\r\n");
  await awaited();
  clock.advance(5 * minute);
  await served;
  assertEquals(codesOf(client.received), [220, 250, 421]);
  assertStringIncludes(client.received, "421 4.4.2 foo.com ");
  assert(log.lines.some((line) => line.startsWith("info client was too slow")));
});

Deno.test("smtp bounds: a client that sends an octet a minute has one timeout for the whole line, and for the data", async () => {
  for (const beginning of ["", `${envelope}DATA\r\n`, `${envelope}BDAT 100\r\n`]) {
    const { client, clock, delivery, served, awaited } = start();
    await awaited();
    client.send(beginning);
    for (let minutes = 0; minutes < 10 && !client.isClosed; minutes++) {
      await awaited();
      client.send("x");
      await awaited();
      clock.advance(minute);
    }
    await served;
    assertEquals(codesOf(client.received).at(-1), 421);
    assertEquals(delivery.kept, []);
  }
});

Deno.test("smtp bounds: what comes after a deadline in the middle of a message is not taken for commands", async () => {
  const { client, clock, delivery, served, awaited } = start();
  delivery.onAccept = () =>
    Promise.resolve({ accepted: false, reply: { code: 451, enhanced: "4.3.0", text: "Not now" } });
  client.send(`${envelope}DATA\r\nSubject: x\r\n\r\nhalf`);
  await awaited();
  clock.advance(5 * minute);
  client.send("\r\nRSET\r\nNOOP\r\n");
  await served;
  assertEquals(codesOf(client.received), [220, 250, 250, 250, 354, 421]);
});

Deno.test("smtp bounds: a client that never reads is given up, in the time of a flush and of a goodbye", async () => {
  const { client, clock, served } = start({ window: 64 });
  client.send("HELP\r\n".repeat(10_000));
  for (let minutes = 0; minutes < 20 && !client.isClosed; minutes++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    clock.advance(minute);
  }
  await served;
  assert(client.isClosed && client.received.length < 1000);
});

Deno.test("smtp bounds: a connection that is reset in any state ends quietly, and nothing is kept", async () => {
  for (
    const beginning of [
      "",
      "EHLO x\r\n",
      envelope,
      `${envelope}DATA\r\nSubject: x\r\n`,
      `${envelope}BDAT 5\r\nab`,
      `${envelope}BDAT 2\r\nab`,
    ]
  ) {
    const { client, delivery, log, served, awaited } = start();
    await awaited();
    client.send(beginning);
    await awaited();
    client.reset();
    await served;
    assertEquals(delivery.kept, []);
    assert(!log.lines.some((line) => /^(warn|error)/.test(line)), log.lines.join("\n"));
    // A message that was begun is missed by somebody.
    const isMissed = beginning.startsWith(envelope);
    assertEquals(log.lines.some((line) => line.startsWith("info client broke off")), isMissed, log.lines.join("\n"));
  }
});

Deno.test("smtp bounds: a server that stops says 421 to a client that is silent, and after the message in hand", async () => {
  const stop = new AbortController();
  const silent = start({ stop: stop.signal });
  await silent.awaited();
  const busy = start({ stop: stop.signal });
  busy.client.send(`${envelope}DATA\r\nSubject: x\r\n`);
  await busy.awaited();
  stop.abort();
  await silent.served;
  assertEquals(codesOf(silent.client.received), [220, 421]);
  busy.client.send("\r\n.\r\nNOOP\r\n");
  await busy.served;
  assertEquals(codesOf(busy.client.received), [220, 250, 250, 250, 354, 250, 421]);
  assertStringIncludes(busy.client.received, "421 4.3.2 foo.com ");
});

Deno.test("smtp bounds: a line or a message that goes on far beyond its limit ends the session; the client is told", async () => {
  const cases: readonly [endless: string, codes: readonly number[]][] = [
    ["x".repeat(200_000), [220, 421]],
    [`${envelope}DATA\r\n${"x".repeat(3_000_000)}`, [220, 250, 250, 250, 354, 552, 421]],
  ];
  for (const [endless, codes] of cases) {
    const { client, delivery, log, served } = start();
    client.send(endless);
    await served;
    assertEquals(delivery.kept, []);
    assertEquals(codesOf(client.received), codes);
    assertEquals(log.lines.filter((line) => line.startsWith("info client cut off")).length, 1, log.lines.join("\n"));
  }
});

Deno.test("smtp bounds: an error nobody expected in a command is 451, in the greeting 421; the client learns nothing of it", async () => {
  const { client, delivery, log, served } = start();
  delivery.recipient = () => {
    throw new Error("secret");
  };
  client.send(`${envelope}NOOP\r\n`);
  client.close();
  await served;
  assertEquals(codesOf(client.received), [220, 250, 250, 451, 250]);
  assert(!client.received.includes("secret") && log.lines.some((line) => line.startsWith("error command failed")));

  // The greeting is decided before `start` returns.
  const failing = new FakeDelivery();
  failing.connected = () => {
    throw new Error("secret");
  };
  const greeting = start({}, failing);
  await assertRejects(() => greeting.served, Error, "secret");
  assertEquals(greeting.client.received, "421 4.3.0 foo.com Local error, try again later\r\n");
});
