/** Several threads that serve sessions, from the start to the end: reloads, deaths, draining, and what cannot be started. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inBothThreads, type ThreadSession, threadSession, threadWord, twoThreads } from "../support/in_threads.ts";
import { type Dialogue, dialogue } from "../support/plain_client.ts";
import { runMain } from "../support/run_main.ts";
import { serverHome, type SpawnedServer, spawnServer } from "../support/spawn_server.ts";
import { bob } from "../support/test_config.ts";

async function login(session: Dialogue): Promise<string> {
  await session.ask(`USER ${bob.address}`);
  return await session.ask(`PASS ${bob.password}`);
}

/** The words that sessions of both threads tell. */
async function words(server: SpawnedServer): Promise<Set<string>> {
  const found = new Set<string>(), threads = new Set<string>();
  for (let tries = 0; tries < 200 && (threads.size < 2 || tries < 20); tries++) {
    await using one = await threadSession(server.ports.pop3);
    threads.add(one.thread);
    found.add(one.word);
  }
  assertEquals(threads.size, 2);
  return found;
}

Deno.test("workers: SIGHUP, and a reload of a plugin, reach all threads; what any cannot take up, none does", async () => {
  await using server = await spawnServer(twoThreads);
  const { home } = server;
  const word = (text: string) => Deno.writeTextFile(`${home.folder}/word.js`, text);
  assertEquals(await words(server), new Set(["one"]));

  await word(threadWord("two"));
  server.kill("SIGHUP");
  await server.logged("reloaded");
  assertEquals(await words(server), new Set(["two"]));

  await home.configure({ ...twoThreads, domains: ["no domain"] });
  await word(threadWord("three"));
  server.kill("SIGHUP");
  await server.logged(/^not reloaded/);
  assertEquals(await words(server), new Set(["two"]));
  await home.configure(twoThreads);

  const reload = () => runMain(["plugin", "reload", "threads", "--config", home.file], { folder: home.folder });
  // It can be loaded in the first thread only.
  const onlyInTheFirst =
    'import { isMainThread } from "node:worker_threads"; if (!isMainThread) throw new Error("not in here");';
  await word(`${onlyInTheFirst} ${threadWord("four")}`);
  const refused = await reload();
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertStringIncludes(refused.stderr, "not in here");
  assertEquals(await words(server), new Set(["two"]));

  await word(threadWord("five"));
  assertEquals((await reload()).code, 0);
  assertEquals(await words(server), new Set(["five"]));
});

Deno.test("workers: a thread that dies gives back its locks and places, and another takes its place, as it would be now", async () => {
  const most = 32;
  await using server = await spawnServer({ ...twoThreads, limits: { connections_per_address: most } });
  await Deno.writeTextFile(`${server.home.folder}/word.js`, threadWord("two"));
  server.kill("SIGHUP");
  await server.logged("reloaded");
  await using stack = new AsyncDisposableStack();
  const sessions: ThreadSession[] = [];
  for (let count = 0; count < most; count++) sessions.push(stack.use(await threadSession(server.ports.pop3)));
  const stay = sessions.filter(({ thread }) => thread === "first");
  const lost = sessions.filter(({ thread }) => thread !== "first");
  const first = stay[0]?.session, second = lost[0]?.session;
  assert(first !== undefined && second !== undefined, "all are in one thread");
  assertMatch(await login(second), /^\+OK /);
  assertMatch(await login(first), /^-ERR \[IN-USE\]/);
  await second.ask("XDIE");
  const { level, thread } = await server.logged(/^a session thread has died: .*it was told to/);
  assertEquals([level, thread], ["error", 2]);
  for (const { session } of lost) await session.readToEnd().catch(() => {});
  // The first serves on, and what the dead one held is free.
  assertMatch(await login(first), /^\+OK /);
  await server.logged("a session thread is there again");
  for (let count = 0; count < lost.length; count++) stack.use(await threadSession(server.ports.pop3));
  // What the runtime itself says of the error is not the log's.
  const complaints = server.log.filter(({ level, time }) =>
    time !== undefined && level !== "debug" && level !== "info"
  );
  assertEquals(complaints.length, 1, JSON.stringify(complaints));
  await stack.disposeAsync();
  // Some of those who have just left may still be counted.
  for (let thread = ""; thread !== "second";) {
    const again = await threadSession(server.ports.pop3).catch(() => undefined);
    await again?.[Symbol.asyncDispose]();
    assertEquals(again?.word ?? "two", "two");
    thread = again?.thread ?? "";
  }
});

Deno.test("workers: SIGTERM lets the sessions of all threads finish their command, then ends with 0", async () => {
  await using server = await spawnServer(twoThreads);
  await using stack = new AsyncDisposableStack();
  const sessions = await inBothThreads(stack, server.ports.imap, true);
  server.kill("SIGTERM");
  for (const session of sessions) assertMatch(await session.readToEnd(), /^\* BYE /);
  assertEquals((await server.status).code, 0);
  await server.logged("stopped");
  assertEquals(server.log.filter(({ level }) => level === "error" || level === "warn"), []);
});

Deno.test("workers: what the drain did not end is broken off in all threads", async () => {
  await using server = await spawnServer(twoThreads);
  await using stack = new AsyncDisposableStack();
  await inBothThreads(stack, server.ports.imap, true);
  server.kill("SIGTERM");
  server.kill("SIGTERM");
  const { code, signal } = await server.status;
  assert(code === 0 || code === 1 || signal === "SIGTERM");
});

Deno.test("workers: what was acknowledged by any thread is there after kill -9", async () => {
  await using home = await serverHome(twoThreads);
  const acknowledged: string[] = [];
  {
    await using server = await home.spawn();
    await using stack = new AsyncDisposableStack();
    const open = async () => {
      const before = server.log.length, session = stack.use(await dialogue(server.ports.smtp));
      const { thread } = await server.logged((event) =>
        server.log.indexOf(event) >= before && event.message === "connected" && event.port === server.ports.smtp
      );
      return { session, thread };
    };
    const deliver = async (session: Dialogue, name: number) => {
      await session.line();
      await session.ask("EHLO client.example");
      for (let count = 0;; count++) {
        for (const said of ["MAIL FROM:<>", `RCPT TO:<${bob.address}>`, "DATA"]) await session.ask(said);
        const subject = `${name}-${count}`;
        const reply = await session.ask(`Subject: ${subject}\r\n\r\nText\r\n.`);
        if (!reply.startsWith("250 ")) throw new Error(reply);
        if (acknowledged.push(subject) === 100) server.kill("SIGKILL");
      }
    };
    // So many that both threads have some.
    const opened: Awaited<ReturnType<typeof open>>[] = [];
    const threads = () => new Set(opened.map(({ thread }) => thread));
    while (opened.length < 12 || opened.length < 200 && threads().size < 2) opened.push(await open());
    assertEquals(threads(), new Set([undefined, 2]));
    await Promise.allSettled(opened.map(({ session }, name) => deliver(session, name)));
    assertEquals((await server.status).signal, "SIGKILL");
  }
  await using server = await home.spawn();
  await using session = await dialogue(server.ports.pop3);
  await session.line();
  const [, count = "0"] = /^\+OK .*?(\d+) message/.exec(await login(session)) ?? [];
  const found: string[] = [];
  for (let number = 1; number <= Number(count); number++) {
    const [, subject = ""] =
      /^Subject: (.*)$/m.exec((await session.ask(`RETR ${number}`, true)).replaceAll("\r", "")) ??
        [];
    found.push(subject);
  }
  assertEquals(acknowledged.filter((subject) => !found.includes(subject)), []);
  assertEquals(new Set(found).size, found.length);
});

Deno.test("workers: a port that another program has, or another server with threads, is an error as with one", async () => {
  await using server = await spawnServer(twoThreads);
  await using home = await serverHome(twoThreads);
  const configured = await Deno.readTextFile(home.file);
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0, reusePort: true });
  for (const port of [server.ports.pop3, server.ports.pop3s, other.addr.port]) {
    const listen = `protocols:\n  - { use: pop3, listen: ["127.0.0.1:${port}"] }\n`;
    await Deno.writeTextFile(home.file, configured.replace(/^protocols:\n(?:[ -].*\n)+/m, listen));
    const { code, stderr } = await runMain(["serve", "--config", home.file], { folder: home.folder });
    assertEquals(code, 1, stderr);
    assertMatch(stderr, new RegExp(`^127\\.0\\.0\\.1:${port} cannot be listened on: the port is in use`));
  }
});

Deno.test("workers: a storage for one thread only is an error that says so; how many may be is checked", async () => {
  await using home = await serverHome(twoThreads);
  await home.configure({ ...twoThreads, storage: "memory" });
  const refused = await runMain(["serve", "--config", home.file], { folder: home.folder });
  assertEquals(refused.code, 2, refused.stderr);
  assertMatch(refused.stderr, /^\S*mail\.yaml {2}workers: storage "memory" serves one thread only; leave the key out/);
  await home.configure({ ...twoThreads, workers: 65 });
  const { code, stderr } = await runMain(["check", "--config", home.file], { folder: home.folder });
  assertEquals(code, 2);
  assertMatch(stderr, /mail\.yaml {2}workers: expected a whole number from 1 to 64, found 65/);
});
