/** OpenSSL's s_client: each version of TLS that we have, on both engines, upgraded and from the start. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest, sourceTest } from "./client.ts";
import { mailServer } from "./server.ts";

const resumingTest = sourceTest("its runtime is older than the one that resumes sessions");
const openssl = { name: "openssl", packageName: "openssl" };

const services = [
  ["pop3", ["-starttls", "pop3"], "+OK mail.example.org POP3 server signing off"],
  ["pop3s", [], "+OK mail.example.org POP3 server signing off"],
  ["submission", ["-starttls", "smtp"], "221 2.0.0 "],
  ["submissions", [], "221 2.0.0 "],
  ["imap", ["-starttls", "imap"], "* BYE "],
  ["imaps", [], "* BYE "],
] as const;

/** What ends a session of each of them; the others do not know it. */
const farewell = "QUIT\n1 LOGOUT\n";

for (const engine of ["deno", "node"] as const) {
  for (const version of ["-tls1_2", "-tls1_3"]) {
    interopTest(`openssl s_client ${version}, engine ${engine}`, [openssl], async (home) => {
      await using server = await mailServer({ engine });
      for (const [service, startTls, goodbye] of services) {
        const { code, stdout, stderr } = await home.run(openssl, [
          ...["s_client", "-quiet", "-crlf", version, ...startTls, "-connect", `localhost:${server.ports[service]}`],
          ...["-CAfile", server.certificate, "-verify_return_error", "-verify_hostname", "localhost"],
        ], farewell);
        assertEquals(code, 0, `${service}: ${stderr}`);
        assertStringIncludes(stdout, goodbye, service);
      }
    });
  }

  interopTest(`openssl s_client: RFC 8996: TLS 1.0 and 1.1 are refused, engine ${engine}`, [openssl], async (home) => {
    await using server = await mailServer({ engine });
    for (const [service, startTls, goodbye] of services) {
      for (const version of ["-tls1", "-tls1_1"]) {
        const { code, stdout } = await home.run(openssl, [
          ...["s_client", "-quiet", "-crlf", version, "-cipher", "ALL:@SECLEVEL=0", ...startTls],
          ...["-connect", `localhost:${server.ports[service]}`],
        ], farewell);
        assertEquals([code, stdout.includes(goodbye)], [1, false], service);
      }
    }
  });
}

resumingTest("openssl s_client: a session is resumed, and works like the first", [openssl], async (home) => {
  await using server = await mailServer({ engine: "node" });
  for (const version of ["-tls1_2", "-tls1_3"]) {
    const run = (option: string) =>
      home.run(openssl, [
        ...["s_client", "-ign_eof", "-crlf", version, option, "session"],
        ...["-connect", `localhost:${server.ports.pop3s}`],
      ], "QUIT\n");
    const first = await run("-sess_out");
    assertStringIncludes(first.stdout, "signing off", first.stderr);
    const second = await run("-sess_in");
    assertStringIncludes(second.stdout, "Reused, TLSv1", second.stderr);
    assertStringIncludes(second.stdout, "signing off", second.stderr);
  }
});
