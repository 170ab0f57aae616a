/** Python's smtplib and poplib. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { latin1Bytes } from "../../core/wire/ascii.ts";
import { interopTest } from "./client.ts";
import { alice, bob, mailServer } from "./server.ts";

const python = { name: "python3", packageName: "python3" };

const sending = `
import smtplib, ssl, sys
kind, port, mechanism, user, password, to, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)
smtp = smtplib.SMTP_SSL("localhost", int(port), context=context) if kind == "implicit" else smtplib.SMTP("localhost", int(port))
with smtp:
    smtp.ehlo()
    if kind == "upgrade":
        smtp.starttls(context=context)
        smtp.ehlo()
    smtp.user, smtp.password = user, password
    smtp.auth(mechanism, getattr(smtp, "auth_" + mechanism.lower().replace("-", "_")))
    refused = smtp.sendmail(user, [to], "Subject: by smtplib\\r\\n\\r\\n.one dot\\r\\nend\\r\\n")
    assert refused == {}, refused
    assert smtp.has_extn("size") and smtp.has_extn("8bitmime")
`;

for (const [kind, port] of [["upgrade", "submission"], ["implicit", "submissions"]] as const) {
  for (const mechanism of ["PLAIN", "LOGIN", "CRAM-MD5"]) {
    interopTest(`Python smtplib: ${mechanism}, ${kind} TLS`, [python], async (home) => {
      await using server = await mailServer();
      const { code, stderr } = await home.run(python, [
        ...["-c", sending, kind, String(server.ports[port]), mechanism, alice.address, alice.password, bob.address],
        server.certificate,
      ]);
      assertEquals(code, 0, stderr);
      const [received = ""] = await server.inbox(bob);
      assertStringIncludes(received, "Subject: by smtplib\r\n\r\n.one dot\r\nend\r\n");
    });
  }
}

const sendingAsServer = `
import email.message, email.policy, smtplib, ssl, sys
kind, port, to, certificate = sys.argv[1:]
with smtplib.SMTP("localhost", int(port)) as smtp:
    if kind == "upgrade":
        smtp.starttls(context=ssl.create_default_context(cafile=certificate))
    smtp.ehlo()
    assert smtp.verify(to)[0] == 252
    message = email.message.EmailMessage(policy=email.policy.SMTPUTF8)
    message["From"], message["To"], message["Subject"] = "jörg@elsewhere.example", to, "Grüße"
    message.set_content(".one dot\\nSchöne Grüße\\n", cte="8bit")
    # Asks for SMTPUTF8 and BODY=8BITMIME by itself: the sender is not in ASCII.
    refused = smtp.send_message(message)
    assert refused == {}, refused
`;

for (const kind of ["none", "upgrade"]) {
  interopTest(`Python smtplib: from another server, with SMTPUTF8, ${kind} TLS`, [python], async (home) => {
    await using server = await mailServer();
    const { code, stderr } = await home.run(python, [
      ...["-c", sendingAsServer, kind, String(server.ports.smtp), bob.address, server.certificate],
    ]);
    assertEquals(code, 0, stderr);
    const [octets = ""] = await server.inbox(bob);
    const received = new TextDecoder().decode(latin1Bytes(octets));
    assertStringIncludes(received, "Return-Path: <jörg@elsewhere.example>\r\n");
    assertStringIncludes(received, "Subject: Grüße\r\n");
    assertStringIncludes(received, "\r\n\r\n.one dot\r\nSchöne Grüße\r\n");
  });
}

const fetching = `
import poplib, ssl, sys
kind, port, way, user, password, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)
pop = poplib.POP3_SSL("localhost", int(port), context=context) if kind == "implicit" else poplib.POP3("localhost", int(port))
if kind == "upgrade":
    pop.stls(context=context)
# Before the login, as RFC 6856 §2 has it.
assert pop.utf8().startswith(b"+OK")
if way == "apop":
    pop.apop(user, password)
else:
    pop.user(user)
    pop.pass_(password)
count, octets = pop.stat()
assert count == 2, count
assert sum(int(line.split()[1]) for line in pop.list()[1]) == octets
_, lines, size = pop.retr(1)
assert size == int(pop.list(1).split()[2]), size
assert lines == [b"Subject: first", b"", b".one dot", b"end"], lines
assert pop.top(1, 1)[1][-1] == b".one dot"
assert len(pop.uidl()[1]) == 2
assert "UIDL" in pop.capa()
pop.dele(1)
pop.rset()
pop.dele(2)
pop.noop()
pop.quit()
`;

for (
  const [kind, port, way] of [["none", "pop3", "apop"], ["upgrade", "pop3", "user"], [
    "implicit",
    "pop3s",
    "user",
  ]] as const
) {
  interopTest(`Python poplib: ${way}, ${kind} TLS, every command it has`, [python], async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, "Subject: first\r\n\r\n.one dot\r\nend\r\n");
    await server.deliver(alice, "Subject: second\r\n\r\ntext\r\n");
    const { code, stderr } = await home.run(python, [
      ...["-c", fetching, kind, String(server.ports[port])],
      ...[way, alice.address, alice.password, server.certificate],
    ]);
    assertEquals(code, 0, stderr);
    const left = await server.inbox(alice);
    assertEquals(left.length, 1);
    assertStringIncludes(left[0] ?? "", "Subject: first");
  });
}
