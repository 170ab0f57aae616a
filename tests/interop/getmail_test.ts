/** getmail fetches, by IMAPS and by POP3S, and remembers what it has fetched. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const getmail = { name: "getmail", packageName: "getmail6" };

const messageOf = (number: number) =>
  `From: bob@example.org\r\nTo: alice@example.org\r\nSubject: number ${number}\r\n\r\n.one dot\r\nend\r\n`;

/** One run. @returns the messages that it fetched. */
async function fetch(home: ClientHome, server: MailServer, retriever: string, options: string): Promise<string[]> {
  const box = await Deno.makeTempDir({ dir: home.folder });
  const script = await home.write("keep.sh", `#!/bin/sh\ncat > "$(mktemp ${box}/XXXXXXXX)"\n`);
  await Deno.chmod(script, 0o700);
  const config = await home.write(
    "getmailrc",
    `[retriever]
${retriever}
server = localhost
username = ${alice.address}
password = ${alice.password}
ca_certs = ${server.certificate}
ssl_cert_hostname = localhost
[destination]
type = MDA_external
path = ${script}
allow_root_commands = true
[options]
verbose = 2
${options}
`,
  );
  const { code, stdout, stderr } = await home.run(getmail, ["-r", config, "-g", home.folder]);
  assertEquals(code, 0, stdout + stderr);
  const names = Array.from(Deno.readDirSync(box), ({ name }) => name);
  const messages = await Promise.all(names.map((name) => Deno.readTextFile(`${box}/${name}`)));
  for (const message of messages) assertStringIncludes(message, "\n\n.one dot\nend\n");
  return messages.map((message) => /^Subject: (.*)$/m.exec(message)?.[1] ?? "").sort();
}

interopTest("getmail: IMAPS, from two mailboxes, keeping them as they are", [getmail], async (home) => {
  await using server = await mailServer();
  const { account } = await server.mailbox(alice, "INBOX");
  const [work] = await server.storage.apply([{ do: "createMailbox", account, name: "Entwürfe & mehr" }]);
  const body = await server.storage.writeBody(new TextEncoder().encode(messageOf(3)));
  const details = { receivedAt: new Date(), flags: ["\\Flagged", "keyword"] };
  await server.storage.apply([{ do: "append", mailbox: work.id, body, details }]);
  for (const number of [1, 2]) await server.deliver(alice, messageOf(number));
  const retriever = `type = SimpleIMAPSSLRetriever
port = ${server.ports.imaps}
mailboxes = ("INBOX", "Entwürfe & mehr")`;
  const round = () => fetch(home, server, retriever, "read_all = false");
  assertEquals(await round(), ["number 1", "number 2", "number 3"]);
  assertEquals(await round(), []);
  await server.deliver(alice, messageOf(4));
  assertEquals(await round(), ["number 4"]);
  const { messages } = await server.storage.messages((await server.mailbox(alice, "INBOX")).id);
  assertEquals(messages.map(({ flags }) => flags), [[], [], []]);
});

interopTest("getmail: IMAPS, what was fetched goes to another mailbox", [getmail], async (home) => {
  await using server = await mailServer();
  const { account } = await server.mailbox(alice, "INBOX");
  await server.storage.apply([{ do: "createMailbox", account, name: "Fetched" }]);
  for (const number of [1, 2, 3]) await server.deliver(alice, messageOf(number));
  const retriever = `type = SimpleIMAPSSLRetriever
port = ${server.ports.imaps}
move_on_delete = Fetched`;
  assertEquals(await fetch(home, server, retriever, "delete = true"), ["number 1", "number 2", "number 3"]);
  assertEquals(await server.inbox(alice), []);
  assertEquals((await server.mailbox(alice, "Fetched")).messages, 3);
});

interopTest("getmail: POP3S", [getmail], async (home) => {
  await using server = await mailServer();
  for (const number of [1, 2]) await server.deliver(alice, messageOf(number));
  const retriever = `type = SimplePOP3SSLRetriever\nport = ${server.ports.pop3s}`;
  assertEquals(await fetch(home, server, retriever, "read_all = false"), ["number 1", "number 2"]);
  assertEquals(await fetch(home, server, retriever, "read_all = false\ndelete = true"), []);
  await server.deliver(alice, messageOf(3));
  assertEquals(await fetch(home, server, retriever, "delete = true\nread_all = false"), ["number 3"]);
});
