/** An extension in a real server: it places, observes, adds commands, and is replaced as everything else is. */
import { assert, assertEquals } from "@std/assert";
import { pluginText } from "../support/plugin_text.ts";
import { dialogue } from "../support/plain_client.ts";
import { alice, bob, type TestServer, testServer } from "../support/test_server.ts";

const extension = pluginText(
  "extension",
  "fortune",
  `({ log, storage }, { word }) => {
    const see = (name) => (event) => log.info("seen", { event: name, ...event, facts: undefined, who: event.facts?.account });
    return {
      place: async ({ message }) => {
        const subject = await message.field("Subject");
        return subject?.startsWith("[list]") ? { action: "file", mailbox: "Lists", create: true } : undefined;
      },
      observe: {
        connected: see("connected"),
        closed: see("closed"),
        authenticated: see("authenticated"),
        authenticationFailed: see("authenticationFailed"),
        delivered: async (event) => {
          const { envelope } = await storage.summary(event.body);
          see("delivered")({ ...event, subject: envelope.subject });
        },
        mailboxChanged: see("mailboxChanged"),
      },
      pop3Commands: [
        { keyword: "XFORTUNE", capability: "XFORTUNE", states: ["transaction"], run: () => ({ ok: true, text: word }) },
      ],
      imapCommands: [{
        name: "XFORTUNE",
        capabilities: ["XFORTUNE"],
        states: ["authenticated"],
        run: () => ({ status: "OK", text: word }),
      }],
    };
  }`,
);

const settings = (word: string) => ({
  cleartextAuth: true,
  files: { "fortune.js": extension },
  extensions: [{ use: "./fortune.js", options: { word } }],
});

async function send(server: TestServer, subject: string): Promise<void> {
  await using smtp = await dialogue(server.ports.smtp);
  await smtp.line();
  await smtp.ask("EHLO client.example.com");
  await smtp.ask("MAIL FROM:<kim@example.com>");
  await smtp.ask(`RCPT TO:<${alice.address}>`);
  await smtp.ask("DATA");
  assert((await smtp.ask(`Subject: ${subject}\r\n\r\nHi\r\n.`)).startsWith("250"));
  await smtp.ask("QUIT");
}

async function pop3(server: TestServer, login: { readonly address: string; readonly password: string } = alice) {
  const client = await dialogue(server.ports.pop3);
  await client.line();
  await client.ask(`USER ${login.address}`);
  const reply = await client.ask(`PASS ${login.password}`);
  return { client, reply };
}

Deno.test("extensions: mail goes where one says, and all are told what has happened, in order", async () => {
  await using server = await testServer(settings("luck"));
  await send(server, "[list] one");
  await send(server, "another");
  const { client, reply } = await pop3(server);
  await using _client = client;
  assert(reply.startsWith("+OK"), reply);
  assertEquals(await client.ask("STAT"), "+OK 1 " + (await client.ask("LIST 1")).split(" ")[2]);
  assert((await client.ask("CAPA", true)).includes("\r\nXFORTUNE\r\n"));
  assertEquals(await client.ask("XFORTUNE"), "+OK luck");
  await client.ask("QUIT");
  const { client: wrong } = await pop3(server, { ...alice, password: "not of alice" });
  await using _wrong = wrong;
  await wrong.ask("QUIT");
  await using imap = await dialogue(server.ports.imap);
  assert((await imap.line()).includes("IMAP4rev2"));
  const list = await lines(imap, `a LOGIN ${alice.address} "${alice.password}"`, "a ");
  assert(list.at(-1)?.includes(" XFORTUNE"), list.at(-1));
  assertEquals(await lines(imap, "b XFORTUNE", "b "), ["b OK luck"]);
  await lines(imap, "c LOGOUT", "c ");
  await server.drain(new AbortController().signal);
  const seen = server.log.filter(({ message }) => message === "seen");
  const of = (...names: string[]) => seen.filter(({ event }) => names.includes(String(event)));
  assertEquals(of("delivered").map(({ subject }) => subject), ["[list] one", "another"]);
  const account = await server.directory.findAccount(alice.address);
  assertEquals(of("authenticated", "authenticationFailed").map(({ service, who, reason }) => [service, who, reason]), [
    ["pop", account, undefined],
    ["pop", undefined, "credentials"],
    ["imap", account, undefined],
  ]);
  assertEquals(of("connected").map(({ protocol }) => protocol), ["smtp", "smtp", "pop3", "pop3", "imap"]);
  assertEquals(of("closed").length, 5);
  assert(of("mailboxChanged").length >= 2);
  assert(!JSON.stringify(server.log).includes(alice.password), "no secret is told");
});

Deno.test("extensions: a reload replaces them for new sessions; what cannot be set up changes nothing", async () => {
  await using server = await testServer(settings("one"));
  const { client: before } = await pop3(server);
  await using _before = before;
  await server.reload(settings("two"));
  assertEquals(await before.ask("XFORTUNE"), "+OK one");
  const taken = extension.replace(`keyword: "XFORTUNE"`, `keyword: "STAT"`).replace(`"fortune"`, `"stat"`);
  const both = { ...settings("two"), extensions: [{ use: "./stat.js", options: { word: "x" } }] };
  let refusal = "";
  await server.reload({ ...both, files: { "stat.js": taken } }).catch((error: Error) => refusal = error.message);
  assert(refusal.includes("STAT"), refusal);
  await before.ask("QUIT");
  const { client: after } = await pop3(server);
  await using _after = after;
  assertEquals(await after.ask("XFORTUNE"), "+OK two");
});

Deno.test("filters: an attempt to log in is refused whatever the protocol, and sounds like a wrong password", async () => {
  const filter = pluginText(
    "filter",
    "ban",
    `() => ({
      authenticating: async (_facts, { login }) => ({ action: login.startsWith("bob") ? "reject" : "continue" }),
    })`,
  );
  await using server = await testServer({ cleartextAuth: true, files: { "ban.js": filter }, filters: ["./ban.js"] });
  const { client, reply } = await pop3(server, bob);
  await using _client = client;
  const { client: other, reply: wrong } = await pop3(server, { ...alice, password: "wrong" });
  await using _other = other;
  assertEquals([reply, reply.startsWith("-ERR [AUTH]")], [wrong, true]);
  await using imap = await dialogue(server.ports.imap);
  await imap.line();
  const [refused] = await lines(imap, `a LOGIN ${bob.address} "${bob.password}"`, "a ");
  assert(refused?.startsWith("a NO [AUTHENTICATIONFAILED]"), refused);
});

/** Lines up to the one that begins so. */
async function lines(client: Awaited<ReturnType<typeof dialogue>>, said: string, last: string): Promise<string[]> {
  await client.say(`${said}\r\n`);
  const found: string[] = [];
  do found.push(await client.line()); while (!found.at(-1)?.startsWith(last));
  return found;
}
