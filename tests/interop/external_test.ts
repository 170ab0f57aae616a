/** EXTERNAL: a client's certificate says who it is, and nobody is asked for a password. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Authority, mailName, makeAuthority } from "../support/authority.ts";
import type { ServiceName } from "../support/test_config.ts";
import { type ClientHome, interopTest } from "./client.ts";
import { alice, bob, type MailServer, mailServer } from "./server.ts";

const curl = { name: "curl", packageName: "curl" };
const gsasl = { name: "gsasl", packageName: "gsasl" };
const mpop = { name: "mpop", packageName: "mpop" };
const msmtp = { name: "msmtp", packageName: "msmtp" };
const pop3test = { name: "/usr/lib/cyrus/bin/pop3test", packageName: "cyrus-clients" };

const text = "\r\n\r\n.one dot\r\nend\r\n";
const message = `From: alice@example.org\r\nTo: alice@example.org\r\nSubject: by certificate${text}`;

/** A server that knows an authority, and in the client's home what that says of alice: alice.pem and alice.key. */
async function serverWith(home: ClientHome): Promise<MailServer> {
  const authority = await makeAuthority("authority");
  await certify(home, authority);
  return await mailServer({
    // Only this engine asks clients for certificates.
    ...{ engine: "node", auth: ["external", "plain"], files: { "authority.pem": authority.certificate } },
    tls: { client_ca: "./authority.pem" },
  });
}

async function certify(home: ClientHome, authority: Authority): Promise<void> {
  const { certificate, key } = await authority.issue({ names: [mailName(alice.address)] });
  await home.write("alice.pem", certificate);
  await home.write("alice.key", key);
}

for (const tls of ["upgrade", "implicit"] as const) {
  interopTest(`EXTERNAL: curl sends and fetches, ${tls} TLS`, [curl], async (home) => {
    await using server = await serverWith(home);
    const { ports } = server;
    const file = await home.write("message.eml", message);
    const args = [
      ...["-sS", "--ssl-reqd", "--cacert", server.certificate, "--cert", "alice.pem", "--key", "alice.key"],
      ...["--user", `${alice.address}:`, "--login-options", "AUTH=EXTERNAL"],
    ];
    const smtp = tls === "implicit" ? `smtps://localhost:${ports.submissions}` : `smtp://localhost:${ports.submission}`;
    const received = tls === "implicit"
      ? [`pop3s://localhost:${ports.pop3s}/1`, `imaps://localhost:${ports.imaps}/INBOX;MAILINDEX=1`]
      : [`pop3://localhost:${ports.pop3}/1`, `imap://localhost:${ports.imap}/INBOX;MAILINDEX=1`];
    const sent = await home.run(curl, [
      ...[...args, "--mail-from", alice.address, "--mail-rcpt", alice.address, "-T", file, `${smtp}/client.example`],
    ]);
    assertEquals(sent.code, 0, sent.stderr);
    for (const url of received) {
      const fetched = await home.run(curl, [...args, url]);
      assertEquals(fetched.code, 0, fetched.stderr);
      assertStringIncludes(fetched.stdout, `Subject: by certificate${text}`);
    }
  });

  interopTest(`EXTERNAL: msmtp sends, ${tls} TLS`, [msmtp], async (home) => {
    await using server = await serverWith(home);
    const config = await home.write(
      "msmtprc",
      configuration(home, server, tls, ["submission", "submissions"], [`from ${alice.address}`]),
    );
    const sent = await home.run(msmtp, ["-C", config, bob.address], message);
    assertEquals(sent.code, 0, sent.stderr);
    const [received = ""] = await server.inbox(bob);
    assert(received.endsWith(text), received);
  });

  interopTest(`EXTERNAL: mpop fetches, ${tls} TLS`, [mpop], async (home) => {
    await using server = await serverWith(home);
    await server.deliver(alice, message);
    const config = await home.write(
      "mpoprc",
      configuration(home, server, tls, ["pop3", "pop3s"], [`delivery mbox ${home.folder}/mbox`]),
    );
    const fetched = await home.run(mpop, ["-C", config]);
    assertEquals(fetched.code, 0, fetched.stderr);
    assertStringIncludes(await Deno.readTextFile(`${home.folder}/mbox`), "\n\n.one dot\nend\n");
  });
}

interopTest("EXTERNAL: gsasl after STARTTLS", [gsasl], async (home) => {
  await using server = await serverWith(home);
  const { code, stdout, stderr } = await home.run(gsasl, [
    ...["--smtp", "--starttls", `--x509-ca-file=${server.certificate}`, "--mechanism", "EXTERNAL"],
    ...["--x509-cert-file=alice.pem", "--x509-key-file=alice.key", "--authorization-id", alice.address],
    `--connect=localhost:${server.ports.submission}`,
  ], "");
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "\n235 2.7.0 ");
});

interopTest("EXTERNAL: Cyrus pop3test after STLS", [pop3test], async (home) => {
  await using server = await serverWith(home);
  await server.deliver(alice, message);
  const [certificate, key] = ["alice.pem", "alice.key"].map((name) => Deno.readTextFileSync(`${home.folder}/${name}`));
  const both = await home.write("both.pem", `${certificate}${key}`);
  const script = await home.write("script", "RETR 1\r\n");
  const { stdout, stderr } = await home.run(pop3test, [
    ...["-m", "EXTERNAL", "-u", alice.address, "-t", both, "-f", script, "-p", String(server.ports.pop3), "localhost"],
  ]);
  // Printed as sent: RFC 1939 §3 has dots stuffed.
  assertStringIncludes(stdout, `Subject: by certificate${text.replace(".one", "..one")}.\r\n`, stderr);
});

interopTest("EXTERNAL: a certificate of an unknown authority says nothing", [curl], async (home) => {
  await using server = await serverWith(home);
  await server.deliver(alice, message);
  // Another one of the same name.
  await certify(home, await makeAuthority("authority"));
  const { code, stdout, stderr } = await home.run(curl, [
    ...["-sS", "--cacert", server.certificate, "--cert", "alice.pem", "--key", "alice.key"],
    ...["--user", `${alice.address}:`, "--login-options", "AUTH=EXTERNAL", `pop3s://localhost:${server.ports.pop3s}/1`],
  ]);
  assertEquals([code, stdout, stderr], [67, "", "curl: (67) Login denied\n"]);
});

/** What mpop and msmtp have in common; ports are those with and without STARTTLS. */
function configuration(
  { folder }: ClientHome,
  { ports, certificate }: MailServer,
  tls: "upgrade" | "implicit",
  [upgraded, fromTheStart]: readonly [ServiceName, ServiceName],
  own: readonly string[],
): string {
  return [
    ...["account default", "host localhost", "auth external", `user ${alice.address}`, ...own],
    `port ${ports[tls === "implicit" ? fromTheStart : upgraded]}`,
    ...["tls on", `tls_starttls ${tls === "implicit" ? "off" : "on"}`, `tls_trust_file ${certificate}`],
    ...[`tls_cert_file ${folder}/alice.pem`, `tls_key_file ${folder}/alice.key`, ""],
  ].join("\n");
}
