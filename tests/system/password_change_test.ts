/** A password that is changed by poppassd on a real server: who was in by the old one is out, and only the new one lets in. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Dialogue, dialogue } from "../support/plain_client.ts";
import { alice, bob, type TestServer, testServer } from "../support/test_server.ts";

interface Login {
  readonly address: string;
  readonly password: string;
}

/** Sessions that have logged in, or the refusals. */
const sessions: Readonly<Record<string, (server: TestServer, who: Login) => Promise<[Dialogue, string]>>> = {
  async pop3({ ports }, { address, password }) {
    const session = await dialogue(ports.pop3);
    await session.line();
    await session.ask(`USER ${address}`);
    return [session, await session.ask(`PASS ${password}`)];
  },
  async imap({ ports }, { address, password }) {
    const session = await dialogue(ports.imap);
    await session.line();
    return [session, await session.ask(`a1 LOGIN ${address} "${password}"`)];
  },
  async submission({ ports }, { address, password }) {
    const session = await dialogue(ports.submission);
    await session.line();
    await session.ask("EHLO client.example");
    return [session, await session.ask(`AUTH PLAIN ${btoa(`\0${address}\0${password}`)}`)];
  },
};
const isIn = /^(?:\+OK maildrop|a1 OK |235 )/;

/** The replies of poppassd. */
async function change({ furtherPorts }: TestServer, { address, password }: Login, next: string): Promise<string[]> {
  await using session = await dialogue(furtherPorts.poppassd ?? 0);
  const greeting = await session.line();
  const replies = [];
  for (const line of [`user ${address}`, `pass ${password}`, `newpass ${next}`, "quit"]) {
    replies.push(await session.ask(line));
  }
  assertEquals(await session.readToEnd(), "");
  return [greeting, ...replies];
}

for (const storage of ["memory", "sqlite"] as const) {
  Deno.test(`server: a new password ends the sessions of its account, over ${storage}; the old one lets nobody in any more`, async () => {
    await using server = await testServer({ storage, cleartextAuth: true, further: { poppassd: {} } });
    await using stack = new AsyncDisposableStack();
    const changed = { ...alice, password: "another secret" };
    const enter = async (name: string, who: Login) => {
      const [session, reply] = await sessions[name]?.(server, who) ?? [];
      assert(session !== undefined && reply !== undefined);
      return { session: stack.use(session), reply };
    };
    const names = Object.keys(sessions);
    const before = await Promise.all(names.map((name) => enter(name, alice)));
    for (const { reply } of before) assert(isIn.test(reply), reply);
    const other = await enter("pop3", bob);

    assertEquals(await change(server, alice, changed.password), [
      "200 mail.example.org password service, who are you?",
      "200 your password please",
      "200 your new password please",
      "200 password changed, thank you",
      "200 bye",
    ]);
    for (const { session } of before) await session.readToEnd();
    assertEquals(await other.session.ask("NOOP"), "+OK");

    for (const name of names) {
      const { reply } = await enter(name, alice);
      assert(!isIn.test(reply), reply);
      const now = await enter(name, changed);
      assert(isIn.test(now.reply), now.reply);
    }
    const ended = server.log.find(({ message }) => message === "password changed");
    assertEquals(ended?.ended, 3);
    assertStringIncludes(JSON.stringify(server.log), "poppassd takes old and new passwords");
    assert(!JSON.stringify(server.log).includes("secret"));
  });
}
