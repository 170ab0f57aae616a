/** npm's nodemailer sends, npm's node-pop3 fetches. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import Pop3Command from "node-pop3";
import nodemailer from "nodemailer";
import { alice, bob, mailServer } from "./server.ts";

const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at);

for (const tls of ["upgrade", "implicit"] as const) {
  for (const method of ["PLAIN", "LOGIN", "CRAM-MD5"]) {
    Deno.test(`nodemailer: ${method}, ${tls} TLS, with an attachment and 8-bit text`, async () => {
      await using server = await mailServer();
      const transport = nodemailer.createTransport({
        host: "localhost",
        port: tls === "implicit" ? server.ports.submissions : server.ports.submission,
        secure: tls === "implicit",
        requireTLS: true,
        authMethod: method,
        auth: { user: alice.address, pass: alice.password },
        tls: { rejectUnauthorized: false },
      });
      const sent = await transport.sendMail({
        from: alice.address,
        to: [bob.address, alice.address],
        subject: "Grüße von nodemailer",
        text: "Schöne Grüße\n.one dot\n",
        attachments: [{
          filename: "bytes.bin",
          content: Buffer.from(bytes),
        }],
      });
      transport.close();
      assertEquals(sent.rejected, []);
      for (const account of [alice, bob]) {
        const [received = ""] = await server.inbox(account);
        assertStringIncludes(received, "Return-Path: <alice@example.org>\r\n");
        assertStringIncludes(received, "\r\n\r\nSch=C3=B6ne Gr=C3=BC=C3=9Fe\r\n.one dot\r\n");
        const [, encoded = ""] = /filename=bytes\.bin\r\n\r\n([A-Za-z0-9+/=\r\n]*)\r\n--/.exec(received) ?? [];
        assertEquals(Uint8Array.fromBase64(encoded), bytes);
      }
    });
  }
}

Deno.test("node-pop3: UIDL, RETR, TOP, DELE and QUIT over POP3S", async () => {
  await using server = await mailServer();
  await server.deliver(alice, "Subject: first\r\n\r\n.one dot\r\nend\r\n");
  await server.deliver(alice, "Subject: second\r\n\r\ntext\r\n");
  const client = new Pop3Command({
    user: alice.address,
    password: alice.password,
    host: "localhost",
    port: server.ports.pop3s,
    tls: true,
    tlsOptions: { rejectUnauthorized: false },
  });
  assertEquals((await client.UIDL()).length, 2);
  // This client leaves the dots that RFC 1939 §3 has stuffed, and drops the last line's end.
  assertEquals(await client.RETR(1), "Subject: first\r\n\r\n..one dot\r\nend");
  assertEquals(await client.TOP(2, 0), "Subject: second\r\n");
  await client.command("DELE", "1");
  await client.QUIT();
  const left = await server.inbox(alice);
  assertEquals(left.length, 1);
  assertStringIncludes(left[0] ?? "", "Subject: second");
});
