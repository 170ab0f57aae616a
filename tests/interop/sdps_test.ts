/** SDPS: fetchmail and getmail part the mail of a host, which came by SMTP, by its envelopes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import { type MailServer, mailServer } from "./server.ts";
import type { TestSettings } from "../support/test_config.ts";
import { dialogue } from "../support/plain_client.ts";

const fetchmail = { name: "fetchmail", packageName: "fetchmail" };
const getmail = { name: "getmail", packageName: "getmail6" };
const setpriv = { name: "setpriv", packageName: "util-linux" };
/** That of Debian, which finds what Debian installs. */
const python = { name: "/usr/bin/python3", packageName: "python3" };

const host = { address: "vision25@example.org", password: "dial-up word" } as const;
const domain = "vision25.example.org";

/** A server whose one account is a host with mail. */
async function hostServer(settings: TestSettings): Promise<MailServer & { readonly port: number }> {
  const server = await mailServer({
    accounts: { [host.address]: host.password },
    directoryOptions: { multidrop: ["*.example.org"] },
    ...settings,
  });
  await send(server, "amy@remote.example", ["fred", "jane"], "to both");
  await send(server, "", ["jane"], "a bounce");
  return { ...server, port: server.furtherPorts["sdps"] ?? 0 };
}

/** By SMTP, from another server. The header tells of nobody who gets it. */
async function send({ ports }: MailServer, sender: string, users: readonly string[], subject: string): Promise<void> {
  await using session = await dialogue(ports.smtp);
  await session.line();
  await session.ask("EHLO remote.example");
  await session.ask(`MAIL FROM:<${sender}>`);
  for (const user of users) assertStringIncludes(await session.ask(`RCPT TO:<${user}@${domain}>`), "250 ");
  await session.ask("DATA");
  const message = `From: amy@remote.example\r\nTo: undisclosed:;\r\nSubject: ${subject}\r\n\r\n.one dot\r\nend`;
  assertStringIncludes(await session.ask(`${message.replace("\r\n.", "\r\n..")}\r\n.`), "250 ");
}

/** What came for each, as `SUBJECT from SENDER`, in no order. */
type Received = Readonly<Record<string, readonly string[]>>;

const everybodys: Received = {
  [`fred@${domain}`]: ["to both from amy@remote.example"],
  [`jane@${domain}`]: ["a bounce from ", "to both from amy@remote.example"],
};

function subjectAndSender(message: string): string {
  const [, subject] = /^Subject: (.*)$/m.exec(message) ?? [], [, sender] = /^Return-Path: <(.*)>$/m.exec(message) ?? [];
  assertStringIncludes(message, "\n\n.one dot\nend\n");
  return `${subject} from ${sender}`;
}

interface Way {
  readonly settings: TestSettings;
  /** Of the server, as fetchmail is told. */
  readonly protocol: string;
  /** Of the user. */
  readonly sslproto: string;
  /** What it says that it does. */
  readonly said: readonly string[];
}

const ways = {
  "protocol SDPS, after STLS": {
    settings: { further: { sdps: {} }, furtherTls: "starttls" },
    ...{ protocol: "SDPS", sslproto: "tls1.2+", said: ["POP3> STLS", "upgrade to TLS succeeded"] },
  },
  "protocol SDPS, as with Demon": {
    settings: { further: { sdps: { extensions: false } }, cleartextAuth: true },
    ...{ protocol: "SDPS", sslproto: "", said: ["POP3< -ERR unknown command"] },
  },
  "SDPS because of the greeting": {
    settings: { further: { sdps: { greeting: "mail.demon.example POP3 server ready" } }, cleartextAuth: true },
    ...{ protocol: "POP3", sslproto: "", said: ["POP3< +OK mail.demon.example POP3 server ready"] },
  },
} as const satisfies Readonly<Record<string, Way>>;

for (const [name, way] of Object.entries(ways)) {
  interopTest(`fetchmail: ${name}, multidrop: each user of a host gets his copy`, [fetchmail], async (home) => {
    await using server = await hostServer(way.settings);
    const { output, received } = await fetch(home, server, way);
    for (const words of ["POP3> *ENV 1", "POP3> *ENV 3", "POP3> TOP 1 ", ...way.said]) {
      assertStringIncludes(output, words);
    }
    assertEquals(received, everybodys, output);
    assertEquals(await server.inbox(host), [], "fetched messages are deleted");
  });
}

/** One run; a script puts what is fetched into a folder for each recipient. */
async function fetch(
  home: ClientHome,
  { port, certificate }: Awaited<ReturnType<typeof hostServer>>,
  { protocol, sslproto }: Way,
): Promise<{ readonly output: string; readonly received: Received }> {
  const script = await home.write(
    "keep.sh",
    `#!/bin/sh
mkdir -p "${home.folder}/box/$1"
cat > "$(mktemp "${home.folder}/box/$1/XXXXXXXX")"
`,
  );
  await Deno.chmod(script, 0o700);
  const config = await home.write(
    "fetchmailrc",
    `poll localhost service ${port} protocol ${protocol} no dns localdomains ${domain}
  user "vision25" password "${host.password}" to * here sslproto '${sslproto}' sslcertfile "${certificate}" mda "${script} %T"
`,
  );
  const { code, stdout, stderr } = await home.run(fetchmail, [
    ...["-f", config, "--idfile", `${home.folder}/ids`, "--pidfile", `${home.folder}/pid`, "-v", "--nosyslog"],
  ]);
  assertEquals(code, 0, stdout + stderr);
  return { output: stdout + stderr, received: await boxes(`${home.folder}/box`) };
}

/** getmail's own class: its program takes what *ENV gives for text, which it is not in Python 3, and delivers nothing. */
const retrieving = `
import sys
sys.path.append("/usr/lib/python3/dist-packages")
from getmailcore.retrievers import MultidropSDPSRetriever
port, user, password, folder = sys.argv[1:]
retriever = MultidropSDPSRetriever(
    server="localhost", port=int(port), username=user, password=password, getmaildir=folder, configparser=None)
retriever.checkconf()
retriever.initialize({"use_netrc": False, "netrc_file": "", "delete_dup_msgids": False})
for mailbox in retriever.mailboxes:
    retriever.select_mailbox(mailbox)
    for number in list(retriever):
        message = retriever.getmsg(number)
        content = message.content()
        assert content.get_payload().splitlines() == [".one dot", "end"], content.get_payload()
        assert content["Received"].find(f"for <{message.recipient.decode()}>") > 0, content["Received"]
        print(f"GOT {message.recipient.decode()}: {content['Subject']} from {message.sender.decode()}")
        retriever.delmsg(number)
retriever.quit()
`;

interopTest("getmail: MultidropSDPSRetriever: each user of a host gets his copy", [getmail, python], async (home) => {
  await using server = await hostServer({ further: { sdps: {} }, cleartextAuth: true });
  const { code, stdout, stderr } = await home.run(python, [
    ...["-c", retrieving, String(server.port), "vision25", host.password, home.folder],
  ]);
  assertEquals([code, stderr], [0, ""], stdout);
  const got = Object.entries(everybodys).flatMap(([user, all]) => all.map((one) => `GOT ${user}: ${one}`));
  assertEquals(stdout.split("\n").filter((line) => line.startsWith("GOT ")).sort(), got.sort());
  assertEquals(await server.inbox(host), [], "fetched messages are deleted");
});

interopTest("getmail: SimplePOP3Retriever: a user of a host fetches what is his", [getmail, setpriv], async (home) => {
  await using server = await hostServer({ further: { sdps: {} }, cleartextAuth: true });
  for (const part of ["cur", "new", "tmp"]) await Deno.mkdir(`${home.folder}/box/${part}`, { recursive: true });
  const config = await home.write(
    "getmailrc",
    `[retriever]
type = SimplePOP3Retriever
server = localhost
port = ${server.port}
username = jane@vision25
password = ${host.password}

[destination]
type = Maildir
path = ${home.folder}/box/

[options]
delete = true
`,
  );
  const { code, stdout, stderr } = await runAsNobody(home, ["--getmaildir", home.folder, "--rcfile", config]);
  assertEquals(code, 0, stdout + stderr);
  const { new: received } = await boxes(`${home.folder}/box`);
  assertEquals(received, everybodys[`jane@${domain}`]);
  assertEquals((await server.inbox(host)).length, 1, "fred's is left");
});

/** getmail writes to no Maildir as root. */
async function runAsNobody(home: ClientHome, args: readonly string[]) {
  if (Deno.uid() !== 0) return await home.run(getmail, args);
  const nobody = 65_534;
  const owned = await new Deno.Command("chown", { args: ["-R", `${nobody}:${nobody}`, home.folder] }).output();
  assert(owned.success);
  return await home.run(setpriv, [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", getmail.name, ...args]);
}

/** What lies in each folder of a folder. */
async function boxes(folder: string): Promise<Received> {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  const read = (name: string) =>
    Array.from(
      Deno.readDirSync(`${folder}/${name}`),
      async (file) => subjectAndSender(await Deno.readTextFile(`${folder}/${name}/${file.name}`)),
    );
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await Promise.all(read(name))).sort()] as const)),
  );
}
