/** Hosted domains: the address is the login, in every protocol and by every mechanism; a name alone is of the first domain. */
import { assert, assertEquals } from "@std/assert";
import { createHash, createHmac } from "node:crypto";
import { type Dialogue, dialogue } from "../support/plain_client.ts";
import { type TestServer, testServer } from "../support/test_server.ts";

/** The same name in two domains. */
const accounts = { "alice@example.org": "secret of org", "alice@example.net": "secret of net" };
type Address = keyof typeof accounts;

/** How many messages each has in INBOX: what is seen tells whose it is. */
const mail: Readonly<Record<Address, number>> = { "alice@example.org": 1, "alice@example.net": 2 };

/** Logs in; whether that went well, and how many messages there are, where a protocol tells. */
type Way = (server: TestServer, login: string, password: string) => Promise<{ isIn: boolean; messages?: number }>;

async function pop3(server: TestServer, speak: (session: Dialogue, greeting: string) => Promise<string>) {
  await using session = await dialogue(server.ports.pop3);
  const reply = await speak(session, await session.line());
  return { isIn: reply.startsWith("+OK"), messages: Number(/^\+OK maildrop has (\d+)/.exec(reply)?.[1] ?? 0) };
}

function hmac(challenge: string, password: string): string {
  return createHmac("md5", password).update(challenge).digest("hex");
}

const ways: Readonly<Record<string, Way>> = {
  "USER and PASS": (server, login, password) =>
    pop3(server, async (session) => {
      await session.ask(`USER ${login}`);
      return await session.ask(`PASS ${password}`);
    }),
  APOP: (server, login, password) =>
    pop3(server, (session, greeting) => {
      const timestamp = /<.*>/.exec(greeting)?.[0] ?? "";
      return session.ask(`APOP ${login} ${createHash("md5").update(timestamp + password).digest("hex")}`);
    }),
  "POP3, PLAIN": (server, login, password) =>
    pop3(server, (session) => session.ask(`AUTH PLAIN ${btoa(`\0${login}\0${password}`)}`)),
  "POP3, CRAM-MD5": (server, login, password) =>
    pop3(server, async (session) => {
      const challenge = atob((await session.ask("AUTH CRAM-MD5")).slice(2));
      return await session.ask(btoa(`${login} ${hmac(challenge, password)}`));
    }),
  async "IMAP, LOGIN"({ ports }, login, password) {
    await using session = await dialogue(ports.imap);
    await session.line();
    const isIn = /^t OK/.test(await session.ask(`t LOGIN ${login} "${password}"`));
    await session.say("u STATUS INBOX (MESSAGES)\r\n");
    return { isIn, messages: Number(/MESSAGES (\d+)/.exec(await session.line())?.[1] ?? 0) };
  },
  async "SMTP, PLAIN"({ ports }, login, password) {
    await using session = await dialogue(ports.submission);
    await session.line();
    await session.ask("EHLO client.example");
    return { isIn: /^235/.test(await session.ask(`AUTH PLAIN ${btoa(`\0${login}\0${password}`)}`)) };
  },
  async POP2({ furtherPorts }, login, password) {
    await using session = await dialogue(furtherPorts.pop2 ?? 0);
    await session.line();
    const reply = await session.ask(`HELO ${login} ${password.replaceAll(" ", "\\ ")}`);
    return { isIn: reply.startsWith("#"), messages: Number(/^#(\d+)/.exec(reply)?.[1] ?? 0) };
  },
  async POP1({ furtherPorts }, login, password) {
    await using session = await dialogue(furtherPorts.pop1 ?? 0);
    await session.line();
    await session.ask(`USER ${login}`);
    const isIn = (await session.ask(`PASS ${password}`)).startsWith("+OK");
    const size = /^#(\d+)/.exec(await session.ask("RETR inbox"))?.[1];
    if (size === undefined) return { isIn, messages: 0 };
    await session.say("RCEV\r\nRCVD\r\nQUIT\r\n");
    const sent = await session.readToEnd();
    assertEquals(sent.slice(Number(size)), "+OK\r\n+OK\r\n");
    return { isIn, messages: sent.match(/^From /gm)?.length ?? 0 };
  },
  async poppassd({ furtherPorts }, login, password) {
    await using session = await dialogue(furtherPorts.poppassd ?? 0);
    await session.line();
    await session.ask(`USER ${login}`);
    return { isIn: (await session.ask(`PASS ${password}`)).startsWith("200 ") };
  },
};

/** How an account may be called. */
const logins: readonly (readonly [login: string, address: Address])[] = [
  ["alice@example.org", "alice@example.org"],
  ["alice@example.net", "alice@example.net"],
  ["Alice@Example.NET", "alice@example.net"],
  ["alice", "alice@example.org"],
];

async function server(): Promise<TestServer> {
  const made = await testServer({
    domains: ["example.org", "example.net"],
    accounts,
    cleartextAuth: true,
    options: { pop3: { recent: "30d" } },
    further: { pop1: {}, pop2: {}, poppassd: {} },
  });
  const { storage } = made;
  for (const [address, count] of Object.entries(mail)) {
    const { id } = await storage.accountByAddress(address) ?? fail(address);
    for (let number = 0; number < count; number++) {
      const body = await storage.writeBody(new TextEncoder().encode(`Subject: ${number}\r\n\r\nx\r\n`));
      const details = { receivedAt: new Date(), flags: [] };
      await storage.apply([{ do: "deliver", account: id, mailboxName: "INBOX", body, details }]);
    }
  }
  return made;
}

function fail(address: string): never {
  throw new Error(`${address} has no account`);
}

Deno.test("hosted domains: the address logs in to its own account, everywhere, and no other password does", async (test) => {
  await using running = await server();
  for (const [name, way] of Object.entries(ways)) {
    await test.step(name, async () => {
      for (const [login, address] of logins) {
        for (const [owner, password] of Object.entries(accounts)) {
          const { isIn, messages } = await way(running, login, password);
          assertEquals(isIn, owner === address, `${login} with the password of ${owner}`);
          if (isIn && messages !== undefined) assertEquals(messages, mail[address], login);
        }
      }
      assert(!(await way(running, "alice@example.com", accounts["alice@example.org"])).isIn);
    });
  }
  await test.step("recent:", async () => {
    for (const name of ["USER and PASS", "APOP", "POP3, PLAIN", "POP3, CRAM-MD5"]) {
      const found = await ways[name]?.(running, "recent:alice@example.net", accounts["alice@example.net"]);
      assertEquals(found, { isIn: true, messages: 2 }, name);
    }
  });
});
