/** The rules of poppassd: who may change a password, on what way, and what becomes of those who are logged in. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Directory, Refusal } from "../../../../core/contract/mod.ts";
import plugin from "../../../../plugins/protocols/poppassd/plugin.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { converse } from "../mail_context.ts";
import { poppassd } from "./serve.ts";

const change = "USER alice\r\nPASS old\r\nNEWPASS new\r\nQUIT\r\n";
const changed = [
  "200 your password please",
  "200 your new password please",
  "200 password changed, thank you",
  "200 bye",
];
const tls = { tls: true };

/** Lines after the greeting. */
function replies(received: string): string[] {
  return received.split("\r\n").slice(1, -1);
}

Deno.test("poppassd: under TLS, from this machine, or from where the configuration says; a greeting refuses the others", async () => {
  const ways = [
    { client: { tls: true, peer: "192.0.2.1" }, takes: true },
    { client: { peer: "127.0.0.1" }, takes: true },
    { client: { peer: "::1" }, takes: true },
    { client: { peer: "192.0.2.1" }, takes: false },
    { client: { peer: "192.0.2.1" }, options: { cleartext_from: ["192.0.2.0/24"] }, takes: true },
    { client: { peer: "127.0.0.1" }, options: { cleartext_from: [] }, takes: false },
  ];
  for (const { client, options, takes } of ways) {
    for (const cleartextAuth of [false, true]) {
      await using tested = await poppassd({ cleartextAuth, ...options && { options } });
      const received = await converse(tested.serve, change, client);
      assertEquals(replies(received), takes ? changed : [], received);
      if (!takes) assertEquals(received, "500 passwords are not taken here without TLS\r\n");
      assertEquals(await tested.isPassword("alice", "new"), takes);
    }
  }
});

Deno.test("poppassd: only those may connect whom allow names", async () => {
  await using tested = await poppassd({ options: { allow: ["192.0.2.7"] } });
  const refused = await converse(tested.serve, change, { ...tls, peer: "192.0.2.8" });
  assertEquals(refused, "500 you may not connect from there\r\n");
  assertEquals(replies(await converse(tested.serve, change, { ...tls, peer: "192.0.2.7" })), changed);
});

Deno.test("poppassd: the new password holds from the answer on, the old one no more", async () => {
  await using tested = await poppassd();
  const { connection, client } = fakeConnection(tls);
  const served = tested.serve(connection, new AbortController().signal).finally(() => connection.close());
  client.send("USER alice\r\nPASS old\r\nNEWPASS  new one \r\n");
  for (let lines = 0; lines < 4; lines++) await client.readLine();
  assertEquals([await tested.isPassword("alice", "old"), await tested.isPassword("alice", " new one ")], [false, true]);
  client.send("QUIT\r\n");
  await served;
});

Deno.test("poppassd: sessions of the account end, but this one; those of others stay", async () => {
  await using tested = await poppassd({ accounts: { alice: "old", bob: "his" } });
  const { context: { authentication }, open, log } = tested;
  const logIn = async (login: string, password: string) => {
    const both = fakeConnection(tls);
    open.add(both.connection);
    assertEquals((await authentication.checkPassword(login, password, both.connection, "imap")).state, "authenticated");
    return both.client;
  };
  const clients = [await logIn("alice", "old"), await logIn("alice", "old"), await logIn("bob", "his")];
  assertEquals(replies(await converse(tested.serve, change, { ...tls, log })), changed);
  assertEquals(clients.map(({ isClosed }) => isClosed), [true, true, false]);
  assert(log.lines.some((line) => line.startsWith("info password changed") && line.includes('"ended":2')));
});

Deno.test("poppassd: a wrong password and an unknown user get the same answer, which is the last", async () => {
  for (const login of ["USER alice\r\nPASS wrong\r\n", "USER nobody\r\nPASS old\r\n"]) {
    await using tested = await poppassd();
    const received = await converse(tested.serve, `${login}NEWPASS new\r\nUSER alice\r\n`, { ...tls, log: tested.log });
    assertEquals(replies(received), ["200 your password please", "500 invalid user or password"]);
    assert(!tested.log.lines.some((line) => /wrong|"old"/.test(line)));
  }
});

Deno.test("poppassd: commands have their turn; what comes out of turn ends it, and is not logged", async () => {
  for (
    const wrong of [
      ["NEWPASS new"],
      ["PASS old"],
      ["USER alice", "USER alice"],
      ["USER alice", "NEWPASS new"],
      ["USER alice", "PASS old", "PASS old"],
      ["USER alice", "PASS old", "NEWPASS new", "NEWPASS newer"],
      ["USER"],
      ["USER alice", "PASS old", "\xff"],
      ["HELP"],
      ["x".repeat(5000)],
    ]
  ) {
    await using tested = await poppassd();
    const { log } = tested;
    const received = await converse(tested.serve, `${wrong.join("\r\n")}\r\nQUIT\r\n`, { ...tls, log });
    const answered = replies(received);
    assertEquals([answered.length, answered.at(-1)?.slice(0, 4)], [wrong.length, "500 "], received);
    assertEquals(await tested.isPassword("alice", "new"), wrong.includes("NEWPASS newer"));
    const logged = log.lines.filter((line) => !line.startsWith("warn poppassd takes"));
    assert(!logged.some((line) => /new|old/.test(line)), logged.join("\n"));
  }
});

Deno.test("poppassd: a password that cannot be is refused in words, and another may follow, a few times", async () => {
  await using tested = await poppassd();
  const log = "USER alice\r\nPASS old\r\n";
  const [, , empty, long, fine] = replies(
    await converse(tested.serve, `${log}NEWPASS\r\nNEWPASS ${"x".repeat(600)}\r\nNEWPASS new\r\nQUIT\r\n`, tls),
  );
  assertEquals(empty, "500 the password is empty");
  assert(long?.startsWith("500 the password is too long"));
  assertEquals(fine, "200 password changed, thank you");
  const tries = replies(await converse(tested.serve, `USER alice\r\nPASS new\r\n${"NEWPASS\r\n".repeat(10)}`, tls));
  assertEquals(tries.length, 2 + 6);
});

/** A directory whose passwords cannot be set. */
function failing(error: unknown): (directory: Directory) => Directory {
  return (directory) => {
    const { admin } = directory;
    if (admin === undefined) throw new Error("the local directory can be administered");
    const bound = new Proxy(admin, {
      get(_admin, name) {
        if (name === "setPassword") return () => Promise.reject(error);
        const value: unknown = Reflect.get(admin, name);
        return typeof value === "function" ? value.bind(admin) : value;
      },
    });
    return new Proxy(directory, {
      get(_directory, name) {
        if (name === "admin") return bound;
        const value: unknown = Reflect.get(directory, name);
        return typeof value === "function" ? value.bind(directory) : value;
      },
    });
  };
}

Deno.test("poppassd: when a password cannot be set, the client is told that and no more, and nobody's session ends", async () => {
  const faults = [
    [new Refusal("unavailable", "the disk is full"), "400 not possible now, try again later"],
    [
      new Refusal("not-found", "there is no account alice@; did you mean bob@example.org?"),
      "500 the account is no more",
    ],
    [new Error("no such table"), "400 local error, try again later"],
  ] as const;
  for (const [fault, told] of faults) {
    await using tested = await poppassd({ wrap: failing(fault) });
    const { connection, client } = fakeConnection(tls);
    tested.open.add(connection);
    await tested.context.authentication.checkPassword("alice", "old", connection, "imap");
    const received = await converse(tested.serve, change, { ...tls, log: tested.log });
    assertEquals(replies(received).at(-1), told);
    assertEquals([await tested.isPassword("alice", "old"), client.isClosed], [true, false]);
    assert(tested.log.lines.some((line) => line.startsWith("error ")));
  }
});

Deno.test("poppassd: a directory that changes no passwords is told to the operator at setup, as is what is not safe", async () => {
  await using tested = await poppassd();
  assertEquals(tested.log.lines.filter((line) => line.startsWith("warn poppassd takes old and new")).length, 1);
  const { admin: _admin, ...fixed } = tested.directory;
  const { context } = tested;
  const validated = plugin.options["~standard"].validate(undefined);
  assert(validated.issues === undefined);
  const setup = async () => void await plugin.setup({ ...context, directory: fixed }, validated.value);
  await assertRejects(setup, Error, "the directory that is configured changes no passwords");
});
