/** What a new password ends: sessions of the account, and logins that have proven the old one. */
import { assertEquals, assertRejects } from "@std/assert";
import type { AccountId, Directory, DirectoryAdmin, Storage } from "../../../core/contract/mod.ts";
import { silentLog } from "../../../core/observe/log.ts";
import { authenticationMemory } from "../../../core/sasl/authentication.ts";
import { AccountSessions } from "../../../core/sasl/account_sessions.ts";
import { OpenConnections } from "../../../core/sasl/open_connections.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";
import { type FakeConnection, fakeConnection } from "../../support/fake_connection.ts";
import { memoryStorage } from "../../../storage/memory/storage.ts";
import { openTestDirectory } from "../../plugins/directories/local/open_directory.ts";
import { testAccount, testAuthentication, testDirectory } from "../../support/test_directory.ts";

const [alice, bob] = [testAccount("alice@example.org"), testAccount("bob@example.org")];
const passwords = { [alice]: "wonderland", [bob]: "builder" };

const change = () => Promise.resolve();

function connect(open: OpenConnections): FakeConnection {
  const both = fakeConnection({ tls: true });
  open.add(both.connection);
  return both;
}

Deno.test("authentication: sessions of an account are ended, others and the one that asks for it are not", async () => {
  const open = new OpenConnections();
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
  assertEquals(await authentication.changeSecrets(alice, change, second.connection), 2);
  const closed = [first, second, other, nobody, bySasl].map(({ client }) => client.isClosed);
  assertEquals(closed, [true, false, false, false, true]);
});

Deno.test("authentication: failures and sessions outlive mechanisms and directory, where they are shared", async () => {
  const waits: number[] = [];
  const connections = new OpenConnections();
  const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
  const memory = authenticationMemory({
    ...{ authDelay: 2000, now: () => new Date(0), connections, sleep, log: silentLog },
    directory: () => undefined,
  });
  const [before, after] = [1, 2].map(() => testAuthentication(testDirectory(passwords), { authDelay: 2000, memory }));
  const { connection, client } = connect(connections);
  const logIn = (login: string, password: string, on = before) =>
    on?.checkPassword(login, password, connection, "imap");
  await logIn("bob", "wrong");
  await logIn("bob", "wrong", after);
  // Its answer; before the next is verified, and its answer.
  assertEquals(waits, [2000, 2000, 4000]);
  assertEquals((await logIn("alice", "wonderland"))?.state, "authenticated");
  assertEquals([await after?.changeSecrets(alice, () => Promise.resolve()), client.isClosed], [1, true]);
});

Deno.test("authentication: sessions that act as another end with the password of either", async () => {
  for (const account of [alice, bob]) {
    const open = new OpenConnections();
    const directory = testDirectory(passwords, { delegates: { [alice]: [bob] } });
    const authentication = testAuthentication(directory, { connections: open });
    const { connection, client } = connect(open);
    await authentication.begin("PLAIN", connection, "imap", encodeUtf8("bob\0alice\0wonderland"));
    assertEquals([await authentication.changeSecrets(account, change), client.isClosed], [1, true]);
  }
});

Deno.test("authentication: a session that has taken its login back is nobody's, and stays", async () => {
  const open = new OpenConnections();
  const authentication = testAuthentication(testDirectory(passwords), { connections: open });
  const { connection, client } = connect(open);
  await authentication.checkPassword("alice", "wonderland", connection, "imap");
  authentication.loggedOut(connection);
  assertEquals([await authentication.changeSecrets(alice, change), client.isClosed], [0, false]);
  await authentication.checkPassword("bob", "builder", connection, "imap");
  assertEquals([await authentication.changeSecrets(bob, change), client.isClosed], [1, true]);
});

Deno.test("authentication: a login that proved the old password while it was changed does not hold", async () => {
  const open = new OpenConnections();
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
  assertEquals(await authentication.changeSecrets(alice, change), 0);
  changed.resolve();
  assertEquals(await end, { state: "refused", reason: "credentials" });
  assertEquals((await ofBob).state, "authenticated");
});

Deno.test("authentication: what began after an end holds", async () => {
  const sessions = new AccountSessions({ connections: new OpenConnections(), log: silentLog });
  const { connection } = fakeConnection();
  const before = sessions.moment;
  const enter = (account: AccountId, since: number) =>
    sessions.enter({ connection, marks: new Map([[account, undefined]]), since });
  await sessions.change(alice, change, undefined);
  assertEquals(await enter(alice, before), false);
  assertEquals(await enter(bob, before), true);
  assertEquals(await enter(alice, sessions.moment), true);
});

Deno.test("authentication: a change that fails ends nothing", async () => {
  const open = new OpenConnections();
  const authentication = testAuthentication(testDirectory(passwords), { connections: open });
  const { connection, client } = connect(open);
  await authentication.checkPassword("alice", "wonderland", connection, "pop");
  await assertRejects(() => authentication.changeSecrets(alice, () => Promise.reject(new Error("no room"))), Error);
  assertEquals(client.isClosed, false);
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

/** A server's authentication over a directory, and another process that shares its storage. */
async function twoProcesses(
  stack: AsyncDisposableStack,
  change: (directory: Directory, other: DirectoryAdmin) => Directory = (directory) => directory,
) {
  const here = await openTestDirectory(), { storage } = here;
  stack.defer(here.close);
  const { admin: other, close } = await openTestDirectory({ storage });
  stack.defer(close);
  const { account } = await other.add("alice@example.org", "wonderland");
  const connections = new OpenConnections();
  const directory = change(here.directory, other);
  return { authentication: testAuthentication(directory, { connections, storage }), other, connections, account };
}

Deno.test("authentication: what another process sets ends sessions; what it uses or leaves alone does not", async () => {
  await using stack = new AsyncDisposableStack();
  const { authentication, other, connections } = await twoProcesses(stack);
  await other.add("bob@example.org", "builder");
  const [alices, bobs] = [connect(connections), connect(connections)];
  await authentication.checkPassword("alice", "wonderland", alices.connection, "pop");
  await authentication.checkPassword("bob", "builder", bobs.connection, "imap");
  await other.setQuota("alice@example.org", { messages: 1 });
  await other.setPassword("bob@example.org", "other");
  await bobs.client.readExactly(1);
  assertEquals([alices.client.isClosed, bobs.client.isClosed], [false, true]);
});

Deno.test("authentication: a login that proved the old password while another process set a new one does not hold", async () => {
  await using stack = new AsyncDisposableStack();
  const { authentication, connections } = await twoProcesses(stack, (directory, other) =>
    new Proxy(directory, {
      get(target, name) {
        if (name !== "checkPassword") return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
        return async (login: string, password: string) => {
          const account = await target.checkPassword(login, password);
          await other.setPassword("alice@example.org", "other");
          return account;
        };
      },
    }));
  const { connection } = connect(connections);
  const end = await authentication.checkPassword("alice", "wonderland", connection, "pop");
  assertEquals(end, { state: "refused", reason: "credentials" });
});

Deno.test("authentication: where an account cannot be watched, its logins are put off, not called wrong", async () => {
  const directory = { ...testDirectory(passwords), secretsMark: () => Promise.resolve("same") };
  const connections = new OpenConnections();
  const storage = memoryStorage();
  const watch: Storage["watch"] = (account, stop) => {
    if (account === alice) throw new Error("disk I/O error");
    return storage.watch(account, stop);
  };
  const authentication = testAuthentication(directory, { connections, storage: { watch } });
  const logIn = async (login: string, password: string) => {
    const { connection } = connect(connections);
    return await authentication.checkPassword(login, password, connection, "pop");
  };
  const ends = await Promise.all([logIn("alice", "wonderland"), logIn("alice", "wonderland"), logIn("bob", "builder")]);
  const unavailable = { state: "refused", reason: "unavailable" };
  assertEquals<readonly unknown[]>(ends, [unavailable, unavailable, { state: "authenticated", account: bob }]);
});

Deno.test("authentication: nobody is watched whose sessions have ended", async () => {
  const watched: AbortSignal[] = [];
  const directory = { ...testDirectory(passwords), secretsMark: () => Promise.resolve("same") };
  const connections = new OpenConnections();
  const storage: Pick<Storage, "watch"> = {
    watch(_account, stop) {
      watched.push(stop);
      return memoryStorage().watch(alice, stop);
    },
  };
  const authentication = testAuthentication(directory, { connections, storage });
  const [first, second] = [connect(connections), connect(connections)];
  for (const { connection } of [first, second, second]) {
    await authentication.checkPassword("alice", "wonderland", connection, "pop");
  }
  const ended = () => watched.map(({ aborted }) => aborted);
  assertEquals(ended(), [false]);
  connections.delete(first.connection);
  assertEquals(ended(), [false]);
  connections.delete(second.connection);
  assertEquals(ended(), [true]);
});
