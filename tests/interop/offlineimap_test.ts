/** offlineimap keeps a Maildir and a mailbox the same, both ways. */
import { assertEquals } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import { alice, type MailServer, mailServer } from "./server.ts";
import { synchronise } from "./two_sides.ts";

const offlineimap = { name: "offlineimap", packageName: "offlineimap3" };
const env = { name: "env", packageName: "coreutils" };

/** One run. */
async function run(home: ClientHome, server: MailServer, way: string): Promise<void> {
  const config = await home.write(
    "offlineimaprc",
    `[general]
accounts = all
metadata = ${home.folder}/metadata
[Account all]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = ${home.folder}/mail
[Repository far]
type = IMAP
remotehost = localhost
remoteuser = ${alice.address}
remotepass = ${alice.password}
sslcacertfile = ${server.certificate}
${way}
`,
  );
  const environment = way.includes("starttls = yes") ? [`OPENSSL_CONF=${await home.write("openssl.cnf", tls12)}`] : [];
  const command = [...environment, offlineimap.name, "-o", "-u", "basic", "-c", config];
  const { code, stdout, stderr } = await home.run(env, command);
  assertEquals(code, 0, stdout + stderr);
}

/**
 * Its library reads and writes in two threads, which one TLS session does not bear: in TLS 1.3, where a server still has
 * tickets to send, what it says first after STARTTLS now and then goes nowhere, and both sides wait. In TLS 1.2 it works.
 */
const tls12 = `openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
MaxProtocol = TLSv1.2
`;

const ways: Readonly<Record<string, readonly [port: "imap" | "imaps", count: number, rounds: number, lines: string]>> =
  {
    "STARTTLS, PLAIN": ["imap", 50, 1, "ssl = no\nstarttls = yes\nauth_mechanisms = PLAIN"],
    "STARTTLS, LOGIN": ["imap", 50, 1, "ssl = no\nstarttls = yes\nauth_mechanisms = LOGIN"],
    "in the clear, CRAM-MD5": ["imap", 50, 1, "ssl = no\nstarttls = no\nauth_mechanisms = CRAM-MD5"],
    "IMAPS, compressed": ["imaps", 50, 1, "ssl = yes\nusecompression = yes"],
    "IMAPS, uncompressed, a thousand messages, round by round": ["imaps", 1000, 3, "ssl = yes\nusecompression = no"],
  };

for (const [name, [port, count, rounds, lines]] of Object.entries(ways)) {
  interopTest(`offlineimap: ${name}`, [offlineimap, env], async (home) => {
    await using server = await mailServer();
    await synchronise({
      ...{ server, account: alice, mailbox: "INBOX", maildir: `${home.folder}/mail/INBOX`, count, rounds },
      sync: () => run(home, server, `remoteport = ${server.ports[port]}\n${lines}`),
    });
  });
}
