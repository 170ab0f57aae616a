/** mbsync keeps a Maildir and a mailbox the same, both ways. */
import { assertEquals } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import { alice, type MailServer, mailServer } from "./server.ts";
import { synchronise } from "./two_sides.ts";

const mbsync = { name: "mbsync", packageName: "isync" };

/** One run. */
async function run(home: ClientHome, server: MailServer, way: string): Promise<void> {
  const config = await home.write(
    "mbsyncrc",
    `IMAPAccount server
Host localhost
User ${alice.address}
Pass "${alice.password}"
CertificateFile ${server.certificate}
${way}

IMAPStore far
Account server

MaildirStore near
Path ${home.folder}/mail/
Inbox ${home.folder}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
`,
  );
  await Deno.mkdir(`${home.folder}/mail`, { recursive: true });
  const { code, stdout, stderr } = await home.run(mbsync, ["-c", config, "all"]);
  assertEquals(code, 0, stdout + stderr);
}

const ways: Readonly<Record<string, readonly [port: "imap" | "imaps", lines: string]>> = {
  "STARTTLS, PLAIN": ["imap", "SSLType STARTTLS\nAuthMechs PLAIN"],
  "STARTTLS, the command LOGIN": ["imap", "SSLType STARTTLS\nAuthMechs LOGIN"],
  "IMAPS, CRAM-MD5": ["imaps", "SSLType IMAPS\nAuthMechs CRAM-MD5"],
  "IMAPS, SCRAM-SHA-256": ["imaps", "SSLType IMAPS\nAuthMechs SCRAM-SHA-256"],
  "in the clear, DIGEST-MD5": ["imap", "SSLType None\nAuthMechs DIGEST-MD5"],
  "IMAPS, one command at a time": ["imaps", "SSLType IMAPS\nPipelineDepth 1"],
};

for (const [name, [port, lines]] of Object.entries(ways)) {
  interopTest(`mbsync: ${name}`, [mbsync], async (home) => {
    await using server = await mailServer();
    await synchronise({
      ...{ server, account: alice, mailbox: "INBOX", maildir: `${home.folder}/mail/INBOX`, count: 100, rounds: 1 },
      sync: () => run(home, server, `Port ${server.ports[port]}\n${lines}`),
    });
  });
}

interopTest("mbsync: thousands of messages, round by round", [mbsync], async (home) => {
  await using server = await mailServer({ storage: "sqlite" });
  await synchronise({
    ...{ server, account: alice, mailbox: "INBOX", maildir: `${home.folder}/mail/INBOX`, count: 4000, rounds: 4 },
    sync: () => run(home, server, `Port ${server.ports.imaps}\nSSLType IMAPS`),
  });
});

interopTest("mbsync: mailboxes are made and removed on either side", [mbsync], async (home) => {
  await using server = await mailServer();
  const { storage } = server;
  const { account } = await server.mailbox(alice, "INBOX");
  const sync = () => run(home, server, `Port ${server.ports.imaps}\nSSLType IMAPS`);
  const names = async () => (await storage.mailboxes(account)).map(({ name }) => name).sort();
  const makeNear = async (name: string) => {
    for (const part of ["new", "cur", "tmp"]) {
      await Deno.mkdir(`${home.folder}/mail/${name}/${part}`, { recursive: true });
    }
  };
  const message = "Subject: one\n\ntext\n";
  await storage.apply(
    ["Work", "Work/2024", "two words", "Entwürfe"].map((name) => ({ do: "createMailbox", account, name })),
  );
  await sync();
  // This client leaves names as they are on the wire.
  const near = Array.from(Deno.readDirSync(`${home.folder}/mail`), ({ name }) => name).sort();
  assertEquals(near, ["Entw&APw-rfe", "INBOX", "Work", "two words"]);
  await makeNear("Private/new one");
  await Deno.writeTextFile(`${home.folder}/mail/Private/new one/new/1.1.host`, message);
  await makeNear("M&APw-ll");
  await storage.apply([{ do: "removeMailbox", mailbox: (await server.mailbox(alice, "two words")).id }]);
  await sync();
  assertEquals(await names(), ["Entwürfe", "INBOX", "Müll", "Private", "Private/new one", "Work", "Work/2024"]);
  assertEquals((await server.mailbox(alice, "Private/new one")).messages, 1);
  assertEquals(Array.from(Deno.readDirSync(`${home.folder}/mail`), ({ name }) => name).includes("two words"), false);
});
