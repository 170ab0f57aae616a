/** Tokens instead of passwords: curl and msmtp log in with what an identity provider gave them. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { identityProvider } from "../plugins/auth/identity_provider.ts";
import { interopTest } from "./client.ts";
import { alice, bob, mailServer } from "./server.ts";

const curl = { name: "curl", packageName: "curl" };
const msmtp = { name: "msmtp", packageName: "msmtp" };
const message = "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: by token\r\n\r\nend\r\n";

/** A server that asks a provider, which knows one token. */
function withProvider() {
  const provider = identityProvider(({ token }) => ({ active: token === "good-token", email: alice.address }));
  const options = { introspection: provider.introspection };
  const auth = [{ use: "oauthbearer", options }, { use: "xoauth2", options }, "plain"];
  return { provider, auth };
}

for (const mechanism of ["OAUTHBEARER", "XOAUTH2"]) {
  const login = (token: string) => [
    ...["-sS", "-k", "--ssl-reqd", "--user", `${alice.address}:`, "--oauth2-bearer", token],
    ...["--login-options", `AUTH=${mechanism}`],
  ];

  interopTest(`curl: ${mechanism} sends and fetches`, [curl], async (home) => {
    const { provider, auth } = withProvider();
    await using _provider = provider;
    await using server = await mailServer({ auth });
    const file = await home.write("message.eml", message);
    const smtp = `smtp://127.0.0.1:${server.ports.submission}/client.example`;
    const sent = await home.run(curl, [
      ...[...login("good-token"), "--mail-from", alice.address, "--mail-rcpt", bob.address, "-T", file, smtp],
    ]);
    assertEquals([sent.code, sent.stderr], [0, ""]);
    assertStringIncludes((await server.inbox(bob))[0] ?? "", "Subject: by token");
    await server.deliver(alice, message);
    const fetched = await home.run(curl, [...login("good-token"), `pop3://127.0.0.1:${server.ports.pop3}/1`]);
    assertStringIncludes(fetched.stdout, "Subject: by token", fetched.stderr);
  });

  interopTest(`curl: ${mechanism} with another token is refused`, [curl], async (home) => {
    const { provider, auth } = withProvider();
    await using _provider = provider;
    await using server = await mailServer({ auth });
    const { code } = await home.run(curl, [...login("other-token"), `pop3://127.0.0.1:${server.ports.pop3}/`]);
    // CURLE_LOGIN_DENIED.
    assertEquals(code, 67);
  });

  interopTest(`msmtp: ${mechanism}`, [msmtp], async (home) => {
    const { provider, auth } = withProvider();
    await using _provider = provider;
    await using server = await mailServer({ auth });
    const config = await home.write(
      "msmtprc",
      [
        ...["account default", "host localhost", `port ${server.ports.submission}`, `from ${alice.address}`],
        ...["tls on", "tls_starttls on", `tls_trust_file ${server.certificate}`, `auth ${mechanism.toLowerCase()}`],
        ...[`user ${alice.address}`, "password good-token", ""],
      ].join("\n"),
    );
    const { code, stderr } = await home.run(msmtp, ["-C", config, bob.address], message);
    assertEquals(code, 0, stderr);
    assertStringIncludes((await server.inbox(bob))[0] ?? "", "Subject: by token");
  });
}
