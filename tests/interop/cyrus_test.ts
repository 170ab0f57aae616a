/** Cyrus SASL's own test clients: CRAM-MD5, SCRAM, and DIGEST-MD5 with integrity and with confidentiality. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest, patience, type Program } from "./client.ts";
import { alice, mailServer } from "./server.ts";

const folder = "/usr/lib/cyrus/bin";
const pop3test = { name: `${folder}/pop3test`, packageName: "cyrus-clients" };
const imtest = { name: `${folder}/imtest`, packageName: "cyrus-clients" };
const smtptest = { name: `${folder}/smtptest`, packageName: "cyrus-clients" };

/** What `-k` and `-l` ask for: the least and the greatest strength of the security layer, in bits. */
const strength = (least: number, greatest: number) => ["-k", String(least), "-l", String(greatest)];
const startTls = ["-t", ""];

/**
 * DIGEST-MD5 with 3des is in perl_test.ts: as Debian builds it, this client sets DES keys without their parity bits,
 * OpenSSL 3 says so, and the client takes that for a failure of its own and cancels.
 */
const ways: readonly (readonly [name: string, mechanism: string, args: readonly string[], strength: number])[] = [
  ["CRAM-MD5", "CRAM-MD5", strength(0, 0), 0],
  ["SCRAM-SHA-1", "SCRAM-SHA-1", strength(0, 0), 0],
  ["SCRAM-SHA-256", "SCRAM-SHA-256", strength(0, 0), 0],
  ["SCRAM-SHA-512", "SCRAM-SHA-512", strength(0, 0), 0],
  ["DIGEST-MD5 without a layer", "DIGEST-MD5", strength(0, 0), 0],
  ["DIGEST-MD5 with integrity", "DIGEST-MD5", strength(1, 1), 1],
  ["DIGEST-MD5 with confidentiality, rc4-40", "DIGEST-MD5", strength(40, 40), 40],
  ["DIGEST-MD5 with confidentiality, rc4-56", "DIGEST-MD5", strength(56, 56), 56],
  ["DIGEST-MD5 with confidentiality, rc4", "DIGEST-MD5", strength(128, 128), 128],
  ["DIGEST-MD5 with the strongest it can", "DIGEST-MD5", strength(0, 256), 128],
  ...["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"].map((mechanism) =>
    // The strength is that of TLS.
    [`${mechanism} after STARTTLS`, mechanism, startTls, 256] as const
  ),
];

const text = Array.from({ length: 10_000 }, (_, number) => `line ${number} of a long text\r\n`).join("");

for (const [name, mechanism, args, strength] of ways) {
  interopTest(`Cyrus pop3test: ${name}`, [pop3test], async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, `Subject: sealed\r\n\r\n${text}`);
    const said = await run(home, pop3test, mechanism, args, server.ports.pop3, ["STAT", "RETR 1"]);
    assertStringIncludes(said, `Authenticated.\nSecurity strength factor: ${strength}\n`);
    assertStringIncludes(said, `Subject: sealed\r\n\r\n${text}.\r\n+OK `);
  });

  interopTest(`Cyrus imtest: ${name}`, [imtest], async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, `Subject: sealed\r\n\r\n${text}`);
    const commands = ["1 SELECT INBOX", "2 FETCH 1 BODY.PEEK[]"];
    const said = await run(home, imtest, mechanism, args, server.ports.imap, commands);
    assertStringIncludes(said, `Authenticated.\nSecurity strength factor: ${strength}\n`);
    assertStringIncludes(said, `* 1 FETCH (BODY[] {${text.length + 19}}\r\nSubject: sealed\r\n\r\n${text})\r\n2 OK `);
  });

  interopTest(`Cyrus smtptest: ${name}`, [smtptest], async (home) => {
    await using server = await mailServer();
    const commands = [`MAIL FROM:<${alice.address}>`, `RCPT TO:<${alice.address}>`, "DATA"];
    const message = ["Subject: sealed", "", `${text}.`];
    const said = await run(home, smtptest, mechanism, args, server.ports.submission, [...commands, ...message]);
    assertStringIncludes(said, `Authenticated.\nSecurity strength factor: ${strength}\n`);
    const [received = ""] = await server.inbox(alice);
    assertStringIncludes(received, "Subject: sealed\r\n", said);
    assertEquals(received.slice(received.indexOf("\r\n\r\n") + 4), text);
  });
}

interopTest("Cyrus pop3test: APOP", [pop3test], async (home) => {
  await using server = await mailServer();
  await server.deliver(alice, "Subject: sealed\r\n\r\ntext\r\n");
  const said = await run(home, pop3test, "apop", [], server.ports.pop3, ["RETR 1"]);
  assertStringIncludes(said, "Subject: sealed\r\n\r\ntext\r\n.\r\n+OK ");
});

/** Layers that UNAUTHENTICATE takes off; `-q` asks for compression over them, which this client does not find without one. */
const layers: readonly (readonly [name: string, args: readonly string[]])[] = [
  ["integrity", strength(1, 1)],
  ["confidentiality", strength(128, 128)],
  ["compression over confidentiality", [...strength(128, 128), "-q"]],
];
const unbuffered = { name: "stdbuf", packageName: "coreutils" };

for (const [name, args] of layers) {
  interopTest(`Cyrus imtest: RFC 8437 §4.1: UNAUTHENTICATE ends ${name}`, [imtest, unbuffered], async () => {
    await using server = await mailServer();
    const said = await converse(args, server.ports.imap, ["a NOOP", "b UNAUTHENTICATE", "c CAPABILITY", "d NOOP"]);
    assertStringIncludes(said, "a OK Nothing done\r\n");
    assertStringIncludes(said, "b OK Nobody is logged in\r\n");
    // Mechanisms are offered to who has not logged in.
    assertMatch(said, /b OK [^]*\* CAPABILITY .* AUTH=DIGEST-MD5 [^]*c OK /);
    assertStringIncludes(said, "d OK Nothing done\r\n");
  });
}

/** What imtest printed, to which each line was typed when the one before had been answered. */
async function converse(args: readonly string[], port: number, lines: readonly string[]): Promise<string> {
  const login = ["-m", "DIGEST-MD5", "-a", alice.address, "-u", alice.address, "-w", alice.password];
  const child = new Deno.Command(unbuffered.name, {
    args: ["-o0", imtest.name, ...login, ...args, "-p", String(port), "localhost"],
    ...{ stdin: "piped", stdout: "piped", stderr: "null", signal: AbortSignal.timeout(patience) },
  }).spawn();
  const typed = child.stdin.getWriter();
  const waiting = [...lines];
  let said = "", answer = args.includes("-q") ? "Z01 OK" : "Security strength factor";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (!said.includes(answer)) continue;
    const line = waiting.shift() ?? "z LOGOUT";
    answer = `${line.split(" ")[0]} OK `;
    await typed.write(new TextEncoder().encode(`${line}\r\n`)).catch(() => {});
  }
  await typed.close().catch(() => {});
  await child.status;
  return said;
}

const goodbye = /C: (?:QUIT|Q01 LOGOUT)\r\n/;

/** What the client printed, its goodbye left out: it prints that in the middle of what it receives. */
async function run(
  home: ClientHome,
  program: Program,
  mechanism: string,
  args: readonly string[],
  port: number,
  lines: readonly string[],
): Promise<string> {
  const script = await home.write("script", lines.map((line) => `${line}\r\n`).join(""));
  const { stdout, stderr } = await home.run(program, [
    ...["-m", mechanism, "-a", alice.address, "-u", alice.address, "-w", alice.password],
    ...[...args, "-f", script, "-p", String(port), "localhost"],
  ]);
  assertMatch(stdout, goodbye, stdout + stderr);
  return stdout.replace(goodbye, "");
}
