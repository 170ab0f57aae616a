/** GNU SASL's client logs in by every mechanism that both sides have, and sends a message through what came of it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import { alice, bob, type MailServer, mailServer } from "./server.ts";

const gsasl = { name: "gsasl", packageName: "gsasl" };
const shell = { name: "sh", packageName: "dash" };
const stdbuf = { name: "stdbuf", packageName: "coreutils" };

const inTheClear = ["CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"];
const tls12 = ["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2"];

const ways: readonly (readonly [name: string, args: readonly string[]])[] = [
  ...inTheClear.map((mechanism) =>
    [`${mechanism} in the clear`, ["--no-starttls", "--mechanism", mechanism, ...qop("auth")]] as const
  ),
  ...["PLAIN", "LOGIN", ...inTheClear].map((mechanism) =>
    [`${mechanism} after STARTTLS`, ["--starttls", "--mechanism", mechanism, ...qop("auth")]] as const
  ),
  ["what it chooses itself under TLS 1.2", ["--starttls", ...tls12]],
  ["what it chooses itself under TLS 1.3", ["--starttls"]],
];

const script = [
  `MAIL FROM:<${alice.address}>`,
  `RCPT TO:<${bob.address}>`,
  "DATA",
  "Subject: by gsasl",
  "",
  "..one dot",
  "end",
  ".",
  "QUIT",
  "",
].join("\n");

/** Standard input stays open, and is read line by line: gsasl ends with its input, whatever it still waits for. */
const keptOpen = 'mkfifo in && exec 3<>in && cat script >&3 && exec stdbuf -i0 gsasl "$@" <&3';

for (const [name, args] of ways) {
  interopTest(`gsasl: ${name}`, [gsasl, shell, stdbuf], async (home) => {
    await using server = await mailServer();
    const said = await run(home, server, args, script);
    assertStringIncludes(said, "\n250 2.0.0 Accepted", said);
    const [received = ""] = await server.inbox(bob);
    assertStringIncludes(received, "Subject: by gsasl\r\n");
    assertEquals(received.slice(received.indexOf("\r\n\r\n")), "\r\n\r\n.one dot\r\nend\r\n");
  });
}

for (const tls of ["--no-starttls", "--starttls"]) {
  interopTest(`gsasl: DIGEST-MD5 with integrity, ${tls}`, [gsasl, shell, stdbuf], async (home) => {
    await using server = await mailServer();
    // One command and one answer, both sealed: of packets that arrive together it opens only the first.
    await run(home, server, [tls, "--mechanism", "DIGEST-MD5", ...qop("int")], "QUIT\n");
  });
}

for (const [name, args] of ways) {
  interopTest(`gsasl: IMAP, ${name}`, [gsasl, shell, stdbuf], async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, "Subject: by gsasl\r\n\r\ntext\r\n");
    const said = await imap(home, server, args, "1 SELECT INBOX\n2 FETCH 1 BODY.PEEK[TEXT]\n3 LOGOUT\n");
    assertMatch(said, /\n\* 1 FETCH \(BODY\[TEXT\] \{6\}\r?\ntext\r?\n\)\r?\n2 OK /);
  });
}

/** Logs in, says what the script says, and gives what was printed. */
async function run(home: ClientHome, server: MailServer, args: readonly string[], script: string): Promise<string> {
  const said = await speak(home, server, "smtp", server.ports.submission, args, script);
  assertStringIncludes(said, "\n235 2.7.0 ");
  assertStringIncludes(said, "\n221 2.0.0 ");
  return said;
}

/** The same of IMAP. */
async function imap(home: ClientHome, server: MailServer, args: readonly string[], script: string): Promise<string> {
  const said = await speak(home, server, "imap", server.ports.imap, args, script);
  assertStringIncludes(said, "\n* BYE ");
  return said;
}

async function speak(
  home: ClientHome,
  server: MailServer,
  protocol: "smtp" | "imap",
  port: number,
  args: readonly string[],
  script: string,
): Promise<string> {
  await home.write("script", script);
  const { stdout, stderr } = await home.run(shell, [
    ...["-c", keptOpen, "gsasl", `--${protocol}`, `--x509-ca-file=${server.certificate}`],
    // Version 2.2.0 finds its own first message wrong where TLS could be bound to and the mechanism is not -PLUS.
    "--no-cb",
    ...["--authentication-id", alice.address, "--authorization-id", alice.address, "--password", alice.password],
    ...["--hostname", "localhost", "--service", protocol, "--realm", ""],
    ...[...args, `--connect=localhost:${port}`],
  ]);
  return stdout + stderr;
}

/** How what is said after a login by DIGEST-MD5 is protected. */
function qop(quality: "auth" | "int"): readonly string[] {
  return ["--quality-of-protection", `qop-${quality}`];
}
