/** Mail on its way out of a real server, by a transport that writes files: in time, by operators' wishes, and after kill -9. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { QueueEntry } from "../../core/contract/queue.ts";
import { assertInvariants } from "../storage/sqlite/invariants.ts";
import { openSqlite } from "../storage/sqlite/open_storage.ts";
import { type Dialogue, dialogue, pop3Session } from "../support/plain_client.ts";
import { pluginText } from "../support/plugin_text.ts";
import { runMain } from "../support/run_main.ts";
import { type ServerHome, serverHome, type SpawnedServer } from "../support/spawn_server.ts";
import { alice, bob } from "../support/test_config.ts";

/** A file beside it for each copy of a message; what goes to "busy" is taken only when a file "free" is there. */
const transport = pluginText(
  "transport",
  "files",
  `() => ({
      async deliver(entry, body) {
        const text = new TextDecoder().decode(await body.read(0, body.size));
        const results = new Map();
        for (const address of entry.envelope.recipients) {
          const [name] = address.split("@");
          if (name === "nobody") {
            results.set(address, { outcome: "failed", reply: { code: 550, enhanced: "5.1.1", text: "no such folder" } });
            continue;
          }
          if (name === "busy" && !await Deno.stat(import.meta.dirname + "/free").then(() => true, () => false)) {
            results.set(address, { outcome: "retry", reply: { code: 450, enhanced: "4.2.1", text: "busy" } });
            continue;
          }
          const subject = /Subject: (\\S+)/.exec(text)?.[1];
          await Deno.writeTextFile(\`\${import.meta.dirname}/out-\${subject}-\${name}-\${crypto.randomUUID()}\`, text);
          results.set(address, { outcome: "delivered", remoteReply: "250 written" });
        }
        return results;
      },
    })`,
);

/** A home of servers whose mail for archive.example.com is written to files in it. */
async function archiveHome(): Promise<ServerHome> {
  return await serverHome({
    cleartextAuth: true,
    files: { "files.js": transport },
    transports: [{ use: "./files.js", for: ["archive.example.com"] }],
    queue: { retry: "1h" },
  });
}

async function greeted(server: Pick<SpawnedServer, "ports">): Promise<Dialogue> {
  const session = await dialogue(server.ports.smtp);
  await session.line();
  await session.ask("EHLO client.example");
  return session;
}

async function send(session: Dialogue, subject: string, to: readonly string[], from: string = alice.address) {
  assertMatch(await session.ask(`MAIL FROM:<${from}>`), /^250/);
  for (const recipient of to) assertMatch(await session.ask(`RCPT TO:<${recipient}>`), /^250/);
  assertMatch(await session.ask("DATA"), /^354/);
  assertMatch(await session.ask(`Subject: ${subject}\r\n\r\nHi\r\n.`), /^250/);
}

/** What the transport has written: how often, by subject and name. */
function written(folder: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name } of Deno.readDirSync(folder)) {
    const [, what] = /^out-([^-]+-[^-]+)-/.exec(name) ?? [];
    if (what !== undefined) found.set(what, (found.get(what) ?? 0) + 1);
  }
  return found;
}

async function queueCommand(home: ServerHome, ...words: readonly string[]) {
  return await runMain(["queue", ...words, "--config", home.file], { folder: home.folder });
}

Deno.test("queue: mail for a transport's domain is carried at once, anybody's; what it refuses comes back as a report", async () => {
  await using home = await archiveHome();
  await using server = await home.spawn();
  await using smtp = await greeted(server);
  await send(smtp, "one", ["joe@archive.example.com", bob.address, "nobody@archive.example.com"]);
  await server.logged("the sender of a message is told");
  await server.logged("message not sent");
  assertEquals([...written(home.folder)], [["one-joe", 1]]);
  const [file] = [...Deno.readDirSync(home.folder)].filter(({ name }) => name.startsWith("out-"));
  const text = await Deno.readTextFile(`${home.folder}/${file?.name}`);
  assert(text.startsWith("Received: from client.example"), text);
  assert(!/for <|Return-Path|nobody@/.test(text), text);
  await using ofAlice = await pop3Session(server.ports.pop3, alice);
  const report = await ofAlice.ask("RETR 1", true);
  assertMatch(report, /\r\nReturn-Path: <>\r\n/);
  assertMatch(report, /Final-Recipient: rfc822; nobody@archive\.example\.com\r\nAction: failed\r\nStatus: 5\.1\.1\r\n/);
  await using ofBob = await pop3Session(server.ports.pop3, bob);
  assertMatch(await ofBob.ask("RETR 1", true), /\r\nReturn-Path: <alice@example\.org>\r\n/);
  // Nobody relays besides.
  assertMatch(await smtp.ask("MAIL FROM:<kim@example.com>"), /^250/);
  assertMatch(await smtp.ask("RCPT TO:<kim@elsewhere.example>"), /^550 5\.7\.1/);
});

Deno.test("queue: operators see what waits; a running server tries at once what they want tried, and forgets the rest", async () => {
  await using home = await archiveHome();
  await using server = await home.spawn();
  await using smtp = await greeted(server);
  await send(smtp, "one", ["busy@archive.example.com"]);
  await send(smtp, "two", ["busy@archive.example.com", "joe@archive.example.com"]);
  await server.logged("message sent");
  await server.logged(() => server.log.filter(({ message }) => message === "message deferred").length === 2);
  const listed: readonly QueueEntry[] = JSON.parse((await queueCommand(home, "list", "--json")).stdout);
  assertEquals<unknown>(
    listed.map(({ attempts, envelope, recipients: [first] }) => [attempts, envelope, first]),
    [1, 1].map((attempts) => [
      attempts,
      { sender: alice.address, bodyType: "7bit", smtpUtf8: false, recipients: ["busy@archive.example.com"] },
      { address: "busy@archive.example.com", reply: { code: 450, enhanced: "4.2.1", text: "busy" } },
    ]),
  );
  const [one = "", two = ""] = listed.map(({ id }) => id);
  assertMatch(
    (await queueCommand(home, "list")).stdout,
    new RegExp(
      `^${one}  <alice@example\\.org> → busy@archive\\.example\\.com  1 attempts, due .*  450 4\\.2\\.1 busy\n`,
    ),
  );
  const shown = await queueCommand(home, "show", two);
  assertMatch(shown.stdout, /^recipient +busy@archive\.example\.com {2}450 4\.2\.1 busy$/m);
  const removed = await queueCommand(home, "remove", one, "9999");
  assertEquals([removed.code, removed.stdout], [1, `${one} is removed\n`]);
  assertMatch(removed.stderr, /^9999: there is no such message in the queue\n/);
  await Deno.writeTextFile(`${home.folder}/free`, "");
  assertEquals((await queueCommand(home, "retry", two)).stdout, `${two} is tried now\n`);
  await server.logged(({ message, recipient }) =>
    message === "message sent" && recipient === "busy@archive.example.com"
  );
  assertEquals([...written(home.folder)].sort(), [["two-busy", 1], ["two-joe", 1]]);
  assertEquals((await queueCommand(home, "list", "--json")).stdout, "[]\n");
  assertEquals((await queueCommand(home, "retry", "--all")).stdout, "0 are tried now\n");
  for (const words of [["retry"], ["remove"], ["retry", "1", "--all"]]) {
    assertEquals((await queueCommand(home, ...words)).code, 2);
  }
  assertEquals((await queueCommand(home, "show", one)).code, 1);
});

/** What the queue holds, by subject and name, read beside a server or without one. */
async function waiting(file: string): Promise<Set<string>> {
  const opened = await openSqlite({ file });
  try {
    const entries = await opened.storage.queue();
    const names = entries.map(async ({ body, envelope: { recipients } }) => {
      const { envelope: { subject } } = await opened.storage.summary(body);
      return recipients.map((address) => `${subject}-${address.split("@")[0]}`);
    });
    return new Set((await Promise.all(names)).flat());
  } finally {
    await opened.close();
  }
}

/** As a minute does: the leases of processes that are gone end. */
async function endLeases(file: string): Promise<void> {
  const opened = await openSqlite({ file });
  try {
    for (const { id, claim } of await opened.storage.queue()) {
      if (claim === undefined) continue;
      await opened.storage.apply([{ do: "extendClaims", runner: claim.runner, entries: [id], until: new Date(0) }]);
    }
  } finally {
    await opened.close();
  }
}

Deno.test("queue: kill -9 during load: what got 250 has been carried or waits, and in the end all of it is carried", async () => {
  await using home = await archiveHome();
  const file = `${home.folder}/data/mail.db`;
  const acknowledged = new Set<string>();
  let last = 0;
  for (let round = 0; round < 3; round++) {
    await using server = await home.spawn();
    let left = 40;
    const sending = Array.from({ length: 4 }, async () => {
      try {
        await using session = await greeted(server);
        for (;;) {
          const number = ++last;
          // Some are for one transport's domain alone, some for a mailbox here as well, some cannot be carried yet.
          const name = number % 5 === 0 ? "busy" : "joe";
          const to = [`${name}@archive.example.com`, ...number % 2 === 0 ? [bob.address] : []];
          await send(session, String(number), to, "kim@example.net");
          acknowledged.add(`${number}-${name}`);
          if (--left === 0) server.kill("SIGKILL");
        }
      } catch {
        // The server is gone.
      }
    });
    await Promise.all(sending);
    assertEquals((await server.status).signal, "SIGKILL");
    assertInvariants(file);
    const carried = written(home.folder), queued = await waiting(file);
    for (const what of acknowledged) assert(carried.has(what) || queued.has(what), `${what} got 250 and is lost`);
    await endLeases(file);
  }
  await Deno.writeTextFile(`${home.folder}/free`, "");
  await using server = await home.spawn();
  await queueCommand(home, "retry", "--all");
  for (const what of acknowledged) {
    if (written(home.folder).has(what)) continue;
    const number = what.split("-")[0];
    await server.logged(({ message }) =>
      message === "message sent" && written(home.folder).has(`${number}-${what.split("-")[1]}`)
    );
  }
  assertEquals([...acknowledged].filter((what) => !written(home.folder).has(what)), []);
  server.kill("SIGTERM");
  assertEquals((await server.status).code, 0);
  assertEquals(await waiting(file), new Set());
  assertInvariants(file);
});

Deno.test("queue: a reload takes up other transports; what waits goes the new way, what is no longer served is refused", async () => {
  await using home = await archiveHome();
  await using server = await home.spawn();
  await using smtp = await greeted(server);
  await send(smtp, "one", ["busy@archive.example.com"]);
  await server.logged("message deferred");
  await Deno.writeTextFile(`${home.folder}/free`, "");
  await home.configure({
    cleartextAuth: true,
    files: { "other.js": transport.replace(`name: "files"`, `name: "other"`) },
    transports: [{ use: "./other.js", for: ["example.net", "*"] }],
  });
  server.kill("SIGHUP");
  await server.logged(/^reloaded/);
  await queueCommand(home, "retry", "--all");
  await server.logged("message sent");
  assertEquals([...written(home.folder)], [["one-busy", 1]]);
  await using next = await greeted(server);
  await next.ask("MAIL FROM:<kim@example.com>");
  assertMatch(await next.ask("RCPT TO:<joe@archive.example.com>"), /^550 5\.7\.1/);
  assertMatch(await next.ask("RCPT TO:<joe@example.net>"), /^250/);
});
