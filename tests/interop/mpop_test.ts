/**
 * mpop fetches by every method that it has, in the clear, upgraded and under TLS: `on` is its own choice, EXTERNAL is in
 * external_test.ts.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, mailServer } from "./server.ts";

const mpop = { name: "mpop", packageName: "mpop" };
const message = "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: by mpop\r\n\r\n.one dot\r\nend\r\n";

const protected_ = ["on", "apop", "cram-md5", "digest-md5", "scram-sha-1", "scram-sha-256"];
const ways = [
  ...protected_.map((method) => [method, "none"] as const),
  ...["user", "plain", "login", ...protected_].flatMap((
    method,
  ) => [[method, "upgrade"] as const, [method, "implicit"] as const]),
];

for (const [method, tls] of ways) {
  interopTest(`mpop: ${method}, ${tls} TLS`, [mpop], async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, message);
    const config = await home.write(
      "mpoprc",
      [
        "account default",
        "host localhost",
        `port ${tls === "implicit" ? server.ports.pop3s : server.ports.pop3}`,
        `user ${alice.address}`,
        `password ${alice.password}`,
        `auth ${method}`,
        `tls ${tls === "none" ? "off" : "on"}`,
        `tls_starttls ${tls === "implicit" ? "off" : "on"}`,
        ...(tls === "none" ? [] : [`tls_trust_file ${server.certificate}`]),
        `delivery mbox ${home.folder}/mbox`,
        `uidls_file ${home.folder}/uidls`,
        "keep on",
        "",
      ].join("\n"),
    );
    const fetched = await home.run(mpop, ["-C", config]);
    assertEquals(fetched.code, 0, fetched.stderr);
    const mbox = await Deno.readTextFile(`${home.folder}/mbox`);
    assertStringIncludes(mbox, "Subject: by mpop");
    assertStringIncludes(mbox, "\n.one dot\nend\n");
    const again = await home.run(mpop, ["-C", config]);
    assertEquals(again.code, 0, again.stderr);
    assertEquals(await Deno.readTextFile(`${home.folder}/mbox`), mbox, "UIDL: nothing is fetched twice");
  });
}
