import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { rightsFor, runMain } from "../support/run_main.ts";
import { serverHome, type SpawnedServer, spawnServer } from "../support/spawn_server.ts";
import { alice, bob } from "../support/test_config.ts";
import { dialogue, pop3Session } from "../support/plain_client.ts";
import { echo } from "../support/plugin_text.ts";

Deno.test("serve: SIGTERM lets a session finish its command, then ends with 0", async () => {
  await using server = await spawnServer({ cleartextAuth: true });
  await using session = await pop3Session(server.ports.pop3, alice);
  server.kill("SIGTERM");
  await server.logged("draining");
  // RFC 1939 §6: a session that is cut off before QUIT removes nothing; it is told, and closed.
  const rest = await session.readToEnd();
  assertMatch(rest, /^(?:-ERR [^\r\n]*\r\n)?$/);
  const status = await server.status;
  assertEquals([status.code, status.signal], [0, null]);
  await server.logged("stopped");
});

Deno.test("serve: the server's own end is no failure of a protocol that says nothing of it", async () => {
  await using server = await spawnServer({ further: { "./echo.js": {} }, files: echo });
  const port = server.furtherPorts["./echo.js"] ?? 0;
  await using client = await dialogue(port);
  await client.line();
  server.kill("SIGTERM");
  await server.logged("stopped");
  assert(server.log.some(({ level, message }) => level === "debug" && message === "session broken off"));
  assertEquals(server.log.filter(({ level }) => level === "error" || level === "warn"), []);
});

Deno.test("serve: signals of one moment are one: deno task passes on what its whole group has had", async () => {
  await using server = await spawnServer({ cleartextAuth: true });
  await using session = await pop3Session(server.ports.pop3, alice);
  // Two of one kind would be one for the system already.
  server.kill("SIGTERM");
  server.kill("SIGINT");
  assertMatch(await session.readToEnd(), /^-ERR \[SYS\/TEMP\][^\r\n]*\r\n$/);
  assertEquals((await server.status).code, 0);
  await server.logged("stopped");
});

Deno.test("serve: a second SIGTERM ends it at once", async () => {
  await using server = await spawnServer();
  // A client that never says what it wants keeps the drain waiting.
  await using _session = await dialogue(server.ports.smtp);
  server.kill("SIGTERM");
  await server.logged("draining");
  let hasEnded = false;
  const ended = server.status.finally(() => hasEnded = true);
  while (!hasEnded) {
    try {
      server.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    // Those that come within a moment of the first are that one.
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  const { code, signal } = await ended;
  // It may have been over with draining, and no longer listen for signals.
  assert(code === 0 || code === 1 || signal === "SIGTERM");
});

Deno.test("serve: what was acknowledged is there after kill -9", async () => {
  await using home = await serverHome({ cleartextAuth: true });
  {
    await using server = await home.spawn();
    await send(server, "before the kill");
    server.kill("SIGKILL");
    await server.status;
  }
  await using server = await home.spawn();
  await using session = await pop3Session(server.ports.pop3, bob);
  assertStringIncludes(await session.ask("RETR 1", true), "before the kill");
});

Deno.test("serve: accounts that are changed on the command line are seen at once", async () => {
  await using server = await spawnServer({ cleartextAuth: true });
  const { folder, file } = server.home;
  const account = async (words: string, stdin?: string) => {
    const done = await runMain(["account", ...words.split(" "), "--config", file], { folder, ...stdin && { stdin } });
    assertEquals(done.code, 0, done.stderr);
  };
  const carol = { address: "carol@example.org", password: "new" };
  await account("add carol@example.org --password-stdin", carol.password);
  await (await pop3Session(server.ports.pop3, carol))[Symbol.asyncDispose]();
  await account("password carol@example.org --password-stdin", "changed");
  await using refused = await dialogue(server.ports.pop3);
  await refused.line();
  await refused.ask("USER carol@example.org");
  assertMatch(await refused.ask("PASS new"), /^-ERR/);
  await (await pop3Session(server.ports.pop3, { ...carol, password: "changed" }))[Symbol.asyncDispose]();
  await account("alias sales@example.org carol@example.org");
  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  await smtp.ask("HELO client.example");
  await smtp.ask("MAIL FROM:<>");
  assertMatch(await smtp.ask("RCPT TO:<sales@example.org>"), /^250 /);
  await account("remove carol@example.org");
  assertMatch(await smtp.ask("RCPT TO:<carol@example.org>"), /^550 /);
});

Deno.test("serve: SIGHUP takes options up for new sessions, and keeps those that are there", async () => {
  await using server = await spawnServer({ cleartextAuth: true });
  await using session = await pop3Session(server.ports.pop3, alice);
  await server.home.configure({ cleartextAuth: true, limits: { message: "20KB" } });
  server.kill("SIGHUP");
  await server.logged("reloaded");
  assertMatch(await session.ask("NOOP"), /^\+OK/);
  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  assertStringIncludes(await smtp.ask("EHLO client.example"), "SIZE 20000");
});

Deno.test("serve: SIGHUP with a bad file changes nothing and says why", async () => {
  await using server = await spawnServer({ cleartextAuth: true });
  await server.home.configure({ limits: { message: "much" } });
  server.kill("SIGHUP");
  const { message } = await server.logged(/limits\.message/);
  assertMatch(message, /mail\.yaml {2}limits\.message: expected a size such as "50MB"/);
  await (await pop3Session(server.ports.pop3, alice))[Symbol.asyncDispose]();
});

Deno.test("serve: what a reload cannot change is named", async () => {
  await using server = await spawnServer();
  await server.home.configure({ storage: "memory" });
  server.kill("SIGHUP");
  const event = await server.logged("reloaded, but for changes that wait for a restart");
  assertEquals(event["keys"], ["storage"]);
});

Deno.test("serve: the program's own rights suffice: no environment, no programs, no other host", () => {
  for (const right of rightsFor("/srv")) assertEquals(/^--allow-(?:read|write|net)=/.test(right), true);
});

async function send({ ports }: SpawnedServer, text: string): Promise<void> {
  await using smtp = await dialogue(ports.smtp);
  await smtp.line();
  await smtp.ask("HELO client.example");
  await smtp.ask(`MAIL FROM:<${alice.address}>`);
  await smtp.ask(`RCPT TO:<${bob.address}>`);
  await smtp.ask("DATA");
  assertMatch(await smtp.ask(`Subject: x\r\n\r\n${text}\r\n.`), /^250 /);
}

Deno.test("serve: a SIGHUP that comes while the server starts reloads it afterwards, and does not kill it", async () => {
  const early = `export default { apiVersion: 1, kind: "filter", name: "early", summary: "Hangs up early",
    options: { "~standard": { version: 1, vendor: "none", validate: (value) => ({ value }) } },
    setup: () => { if (!globalThis.hasHungUp) Deno.kill(Deno.pid, "SIGHUP"); globalThis.hasHungUp = true; return {}; } };`;
  await using home = await serverHome({ files: { "early.mjs": early }, filters: ["./early.mjs"] });
  await using server = await home.spawn({ rights: ["--allow-run"] });
  await server.logged("reloaded");
});
