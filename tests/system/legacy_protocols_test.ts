/**
 * Protocols that are old, or not safe, make no other weaker: with all of them on, POP3, IMAP and SMTP answer word for word
 * what they answer without, whoever asks, before TLS and after, before a login and after.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { builtInPlugins } from "../../core/plugins/builtin.ts";
import { capturedKey } from "../plugins/protocols/kpop/capture.ts";
import { hasKerberos, kerberosFolder } from "../support/kerberos.ts";
import { type Dialogue, dialogue } from "../support/plain_client.ts";
import { alice, bob, type TestServer, testServer, type TestSettings } from "../support/test_server.ts";
import { type Beginning, tlsDialogue } from "../support/tls_client.ts";

/** What is not what this is about. */
const current: ReadonlySet<string> = new Set(["smtp", "pop3", "imap"]);

/** Those that have to say in the log that they are not safe. */
const unsafe = ["kpop", "ldap", "ph", "pop1", "pop2", "poppassd"];

/** As unsafe as they go. */
const everybody = ["0.0.0.0/0", "::/0"];
const options: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  poppassd: { cleartext_from: everybody },
  ph: { allow: everybody },
  acap: { eudora: true },
  ldap: { anonymous: everybody },
  sdps: { greeting: "mail.demon.example ready" },
};

const pop4Verbs = ["LFLD", "SFLD INBOX", "MOVE 1 INBOX", "STOR", "SFLG 1 x", "DPRT 1 1"];

/** Each is said in turn, whatever came of those before. */
const pop3 = {
  before: [
    "CAPA",
    "AUTH",
    "USER alice",
    "PASS secret of alice",
    "RPOP alice",
    "LAST",
    "XTND XMIT",
    "*ENV",
    ...pop4Verbs,
  ],
  after: ["CAPA", "STAT", "LAST", "XTND XLST Subject", "*ENV", ...pop4Verbs, "RPOP alice", "RSET"],
};
const imap = {
  before: ["CAPABILITY", `LOGIN ${alice.address} "${alice.password}"`, "AUTHENTICATE PLAIN =", "ENABLE UTF8=ACCEPT"],
  after: ["CAPABILITY", "NAMESPACE", 'LIST "" "*"', "SELECT INBOX", "XTND"],
};
const smtp = [
  "EHLO client.example",
  "AUTH PLAIN =",
  "VRFY alice",
  "EXPN all",
  "MAIL FROM:<a@example.net>",
  "RCPT TO:<x@example.com>",
];

/** Replies to these commands, one after another. */
async function all(session: Dialogue, commands: readonly string[], many = true): Promise<string[]> {
  const replies: string[] = [];
  for (const command of commands) {
    const isList = many && /^(?:CAPA|AUTH|XTND XLST.*)$/.test(command);
    replies.push(`${command}: ${await session.ask(command, isList)}`);
  }
  return replies;
}

/** The same of IMAP, whose replies end with the tag. */
async function allOfImap(session: Dialogue, commands: readonly string[]): Promise<string[]> {
  const replies: string[] = [];
  for (const command of commands) {
    await session.say(`t ${command}\r\n`);
    const lines = [];
    do lines.push(await session.line()); while (!/^(?:t |\+)/.test(lines.at(-1) ?? ""));
    replies.push(`${command}: ${lines.join("\r\n")}`);
  }
  return replies;
}

/** Everything that a client can see, by port, with what differs from time to time taken out. */
async function observe(server: TestServer): Promise<Record<string, string[]>> {
  const { ports, certificate } = server;
  const secured = (port: number, beginning: Beginning) => tlsDialogue(port, beginning, { ca: certificate });
  const seen: Record<string, string[]> = {};
  {
    await using session = await dialogue(ports.pop3);
    seen["pop3"] = [await session.line(), ...await all(session, pop3.before)];
  }
  for (const beginning of ["pop3", "tls"] as const) {
    await using session = await secured(beginning === "tls" ? ports.pop3s : ports.pop3, beginning);
    const greeting = beginning === "tls" ? await session.line() : "";
    const before = await all(session, [...pop3.before.filter((command) => !/^(?:USER|PASS)/.test(command))]);
    const login = await all(session, [`USER ${alice.address}`, `PASS ${alice.password}`]);
    seen[`pop3 under TLS, ${beginning}`] = [greeting, ...before, ...login, ...await all(session, pop3.after)];
  }
  {
    await using session = await dialogue(ports.imap);
    seen["imap"] = [await session.line(), ...await allOfImap(session, imap.before)];
  }
  {
    await using session = await secured(ports.imaps, "tls");
    const login = [`LOGIN ${bob.address} "${bob.password}"`, ...imap.after];
    seen["imaps"] = [await session.line(), ...await allOfImap(session, ["CAPABILITY", ...login])];
  }
  for (const port of ["smtp", "submission"] as const) {
    await using plain = await dialogue(ports[port]);
    seen[port] = [await plain.line(), ...await all(plain, smtp)];
    await using session = await secured(ports[port], "smtp");
    seen[`${port} under TLS`] = await all(session, smtp);
  }
  const same = (text: string) =>
    text.replace(/<[^<>@]+@mail\.example\.org>/g, "<timestamp>").replace(/UIDVALIDITY \d+/, "");
  return Object.fromEntries(Object.entries(seen).map(([name, replies]) => [name, replies.map(same)]));
}

/** All that is built in but the current ones; Kerberos where the system has it. */
function legacy(keytab: string | undefined): NonNullable<TestSettings["further"]> {
  const names = Object.keys(builtInPlugins.protocol).filter((name) => !current.has(name));
  const able = names.filter((name) => name !== "kpop" || keytab !== undefined);
  return Object.fromEntries(able.map((name) => [name, name === "kpop" ? { keytab } : options[name] ?? {}]));
}

/** Protocols that have warned. */
function warned({ log }: TestServer): string[] {
  return log.flatMap(({ level, protocol }) => level === "warn" && typeof protocol === "string" ? protocol : []);
}

for (const cleartextAuth of [false, true]) {
  Deno.test(`legacy: POP3, IMAP and SMTP offer and refuse the same with all old protocols on (cleartext_auth: ${cleartextAuth})`, async () => {
    using keys = hasKerberos() ? kerberosFolder([capturedKey]) : undefined;
    const further = legacy(keys?.keytab);
    await using few = await testServer({ cleartextAuth });
    await using many = await testServer({ cleartextAuth, further, directoryOptions: { multidrop: ["*.example.org"] } });
    // They do listen, and those that are not safe have said so, once.
    assertEquals(Object.keys(many.furtherPorts), Object.keys(further));
    assertEquals(warned(few), []);
    for (const name of unsafe.filter((name) => name in further)) {
      assertEquals(warned(many).filter((protocol) => protocol === name), [name]);
    }
    const before = await observe(few);
    assertEquals(await observe(many), before);
    // What was compared is what it should be.
    const { pop3: [greeting = "", ...clear] = [], smtp: relayed = [] } = before;
    assert(greeting.endsWith("<timestamp>"));
    assertEquals(clear.some((reply) => reply.startsWith("USER alice: +OK")), cleartextAuth);
    assert(relayed.at(-1)?.includes(": 550 5.7.1 "), relayed.at(-1));
    assertNotEquals(before["submission"]?.at(-2), before["smtp"]?.at(-2));
  });
}

Deno.test("legacy: the second password of an account opens SDPS, and neither POP3, IMAP nor submission", async () => {
  await using server = await testServer({ cleartextAuth: true, further: { sdps: {} } });
  const { ports, furtherPorts, admin } = server, second = "another secret";
  await admin.setSecondPassword(alice.address, second);
  const pop = async (port: number) => {
    await using session = await dialogue(port);
    await session.line();
    await session.ask(`USER ${alice.address}`);
    return await session.ask(`PASS ${second}`);
  };
  assertEquals(await pop(ports.pop3), "-ERR [AUTH] invalid login or password");
  assertEquals(await pop(furtherPorts["sdps"] ?? 0), "+OK maildrop has 0 messages (0 octets)");
  await using imapSession = await dialogue(ports.imap);
  await imapSession.line();
  const [refused] = await allOfImap(imapSession, [`LOGIN ${alice.address} "${second}"`]);
  assert(refused?.includes(" NO [AUTHENTICATIONFAILED]"), refused);
  await using submission = await dialogue(ports.submission);
  await submission.line();
  await submission.ask("EHLO client.example");
  const answer = await submission.ask(`AUTH PLAIN ${btoa(`\0${alice.address}\0${second}`)}`);
  assert(answer.startsWith("535 "), answer);
});

Deno.test("legacy: POP3 offers and refuses the same with all its own old ways on, but for their commands", async () => {
  const old = { early: true, rpop: ["192.0.2.1"], recent: "30d", popped: "read" };
  await using few = await testServer();
  await using many = await testServer({ options: { pop3: old } });
  const ofLogins = (seen: Record<string, string[]>) =>
    Object.entries(seen).map(([name, replies]) => [
      name,
      replies.filter((reply) => !/^(?:RPOP|LAST|XTND)/.test(reply)).map((reply) =>
        reply.replace("EXPIRE 0", "EXPIRE NEVER")
      ),
    ]);
  assertEquals(ofLogins(await observe(many)), ofLogins(await observe(few)));
});

Deno.test("legacy: POP4 asks of its clients what POP3 asks, and tells them the same, but for its verbs", async () => {
  await using server = await testServer({ further: { pop4: {} }, furtherTls: "starttls" });
  const { ports, furtherPorts: { pop4: port = 0 }, certificate } = server;
  const isOfPop4 = (command: string) => pop4Verbs.includes(command);
  const seen = async (port: number) => {
    const replies: string[] = [];
    {
      await using session = await dialogue(port);
      replies.push(await session.line(), ...await all(session, pop3.before.filter((command) => !isOfPop4(command))));
    }
    await using session = await tlsDialogue(port, "pop3", { ca: certificate });
    const commands = ["CAPA", `USER ${alice.address}`, `PASS ${alice.password}`, ...pop3.after, "QUIT"];
    replies.push(...await all(session, commands.filter((command) => !isOfPop4(command))));
    return replies.map((reply) => reply.replace(/<[^<>@]+@mail\.example\.org>/, "<timestamp>"));
  };
  const asPop3 = (reply: string) =>
    reply.replace("POP3 POP4 rev 1 server", "POP3 server").replaceAll(
      /^(?:[LSCDR]FLD|MOVF|RENF|MOVE|COPY|STOR|[LSC]FLG|[LRD]PRT)\r\n/gm,
      "",
    );
  const ofPop4 = await seen(port), ofPop3 = await seen(ports.pop3);
  assertEquals(ofPop4.map(asPop3), ofPop3);
  assert(ofPop4[0]?.startsWith("+OK POP3 POP4 rev 1 "));
  assert(ofPop3.includes("USER alice: -ERR not without TLS: send STLS first, or use the port for TLS"));
});
