/** GSSAPI with a real realm: Cyrus's clients with every security layer, curl, gsasl and fetchmail. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest, type Program } from "./client.ts";
import { type KerberosRealm, kerberosRealm, realmPrograms, withTickets } from "./kerberos_realm.ts";
import { alice, bob, type MailServer, mailServer } from "./server.ts";

const folder = "/usr/lib/cyrus/bin";
const [pop3test, imtest, smtptest] = ["pop3test", "imtest", "smtptest"].map((name): Program => ({
  name: `${folder}/${name}`,
  packageName: "cyrus-clients",
}));
const sasl = {
  name: `/usr/lib/${Deno.build.arch}-linux-gnu/sasl2/libgssapiv2.so`,
  packageName: "libsasl2-modules-gssapi-mit",
};
const curl = { name: "curl", packageName: "curl" };
const fetchmail = { name: "fetchmail", packageName: "fetchmail" };
const gsasl = { name: "gsasl", packageName: "gsasl" };
const text = Array.from({ length: 10_000 }, (_, number) => `line ${number} of a long text\r\n`).join("");
const message = "From: alice@example.org\r\nSubject: by ticket\r\n\r\n.one dot\r\nend\r\n";

/** A server of the realm whose only mechanism it is. */
function serverOf({ keytab }: KerberosRealm, options: Readonly<Record<string, unknown>> = {}): Promise<MailServer> {
  return mailServer({ auth: [{ use: "gssapi", options: { keytab, ...options } }] });
}

/** What `-k` and `-l` ask for, and what is then said of the strength. */
const layers = {
  "no layer": { args: ["-k", "0", "-l", "0"], strength: 0 },
  "integrity": { args: ["-k", "1", "-l", "1"], strength: 1 },
  "confidentiality": { args: ["-k", "2", "-l", "256"], strength: 256 },
  "no layer, under TLS": { args: ["-t", ""], strength: 256 },
} as const;

async function converse(
  home: ClientHome,
  program: Program | undefined,
  port: number,
  args: readonly string[],
  lines: readonly string[],
): Promise<string> {
  if (program === undefined) throw new Error("no program");
  const script = await home.write("script", lines.map((line) => `${line}\r\n`).join(""));
  const { stdout, stderr } = await home.run(program, [
    ...["-m", "GSSAPI", "-a", "alice", "-u", "alice", ...args, "-f", script, "-p", String(port), "localhost"],
  ]);
  assertStringIncludes(stdout, "Authenticated.\n", stdout + stderr);
  return stdout;
}

for (const [name, { args, strength }] of Object.entries(layers)) {
  const programs = [...[pop3test, imtest, smtptest].flatMap((program) => program ?? []), sasl, ...realmPrograms];

  interopTest(`GSSAPI: Cyrus pop3test: ${name}`, programs, async (home) => {
    await using realm = await kerberosRealm();
    await using server = await serverOf(realm);
    await server.deliver(alice, `Subject: sealed\r\n\r\n${text}`);
    const client = withTickets(home, realm.alice);
    const said = await converse(client, pop3test, server.ports.pop3, args, ["STAT", "RETR 1", "NOOP"]);
    assertStringIncludes(said, `Security strength factor: ${strength}\n`);
    assertStringIncludes(said.replace("C: QUIT\r\n", ""), `Subject: sealed\r\n\r\n${text}.\r\n+OK`);
  });

  interopTest(`GSSAPI: Cyrus imtest: ${name}`, programs, async (home) => {
    await using realm = await kerberosRealm();
    await using server = await serverOf(realm);
    await server.deliver(alice, `Subject: sealed\r\n\r\n${text}`);
    const client = withTickets(home, realm.alice);
    const commands = ["1 SELECT INBOX", "2 FETCH 1 BODY.PEEK[TEXT]", "3 LOGOUT"];
    const said = await converse(client, imtest, server.ports.imap, args, commands);
    assertStringIncludes(said, `Security strength factor: ${strength}\n`);
    assertStringIncludes(said.replace("C: Q01 LOGOUT\r\n", ""), `{${text.length}}\r\n${text})\r\n2 OK`);
  });

  interopTest(`GSSAPI: Cyrus smtptest: ${name}`, programs, async (home) => {
    await using realm = await kerberosRealm();
    await using server = await serverOf(realm);
    const client = withTickets(home, realm.alice);
    const said = await converse(client, smtptest, server.ports.submission, args, [
      ...[`MAIL FROM:<${alice.address}>`, `RCPT TO:<${bob.address}>`, "DATA", "Subject: sealed", "", `${text}.`],
    ]);
    assertStringIncludes(said, `Security strength factor: ${strength}\n`);
    const [received = ""] = await server.inbox(bob);
    assertEquals(received.slice(received.indexOf("\r\n\r\n") + 4), text, said);
  });
}

interopTest("GSSAPI: only what the option layers names can be had", [
  ...[pop3test].flatMap((program) => program ?? []),
  ...[sasl, ...realmPrograms],
], async (home) => {
  await using realm = await kerberosRealm();
  await using server = await serverOf(realm, { layers: ["confidentiality"] });
  const client = withTickets(home, realm.alice);
  const { stdout } = await client.run(pop3test ?? curl, [
    ...[
      "-m",
      "GSSAPI",
      "-a",
      "alice",
      "-u",
      "alice",
      "-k",
      "0",
      "-l",
      "0",
      "-p",
      String(server.ports.pop3),
      "localhost",
    ],
  ], "QUIT\r\n");
  assertStringIncludes(stdout, "Authentication failed");
  const said = await converse(client, pop3test, server.ports.pop3, ["-k", "2", "-l", "256"], ["STAT"]);
  assertStringIncludes(said, "Security strength factor: 256\n");
});

interopTest("GSSAPI: curl: POP3, IMAP and SMTP", [curl, ...realmPrograms], async (home) => {
  await using realm = await kerberosRealm();
  await using server = await serverOf(realm);
  await server.deliver(alice, message);
  const client = withTickets(home, realm.alice);
  const login = ["-sS", "--user", ":", "--login-options", "AUTH=GSSAPI"];
  const popped = await client.run(curl, [...login, `pop3://localhost:${server.ports.pop3}/1`]);
  assertEquals([popped.code, popped.stdout], [0, message], popped.stderr);
  const read = await client.run(curl, [...login, `imap://localhost:${server.ports.imap}/INBOX;UID=1`]);
  assertEquals([read.code, read.stdout], [0, message], read.stderr);
  const file = await home.write("message.eml", message);
  const sent = await client.run(curl, [
    ...[...login, "--mail-from", alice.address, "--mail-rcpt", bob.address, "-T", file],
    `smtp://localhost:${server.ports.submission}/client.example`,
  ]);
  assertEquals(sent.code, 0, sent.stderr);
  assertEquals((await server.inbox(bob)).length, 1);
});

interopTest("GSSAPI: curl: nobody is somebody else, and who has no account gets nothing", [
  ...[curl, ...realmPrograms],
], async (home) => {
  await using realm = await kerberosRealm();
  await using server = await serverOf(realm);
  const login = ["-sS", "--user", ":", "--login-options", "AUTH=GSSAPI"];
  const url = `pop3://localhost:${server.ports.pop3}/`;
  const asAlice = await withTickets(home, realm.bob).run(curl, [...login, "--sasl-authzid", "alice", url]);
  assertEquals(asAlice.code, 67, asAlice.stderr);
  await server.logged(({ message, login, authorizeAs }) =>
    message === "authentication failed" && login === "bob" && authorizeAs === "alice"
  );
  await using foreign = await mailServer({
    auth: [{ use: "gssapi", options: { keytab: realm.keytab, realms: ["OTHER.EXAMPLE"] } }],
  });
  const refused = await withTickets(home, realm.alice).run(curl, [
    ...[...login, `pop3://localhost:${foreign.ports.pop3}/`],
  ]);
  assertEquals(refused.code, 67, refused.stderr);
});

/** gsasl logs in and leaves, with a ticket for a service. */
async function byGsasl(home: ClientHome, protocol: "imap" | "smtp", service: string, port: number): Promise<string> {
  const { stdout, stderr } = await home.run(gsasl, [
    ...["--no-starttls", "--mechanism", "GSSAPI", "--authentication-id", "alice", "--authorization-id", "alice"],
    ...["--hostname", "localhost", `--${protocol}`, "--service", service, `--connect=localhost:${port}`],
  ], "");
  return stdout + stderr;
}

interopTest("GSSAPI: gsasl: IMAP and SMTP", [gsasl, ...realmPrograms], async (home) => {
  await using realm = await kerberosRealm();
  await using server = await serverOf(realm);
  const client = withTickets(home, realm.alice);
  assertStringIncludes(await byGsasl(client, "imap", "imap", server.ports.imap), " OK ");
  assertStringIncludes(await byGsasl(client, "smtp", "smtp", server.ports.submission), "235 2.7.0");
  assertEquals((await server.logged(({ message }) => message === "authenticated", 2)).length, 2);
});

interopTest("GSSAPI: RFC 4752 §3.2: a ticket is good for its own service", [gsasl, ...realmPrograms], async (home) => {
  await using realm = await kerberosRealm();
  await using server = await serverOf(realm);
  const client = withTickets(home, realm.alice);
  for (const service of ["smtp", "pop", "host"]) {
    const said = await byGsasl(client, "imap", service, server.ports.imap);
    assertStringIncludes(said, "AUTHENTICATIONFAILED", said);
  }
  const refusals = await server.logged(({ message }) => message === "gssapi: the ticket was refused", 3);
  assertEquals(refusals.map(({ why }) => why), Array(3).fill("The ticket isn't for us"));
  assertEquals(server.log.filter(({ message }) => message === "authenticated"), []);
});

for (const protocol of ["POP3", "IMAP"] as const) {
  interopTest(`GSSAPI: fetchmail: ${protocol}`, [fetchmail, ...realmPrograms], async (home) => {
    await using realm = await kerberosRealm();
    await using server = await serverOf(realm);
    await server.deliver(alice, message);
    const box = `${home.folder}/box`;
    const keep = await home.write("keep.sh", `#!/bin/sh\ncat > ${box}\n`);
    await Deno.chmod(keep, 0o700);
    const port = protocol === "POP3" ? server.ports.pop3 : server.ports.imap;
    const config = await home.write(
      "fetchmailrc",
      `poll localhost service ${port} protocol ${protocol} auth gssapi
  user "alice" sslproto '' mda "${keep}"
`,
    );
    const { code, stdout, stderr } = await withTickets(home, realm.alice).run(fetchmail, [
      ...["-f", config, "--idfile", `${home.folder}/ids`, "--pidfile", `${home.folder}/pid`, "-v", "--nosyslog"],
    ]);
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(await Deno.readTextFile(box), "Subject: by ticket");
    assertEquals(await server.inbox(alice), []);
  });
}
