/** msmtp submits by every method that it has: `on` is its own choice, EXTERNAL is in external_test.ts. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, bob, mailServer } from "./server.ts";

const msmtp = { name: "msmtp", packageName: "msmtp" };
const protected_ = ["on", "cram-md5", "digest-md5", "scram-sha-1", "scram-sha-256"];
const ways = [
  ...protected_.map((method) => [method, "none"] as const),
  ...["plain", "login", ...protected_].flatMap((
    method,
  ) => [[method, "upgrade"] as const, [method, "implicit"] as const]),
];

for (const [method, tls] of ways) {
  interopTest(`msmtp: ${method}, ${tls} TLS`, [msmtp], async (home) => {
    await using server = await mailServer();
    const config = await home.write(
      "msmtprc",
      [
        "account default",
        "host localhost",
        `port ${tls === "implicit" ? server.ports.submissions : server.ports.submission}`,
        `from ${alice.address}`,
        `user ${alice.address}`,
        `password ${alice.password}`,
        `auth ${method}`,
        `tls ${tls === "none" ? "off" : "on"}`,
        `tls_starttls ${tls === "implicit" ? "off" : "on"}`,
        ...(tls === "none" ? [] : [`tls_trust_file ${server.certificate}`]),
        "",
      ].join("\n"),
    );
    const sent = await home.run(
      msmtp,
      ["-C", config, bob.address],
      `To: ${bob.address}\nSubject: by msmtp\n\n.one dot\nend\n`,
    );
    assertEquals(sent.code, 0, sent.stderr);
    const [received = ""] = await server.inbox(bob);
    assertStringIncludes(received, "Subject: by msmtp");
    assertStringIncludes(received, "\r\n\r\n.one dot\r\nend\r\n");
  });
}
