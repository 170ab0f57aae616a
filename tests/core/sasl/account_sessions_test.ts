/** What a new password ends: sessions of the account, and logins that have proven the old one. */
import { assertEquals } from "@std/assert";
import type { Connection } from "../../../core/contract/mod.ts";
import { authenticationMemory } from "../../../core/sasl/authentication.ts";
import { AccountSessions } from "../../../core/sasl/account_sessions.ts";
import { encodeUtf8 } from "../../../core/sasl/text.ts";
import { type FakeConnection, fakeConnection } from "../../support/fake_connection.ts";
import { testAccount, testAuthentication, testDirectory } from "../../support/test_directory.ts";

const [alice, bob] = [testAccount("alice@example.org"), testAccount("bob@example.org")];
const passwords = { [alice]: "wonderland", [bob]: "builder" };

function connect(open: Set<Connection>): FakeConnection {
  const both = fakeConnection({ tls: true });
  open.add(both.connection);
  return both;
}

Deno.test("authentication: sessions of an account are ended, others and the one that asks for it are not", async () => {
  const open = new Set<Connection>();
  const authentication = testAuthentication(testDirectory(passwords), { connections: open });
  const logIn = async (login: string, password: string) => {
    const both = connect(open);
    const end = await authentication.checkPassword(login, password, both.connection, "imap");
    assertEquals(end.state, "authenticated");
    return both;
  };
  const [first, second, other] = [
    await logIn("alice", "wonderland"),
    await logIn("alice", "wonderland"),
    await logIn("bob", "builder"),
  ];
  const nobody = connect(open);
  const bySasl = connect(open);
  await authentication.begin("PLAIN", bySasl.connection, "smtp", encodeUtf8("\0alice\0wonderland"));
  assertEquals(authentication.endSessions(alice, second.connection), 2);
  const closed = [first, second, other, nobody, bySasl].map(({ client }) => client.isClosed);
  assertEquals(closed, [true, false, false, false, true]);
});

Deno.test("authentication: failures and sessions outlive mechanisms and directory, where they are shared", async () => {
  const waits: number[] = [];
  const connections = new Set<Connection>();
  const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
  const memory = authenticationMemory({ authDelay: 2000, now: () => new Date(0), connections, sleep });
  const [before, after] = [1, 2].map(() => testAuthentication(testDirectory(passwords), { authDelay: 2000, memory }));
  const { connection, client } = connect(connections);
  const logIn = (login: string, password: string, on = before) =>
    on?.checkPassword(login, password, connection, "imap");
  await logIn("bob", "wrong");
  await logIn("bob", "wrong", after);
  // Its answer; before the next is verified, and its answer.
  assertEquals(waits, [2000, 2000, 4000]);
  assertEquals((await logIn("alice", "wonderland"))?.state, "authenticated");
  assertEquals([after?.endSessions(alice), client.isClosed], [1, true]);
});

Deno.test("authentication: sessions that act as another end with the password of either", async () => {
  for (const account of [alice, bob]) {
    const open = new Set<Connection>();
    const directory = testDirectory(passwords, { delegates: { [alice]: [bob] } });
    const authentication = testAuthentication(directory, { connections: open });
    const { connection, client } = connect(open);
    await authentication.begin("PLAIN", connection, "imap", encodeUtf8("bob\0alice\0wonderland"));
    assertEquals([authentication.endSessions(account), client.isClosed], [1, true]);
  }
});

Deno.test("authentication: a login that proved the old password while it was changed does not hold", async () => {
  const open = new Set<Connection>();
  const checking = Promise.withResolvers<void>(), changed = Promise.withResolvers<void>();
  const directory = testDirectory(passwords);
  const authentication = testAuthentication({
    ...directory,
    async checkPassword(login, password) {
      const account = await directory.checkPassword(login, password);
      checking.resolve();
      await changed.promise;
      return account;
    },
  }, { connections: open });
  const { connection } = connect(open);
  const end = authentication.checkPassword("alice", "wonderland", connection, "pop");
  const ofBob = authentication.checkPassword("bob", "builder", connection, "pop");
  await checking.promise;
  assertEquals(authentication.endSessions(alice), 0);
  changed.resolve();
  assertEquals(await end, { state: "refused", reason: "credentials" });
  assertEquals((await ofBob).state, "authenticated");
});

Deno.test("authentication: what began after an end holds", () => {
  const sessions = new AccountSessions([]);
  const { connection } = fakeConnection();
  const before = sessions.moment;
  sessions.end(alice, undefined);
  assertEquals(sessions.enter(connection, [alice], before), false);
  assertEquals(sessions.enter(connection, [bob], before), true);
  assertEquals(sessions.enter(connection, [alice], sessions.moment), true);
});

Deno.test("authentication: a password without TLS is taken where the protocol knows that nobody reads along", async () => {
  const authentication = testAuthentication(testDirectory(passwords));
  const { connection } = fakeConnection();
  const refusal = { state: "refused", reason: "needs-tls" } as const;
  assertEquals(await authentication.checkPassword("alice", "wonderland", connection, "pop"), refusal);
  assertEquals(
    (await authentication.checkPassword("alice", "wonderland", connection, "pop", { isPrivate: true })).state,
    "authenticated",
  );
  assertEquals(
    (await authentication.checkPassword("alice", "wrong", connection, "pop", { isPrivate: true })).state,
    "refused",
  );
});
