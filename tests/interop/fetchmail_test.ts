/** fetchmail fetches: by POP3 with APOP, CRAM-MD5, STLS, POP3S, and UIDL with keep; by IMAP. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import type { ServiceName } from "../support/test_config.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const fetchmail = { name: "fetchmail", packageName: "fetchmail" };

interface Way {
  readonly port: ServiceName;
  /** Of the server. */
  readonly options: string;
  /** Of the user. */
  readonly user: string;
  /** What it says that it does. */
  readonly said: readonly string[];
}

const ways: Readonly<Record<string, Way>> = {
  "APOP": {
    ...{ port: "pop3", options: "protocol APOP", user: "sslproto ''" },
    said: ["POP3> APOP ", "POP3> TOP 3 "],
  },
  "CRAM-MD5": {
    ...{ port: "pop3", options: "protocol POP3 auth cram-md5", user: "sslproto ''" },
    said: ["POP3> AUTH CRAM-MD5", "POP3> TOP 3 "],
  },
  "USER and PASS after STLS": {
    ...{ port: "pop3", options: "protocol POP3 auth password", user: "sslproto tls1.2+" },
    said: ["POP3> STLS", "upgrade to TLS succeeded", "POP3> PASS ", "POP3> TOP 3 "],
  },
  "USER and PASS under POP3S, by RETR": {
    ...{ port: "pop3s", options: "protocol POP3 auth password", user: "ssl fetchall" },
    said: ["using protocol TLSv1.3", "POP3> PASS ", "POP3> RETR 3"],
  },
  "IMAP, CRAM-MD5": {
    ...{ port: "imap", options: "protocol IMAP auth cram-md5", user: "sslproto ''" },
    said: ["AUTHENTICATE CRAM-MD5", "FETCH 1 BODY.PEEK[TEXT]", "* 1 EXPUNGE"],
  },
  "IMAP, LOGIN after STARTTLS": {
    ...{ port: "imap", options: "protocol IMAP auth password", user: "sslproto tls1.2+" },
    said: ["STARTTLS", "upgrade to TLS succeeded", "LOGIN ", "FETCH 1 BODY.PEEK[TEXT]", "* 1 EXPUNGE"],
  },
  "IMAPS, one expunge at the end": {
    ...{ port: "imaps", options: "protocol IMAP", user: "ssl fetchall expunge 0" },
    said: ["using protocol TLSv1.3", "FETCH 3 BODY.PEEK[TEXT]", "EXPUNGE"],
  },
};

for (const [name, { port, options, user, said }] of Object.entries(ways)) {
  interopTest(`fetchmail: ${name}`, [fetchmail], async (home) => {
    await using server = await mailServer();
    for (const number of [1, 2, 3]) await server.deliver(alice, messageOf(number));
    const fetched = await fetch(home, server, port, options, user);
    assertEquals(fetched.code, 0, fetched.output);
    for (const words of said) assertStringIncludes(fetched.output, words);
    assertEquals(fetched.messages.map(subjectOf).sort(), ["number 1", "number 2", "number 3"]);
    for (const message of fetched.messages) assertStringIncludes(message, "\n\n.one dot\nend\n");
    assertEquals(await server.inbox(alice), [], "fetched messages are deleted");
  });
}

interopTest(
  "fetchmail: UIDL with keep fetches every message once, in as many runs as there are",
  [fetchmail],
  async (home) => {
    await using server = await mailServer();
    const round = () => fetch(home, server, "pop3s", "protocol POP3 auth password uidl", "ssl keep");
    await server.deliver(alice, messageOf(1));
    assertEquals((await round()).messages.map(subjectOf), ["number 1"]);
    await server.deliver(alice, messageOf(2));
    assertEquals((await round()).messages.map(subjectOf), ["number 2"]);
    const third = await round();
    assertEquals([third.messages.length, third.code], [0, 1], third.output);
    assertEquals((await server.inbox(alice)).length, 2);
  },
);

interopTest(
  "fetchmail: LAST with keep fetches what no client has retrieved yet",
  [fetchmail, { name: "curl", packageName: "curl" }],
  async (home) => {
    await using server = await mailServer({ options: { pop3: { early: true } } });
    for (const number of [1, 2, 3]) await server.deliver(alice, messageOf(number));
    const retrieved = await home.run({ name: "curl", packageName: "curl" }, [
      ...["-sS", "--cacert", server.certificate, "--user", `${alice.address}:${alice.password}`],
      `pop3s://localhost:${server.ports.pop3s}/2`,
    ]);
    assertEquals([retrieved.code, subjectOf(retrieved.stdout)], [0, "number 2"], retrieved.stderr);
    const fetched = await fetch(home, server, "pop3s", "protocol POP3 auth password no uidl", "ssl keep");
    assertStringIncludes(fetched.output, "POP3> LAST");
    assertEquals(fetched.messages.map(subjectOf), ["number 3"], fetched.output);
  },
);

interopTest("fetchmail: IMAP with keep fetches what is not seen", [fetchmail], async (home) => {
  await using server = await mailServer();
  const round = () => fetch(home, server, "imaps", "protocol IMAP", "ssl keep");
  await server.deliver(alice, messageOf(1));
  assertEquals((await round()).messages.map(subjectOf), ["number 1"]);
  await server.deliver(alice, messageOf(2));
  assertEquals((await round()).messages.map(subjectOf), ["number 2"]);
  const third = await round();
  assertEquals([third.messages.length, third.code], [0, 1], third.output);
  assertEquals((await server.inbox(alice)).length, 2);
});

function messageOf(number: number): string {
  return `From: bob@example.org\r\nTo: alice@example.org\r\nSubject: number ${number}\r\n\r\n.one dot\r\nend\r\n`;
}

function subjectOf(message: string): string {
  return /^Subject: (.*)$/m.exec(message)?.[1]?.trim() ?? "";
}

/** One run; a script puts what is fetched into a folder. */
async function fetch(home: ClientHome, server: MailServer, port: ServiceName, options: string, user: string) {
  const box = `${home.folder}/box`;
  await Deno.mkdir(box, { recursive: true });
  const before = new Set(Array.from(Deno.readDirSync(box), ({ name }) => name));
  const script = await home.write("keep.sh", `#!/bin/sh\ncat > "$(mktemp ${box}/XXXXXXXX)"\n`);
  await Deno.chmod(script, 0o700);
  const config = await home.write(
    "fetchmailrc",
    `poll localhost service ${server.ports[port]} ${options}
  user "${alice.address}" password "${alice.password}" ${user} sslcertfile "${server.certificate}" mda "${script}"
`,
  );
  const { code, stdout, stderr } = await home.run(fetchmail, [
    ...["-f", config, "--idfile", `${home.folder}/ids`, "--pidfile", `${home.folder}/pid`, "-v", "--nosyslog"],
  ]);
  assert(code < 2, stdout + stderr);
  const names = Array.from(Deno.readDirSync(box), ({ name }) => name).filter((name) => !before.has(name));
  const messages = await Promise.all(names.map((name) => Deno.readTextFile(`${box}/${name}`)));
  return { code, output: stdout + stderr, messages };
}
