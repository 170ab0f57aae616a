/** kill -9 right after an answer of POP4: what was answered is on disk, once, and what moved is in one place. */
import { assertEquals, assertMatch } from "@std/assert";
import { type Dialogue, pop3Session } from "../support/plain_client.ts";
import { serverHome } from "../support/spawn_server.ts";
import { alice } from "../support/test_config.ts";

async function store(session: Dialogue, folder: string, subject: string): Promise<string> {
  assertEquals(await session.ask(`STOR ${folder}`), "+OK Start sending message");
  return await session.ask(`Subject: ${subject}\r\n\r\ntext\r\n.`);
}

/** How many messages each folder has. */
async function counts(session: Dialogue): Promise<Record<string, string>> {
  const lines = (await session.ask("LFLD", true)).split("\r\n").slice(1, -1);
  return Object.fromEntries(lines.map((line) => line.split(" ").slice(0, 2)));
}

Deno.test("kill -9 after each answer of POP4: folders, stored and moved messages and flags are there", async () => {
  await using home = await serverHome({ cleartextAuth: true, further: { pop4: {} } });
  const steps: readonly (readonly [act: (session: Dialogue) => Promise<string>, expected: Record<string, string>])[] = [
    [(session) => session.ask("CFLD A/B"), { INBOX: "0", A: "0", "A/B": "0" }],
    [(session) => store(session, "A", "one"), { INBOX: "0", A: "1", "A/B": "0" }],
    [(session) => store(session, "INBOX", "two"), { INBOX: "1", A: "1", "A/B": "0" }],
    [(session) => session.ask("MOVE 1 A/B"), { INBOX: "0", A: "1", "A/B": "1" }],
    [(session) => session.ask("MOVF A/B /"), { INBOX: "0", A: "1", B: "1" }],
    [
      async (session) => {
        await session.ask("SFLD B");
        await session.ask("DELE 1");
        return await session.ask("SFLD A");
      },
      { INBOX: "0", A: "1", B: "0" },
    ],
    [
      async (session) => {
        await session.ask("SFLD A");
        return await session.ask("SFLG 1 \\Flagged");
      },
      { INBOX: "0", A: "1", B: "0" },
    ],
  ];
  for (const [act, expected] of steps) {
    {
      await using server = await home.spawn();
      await using session = await pop3Session(server.furtherPorts["pop4"] ?? 0, alice);
      const answer = await act(session);
      server.kill("SIGKILL");
      assertMatch(answer, /^\+OK/);
      assertEquals((await server.status).signal, "SIGKILL");
    }
    await using server = await home.spawn();
    await using session = await pop3Session(server.furtherPorts["pop4"] ?? 0, alice);
    assertEquals(await counts(session), expected);
  }
  await using server = await home.spawn();
  await using session = await pop3Session(server.furtherPorts["pop4"] ?? 0, alice);
  assertEquals(await session.ask("SFLD A"), "+OK 1 22");
  assertEquals(await session.ask("LFLG", true), "+OK\r\n1 \\Flagged\r\n.");
});
