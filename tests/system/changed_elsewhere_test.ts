/** What another process does to an account, the sessions of a running server feel: the command line beside `serve`. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Dialogue, dialogue } from "../support/plain_client.ts";
import { runMain } from "../support/run_main.ts";
import { alice, bob, type Ports } from "../support/test_config.ts";
import { type SpawnedServer, spawnServer } from "../support/spawn_server.ts";

type Login = typeof alice | typeof bob;

/** Sessions that have logged in. */
const sessions: Readonly<Record<string, (ports: Ports, who: Login) => Promise<Dialogue>>> = {
  async pop3({ pop3 }, { address, password }) {
    const session = await dialogue(pop3);
    await session.line();
    await session.ask(`USER ${address}`);
    assertMatch(await session.ask(`PASS ${password}`), /^\+OK /);
    return session;
  },
  async imap({ imap }, { address, password }) {
    const session = await dialogue(imap);
    await session.line();
    assertMatch(await session.ask(`a1 LOGIN ${address} "${password}"`), /^a1 OK /);
    return session;
  },
  async submission({ submission }, { address, password }) {
    const session = await dialogue(submission);
    await session.line();
    await session.ask("EHLO client.example");
    assertMatch(await session.ask(`AUTH PLAIN ${btoa(`\0${address}\0${password}`)}`), /^235 /);
    return session;
  },
};

/** An `account` command in a process of its own. */
async function account(
  server: SpawnedServer & { readonly home: { file: string; folder: string } },
  ...words: string[]
) {
  const { file, folder } = server.home;
  const [stdin] = words.includes("--password-stdin") ? ["something else, long"] : [];
  const { code, stderr } = await runMain(["account", ...words, "--config", file], {
    folder,
    ...stdin !== undefined && { stdin },
  });
  assertEquals(code, 0, stderr);
}

/** IMAP hears of it itself, and has the time to say so. */
const gone = { imap: "a3 NO [NONEXISTENT] There is no such mailbox\r\n* BYE The selected mailbox is gone\r\n" };

const changes: readonly (readonly [name: string, goodbye: Readonly<Record<string, string>>, ...words: string[]])[] = [
  ["a password that was set", {}, "password", alice.address, "--password-stdin"],
  ["a second password that was set", {}, "second-password", alice.address, "--password-stdin"],
  ["one-time passwords that were set", {}, "otp", alice.address, "--password-stdin"],
  ["an account that was removed", gone, "remove", alice.address],
];

for (const [name, goodbye, ...words] of changes) {
  Deno.test(`server: ${name} on the command line ends the account's sessions, and nobody else's`, async () => {
    await using server = await spawnServer({ cleartextAuth: true, auth: ["plain", "otp"] });
    await using stack = new AsyncDisposableStack();
    const enter = async (who: Login) => {
      const entered = Object.entries(sessions).map(async ([name, enter]) => {
        return [name, stack.use(await enter(server.ports, who))] as const;
      });
      return new Map(await Promise.all(entered));
    };
    const [ended, others] = [await enter(alice), await enter(bob)];
    const imap = ended.get("imap");
    assert(imap !== undefined);
    await imap.say("a2 SELECT INBOX\r\na3 IDLE\r\n");
    while (!(await imap.line()).startsWith("+ "));
    // What does not touch what one logs in by ends nothing.
    await account(server, "quota", alice.address, "--messages", "10");
    await account(server, "alias", `info@example.org`, alice.address);
    await account(server, ...words);
    for (const [name, session] of ended) assertEquals(await session.readToEnd(), goodbye[name] ?? "", name);
    assertEquals(await others.get("pop3")?.ask("NOOP"), "+OK");
    assertMatch(await others.get("imap")?.ask("a2 NOOP") ?? "", /^a2 OK /);
    assertMatch(await others.get("submission")?.ask("NOOP") ?? "", /^250 /);
    const { ended: count } = await server.logged(/its sessions are ended/);
    assertEquals(count, ended.size - Object.keys(goodbye).length);
  });
}
