/** Gmail's ways with popped mail: not listed again, and left, marked, archived or thrown away. */
import { assert, assertEquals } from "@std/assert";
import { Refusal, type Storage } from "../../../../core/contract/mod.ts";
import { Maildrop } from "../../../../plugins/protocols/pop3/maildrop/maildrop.ts";
import { servePop3 } from "../../../../plugins/protocols/pop3/session.ts";
import { type KeptMail, keptMail } from "./kept_mail.ts";
import { afterLogin, login, talk } from "./talk.ts";

const three = [{ subject: "one" }, { subject: "two" }, { subject: "three" }];

/** Subjects of the messages that a session lists. */
async function listed(tested: KeptMail): Promise<string[]> {
  const [stat = ""] = await afterLogin(tested, "STAT\r\n");
  const count = Number(stat.split(" ")[1]);
  const tops = Array.from({ length: count }, (_, index) => `TOP ${index + 1} 0\r\n`).join("");
  const lines = await afterLogin(tested, tops);
  return lines.flatMap((line) => /^Subject: (.*)$/.exec(line)?.[1] ?? []);
}

Deno.test("pop3: RFC 1939 §8: unless configured, what was retrieved stays as it is and is listed again", async () => {
  const tested = await keptMail(three);
  await afterLogin(tested, "RETR 1\r\nDELE 2\r\nQUIT\r\n");
  assertEquals(await tested.content(), { INBOX: ["one", "three"] });
  assertEquals(await listed(tested), ["one", "three"]);
});

const ends = [
  { popped: "leave", after: { INBOX: ["one $Popped", "two $Popped", "three"] } },
  { popped: "read", after: { INBOX: ["one $Popped \\Seen", "two $Popped \\Seen", "three"] } },
  { popped: "archive", after: { INBOX: ["three"], Archive: ["one $Popped", "two $Popped"] } },
  { popped: "trash", after: { INBOX: ["three"], Trash: ["one $Popped", "two $Popped"] } },
] as const;

for (const { popped, after } of ends) {
  Deno.test(`pop3: popped: ${popped}: what was retrieved or deleted is not listed again, and nothing is lost`, async () => {
    const tested = await keptMail(three, { options: { popped } });
    const lines = await afterLogin(tested, "RETR 1\r\nDELE 1\r\nDELE 2\r\nQUIT\r\n");
    assertEquals(lines.at(-1), "+OK dewey POP3 server signing off (1 message left)");
    assertEquals(await tested.content(), after);
    assertEquals(await listed(tested), ["three"]);
    const unique = await afterLogin(tested, "UIDL\r\n");
    assert(unique[1]?.endsWith(".3"), `${unique[1]} is the unique-id that it had`);
  });
}

Deno.test("pop3: TOP pops nothing, nor does a session that ends without QUIT", async () => {
  const tested = await keptMail(three, { options: { popped: "archive" } });
  await afterLogin(tested, "TOP 1 10\r\nQUIT\r\n");
  await afterLogin(tested, "RETR 1\r\nDELE 2\r\n");
  assertEquals(await tested.content(), { INBOX: ["one", "two", "three"] });
  assertEquals(await listed(tested), ["one", "two", "three"]);
});

Deno.test("pop3: popped mail goes to the mailbox of that special use, whatever its name, or of that name", async () => {
  const special = await keptMail(three, { mailboxes: { "Old/2026": "\\Archive" }, options: { popped: "archive" } });
  await afterLogin(special, "RETR 2\r\nQUIT\r\n");
  assertEquals(await special.content(), { INBOX: ["one", "three"], Old: [], "Old/2026": ["two $Popped"] });
  const named = await keptMail(three, { mailboxes: { Trash: undefined }, options: { popped: "trash" } });
  await afterLogin(named, "RETR 2\r\nQUIT\r\n");
  assertEquals(await named.content(), { INBOX: ["one", "three"], Trash: ["two $Popped"] });
});

/** A storage that does one thing otherwise. */
function storageWith<Name extends keyof Storage>(storage: Storage, name: Name, does: Storage[Name]): Storage {
  return new Proxy(storage, {
    get(_storage, asked) {
      if (asked === name) return does;
      const value: unknown = Reflect.get(storage, asked);
      return typeof value === "function" ? value.bind(storage) : value;
    },
  });
}

Deno.test("pop3: a mailbox for popped mail that another session makes at that moment is taken", async () => {
  const { storage, account, content } = await keptMail(three);
  const racing = storageWith(storage, "mailboxByName", async (account, name) => {
    const found = await storage.mailboxByName(account, name);
    if (name === "Archive") await storage.apply([{ do: "createMailbox", account, name, specialUse: "\\Archive" }]);
    return found;
  });
  const maildrop = await Maildrop.open(racing, account, { expire: "never", popped: "archive", now: new Date() });
  assert(typeof maildrop === "object");
  maildrop.retrieve(1);
  assertEquals(await maildrop.commit(), { removed: 1, left: 2 });
  assertEquals(await content(), { INBOX: ["two", "three"], Archive: ["one $Popped"] });
});

Deno.test("pop3: when popped mail cannot be put away QUIT says so, and nothing was done", async () => {
  const kept = await keptMail(three, { options: { popped: "archive" } });
  const { service } = kept;
  const storage = storageWith(
    kept.storage,
    "apply",
    () => Promise.reject(new Refusal("unavailable", "the disk is full")),
  );
  const failing = { ...service, context: { ...service.context, storage } };
  const { lines } = await talk(
    { ...kept, serve: (connection, stop) => servePop3(connection, stop, failing) },
    `${login}RETR 1\r\nQUIT\r\n`,
  );
  assertEquals(lines.at(-1), "-ERR [SYS/TEMP] some deleted messages not removed");
  assertEquals(await kept.content(), { INBOX: ["one", "two", "three"] });
});

Deno.test("pop3: RFC 2449 §6.7: where popped mail is not listed again CAPA says EXPIRE 0", async () => {
  const expire = async (options: Record<string, unknown>) => {
    const lines = await afterLogin(await keptMail([], { options }), "CAPA\r\n");
    return lines.filter((line) => line.startsWith("EXPIRE"));
  };
  assertEquals(await expire({}), ["EXPIRE NEVER"]);
  assertEquals(await expire({ popped: "leave", expire: 30 }), ["EXPIRE 0"]);
});
