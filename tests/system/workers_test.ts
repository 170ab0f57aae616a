/** Several threads that serve sessions, over real sockets: what holds for one server holds for all of its threads together. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { inBothThreads, threadFiles, type ThreadSession, threadSession, twoThreads } from "../support/in_threads.ts";
import { type Dialogue, dialogue } from "../support/plain_client.ts";
import { pluginText } from "../support/plugin_text.ts";
import { type SpawnedServer, spawnServer } from "../support/spawn_server.ts";
import { alice, bob } from "../support/test_config.ts";

/** Says a command of IMAP, and gives its last line, those before it passed over. */
async function done(client: Dialogue, command: string): Promise<string> {
  let line = await client.ask(`t ${command}`);
  while (!line.startsWith("t ")) line = await client.line();
  return line;
}

async function pop3Login(session: Dialogue, { address, password }: typeof alice | typeof bob): Promise<string> {
  await session.ask(`USER ${address}`);
  return await session.ask(`PASS ${password}`);
}

async function imapLogin(session: Dialogue): Promise<void> {
  assertMatch(await done(session, `LOGIN ${bob.address} "${bob.password}"`), /^t OK /);
  assertMatch(await done(session, "ENABLE IMAP4rev2"), /^t OK /);
  assertMatch(await done(session, "SELECT INBOX"), /^t OK /);
}

async function append(session: Dialogue, subject: string): Promise<void> {
  const text = `Subject: ${subject}\r\n\r\nText\r\n`;
  assertMatch(await session.ask(`a APPEND INBOX {${text.length}}`), /^\+ /);
  await session.say(`${text}\r\n`);
  let line = await session.line();
  while (!line.startsWith("a ")) line = await session.line();
  assertMatch(line, /^a OK /);
}

function complaints({ log }: SpawnedServer): unknown[] {
  return log.filter(({ level }) => level === "error" || level === "warn");
}

Deno.test("workers: sessions are divided among threads, and each serves all protocols, TLS too", async () => {
  await using server = await spawnServer(twoThreads);
  for (const [port, isImap] of [[server.ports.pop3, false], [server.ports.imap, true]] as const) {
    await using stack = new AsyncDisposableStack();
    await inBothThreads(stack, port, isImap);
  }
  const threads = new Set<unknown>();
  for (let tries = 0; tries < 200 && threads.size < 2; tries++) {
    const before = server.log.length;
    const session = await Deno.connectTls({
      hostname: "localhost",
      port: server.ports.pop3s,
      caCerts: [server.home.certificate],
    });
    await session.handshake();
    session.close();
    const { thread } = await server.logged((event) =>
      server.log.indexOf(event) >= before && event.message === "connected" && event.port === server.ports.pop3s
    );
    threads.add(thread);
  }
  assertEquals(threads, new Set([undefined, 2]));
  const { workers } = await server.logged("serving");
  assertEquals(workers, 2);
  assertEquals(complaints(server), []);
});

Deno.test("workers: a maildrop that a session has open is locked for the sessions of all threads", async () => {
  await using server = await spawnServer(twoThreads);
  await using stack = new AsyncDisposableStack();
  const [first, second] = await inBothThreads(stack, server.ports.pop3);
  const [another, last] = await inBothThreads(stack, server.ports.pop3);
  assertMatch(await pop3Login(second, bob), /^\+OK /);
  assertMatch(await pop3Login(first, bob), /^-ERR \[IN-USE\]/);
  assertMatch(await second.ask("QUIT"), /^\+OK /);
  await second.readToEnd();
  assertMatch(await pop3Login(another, bob), /^\+OK /);
  assertMatch(await pop3Login(last, bob), /^-ERR \[IN-USE\]/);
  assertEquals(complaints(server), []);
});

Deno.test("workers: who idles in one thread is told of what is stored in another, and of what is delivered", async () => {
  await using server = await spawnServer(twoThreads);
  await using stack = new AsyncDisposableStack();
  const [first, second] = await inBothThreads(stack, server.ports.imap, true);
  for (const session of [first, second]) await imapLogin(session);
  let exists = 0;
  for (const [idle, busy] of [[first, second], [second, first]] as const) {
    await done(idle, "NOOP");
    assertMatch(await idle.ask("i IDLE"), /^\+ /);
    await append(busy, "from another thread");
    assertEquals(await idle.line(), `* ${++exists} EXISTS`);
    await idle.say("DONE\r\n");
    assertMatch(await idle.line(), /^i OK /);
  }
  for (const session of [first, second]) await done(session, "NOOP");
  for (const session of [first, second]) assertMatch(await session.ask("i IDLE"), /^\+ /);
  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  for (const said of ["EHLO x", "MAIL FROM:<>", `RCPT TO:<${bob.address}>`, "DATA"]) await smtp.ask(said);
  assertMatch(await smtp.ask("Subject: delivered\r\n\r\nText\r\n."), /^250 /);
  exists++;
  for (const session of [first, second]) assertEquals(await session.line(), `* ${exists} EXISTS`);
  assertEquals(complaints(server), []);
});

Deno.test("workers: connections of an address are counted in all threads together, and those who leave make room", async () => {
  const most = 32;
  await using server = await spawnServer({ ...twoThreads, limits: { connections_per_address: most } });
  await using stack = new AsyncDisposableStack();
  const sessions: ThreadSession[] = [];
  for (let count = 0; count < most; count++) sessions.push(await threadSession(server.ports.pop3));
  const [first, second] = ["first", "second"].map((name) => sessions.find(({ thread }) => thread === name));
  assert(first !== undefined && second !== undefined, "all are in one thread");
  for (const one of sessions) if (one !== first && one !== second) stack.use(one);
  // So many that both threads meet some of them.
  for (let times = 0; times < 20; times++) {
    await using turnedAway = await dialogue(server.ports.pop3);
    assertMatch(await turnedAway.readToEnd(), /^-ERR \[SYS\/TEMP\] too many connections/);
  }
  assertEquals((await server.logged(/^turned away/)).limit, "limits.connections_per_address");
  // Each thread says it once.
  assert(complaints(server).length <= 2);
  for (const { session } of [first, second]) {
    await session.ask("QUIT");
    await session.readToEnd();
    await session[Symbol.asyncDispose]();
  }
  for (let count = 0; count < 2;) {
    const session = stack.use(await dialogue(server.ports.pop3));
    if ((await session.line()).startsWith("+OK")) count++;
  }
});

Deno.test("workers: failed logins are counted in all threads together", async () => {
  await using server = await spawnServer({ ...twoThreads, limits: { auth_delay: "100ms" } });
  await using stack = new AsyncDisposableStack();
  const sessions = [
    ...await inBothThreads(stack, server.ports.pop3),
    ...await inBothThreads(stack, server.ports.pop3),
  ];
  const times: number[] = [];
  for (const session of sessions) {
    const begun = performance.now();
    assertMatch(await pop3Login(session, { ...alice, password: "wrong" as typeof alice.password }), /^-ERR /);
    times.push(performance.now() - begun);
  }
  // Each waits twice as long as the one before, whichever thread that was in; timers may be a little early.
  for (const [index, time] of times.entries()) assert(time > 100 * 2 ** index - 20, `${index}: ${times}`);
});

Deno.test("workers: a new password ends the sessions of its account in all threads", async () => {
  await using server = await spawnServer({ ...twoThreads, further: { poppassd: {} } });
  await using stack = new AsyncDisposableStack();
  const sessions = await inBothThreads(stack, server.ports.imap, true);
  for (const session of sessions) await imapLogin(session);
  await using session = await dialogue(server.furtherPorts.poppassd ?? 0);
  await session.line();
  for (const line of [`user ${bob.address}`, `pass ${bob.password}`, "newpass another secret"]) {
    assertMatch(await session.ask(line), /^200 /);
  }
  for (const session of sessions) await session.readToEnd();
});

Deno.test("workers: secrets that are changed where the directory marks nothing end the sessions of all threads, too", async () => {
  // What it changes is elsewhere: no account of the storage is touched.
  const setup = `({ authentication, directory }) => ({
    async serve({ reader, writer }) {
      const login = new TextDecoder().decode(await reader.readLine(100));
      await authentication.changeSecrets(await directory.findAccount(login), () => Promise.resolve());
      writer.line("changed");
      await writer.flush();
    },
  })`;
  const files = { ...threadFiles, "change.js": pluginText("protocol", "change", setup) };
  await using server = await spawnServer({ ...twoThreads, files, further: { "./change.js": {} } });
  for (let times = 0; times < 4; times++) {
    await using stack = new AsyncDisposableStack();
    const sessions = await inBothThreads(stack, server.ports.imap, true);
    for (const session of sessions) await imapLogin(session);
    await using changing = await dialogue(server.furtherPorts["./change.js"] ?? 0);
    assertEquals(await changing.ask(bob.address), "changed");
    for (const session of sessions) await session.readToEnd();
  }
});

Deno.test("workers: LOGIN-DELAY (RFC 2449 §6.5) lies between two logins in whatever threads", async () => {
  await using server = await spawnServer({ ...twoThreads, options: { pop3: { login_delay: "15m" } } });
  await using stack = new AsyncDisposableStack();
  const [first, second] = await inBothThreads(stack, server.ports.pop3);
  assertMatch(await pop3Login(second, bob), /^\+OK /);
  assertMatch(await second.ask("QUIT"), /^\+OK /);
  await second.readToEnd();
  assertMatch(await pop3Login(first, bob), /^-ERR \[LOGIN-DELAY\]/);
});

Deno.test("workers: whoever is not there has the same salt in all threads: they cannot be told from who is", async () => {
  await using server = await spawnServer(twoThreads);
  await using stack = new AsyncDisposableStack();
  const salts: string[] = [];
  for (const session of await inBothThreads(stack, server.ports.pop3)) {
    const challenge = await session.ask(`AUTH SCRAM-SHA-256 ${btoa("n,,n=nobody,r=abcdefgh")}`);
    const [, salt = ""] = /,s=([^,]+),/.exec(atob(challenge.replace(/^\+ /, ""))) ?? [];
    salts.push(salt);
  }
  const [one = "", other] = salts;
  assert(one !== "");
  assertEquals(one, other);
});
