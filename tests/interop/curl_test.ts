/** curl sends and fetches: SMTP and POP3, in the clear, upgraded and under TLS, by every mechanism it knows. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, bob, mailServer } from "./server.ts";

const curl = { name: "curl", packageName: "curl" };
const message = "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: by curl\r\n\r\n..two dots\r\n.\r\nend\r\n";

const ways: readonly (readonly [name: string, mechanism: string | undefined, tls: "none" | "upgrade" | "implicit"])[] =
  [
    ...["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"].flatMap((mechanism) =>
      (["upgrade", "implicit"] as const).map((tls) => [`AUTH ${mechanism}, ${tls} TLS`, mechanism, tls] as const)
    ),
    ["AUTH CRAM-MD5 in the clear", "CRAM-MD5", "none"],
    ["AUTH DIGEST-MD5 in the clear", "DIGEST-MD5", "none"],
    ["its own choice, implicit TLS", undefined, "implicit"],
  ];

for (const [name, mechanism, tls] of ways) {
  const security = tls === "none" ? [] : tls === "upgrade" ? ["--ssl-reqd", "-k"] : ["-k"];
  const login = [
    ...["--user", `${alice.address}:${alice.password}`],
    ...(mechanism === undefined ? [] : ["--login-options", `AUTH=${mechanism}`]),
  ];

  interopTest(`curl: SMTP, ${name}`, [curl], async (home) => {
    await using server = await mailServer();
    const file = await home.write("message.eml", message);
    const url = tls === "implicit"
      ? `smtps://127.0.0.1:${server.ports.submissions}/client.example`
      : `smtp://127.0.0.1:${server.ports.submission}/client.example`;
    const sent = await home.run(curl, [
      ...["-sS", ...security, ...login, "--mail-from", alice.address, "--mail-rcpt", bob.address, "-T", file, url],
    ]);
    assertEquals(sent.code, 0, sent.stderr);
    const [received = ""] = await server.inbox(bob);
    assertStringIncludes(received, "Subject: by curl\r\n");
    assertStringIncludes(received, "\r\n\r\n..two dots\r\n.\r\nend\r\n");
  });

  interopTest(`curl: POP3, ${name}`, [curl], async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, message);
    const url = tls === "implicit"
      ? `pop3s://127.0.0.1:${server.ports.pop3s}/1`
      : `pop3://127.0.0.1:${server.ports.pop3}/1`;
    const fetched = await home.run(curl, ["-sS", ...security, ...login, url]);
    assertEquals(fetched.code, 0, fetched.stderr);
    assertStringIncludes(fetched.stdout, "\r\n\r\n..two dots\r\n.\r\nend\r\n");
  });
}

for (const [name, security] of [["in the clear", []], ["with STARTTLS", ["--ssl-reqd", "-k"]]] as const) {
  interopTest(`curl: SMTP ${name}, from another server`, [curl], async (home) => {
    await using server = await mailServer();
    const file = await home.write("message.eml", message);
    const sent = await home.run(curl, [
      ...["-sS", ...security, "--mail-from", "someone@elsewhere.example", "--mail-rcpt", bob.address, "-T", file],
      `smtp://127.0.0.1:${server.ports.smtp}/elsewhere.example`,
    ]);
    assertEquals(sent.code, 0, sent.stderr);
    const [received = ""] = await server.inbox(bob);
    assertStringIncludes(received, "Subject: by curl\r\n\r\n..two dots\r\n.\r\nend\r\n");
  });
}

interopTest("curl: APOP in the clear", [curl], async (home) => {
  await using server = await mailServer();
  await server.deliver(alice, message);
  const listed = await home.run(curl, [
    ...["-sS", "--user", `${alice.address}:${alice.password}`, "--login-options", "AUTH=+APOP"],
    `pop3://127.0.0.1:${server.ports.pop3}/`,
  ]);
  assertEquals(listed.code, 0, listed.stderr);
  assertEquals(/^1 \d+\r\n$/.test(listed.stdout), true, listed.stdout);
});

interopTest("curl: UIDL, TOP and DELE as custom requests", [curl], async (home) => {
  await using server = await mailServer();
  await server.deliver(alice, message);
  const base = ["-sS", "-k", "--user", `${alice.address}:${alice.password}`];
  const url = `pop3s://127.0.0.1:${server.ports.pop3s}/`;
  const uidl = await home.run(curl, [...base, "-X", "UIDL", url]);
  assertEquals(/^1 [!-~]{1,70}\r\n$/.test(uidl.stdout), true, uidl.stdout);
  const top = await home.run(curl, [...base, "-X", "TOP 1 1", url]);
  assertStringIncludes(top.stdout, "\r\n\r\n..two dots\r\n");
  assertEquals(top.stdout.includes("end"), false);
  const deleted = await home.run(curl, [...base, "-X", "DELE", "-I", `${url}1`]);
  assertEquals(deleted.code, 0, deleted.stderr);
  assertEquals(await server.inbox(alice), []);
});
