/** GNU SASL's client over SMTP: every mechanism that both sides have, channel binding included. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, mailServer } from "./server.ts";

const gsasl = { name: "gsasl", packageName: "gsasl" };
const inTheClear = ["CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"];

for (const mechanism of inTheClear) {
  interopTest(`gsasl: ${mechanism} in the clear`, [gsasl], async (home) => {
    await using server = await mailServer();
    const { code, stdout, stderr } = await home.run(gsasl, [
      ...[
        "--smtp",
        "--no-starttls",
        "--mechanism",
        mechanism,
        ...login,
        "--hostname",
        "localhost",
        "--service",
        "smtp",
      ],
      ...["--realm", "", "--quality-of-protection", "qop-auth", "--no-cb"],
      `--connect=127.0.0.1:${server.ports.submission}`,
    ], "");
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(stdout, "235 2.7.0");
  });
}

for (const mechanism of ["PLAIN", "LOGIN", ...inTheClear]) {
  interopTest(`gsasl: ${mechanism} after STARTTLS`, [gsasl], async (home) => {
    await using server = await mailServer();
    const { code, stdout, stderr } = await home.run(gsasl, [
      ...["--smtp", "--starttls", `--x509-ca-file=${server.certificate}`, "--mechanism", mechanism, ...login],
      ...["--hostname", "localhost", "--service", "smtp", "--realm", "", "--quality-of-protection", "qop-auth"],
      `--connect=localhost:${server.ports.submission}`,
    ], "");
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(stdout, "235 2.7.0");
  });
}

for (const mechanism of ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"]) {
  interopTest(`gsasl: ${mechanism} binds to TLS 1.2 by tls-unique`, [gsasl], async (home) => {
    await using server = await mailServer();
    const { code, stdout, stderr } = await home.run(gsasl, [
      ...[
        "--smtp",
        "--starttls",
        `--x509-ca-file=${server.certificate}`,
        "--priority",
        "NORMAL:-VERS-ALL:+VERS-TLS1.2",
      ],
      ...["--mechanism", mechanism, ...login, "--hostname", "localhost", "--service", "smtp"],
      `--connect=localhost:${server.ports.submission}`,
    ], "");
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(stdout, "235 2.7.0");
  });
}

interopTest("gsasl: what it chooses itself under TLS 1.3 works", [gsasl], async (home) => {
  await using server = await mailServer();
  const { code, stdout, stderr } = await home.run(gsasl, [
    ...["--smtp", "--starttls", `--x509-ca-file=${server.certificate}`, ...login, "--hostname", "localhost"],
    ...["--service", "smtp", "--realm", "", `--connect=localhost:${server.ports.submission}`],
  ], "");
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, "235 2.7.0");
});

const login = [
  ...["--authentication-id", alice.address, "--authorization-id", alice.address, "--password", alice.password],
];
