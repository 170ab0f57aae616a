/** POP4: clients of POP3 notice nothing, one with POP4's verbs on Python's poplib uses them, and IMAP sees what it did. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest } from "./client.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const curl = { name: "curl", packageName: "curl" };
const fetchmail = { name: "fetchmail", packageName: "fetchmail" };
const mpop = { name: "mpop", packageName: "mpop" };
const python = { name: "python3", packageName: "python3" };

const message = "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: by POP4\r\n\r\n.one dot\r\nend\r\n";

/** A server that speaks POP4 on a port of its own. */
async function pop4Server(tls?: "starttls" | "tls"): Promise<MailServer & { readonly port: number }> {
  const server = await mailServer({ further: { pop4: {} }, ...tls && { furtherTls: tls } });
  await server.deliver(alice, message);
  return { ...server, port: server.furtherPorts["pop4"] ?? 0 };
}

for (
  const [name, tls, scheme, options] of [
    ["APOP in the clear", undefined, "pop3", ["--login-options", "AUTH=+APOP"]],
    ["CRAM-MD5 after STLS", "starttls", "pop3", ["--ssl-reqd", "--login-options", "AUTH=CRAM-MD5"]],
    ["its own choice under TLS", "tls", "pop3s", []],
  ] as const
) {
  interopTest(`POP4: curl as a POP3 client: ${name}`, [curl], async (home) => {
    await using server = await pop4Server(tls);
    const base = ["-sS", "--cacert", server.certificate, "--user", `${alice.address}:${alice.password}`, ...options];
    const url = `${scheme}://localhost:${server.port}/`;
    const fetched = await home.run(curl, [...base, `${url}1`]);
    assertEquals([fetched.code, fetched.stdout], [0, message], fetched.stderr);
    const uidl = await home.run(curl, [...base, "-X", "UIDL", url]);
    assertEquals(/^1 \d+\.1\r\n$/.test(uidl.stdout), true, uidl.stdout);
    const deleted = await home.run(curl, [...base, "-X", "DELE", "-I", `${url}1`]);
    assertEquals(deleted.code, 0, deleted.stderr);
    assertEquals(await server.inbox(alice), []);
  });
}

for (
  const [name, tls, options, user, said] of [
    ["APOP", undefined, "protocol APOP", "sslproto ''", "POP3> APOP "],
    ["USER and PASS after STLS", "starttls", "protocol POP3 auth password", "sslproto tls1.2+", "POP3> STLS"],
    ["UIDL, kept on the server", "tls", "protocol POP3 auth password uidl", "ssl keep", "POP3> UIDL"],
  ] as const
) {
  interopTest(`POP4: fetchmail as a POP3 client: ${name}`, [fetchmail], async (home) => {
    await using server = await pop4Server(tls);
    const keep = await home.write("keep.sh", `#!/bin/sh\ncat > ${home.folder}/fetched\n`);
    await Deno.chmod(keep, 0o700);
    const config = await home.write(
      "fetchmailrc",
      `poll localhost service ${server.port} ${options}
  user "${alice.address}" password "${alice.password}" ${user} sslcertfile "${server.certificate}" mda "${keep}"
`,
    );
    const { code, stdout, stderr } = await home.run(fetchmail, [
      ...["-f", config, "--idfile", `${home.folder}/ids`, "--pidfile", `${home.folder}/pid`, "-v", "--nosyslog"],
    ]);
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(stdout + stderr, said);
    assertStringIncludes(await Deno.readTextFile(`${home.folder}/fetched`), "\n\n.one dot\nend\n");
    assertEquals((await server.inbox(alice)).length, user.includes("keep") ? 1 : 0);
  });
}

for (const [method, tls] of [["apop", undefined], ["scram-sha-256", "starttls"], ["user", "tls"]] as const) {
  interopTest(`POP4: mpop as a POP3 client: ${method}, ${tls ?? "no TLS"}`, [mpop], async (home) => {
    await using server = await pop4Server(tls);
    const lines = [
      ...["account default", "host localhost", `port ${server.port}`, `user ${alice.address}`],
      ...[`password ${alice.password}`, `auth ${method}`, `tls ${tls === undefined ? "off" : "on"}`],
      ...[`tls_starttls ${tls === "tls" ? "off" : "on"}`, ...tls ? [`tls_trust_file ${server.certificate}`] : []],
      ...[`delivery mbox ${home.folder}/mbox`, `uidls_file ${home.folder}/uidls`, "keep on", ""],
    ];
    const config = await home.write("mpoprc", lines.join("\n"));
    for (const _round of [1, 2]) {
      const fetched = await home.run(mpop, ["-C", config]);
      assertEquals(fetched.code, 0, fetched.stderr);
    }
    const mbox = await Deno.readTextFile(`${home.folder}/mbox`);
    assertEquals(mbox.split("Subject: by POP4").length, 2, "UIDL: nothing is fetched twice");
    assertStringIncludes(mbox, "\n.one dot\nend\n");
  });
}

/** Does it all by POP4, and then looks at it by IMAP. */
const session = `
import imaplib, poplib, ssl, sys
port, imap_port, user, password, certificate = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)
pop = poplib.POP3("localhost", int(port))
assert b"POP4 rev 1" in pop.getwelcome(), pop.getwelcome()
pop.stls(context)
capabilities = pop.capa()
for verb in "LFLD SFLD CFLD DFLD MOVF RENF MOVE COPY STOR LFLG SFLG CFLG LPRT RPRT DPRT".split():
    assert capabilities[verb] == [], verb
pop.user(user)
pop.pass_(password)
say = lambda command: print(pop._shortcmd(command).decode())
say("CFLD Gr%C3%BC%C3%9Fe/aus%20Bonn")
say("SFLG 1 \\\\Flagged $Work")
say("COPY 1 Gr%C3%BC%C3%9Fe/aus%20Bonn")
say("STOR Gr%C3%BC%C3%9Fe \\\\Seen")
for line in (b"Subject: kept", b"Content-Transfer-Encoding: base64", b"", b"/wAuCg==", b"."):
    pop._putline(line)
stored = pop._getresp().decode()
print(stored.split(".")[0].split(" ")[0])
say("SFLD Gr%C3%BC%C3%9Fe")
identifier = pop.uidl(1).decode().split(" ")[2]
assert stored == "+OK " + identifier, stored
count = int(pop._shortcmd("DPRT 1 1").split(b" ")[1])
print(pop.file.read(count))
for line in pop._longcmd("LFLD")[1]: print(line.decode())
print(pop._longcmd("LFLG")[1])
pop.quit()
imap = imaplib.IMAP4_SSL("localhost", int(imap_port), ssl_context=context)
imap.login(user, password)
print(imap.select('"Gr&APwA3w-e"')[1], imap.response("UIDVALIDITY")[1][0].decode() == identifier.split(".")[0])
print(imap.fetch("1", "(UID FLAGS)")[1][0].decode(), identifier.split(".")[1])
imap.select('"Gr&APwA3w-e/aus Bonn"')
print(imap.fetch("1", "(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1][0][1])
print(sorted(imap.fetch("1", "(FLAGS)")[1][0].split()[2:]))
`;

interopTest(
  "POP4: folders, stored messages, flags and parts on Python's poplib, as IMAP sees them",
  [python],
  async (home) => {
    await using server = await pop4Server("starttls");
    const { code, stdout, stderr } = await home.run(python, [
      ...["-c", session, `${server.port}`, `${server.ports.imaps}`, alice.address, alice.password, server.certificate],
    ]);
    assertEquals([code, stderr], [0, ""], stdout);
    const kept = "Subject: kept\r\nContent-Transfer-Encoding: base64\r\n\r\n/wAuCg==\r\n";
    assertEquals(stdout.split("\n"), [
      ...["+OK", "+OK 1", "+OK 1", "+OK Start sending message", "+OK", `+OK 1 ${kept.length}`, "b'\\xff\\x00.\\n'"],
      ...[`INBOX 1 1 ${message.length} aeiklprstwx`, `Gr%C3%BC%C3%9Fe 1 0 ${kept.length} aeiklprstwx`],
      ...[`Gr%C3%BC%C3%9Fe/aus%20Bonn 1 1 ${message.length} aeiklprstwx`, "[b'1 \\\\Seen']"],
      ...[
        "[b'1'] True",
        "1 (UID 1 FLAGS (\\Seen \\Recent)) 1",
        "b'Subject: by POP4\\r\\n\\r\\n'",
        "[b'$Work', b'(\\\\Flagged', b'\\\\Recent))']",
      ],
      "",
    ]);
  },
);
