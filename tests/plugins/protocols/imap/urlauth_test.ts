/** URLAUTH (RFC 4467): who may fetch what an authorized URL names, until when, and what revokes it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import anonymous from "../../../../plugins/auth/anonymous.ts";
import { setUpMechanism, testMechanisms } from "../../../support/test_directory.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { bob, carol, fred, ImapClient, logIn, type TestService, testService } from "./talk.ts";

const text = "Subject: hi\r\n\r\nSi vis pacem, para bellum.\r\n";

/** Fred has a message in INBOX and one in x. */
async function letters(given: Parameters<typeof testService>[0] = {}): Promise<TestService> {
  const service = await testService({ options: { submission_servers: [carol] }, ...given });
  await service.fill(fred, "INBOX", [text]);
  await service.fill(fred, "x", [text]);
  return service;
}

function rump(access: string, mailbox = "INBOX", user = "fred"): string {
  return `imap://${user}@mail.example.org/${mailbox}/;UID=1/;SECTION=TEXT${access}`;
}

/** The authorized URL. */
async function authorize(client: ImapClient, url: string): Promise<string> {
  const [line = "", reply] = await client.run(`GENURLAUTH "${url}" INTERNAL`);
  assertEquals(reply, "OK Authorized", line);
  const [, authorized = ""] = /^\* GENURLAUTH "(.*)"$/.exec(line) ?? [];
  assert(authorized.startsWith(`${url}:internal:01`), line);
  return authorized;
}

/** Whether the client gets what the URL names. */
async function opens(client: ImapClient, url: string): Promise<boolean> {
  const lines = await client.run(`URLFETCH "${url}"`);
  assertEquals(lines.at(-1), "OK Fetched");
  if (lines[0] === `* URLFETCH "${url}" NIL`) return false;
  assertEquals(lines.slice(0, -1), [`* URLFETCH "${url}" {28}`, "Si vis pacem, para bellum.", ""]);
  return true;
}

Deno.test("urlauth: RFC 4467 §3: each access identifier opens the URL to those whom it names, and to nobody else", async () => {
  const service = await letters();
  await using owner = await logIn(service, fred);
  await using friend = await logIn(service, bob);
  await using submission = await logIn(service, carol);
  const whom = async (access: string) => {
    const url = await authorize(owner, rump(`;URLAUTH=${access}`));
    return [await opens(owner, url), await opens(friend, url), await opens(submission, url)];
  };
  assertEquals(await whom("anonymous"), [true, true, true]);
  assertEquals(await whom("authuser"), [true, true, true]);
  assertEquals(await whom("user+bob"), [false, true, false]);
  assertEquals(await whom("user+bob%40example.org"), [false, true, false]);
  assertEquals(await whom("submit+fred"), [false, false, true]);
  // §7: an identifier of nobody is no error; nobody may use such a URL.
  assertEquals(await whom("user+nobody"), [false, false, false]);
});

Deno.test("urlauth: RFC 4467 §3: who has logged in as nobody may use what is for anybody, and not what is for users", async () => {
  const mechanism = setUpMechanism(anonymous, { account: carol });
  const service = await letters({ mechanisms: [...testMechanisms(), mechanism] });
  await using owner = await logIn(service, fred);
  await using visitor = new ImapClient(service);
  await visitor.greeting;
  assertEquals((await visitor.run("AUTHENTICATE ANONYMOUS dHJhY2U=")).at(-1)?.slice(0, 2), "OK");
  assertEquals(await opens(visitor, await authorize(owner, rump(";URLAUTH=anonymous"))), true);
  assertEquals(await opens(visitor, await authorize(owner, rump(";URLAUTH=authuser"))), false);
  assertEquals(await opens(visitor, await authorize(owner, rump(";URLAUTH=user+carol"))), false);
});

Deno.test("urlauth: RFC 4467 §6: whatever is changed in a URL, it opens nothing", async () => {
  const service = await letters();
  await using owner = await logIn(service);
  const url = await authorize(owner, rump(";URLAUTH=authuser"));
  assertEquals(await opens(owner, url), true);
  // §9: case makes no difference in the mechanism and the digits, and there alone.
  assertEquals(await opens(owner, url.replace(":internal:", ":INTERNAL:")), true);
  const changed = [
    url.replace("fred@", "bob@"),
    url.replace("fred@", "FRED@"),
    url.replace("mail.example.org", "MAIL.example.org"),
    url.replace("/INBOX/", "/x/"),
    url.replace("/INBOX/", "/inbox/"),
    url.replace("/INBOX/", "/nothing/"),
    url.replace("UID=1", "UID=2"),
    url.replace("UID=1", "%55ID=1"),
    url.replace("/;SECTION=TEXT", ""),
    url.replace("authuser", "anonymous"),
    url.replace(";URLAUTH", ";EXPIRE=2030-01-01T00:00:00Z;URLAUTH"),
    url.replace(/.$/, (digit) => digit === "0" ? "1" : "0"),
    url.slice(0, -2),
    `${url}00`,
    url.replace(":internal:01", ":internal:02"),
    url.replace(":internal:", ":xsample:"),
    url.slice(0, url.indexOf(":internal")),
    url.replace("fred@", ""),
    url.slice(url.indexOf("/INBOX")),
  ];
  for (const other of changed) assertEquals(await opens(owner, other), false, other);
});

Deno.test("urlauth: RFC 4467 §3: a URL is good up to the moment of its EXPIRE", async () => {
  let now = new Date("2026-11-24T07:00:00Z");
  const service = await letters({ now: () => now });
  await using owner = await logIn(service);
  const url = await authorize(owner, rump(";EXPIRE=2026-11-24T08:30:00+01:00;URLAUTH=authuser"));
  assertEquals(await opens(owner, url), true);
  now = new Date("2026-11-24T07:30:00Z");
  assertEquals(await opens(owner, url), true);
  now = new Date("2026-11-24T07:30:01Z");
  assertEquals(await opens(owner, url), false);
});

overEachStorage(
  "urlauth: RFC 4467 §7: RESETKEY revokes what was authorized before, of one mailbox or of all",
  async (given) => {
    const service = await letters(given);
    await using owner = await logIn(service, fred);
    await using other = await logIn(service, bob);
    const authuser = ";URLAUTH=authuser";
    const [inbox, x] = [await authorize(owner, rump(authuser)), await authorize(owner, rump(authuser, "x"))];
    // What another does with his keys changes nothing.
    assertEquals(await other.run("RESETKEY"), ["OK All keys are new"]);
    assertEquals([await opens(other, inbox), await opens(other, x)], [true, true]);
    assertEquals(await owner.run("RESETKEY INBOX"), ["OK [URLMECH INTERNAL] The key is new"]);
    assertEquals([await opens(other, inbox), await opens(other, x)], [false, true]);
    const fresh = await authorize(owner, rump(authuser));
    assertEquals(await opens(other, fresh), true);
    assertEquals(await owner.run("RESETKEY"), ["OK All keys are new"]);
    assertEquals([await opens(other, fresh), await opens(other, x)], [false, false]);
    assertEquals(await opens(other, await authorize(owner, rump(authuser, "x"))), true);
    assertEquals((await owner.run("RESETKEY nothing"))[0]?.slice(0, 16), "NO [NONEXISTENT]");
  },
);

overEachStorage(
  "urlauth: RFC 4467 §7: sessions of the user that have the mailbox selected are told of RESETKEY, and no others",
  async (given) => {
    const service = await letters(given);
    const { id } = await service.mailbox(fred, "x");
    await service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(bob), rights: "lr" }]);
    const shared = '"Other Users/fred@example.org/x"';
    await using owner = await logIn(service, fred);
    await using idle = await logIn(service, fred);
    await using elsewhere = await logIn(service, fred);
    await using friend = await logIn(service, bob);
    await using also = await logIn(service, bob);
    for (const [client, mailbox] of [[owner, "x"], [idle, "x"], [elsewhere, "INBOX"], [also, shared]] as const) {
      await client.run(`SELECT ${mailbox}`);
    }
    const key = "[URLMECH INTERNAL] The key is new";
    idle.wire.send("i IDLE\r\n");
    assertEquals(await idle.told(1), ["+ Idling"]);
    assertEquals(await owner.run("RESETKEY x"), [`OK ${key}`]);
    assertEquals(await idle.told(1), [`* OK ${key}`]);
    // Each user has a key of his own, also for the mailbox of another.
    also.wire.send("i IDLE\r\n");
    assertEquals(await also.told(1), ["+ Idling"]);
    assertEquals(await friend.run(`RESETKEY ${shared}`), [`OK ${key}`]);
    assertEquals(await also.told(1), [`* OK ${key}`]);
    for (const client of [idle, also]) {
      client.wire.send("DONE\r\n");
      assertEquals(await client.told(1), ["i OK No longer idling"]);
    }
    // A new SELECT begins with the key that there is; without a mailbox there is none to tell of.
    await owner.run("SELECT x");
    assertEquals(await friend.run("RESETKEY"), ["OK All keys are new"]);
    for (const client of [owner, idle, elsewhere, friend, also]) await client.nothingMore();
  },
);

overEachStorage(
  "urlauth: RFC 4467 §7: a user's first key is made once, also where several sessions want it at the same moment",
  async (given) => {
    const service = await letters(given);
    await using one = await logIn(service, fred);
    await using other = await logIn(service, fred);
    const url = rump(";URLAUTH=authuser");
    const urls = await Promise.all([authorize(one, url), authorize(other, rump(";URLAUTH=authuser", "x"))]);
    for (const authorized of urls) assertEquals(await opens(one, authorized), true);
    assertEquals(await authorize(other, url), urls[0]);
  },
);

Deno.test("urlauth: RFC 4467 §2.2: keys are each user's own, and a mailbox of the same name has another", async () => {
  const service = await letters();
  const { id } = await service.mailbox(fred, "x");
  const share = (rights: string) =>
    service.storage.apply([{ do: "setRights", mailbox: id, who: service.account(bob), rights }]);
  await share("lr");
  await using owner = await logIn(service, fred);
  await using friend = await logIn(service, bob);
  const theirs = rump(";URLAUTH=authuser", "Other%20Users/fred@example.org/x", "bob");
  const url = await authorize(friend, theirs), own = await authorize(owner, rump(";URLAUTH=authuser", "x"));
  assertEquals([await opens(owner, url), await opens(owner, own)], [true, true]);
  await owner.run("RESETKEY x");
  assertEquals([await opens(owner, url), await opens(owner, own)], [true, false]);
  // §7: the URL grants what its user may do now.
  await share("l");
  assertEquals(await opens(owner, url), false);
  await share("r");
  assertEquals(await opens(owner, url), true);
  await owner.run("DELETE x");
  await service.fill(fred, "x", [text]);
  assertEquals([await opens(owner, url), await opens(owner, own)], [false, false]);
});

Deno.test("urlauth: RFC 4467 §7: what cannot be authorized is BAD, and nothing is", async () => {
  const service = await letters();
  await using owner = await logIn(service);
  const urls = [
    "imap://mail.example.org/INBOX/;UID=1;URLAUTH=authuser",
    rump(""),
    rump(";URLAUTH=authuser", "nothing"),
    rump(";URLAUTH=authuser", "INBOX;UIDVALIDITY=1"),
    rump(";URLAUTH=authuser", "INBOX", "bob"),
    rump(";URLAUTH=authuser", "INBOX", "nobody"),
    rump(";URLAUTH=everybody"),
    `${rump(";URLAUTH=authuser")}:internal:${"0".repeat(32)}`,
    "imap://fred@mail.example.org/INBOX;URLAUTH=authuser",
    "/INBOX/;UID=1;URLAUTH=authuser",
    "http://fred@mail.example.org/INBOX/;UID=1;URLAUTH=authuser",
  ];
  for (const url of urls) {
    const good = rump(";URLAUTH=authuser");
    const lines = await owner.run(`GENURLAUTH "${good}" INTERNAL "${url}" INTERNAL`);
    assertEquals(lines.length, 1, url);
    assertMatch(lines[0] ?? "", /^BAD /, url);
  }
  assertMatch((await owner.run(`GENURLAUTH "${rump(";URLAUTH=authuser")}" XSAMPLE`))[0] ?? "", /^NO /);
  for (const command of ["GENURLAUTH", "GENURLAUTH x", "URLFETCH", "URLFETCH ", "RESETKEY ", "RESETKEY INBOX "]) {
    assertMatch((await owner.run(command)).at(-1) ?? "", /^BAD /, command);
  }
});

Deno.test("urlauth: no client is shown a key, nor told that there is a new one", async () => {
  const service = await letters();
  await using owner = await logIn(service);
  await using watcher = await logIn(service);
  await watcher.run("ENABLE METADATA");
  await authorize(owner, rump(";URLAUTH=authuser"));
  await owner.run("RESETKEY INBOX");
  for (const mailbox of ["INBOX", '""']) {
    const lines = await owner.run(`GETMETADATA (DEPTH infinity) ${mailbox} (/private /shared)`);
    assertEquals(lines.filter((line) => !/^\* METADATA "" \(\/shared\/admin /.test(line)), ["OK That is all"]);
  }
  assertEquals(await watcher.run("NOOP"), ["OK Nothing done"]);
});
