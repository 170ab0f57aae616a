/** A session thread that hangs, for real: a plugin that never comes back, and what becomes of the others. */
import { assertEquals, assertMatch } from "@std/assert";
import { type ThreadSession, threadSession, threadWord, twoThreads } from "../support/in_threads.ts";
import type { Dialogue } from "../support/plain_client.ts";
import { spawnServer } from "../support/spawn_server.ts";
import { TestClock } from "../support/test_clock.ts";
import { bob } from "../support/test_config.ts";
import { type TestServer, testServer } from "../support/test_server.ts";

function isTold({ log }: TestServer, message: RegExp): boolean {
  return log.some((line) => message.test(line.message));
}

async function login(session: Dialogue): Promise<string> {
  await session.ask(`USER ${bob.address}`);
  return await session.ask(`PASS ${bob.password}`);
}

/** A session in that thread. Those that try to connect while it is being ended may be cut off. */
async function sessionIn(server: Pick<TestServer, "ports">, thread: string): Promise<ThreadSession> {
  for (;;) {
    const session = await threadSession(server.ports.pop3).catch(() => undefined);
    if (session?.thread === thread) return session;
    await session?.[Symbol.asyncDispose]();
  }
}

for (
  const [what, command] of [["an endless loop", "XLOOP"], ["promises without end", "XSPIN"], [
    "a lock that nobody lets go",
    "XWAIT",
  ]]
) {
  Deno.test(`workers: a thread that hangs in ${what} is ended, and another takes its place, its port and its locks`, async () => {
    const clock = new TestClock();
    await using server = await testServer({ ...twoThreads, storage: "sqlite" }, { clock });
    await using first = await sessionIn(server, "first");
    {
      await using hangs = await sessionIn(server, "second");
      assertMatch(await login(hangs.session), /^\+OK /);
      await hangs.session.say(`${command}\r\n`);
      // As long as it has not come to hang, it answers; then the first thread looks for a minute more.
      while (!isTold(server, /^a session thread has not answered for a minute/)) {
        // The maildrop is locked by the one that hangs, and the first thread serves.
        assertMatch(await login(first.session), /^-ERR \[IN-USE\]/);
        clock.advance(10_000);
      }
      // It is really ended: the system closes its sockets.
      await hangs.session.readToEnd().catch(() => {});
    }
    assertMatch(await login(first.session), /^\+OK /);
    await using again = await sessionIn(server, "second");
    assertMatch(await again.session.ask("NOOP"), /^-ERR|^\+OK/);
    const errors = server.log.filter(({ level }) => level === "error").map(({ message, thread }) => [message, thread]);
    assertEquals(errors, [[
      "a session thread has not answered for a minute, and is ended; its sessions are lost, and it is started again",
      2,
    ]]);
  });
}

Deno.test("workers: a thread that waits for the system is gone when that answers; until then its place stays empty, and the log says so", async () => {
  const clock = new TestClock();
  await using server = await testServer({ ...twoThreads, storage: "sqlite" }, { clock });
  const pipe = `${server.folder}/pipe`;
  assertEquals((await new Deno.Command("mkfifo", { args: [pipe] }).output()).code, 0);
  await using first = await sessionIn(server, "first");
  await using hangs = await sessionIn(server, "second");
  await hangs.session.say("XPIPE\r\n");
  // A pipe is opened when somebody reads from it: the thread is within the system, and stays there up to the pipe's end.
  using end = await Deno.open(pipe, { write: true });
  while (!isTold(server, /is not gone: .*restart the server/)) {
    // Whatever there is to hear has been heard.
    await first.session.ask("XTHREAD");
    clock.advance(11_000);
  }
  end.close();
  while (!isTold(server, /there again/)) await first.session.ask("XTHREAD");
  await using again = await sessionIn(server, "second");
  assertEquals(again.thread, "second");
});

Deno.test("workers: a plugin that ends its thread, without an error, ends no more than that, and not for long", async () => {
  await using server = await spawnServer(twoThreads);
  await using ended = await sessionIn(server, "second");
  await ended.session.say("XEXIT\r\n");
  await server.logged(/^a session thread has died: it has ended itself/);
  await server.logged("a session thread is there again");
  await using again = await sessionIn(server, "second");
  assertEquals(again.thread, "second");
});

Deno.test("workers: SIGTERM does not wait for a reload that does not end", async () => {
  await using server = await spawnServer(twoThreads);
  // What a plugin waits for as it is loaded never comes.
  await Deno.writeTextFile(
    `${server.home.folder}/word.js`,
    `${threadWord("two")} console.error("it waits"); await new Promise(() => {});`,
  );
  server.kill("SIGHUP");
  await server.logged("it waits");
  server.kill("SIGTERM");
  await server.logged("a reload is given up: everything is as it was");
  assertEquals((await server.status).code, 0);
});
