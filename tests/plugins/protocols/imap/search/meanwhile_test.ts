import { assertEquals } from "@std/assert";
import type { Storage } from "../../../../../core/contract/mod.ts";
import { serveImap } from "../../../../../plugins/protocols/imap/conversation.ts";
import { overEachStorage } from "../../over_each_storage.ts";
import { bob, fred, logIn, type TestService, testService } from "../talk.ts";
import { append } from "./searching.ts";

/** A storage in which something happens just before something is read, once. */
function interrupted(
  storage: Storage,
  before: "summaries" | "openBody" | "snapshot" | "messages",
  meanwhile: () => Promise<unknown>,
): Storage {
  let isOver = false;
  return new Proxy(storage, {
    get(target, name) {
      // A method of the storage, whatever it is, with the storage as its `this`.
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return async (...given: unknown[]) => {
        if (name === before && !isOver) {
          isOver = true;
          await meanwhile();
        }
        return await Reflect.apply(member, target, given);
      };
    },
  });
}

const texts = ["one", "two", "three", "four"].map((word) => ({ text: `Subject: ${word}\r\n\r\nthe body of ${word}` }));

const commands = [
  ["SEARCH BODY body", "* SEARCH 3 4"],
  ["SEARCH BODY body SUBJECT o", "* SEARCH 4"],
  ["SORT (REVERSE SUBJECT) UTF-8 BODY body", "* SORT 3 4"],
  ["THREAD ORDEREDSUBJECT UTF-8 BODY body", "* THREAD (3)(4)"],
] as const;

for (const before of ["summaries", "openBody"] as const) {
  overEachStorage(`imap search: what is expunged just before ${before} is not found, and no error`, async (given) => {
    const plain = await testService(given);
    for (const [index, [command, expected]] of commands.entries()) {
      const name = `m${index}`;
      await plain.storage.apply([{ do: "createMailbox", account: plain.account(fred), name }]);
      await append(plain, name, texts);
      const { id: mailbox } = await plain.mailbox(fred, name);
      const tested = readingThrough(
        plain,
        interrupted(plain.storage, before, () => plain.storage.apply([{ do: "expunge", mailbox, uids: [1, 2] }])),
      );
      await using client = await logIn(tested);
      await client.run(`SELECT ${name}`);
      const lines = await client.run(command);
      assertEquals(lines.filter((line) => /^\* [ST]/.test(line)), [expected], command);
    }
  });
}

/** The same service, whose sessions read another storage. */
function readingThrough(tested: TestService, storage: Storage): TestService {
  const service = { ...tested.service, context: { ...tested.service.context, storage } };
  return { ...tested, service, serve: (connection, stop) => serveImap(connection, stop, service) };
}

Deno.test("imap search: RFC 7377: a mailbox that is removed while others are searched has nothing to tell", async () => {
  const plain = await testService();
  await plain.storage.apply([
    { do: "createMailbox", account: plain.account(fred), name: "a" },
    { do: "createMailbox", account: plain.account(fred), name: "b" },
  ]);
  for (const name of ["INBOX", "a", "b"]) await append(plain, name, texts);
  const { id } = await plain.mailbox(fred, "a");
  const storage = interrupted(
    plain.storage,
    "openBody",
    () => plain.storage.apply([{ do: "removeMailbox", mailbox: id }]),
  );
  await using client = await logIn(readingThrough(plain, storage));
  const lines = await client.run("ESEARCH IN (personal) RETURN (COUNT) BODY body");
  assertEquals(lines.map((line) => line.replace(/UIDVALIDITY \d+/, "")), [
    '* ESEARCH (TAG "t2" MAILBOX INBOX ) UID COUNT 4',
    '* ESEARCH (TAG "t2" MAILBOX b ) UID COUNT 4',
    "OK Searched",
  ]);
});

Deno.test("imap search: RFC 5466 §3.1: one's own filter comes before everybody's", async () => {
  const tested = await testService({ options: { administrators: [bob] } });
  await append(tested, "INBOX", texts);
  await using administrator = await logIn(tested, bob);
  await administrator.run(
    'SETMETADATA "" ("/shared/filters/values/Mine" "SUBJECT one" "/shared/filters/values/all" "ALL")',
  );
  await using client = await logIn(tested);
  await client.run("SELECT INBOX");
  assertEquals(await client.run("SEARCH FILTER mine"), ["* SEARCH 1", "OK Searched"]);
  await client.run('SETMETADATA "" ("/private/filters/values/mine" "SUBJECT two")');
  assertEquals(await client.run("SEARCH FILTER Mine"), ["* SEARCH 2", "OK Searched"]);
  assertEquals(await client.run("SEARCH FILTER all NOT FILTER mine"), ["* SEARCH 1 3 4", "OK Searched"]);
  await client.run('SETMETADATA "" ("/private/filters/values/mine" NIL)');
  assertEquals(await client.run("SEARCH FILTER mine"), ["* SEARCH 1", "OK Searched"]);
});

Deno.test("imap search: RFC 5466 §3.1: filters that name one another many times over are too much, and soon refused", async () => {
  const tested = await testService();
  await using client = await logIn(tested);
  await client.run("SELECT INBOX");
  for (let n = 0; n < 9; n++) {
    const value = Array.from({ length: 20 }, () => `FILTER f${n + 1}`).join(" ");
    await client.run(`SETMETADATA "" ("/private/filters/values/f${n}" "${value}")`);
  }
  await client.run('SETMETADATA "" ("/private/filters/values/f9" "ALL")');
  assertEquals(await client.run("SEARCH FILTER f0"), ["NO [LIMIT] The filters are too much together"]);
  assertEquals(await client.run("SEARCH FILTER f8"), ["* SEARCH", "OK Searched"]);
  assertEquals(await client.run("SEARCH RETURN (SAVE) FILTER none"), [
    "NO [UNDEFINED-FILTER none] There is no such filter",
  ]);
});

Deno.test("imap search: RFC 5466 §3.1: a filter that asks for mod-sequences makes them told", async () => {
  const tested = await testService();
  await append(tested, "INBOX", texts);
  await using client = await logIn(tested);
  await client.run("SELECT INBOX");
  await client.run('SETMETADATA "" ("/private/filters/values/new" "MODSEQ 4")');
  const lines = await client.run("SEARCH FILTER new");
  assertEquals(lines.filter((line) => line.startsWith("* SEARCH")), ["* SEARCH 3 4 (MODSEQ 5)"]);
});
