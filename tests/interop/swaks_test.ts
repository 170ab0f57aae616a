/** swaks sends: in the clear, with STARTTLS, with TLS, and by every mechanism it knows. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, bob, mailServer } from "./server.ts";

const swaks = { name: "swaks", packageName: "swaks" };

const ways: readonly (readonly [name: string, port: "smtp" | "submission" | "submissions", args: readonly string[]])[] =
  [
    ["in the clear, from another server", "smtp", []],
    ["with STARTTLS, from another server", "smtp", ["--tls"]],
    ["with pipelining", "smtp", ["--pipeline"]],
    ...["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"].flatMap((mechanism) => {
      const auth = ["--auth", mechanism, "--auth-user", alice.address, "--auth-password", alice.password];
      return [
        [`AUTH ${mechanism} after STARTTLS`, "submission", ["--tls", ...auth]],
        [`AUTH ${mechanism} under TLS`, "submissions", ["--tlsc", ...auth]],
      ] as const;
    }),
    ...["CRAM-MD5", "DIGEST-MD5"].map((mechanism) => {
      const auth = ["--auth", mechanism, "--auth-user", alice.address, "--auth-password", alice.password];
      return [`AUTH ${mechanism} in the clear`, "submission", auth] as const;
    }),
  ];

for (const [name, port, args] of ways) {
  interopTest(`swaks: ${name}`, [swaks], async (home) => {
    await using server = await mailServer();
    const sent = await home.run(swaks, [
      ...["--server", `127.0.0.1:${server.ports[port]}`, "--from", alice.address, "--to", bob.address],
      ...["--header", `Subject: ${name}`, "--body", ".a line that begins with a dot", ...args],
    ]);
    assertEquals(sent.code, 0, sent.stdout + sent.stderr);
    const [message = ""] = await server.inbox(bob);
    assertStringIncludes(message, `Subject: ${name}`);
    assertStringIncludes(message, "\r\n.a line that begins with a dot\r\n");
  });
}

interopTest("swaks: a wrong password is refused, and nothing is sent", [swaks], async (home) => {
  await using server = await mailServer();
  const { code, stdout } = await home.run(swaks, [
    ...["--server", `127.0.0.1:${server.ports.submission}`, "--from", alice.address, "--to", bob.address, "--tls"],
    ...["--auth", "PLAIN", "--auth-user", alice.address, "--auth-password", "wrong"],
  ]);
  assertEquals(code, 28, stdout);
  assertStringIncludes(stdout, "535 5.7.8");
  assertEquals(await server.inbox(bob), []);
});

interopTest("swaks: nobody relays through us", [swaks], async (home) => {
  await using server = await mailServer();
  const { code, stdout } = await home.run(swaks, [
    ...["--server", `127.0.0.1:${server.ports.smtp}`, "--from", "someone@elsewhere.example"],
    ...["--to", "other@elsewhere.example"],
  ]);
  assertEquals(code, 24, stdout);
  assertStringIncludes(stdout, "5.7.1");
});
