/** APPEND and REPLACE: messages as they arrive, refused before, after or in the middle, and nothing left behind. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { BodyId, MailboxId, Storage } from "../../../../core/contract/mod.ts";
import { Refusal } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { afterLogin, bob, fred, logIn, talk, testService } from "./talk.ts";

/** A storage that remembers which bodies it has been given, and which it was told to drop. */
function watchedStorage(fail: Partial<Pick<Storage, "writeBody" | "apply">> = {}) {
  const storage = memoryStorage();
  const written = new Set<BodyId>(), dropped = new Set<BodyId>();
  const watched: Storage = new Proxy(storage, {
    get(target, name) {
      if (name === "writeBody") {
        return async (content: Parameters<Storage["writeBody"]>[0]) => {
          const body = await (fail.writeBody ?? target.writeBody.bind(target))(content);
          written.add(body);
          return body;
        };
      }
      if (name === "discardBody") return (body: BodyId) => (dropped.add(body), target.discardBody(body));
      if (name === "apply" && fail.apply !== undefined) {
        return (batch: Parameters<Storage["apply"]>[0]) =>
          batch.some(({ do: does }) => does === "append") ? fail.apply?.(batch) : target.apply(batch);
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { storage: watched, left: () => written.difference(dropped).size };
}

const message = "Subject: x\r\n\r\ntext\r\n";
const literal = (text: string, mark = "+") => `{${text.length}${mark}}\r\n${text}`;

Deno.test("imap: RFC 7889 §4: a message that is too large is refused before it is sent", async () => {
  const service = await testService({ largest: 1000 });
  await using client = await logIn(service);
  client.wire.send("a APPEND INBOX {1001}\r\n");
  assertEquals(await client.wire.readLine(), "a NO [TOOBIG] A message may have at most 1000 octets");
  client.wire.send("b APPEND INBOX {1000}\r\n");
  assertEquals(await client.wire.readLine(), "+ Go ahead");
  client.wire.send(`${"x".repeat(1000)}\r\n`);
  assert((await client.wire.readLine())?.startsWith("b OK [APPENDUID "));
  // Put together from parts, it may be no larger; two of them may.
  const part = literal("x".repeat(600));
  assertEquals(await client.run(`APPEND INBOX CATENATE (TEXT ${part} TEXT {600}`), [
    "NO [TOOBIG] A message may have at most 1000 octets",
  ]);
  assert((await client.run(`APPEND INBOX ${part} ${part}`)).at(-1)?.startsWith("OK"));
  assertEquals(
    (await client.run('APPEND INBOX CATENATE (URL "/INBOX/;UID=1" TEXT {1}')).at(-1)?.slice(0, 11),
    "NO [TOOBIG]",
  );
});

Deno.test("imap: RFC 7888 §4: one that comes unasked is read away, up to a message's size; then the client is left", async () => {
  const service = await testService({ largest: 3_000_000 });
  const large = "x".repeat(3_000_000);
  assertEquals(await afterLogin(service, `a APPEND nothing ${literal(large)}\r\nb NOOP\r\n`), [
    "a NO [TRYCREATE] There is no such mailbox",
    "b OK Nothing done",
  ]);
  // With all that follows in the same command.
  assertEquals(await afterLogin(service, `a APPEND nothing ${literal("x")} ${literal("b NOOP\r\n")}\r\nc NOOP\r\n`), [
    "a NO [TRYCREATE] There is no such mailbox",
    "c OK Nothing done",
  ]);
  assertEquals(await afterLogin(service, `a APPEND INBOX ${literal(`${large}x`)}\r\nb NOOP\r\n`), [
    "* BYE [TOOBIG] What was sent unasked is too large to be read away",
  ]);
  // Strangers are left sooner.
  const stranger = await talk(service, `a APPEND INBOX ${literal("x".repeat(1_100_000))}\r\n`);
  assertEquals(stranger.slice(1), ["* BYE [TOOBIG] What was sent unasked is too large to be read away"]);
});

Deno.test("imap: a line that goes on far beyond its limit ends the session, and the client is told", async () => {
  const lines = await talk(await testService({}), "x".repeat(2_000_000));
  assertEquals(lines.slice(1), ["* BYE [TOOBIG] A line does not end"]);
});

Deno.test("imap: RFC 9051 §6.3.12: whatever goes wrong, nothing is appended, nothing is left, and the session goes on", async () => {
  const cases = [
    `APPEND INBOX (\\Seen ${literal(message)}`,
    `APPEND INBOX "32-Jan-2000 00:00:00 +0000" ${literal(message)}`,
    `APPEND INBOX ${literal(message)} nonsense`,
    `APPEND INBOX ${literal(message)} ${literal("")}`,
    `APPEND INBOX ${literal("")}`,
    `APPEND INBOX ${literal(message)} (\\Seen)`,
    `APPEND INBOX ${literal(message)} CATENATE (URL "/INBOX/;UID=77")`,
    `APPEND INBOX CATENATE (TEXT ${literal(message)} URL ${literal("nothing")} TEXT ${literal("z NOOP")})`,
    `APPEND INBOX CATENATE (TEXT ${literal("")})`,
    `APPEND INBOX UTF8 (${literal(message)})`,
    `APPEND INBOX ${literal("Subject: \xfc\r\n\r\n")} ${literal(message)}`,
    `APPEND INBOX ${literal("x".repeat(70_000) + "\xfc")} ${literal(message)}`,
    `APPEND INBOX ${literal(message)} ${literal("x".repeat(100_001))}`,
    "APPEND INBOX",
    "APPEND INBOX ",
    'APPEND INBOX "no literal"',
  ];
  for (const command of cases) {
    const { storage, left } = watchedStorage();
    const service = await testService({ storage, largest: 100_000 });
    const lines = await afterLogin(service, `a ${command}\r\nb NOOP\r\n`);
    assertEquals(lines.length, 2, `${command}: ${lines.join("\n")}`);
    assert(/^a (?:NO|BAD) /.test(lines[0] ?? ""), `${command}: ${lines[0]}`);
    assertEquals(lines[1], "b OK Nothing done", command);
    assertEquals((await service.mailbox(fred)).messages, 0, command);
    assertEquals(left(), 0, command);
    assertEquals(service.log.lines.filter((line) => line.startsWith("error ")), []);
  }
});

Deno.test("imap: RFC 9051 §7.1.3: what is wrong behind a literal is told by its place in the command", async () => {
  const first = `a APPEND INBOX {${message.length}}\r\n${message}`;
  const cases = [
    ["x", "", "a space"],
    [" (\\Seen", " (\\Seen", '")"'],
    // As in all commands, whether a literal was asked for makes no difference to the count.
    [" {3+}\r\nabc junk", " {3}\r\nabc ", "a literal, UTF8 or CATENATE"],
  ] as const;
  for (const [rest, right, expected] of cases) {
    const [line] = await afterLogin(await testService(), `${first.replace("}", "+}")}${rest}\r\nb NOOP\r\n`);
    assertEquals(line, `a BAD Expected ${expected} at octet ${first.length + right.length}`);
  }
});

overEachStorage(
  "imap: RFC 3516 §6: binary parts with NUL are read by every client, in an encoding that can be sent",
  async (given) => {
    const binary = ["Content-Type: application/x", "Content-Transfer-Encoding: binary", "", "\0\r\n\xff\0"].join(
      "\r\n",
    );
    const service = await testService(given);
    await using client = await logIn(service);
    const append = async (mailbox: string, text: string) => {
      client.wire.send(`x APPEND ${mailbox} ~{${text.length}+}\r\n${text}\r\n`);
      assertEquals((await client.wire.readLine())?.slice(0, 16), "x OK [APPENDUID ");
    };
    await append("INBOX", binary);
    // What has none can be sent as it is.
    const without = binary.replaceAll("\0", "0");
    await append("INBOX", without);
    await client.run("EXAMINE INBOX");
    const lines = await client.run("FETCH 1 (BODY RFC822.SIZE BODY[] BINARY.SIZE[1])");
    assertEquals(lines, [
      '* 1 FETCH (BODY ("application" "x" NIL NIL NIL "base64" 10) RFC822.SIZE 76 BODY[] {76}',
      ...["Content-Type: application/x", "Content-Transfer-Encoding: base64", "", "AA0K/wA=", " BINARY.SIZE[1] 5)"],
      "OK Fetched",
    ]);
    assertEquals((await client.run("FETCH 2 RFC822.SIZE"))[0], `* 2 FETCH (RFC822.SIZE ${without.length})`);
  },
);

Deno.test("imap: RFC 3516 §6: of a message that is encoded anew only that is left; where it is not appended, nothing", async () => {
  const text = "Content-Transfer-Encoding: binary\r\n\r\n\0";
  const full = () => Promise.reject(new Refusal("over-quota", "the mailbox is full"));
  for (const [fail, reply, bodies] of [[{}, "x OK", 1], [{ apply: full }, "x NO", 0]] as const) {
    const { storage, left } = watchedStorage(fail);
    await using client = await logIn(await testService({ storage }));
    client.wire.send(`x APPEND INBOX ~{${text.length}+}\r\n${text}\r\n`);
    assertEquals((await client.wire.readLine())?.slice(0, 4), reply);
    assertEquals(left(), bodies);
  }
});

Deno.test("imap: RFC 5530 §3: a storage that cannot take a message is UNAVAILABLE, and leaves nothing behind", async () => {
  const away = () => Promise.reject(new Refusal("unavailable", "mail cannot be stored for now"));
  for (const fail of [{ writeBody: away }, { apply: away }]) {
    const { storage, left } = watchedStorage(fail);
    const service = await testService({ storage });
    const large = "x".repeat(300_000);
    const lines = await afterLogin(service, `a APPEND INBOX ${literal(large)} ${literal(message)}\r\nb NOOP\r\n`);
    assertEquals(lines, ["a NO [UNAVAILABLE] Mail cannot be stored for now", "b OK Nothing done"]);
    assertEquals(left(), 0);
  }
});

overEachStorage("imap: RFC 3502: several messages are appended in their order, all or none", async (given) => {
  const service = await testService(given);
  await using client = await logIn(service);
  const reply = (await client.run(
    `APPEND INBOX (\\Seen) ${literal("1\r\n")} (\\Flagged) " 1-Jan-2020 00:00:00 +0100" ${literal("22\r\n")} ${
      literal("333\r\n")
    }`,
  )).at(-1);
  assert(/^OK \[APPENDUID \d+ 1:3\]/.test(reply ?? ""), reply);
  await client.run("EXAMINE INBOX");
  assertEquals((await client.run("FETCH 1:* (FLAGS RFC822.SIZE)")).slice(0, -1), [
    "* 1 FETCH (FLAGS (\\Seen \\Recent) RFC822.SIZE 3)",
    "* 2 FETCH (FLAGS (\\Flagged \\Recent) RFC822.SIZE 4)",
    "* 3 FETCH (FLAGS (\\Recent) RFC822.SIZE 5)",
  ]);
  assertEquals((await client.run("FETCH 2 INTERNALDATE"))[0], '* 2 FETCH (INTERNALDATE "31-Dec-2019 23:00:00 +0000")');
});

overEachStorage("imap: RFC 3516 §4.4: any octets, however they arrive", async (given) => {
  const service = await testService(given);
  const content = fc.uint8Array({ minLength: 1, maxLength: 3000, size: "max" })
    .map((octets) => `\r\n${String.fromCharCode(...octets)}`);
  let uid = 0;
  await fc.assert(
    fc.asyncProperty(content, fc.array(fc.nat(3000), { maxLength: 6 }), fc.boolean(), async (text, cuts, isWaiting) => {
      uid++;
      const mark = isWaiting ? "" : "+";
      const input = `l LOGIN ${fred} secret\r\na APPEND INBOX ~${
        literal(text, mark)
      }\r\nb EXAMINE INBOX\r\nc UID FETCH ${uid} BINARY.PEEK[]\r\n`;
      const places = [0, ...cuts.map((cut) => cut % input.length).sort((a, b) => a - b), input.length];
      const lines = await talk(service, places.slice(1).map((end, index) => input.slice(places[index], end)));
      const said = lines.join("\r\n");
      assert(said.includes(`a OK [APPENDUID `), said.slice(0, 300));
      assert(said.includes(`BINARY[] ${text.includes("\0") ? "~" : ""}{${text.length}}\r\n${text})`));
    }),
    { numRuns: 25 },
  );
});

Deno.test("imap: RFC 4315 §3: who may append to a mailbox and not select it is not told UIDs", async () => {
  const service = await testService();
  const { id } = await service.mailbox(bob);
  await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(fred), rights: "li" }]);
  await service.fill(fred, "INBOX", [message]);
  await using client = await logIn(service);
  const target = '"Other Users/bob@example.org/INBOX"';
  assertEquals(await client.run(`APPEND ${target} ${literal(message)}`), ["OK Appended"]);
  await client.run("SELECT INBOX");
  assertEquals(await client.run(`COPY 1 ${target}`), ["OK Copied"]);
  assertEquals(await client.run(`UID REPLACE 1 ${target} ${literal(message)}`), [
    "* 1 EXPUNGE",
    "* 0 RECENT",
    "OK Replaced",
  ]);
  assertEquals((await service.mailbox(bob)).messages, 3);
  // RFC 4314 §4: flags that need a right go without it.
  const { messages } = await service.storage.messages(id);
  assertEquals(messages.map(({ flags }) => flags), [[], [], []]);
});

overEachStorage("imap: RFC 8508 §3.4: REPLACE counts what is left, not what is there for a moment", async (given) => {
  const service = await testService(given);
  await service.fill(fred, "INBOX", [message, message]);
  await service.storage.apply([{
    do: "setQuota",
    account: service.account(fred),
    quota: { messages: 2, storage: 41 },
  }]);
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  assertEquals((await client.run(`APPEND INBOX ${literal(message)}`)).at(-1)?.slice(0, 14), "NO [OVERQUOTA]");
  assertEquals((await client.run(`REPLACE 1 INBOX ${literal(`${message}y`)}`)).at(-1), "OK Replaced");
  assertEquals(
    (await client.run(`REPLACE 1 INBOX ${literal(`${message}too much`)}`)).at(-1)?.slice(0, 14),
    "NO [OVERQUOTA]",
  );
  assertEquals((await client.run("UID FETCH 1:* UID")).slice(0, -1), ["* 1 FETCH (UID 2)", "* 2 FETCH (UID 3)"]);
});

Deno.test("imap: RFC 8508: a message that another session removes meanwhile is not replaced", async () => {
  const service = await testService();
  await service.fill(fred, "INBOX", [message]);
  await using client = await logIn(service);
  await client.run("SELECT INBOX");
  client.wire.send(`a REPLACE 1 INBOX {${message.length}}\r\n`);
  assertEquals(await client.wire.readLine(), "+ Go ahead");
  const { id } = await service.mailbox(fred);
  await service.storage.apply([{ do: "expunge", mailbox: id, uids: [1] }]);
  client.wire.send(`${message}\r\n`);
  assertEquals(await client.wire.readLine(), "* 1 EXPUNGE");
  assertEquals(await client.wire.readLine(), "* 0 RECENT");
  assertEquals(await client.wire.readLine(), "a NO There is no such message to be replaced");
  assertEquals((await service.mailbox(fred)).messages, 0);
});

overEachStorage(
  "imap: RFC 9051 §6.3.12, §6.4.7: CREATE may help where the target is removed meanwhile",
  async (given) => {
    const puts = (batch: Parameters<Storage["apply"]>[0]) =>
      batch.some(({ do: does }) => ["append", "copy", "move"].includes(does));
    let removed: MailboxId | undefined;
    const storage: Storage = new Proxy(given.storage ?? memoryStorage(), {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== "apply") return typeof value === "function" ? value.bind(target) : value;
        return async (batch: Parameters<Storage["apply"]>[0]) => {
          // Right before messages are put into it.
          if (removed !== undefined && puts(batch)) await target.apply([{ do: "removeMailbox", mailbox: removed }]);
          return await target.apply(batch);
        };
      },
    });
    const service = await testService({ storage });
    const { id } = await service.mailbox(bob);
    // Copies by one who may not set flags are put there one by one.
    await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(fred), rights: "lrikx" }]);
    await service.fill(fred, "INBOX", [message]);
    await using client = await logIn(service);
    await client.run("SELECT INBOX");
    const commands = ["APPEND ? %", "COPY 1 ?", "UID COPY 1 ?", "MOVE 1 ?", "UID MOVE 1 ?", "REPLACE 1 ? %"];
    for (const [owner, prefix] of [[fred, ""], [bob, `Other Users/${bob}/INBOX/`]] as const) {
      for (const command of commands) {
        await client.run(`CREATE "${prefix}away"`);
        removed = (await service.mailbox(owner, owner === fred ? "away" : "INBOX/away")).id;
        const given = command.replace("?", `"${prefix}away"`).replace("%", literal(message));
        assertEquals(await client.run(given), ["NO [TRYCREATE] There is no such mailbox"], given);
        removed = undefined;
      }
    }
    assertEquals((await service.mailbox(fred)).messages, 1);
  },
);
