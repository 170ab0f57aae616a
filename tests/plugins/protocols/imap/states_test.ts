/** Which command is of which state (RFC 9051 §3, §6), and what capabilities are told where (§6.1.1, §7.2.2). */
import { assert, assertEquals } from "@std/assert";
import { commands } from "../../../../plugins/protocols/imap/command_table.ts";
import { afterLogin, fred, ImapClient, logIn, password, talk, testService } from "./talk.ts";

const anyState = ["CAPABILITY", "NOOP", "LOGOUT", "ID", "LANGUAGE"];
const before = ["STARTTLS", "AUTHENTICATE", "LOGIN"];
const selected = [
  ...["CLOSE", "UNSELECT", "CHECK", "EXPUNGE", "SEARCH", "SORT", "THREAD", "FETCH", "STORE", "REPLACE", "COPY", "MOVE"],
  "UID EXPUNGE",
  ...["SEARCH", "SORT", "THREAD", "FETCH", "STORE", "REPLACE", "COPY", "MOVE"].map((name) => `UID ${name}`),
];

/** The reply to each command, without arguments or with nonsense, each on a connection of its own. */
async function replies(names: Iterable<string>, commandsBefore: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of names) {
    const lines = await talk(await testService(), `${commandsBefore}x ${name}\r\n`, { startTls: true });
    found.set(name, lines.find((line) => line.startsWith("x ")) ?? "none");
  }
  return found;
}

const login = `a LOGIN ${fred} ${password}\r\n`;

Deno.test("imap: RFC 9051 §6.2: what needs a login is BAD before it, whatever its arguments", async () => {
  const later = [...commands.keys()].filter((name) => !anyState.includes(name) && !before.includes(name));
  assert(later.length > 40);
  for (const [name, reply] of await replies(later, "")) assertEquals(reply, "x BAD Log in first", name);
});

Deno.test("imap: RFC 9051 §6.2: there is one login", async () => {
  for (const [name, reply] of await replies(before, login)) {
    assertEquals(reply, "x BAD Not once you have logged in", name);
  }
  for (const [name, reply] of await replies(before, `${login}b SELECT INBOX\r\n`)) {
    assertEquals(reply, "x BAD Not once you have logged in", name);
  }
});

Deno.test("imap: RFC 9051 §6.4: what is about messages needs a selected mailbox", async () => {
  for (const [name, reply] of await replies(selected, login)) assertEquals(reply, "x BAD Select a mailbox first", name);
});

Deno.test("imap: RFC 9051 §6: commands without arguments take none, those with arguments need them", async () => {
  const none = [
    "CAPABILITY",
    "NOOP",
    "LOGOUT",
    "UNAUTHENTICATE",
    "IDLE",
    "NAMESPACE",
    "CLOSE",
    "UNSELECT",
    "CHECK",
    "EXPUNGE",
  ];
  const select = `${login}b SELECT INBOX\r\n`;
  for (const name of commands.keys()) {
    if (before.includes(name)) continue;
    const isWithout = none.includes(name);
    // LANGUAGE and COMPARATOR may have some (RFC 5255), NOTIFY has words (RFC 5465).
    if (["LANGUAGE", "COMPARATOR", "RESETKEY"].includes(name)) continue;
    const [reply = ""] = (await replies([isWithout ? `${name} x` : name], select)).values();
    assert(reply.startsWith("x BAD Expected "), `${name}: ${reply}`);
  }
});

Deno.test("imap: RFC 9051 §7.2.2: capabilities are what can be done in the state that the session is in", async () => {
  const service = await testService();
  await using client = new ImapClient(service, { startTls: true });
  const capabilities = async () => {
    const [line = ""] = await client.run("CAPABILITY");
    const all = line.split(" ").slice(2);
    assertEquals(new Set(all).size, all.length);
    return all;
  };
  const greeting = await client.greeting ?? "";
  const first = await capabilities();
  // RFC 9051 §7.1: the same in every place.
  assertEquals(/\[CAPABILITY (.*?)\]/.exec(greeting)?.[1], first.join(" "));
  for (const name of ["STARTTLS", "AUTH=PLAIN", "SASL-IR", "LITERAL+", "ENABLE", "ID"]) {
    assert(first.includes(name), name);
  }
  assert(!first.includes("LOGINDISABLED"));
  assert(!first.includes("COMPRESS=DEFLATE"));
  const [, inReply] = /\[CAPABILITY (.*?)\]/.exec((await client.run(`LOGIN ${fred} ${password}`))[0] ?? "") ?? [];
  const then = await capabilities();
  assertEquals(inReply, then.join(" "));
  assert(then.includes("COMPRESS=DEFLATE"));
  assert(!then.some((name) => name === "STARTTLS" || name.startsWith("AUTH=")));
  // RFC 9051 §6.3.1: ENABLE never changes them; nor does SELECT.
  await client.run("ENABLE IMAP4rev2 QRESYNC UTF8=ACCEPT");
  await client.run("SELECT INBOX");
  assertEquals(await capabilities(), then);
  // RFC 7888 §5: not both.
  assert(!then.includes("LITERAL-"));
});

Deno.test("imap: RFC 9051 §6.2.3: LOGINDISABLED while passwords may not be sent, and LOGIN is NO", async () => {
  const service = await testService({ cleartextAuth: false });
  const lines = await talk(service, `a CAPABILITY\r\nb LOGIN ${fred} ${password}\r\nc AUTHENTICATE PLAIN =\r\n`, {
    startTls: true,
  });
  assert(lines[1]?.includes(" LOGINDISABLED "));
  assert(!lines[1]?.includes("AUTH=PLAIN"));
  assertEquals(lines[3], "b NO [PRIVACYREQUIRED] Passwords may not be sent without TLS");
  assert(lines[4]?.startsWith("c NO [PRIVACYREQUIRED] "), lines[4]);
});

Deno.test("imap: RFC 9051 §6.1.2: NOOP always works; §6.1.3: BYE comes before the reply, and nothing after it", async () => {
  const lines = await afterLogin(await testService(), "a NOOP\r\nb LOGOUT\r\nc NOOP\r\n");
  assertEquals(lines, ["a OK Nothing done", "* BYE Goodbye", "b OK Logged out"]);
});

Deno.test("imap: RFC 9051 §9: names of commands are read in any case, tags as they are", async () => {
  const service = await testService();
  await using client = await logIn(service);
  assertEquals((await client.run("sElEcT inbox")).at(-1), "OK [READ-WRITE] Selected");
  assertEquals(await client.run("uid fetch 1:* FLAGS"), ["OK Fetched"]);
  const lines = await afterLogin(service, "A.b-c!{ NOOP\r\nABC NOOP\r\nabc NOOP\r\n");
  assert(lines[0]?.startsWith("* BAD ") || lines[0]?.startsWith("A.b-c! BAD"), lines[0]);
  assertEquals(lines.slice(1), ["ABC OK Nothing done", "abc OK Nothing done"]);
});
