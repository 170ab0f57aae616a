/** kill -9 in the middle of deliveries, more than once: what was acknowledged is there once and whole, nothing is half there. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Dialogue, dialogue, pop3Session } from "../support/plain_client.ts";
import { type ServerHome, serverHome } from "../support/spawn_server.ts";
import { alice, bob } from "../support/test_config.ts";

const rounds = 4, clients = 8;
/** Acknowledged messages of a round after which the server is killed. */
const enough = 60;

/** What became of the messages; each has a number. */
interface Sent {
  readonly tried: Set<number>;
  readonly acknowledged: Set<number>;
}

/** Lines of a message: some, or some hundred thousand octets, or a million, as they are stored in different ways. */
function linesIn(number: number): number {
  if (number % 10 === 0) return 40_000;
  return number % 3 === 1 ? 4000 : number * 7 % 90;
}

/** Content with its number in it, dots at the start of lines included. */
function contentOf(number: number): string {
  const count = linesIn(number);
  const lines = Array.from(
    { length: count },
    (_, index) => `${".".repeat(index % 3)}line ${index} of message ${number}`,
  );
  return `Subject: ${number}\r\n\r\n${lines.map((line) => `${line}\r\n`).join("")}`;
}

/** Every third goes to two at once. */
function recipientsOf(number: number): readonly string[] {
  return number % 3 === 0 ? [bob.address, alice.address] : [bob.address];
}

/** Delivers one after the other until the server is gone. */
async function deliver(
  port: number,
  next: () => number,
  { tried, acknowledged }: Sent,
  done: () => void,
): Promise<void> {
  await using session = await dialogue(port);
  await session.line();
  await expect(session, "EHLO client.example", /^250/);
  for (;;) {
    const number = next();
    await expect(session, "MAIL FROM:<sender@example.com>", /^250 /);
    for (const recipient of recipientsOf(number)) await expect(session, `RCPT TO:<${recipient}>`, /^250 /);
    await expect(session, "DATA", /^354 /);
    tried.add(number);
    await expect(session, `${contentOf(number).replace(/^\./gm, "..")}.`, /^250 /);
    acknowledged.add(number);
    done();
  }
}

class Unexpected extends Error {}

async function expect(session: Dialogue, line: string, reply: RegExp): Promise<void> {
  const said = await session.ask(line);
  if (!reply.test(said)) throw new Unexpected(`${line.slice(0, 40)}: ${said}`);
}

/** Loads a server and kills it in the middle. */
async function round(home: ServerHome, sent: Sent): Promise<void> {
  await using server = await home.spawn();
  let left = enough;
  let last = Math.max(0, ...sent.tried);
  const delivering = Array.from({ length: clients }, () =>
    deliver(server.ports.smtp, () => ++last, sent, () => {
      if (--left === 0) server.kill("SIGKILL");
    }).catch((error) => {
      if (error instanceof Unexpected) throw error;
    }));
  await Promise.all(delivering);
  assertEquals((await server.status).signal, "SIGKILL");
}

/** What a maildrop holds: how often each number is there. Every message must be what was sent. */
async function fetched(port: number, account: typeof alice | typeof bob): Promise<Map<number, number>> {
  await using session = await pop3Session(port, account);
  const [, count = "0"] = /^\+OK (\d+) /.exec(await session.ask("STAT")) ?? [];
  const found = new Map<number, number>();
  for (let index = 1; index <= Number(count); index++) {
    const [status = "", ...lines] = (await session.ask(`RETR ${index}`, true)).split("\r\n");
    assertMatch(status, /^\+OK/);
    const start = lines.findIndex((line) => line.startsWith("Subject: "));
    const text = lines.slice(start, -1).map((line) => `${line.replace(/^\./, "")}\r\n`).join("");
    const number = Number(lines[start]?.replace("Subject: ", ""));
    assertEquals(text === contentOf(number), true, `message ${index}, number ${number}, is not whole`);
    found.set(number, (found.get(number) ?? 0) + 1);
  }
  return found;
}

Deno.test("kill -9 during load: what got 250 is there once and whole; what did not, once and whole or not at all", async () => {
  await using home = await serverHome({ cleartextAuth: true, log: { format: "json", level: "info" } });
  const sent: Sent = { tried: new Set(), acknowledged: new Set() };
  for (let times = 0; times < rounds; times++) await round(home, sent);
  await using server = await home.spawn();
  const ofBob = await fetched(server.ports.pop3, bob), ofAlice = await fetched(server.ports.pop3, alice);
  assert(sent.acknowledged.size >= rounds * enough && sent.tried.size > sent.acknowledged.size);
  for (const number of sent.acknowledged) assertEquals(ofBob.get(number), 1, `${number} got 250`);
  for (const [number, times] of ofBob) {
    assert(sent.tried.has(number), `${number} was never sent`);
    assertEquals(times, 1, `${number} is there ${times} times`);
  }
  // What is for two is in both maildrops or in none.
  const forTwo = [...ofBob.keys()].filter((number) => recipientsOf(number).length > 1).sort((a, b) => a - b);
  assertEquals([...ofAlice.keys()].sort((a, b) => a - b), forTwo);
  assertEquals([...ofAlice.values()].filter((times) => times !== 1), []);
  assertEquals(server.log.filter(({ level }) => level === "error" || level === "warn"), []);
});
