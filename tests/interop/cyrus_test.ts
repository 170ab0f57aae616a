/** Cyrus SASL's own test clients: CRAM-MD5, SCRAM, and DIGEST-MD5 with integrity and with confidentiality. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, mailServer } from "./server.ts";

const folder = "/usr/lib/cyrus/bin";
const programs = {
  pop3: { name: `${folder}/pop3test`, packageName: "cyrus-clients" },
  smtp: { name: `${folder}/smtptest`, packageName: "cyrus-clients" },
};

/** What `-k` and `-l` ask for: the least and the greatest strength of the security layer, in bits. */
const ways: readonly (readonly [name: string, mechanism: string, least: number, greatest: number])[] = [
  ["CRAM-MD5", "CRAM-MD5", 0, 0],
  ["SCRAM-SHA-1", "SCRAM-SHA-1", 0, 0],
  ["SCRAM-SHA-256", "SCRAM-SHA-256", 0, 0],
  ["DIGEST-MD5 without a layer", "DIGEST-MD5", 0, 0],
  ["DIGEST-MD5 with integrity", "DIGEST-MD5", 1, 1],
  ["DIGEST-MD5 with confidentiality, rc4-40", "DIGEST-MD5", 40, 40],
  ["DIGEST-MD5 with confidentiality, rc4-56", "DIGEST-MD5", 56, 56],
  ["DIGEST-MD5 with confidentiality, 3des", "DIGEST-MD5", 112, 112],
  ["DIGEST-MD5 with confidentiality, rc4", "DIGEST-MD5", 128, 128],
  ["DIGEST-MD5 with the strongest it can", "DIGEST-MD5", 0, 256],
];

for (const [name, mechanism, least, greatest] of ways) {
  const args = ["-m", mechanism, "-a", alice.address, "-u", alice.address, "-w", alice.password];
  const strength = ["-k", String(least), "-l", String(greatest)];

  interopTest(`Cyrus pop3test: ${name}`, [programs.pop3], async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, "Subject: sealed\r\n\r\n" + "a long enough line of text\r\n".repeat(10_000));
    const script = await home.write("script", "STAT\r\nRETR 1\r\nQUIT\r\n");
    const { stdout, stderr } = await home.run(programs.pop3, [
      ...[...args, ...strength, "-f", script, "-p", String(server.ports.pop3), "localhost"],
    ]);
    assertStringIncludes(stdout, "Authenticated.", stdout + stderr);
    assertStringIncludes(stdout, "+OK 1 ");
    assertEquals(stdout.split("a long enough line of text\r\n").length - 1, 10_000);
  });

  interopTest(`Cyrus smtptest: ${name}`, [programs.smtp], async (home) => {
    await using server = await mailServer();
    const script = await home.write(
      "script",
      [
        `MAIL FROM:<${alice.address}>`,
        `RCPT TO:<${alice.address}>`,
        "DATA",
        "Subject: sealed",
        "",
        "text",
        ".",
        "QUIT",
        "",
      ]
        .join("\r\n"),
    );
    const { stdout, stderr } = await home.run(programs.smtp, [
      ...[...args, ...strength, "-f", script, "-p", String(server.ports.submission), "localhost"],
    ]);
    assertStringIncludes(stdout, "Authenticated.", stdout + stderr);
    const [message = ""] = await server.inbox(alice);
    assertStringIncludes(message, "Subject: sealed", stdout + stderr);
  });
}
