/** CONDSTORE and QRESYNC (RFC 7162) between several sessions: nothing that one does is lost on another. */
import { assert, assertEquals } from "@std/assert";
import type { MessagePage, Storage } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { overEachStorage } from "../over_each_storage.ts";
import { fred, type ImapClient, logIn, type TestService, testService } from "./talk.ts";

const message = "Subject: x\r\n\r\ntext\r\n";

/** Clients of IMAP4rev2 that have selected INBOX, each with these extensions. */
async function clients(service: TestService, stack: AsyncDisposableStack, ...enables: string[]): Promise<ImapClient[]> {
  const all: ImapClient[] = [];
  for (const extensions of enables) {
    const client = stack.use(await logIn(service));
    await client.run(`ENABLE IMAP4rev2 ${extensions}`.trimEnd());
    await client.run("SELECT INBOX");
    all.push(client);
  }
  return all;
}

async function inboxOf(count: number, given: { readonly storage?: Storage } = {}): Promise<TestService> {
  const service = await testService(given);
  await service.fill(fred, "INBOX", Array.from({ length: count }, () => message));
  return service;
}

overEachStorage(
  "imap: RFC 7162 §3.1: what any session does is told with its mod-sequence to those that want it",
  async (given) => {
    const service = await inboxOf(3, given);
    await using stack = new AsyncDisposableStack();
    const [plain, condstore, writer] = await clients(service, stack, "", "CONDSTORE", "CONDSTORE");
    assert(plain && condstore && writer);
    assertEquals(await writer.run("STORE 2 +FLAGS (\\Seen)"), [
      "* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (5))",
      "OK Stored",
    ]);
    assertEquals(await condstore.run("NOOP"), ["* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (5))", "OK Nothing done"]);
    assertEquals(await plain.run("NOOP"), ["* 2 FETCH (UID 2 FLAGS (\\Seen))", "OK Nothing done"]);
    // RFC 7162 §3.1: any of these says that they are wanted, once and for all.
    const asks = [
      "FETCH 1 MODSEQ",
      "FETCH 1 FLAGS (CHANGEDSINCE 1)",
      "SEARCH MODSEQ 1",
      "STATUS INBOX (HIGHESTMODSEQ)",
    ];
    for (const [index, command] of [...asks, "STORE 1 (UNCHANGEDSINCE 99) +FLAGS.SILENT (\\Draft)"].entries()) {
      await using asking = await logIn(service);
      await asking.run("EXAMINE INBOX");
      if (command.startsWith("STORE")) await asking.run("SELECT INBOX");
      const lines = await asking.run(command);
      assert(lines.some((line) => line.startsWith("* OK [HIGHESTMODSEQ ")), `${command}: ${lines}`);
      assert(
        !(await asking.run(command)).some((line) => line.includes("HIGHESTMODSEQ ") && line.startsWith("* OK")),
        command,
      );
      await writer.run(`STORE 3 ${index % 2 === 0 ? "+" : "-"}FLAGS.SILENT (\\Flagged)`);
      assert((await asking.run("NOOP")).some((line) => /^\* 3 FETCH .* MODSEQ \(\d+\)\)$/.test(line)), command);
    }
  },
);

overEachStorage(
  "imap: RFC 7162 §3.1.3: UNCHANGEDSINCE is answered with the mod-sequence of each message that had not changed",
  async (given) => {
    const service = await inboxOf(3, given);
    await using stack = new AsyncDisposableStack();
    const [one, other] = await clients(service, stack, "CONDSTORE", "CONDSTORE");
    assert(one && other);
    assertEquals((await one.run("STORE 1:2 +FLAGS.SILENT (\\Seen)")).at(-1), "OK Stored");
    // Of those that have the flag already as well: §3.1.11 has them keep theirs.
    assertEquals(await one.run("STORE 1:3 (UNCHANGEDSINCE 9) +FLAGS.SILENT (\\Seen)"), [
      "* 1 FETCH (UID 1 MODSEQ (5))",
      "* 2 FETCH (UID 2 MODSEQ (5))",
      "* 3 FETCH (UID 3 MODSEQ (6))",
      "OK Stored",
    ]);
    await other.run("STORE 1 +FLAGS (\\Flagged)");
    assertEquals(
      (await one.run("STORE 1:2 (UNCHANGEDSINCE 6) +FLAGS.SILENT (\\Seen)")).filter((line) => !/^\* 1 /.test(line)),
      [
        "* 2 FETCH (UID 2 MODSEQ (5))",
        "OK [MODIFIED 1] Others have changed some of them",
      ],
    );
    // What is told alone is told once.
    assertEquals(await one.run("NOOP"), ["OK Nothing done"]);
  },
);

Deno.test("imap: RFC 7162 §3.2.10.2: no VANISHED while a search that answers with UIDs names messages by number", async () => {
  const searches = ["UID SEARCH", "UID SORT (DATE) UTF-8", "UID THREAD REFERENCES UTF-8", "ESEARCH"];
  for (const extension of ["QRESYNC", "CONDSTORE"]) {
    const service = await inboxOf(9, {});
    await using stack = new AsyncDisposableStack();
    const [one, other] = await clients(service, stack, extension, "");
    assert(one && other);
    const isGone = (line: string) => / EXPUNGE$|^\* VANISHED/.test(line);
    for (const search of searches) {
      await other.run("STORE 1 +FLAGS.SILENT (\\Deleted)");
      await other.run("EXPUNGE");
      const held = await one.run(`${search} OR 1 NOT 2:3`);
      assert(held.at(-1)?.startsWith("OK") && !held.some(isGone), `${held}`);
      assert((await one.run(`${search} UID 1:*`)).some(isGone), search);
    }
  }
});

Deno.test("imap: RFC 7162 §3.2: while VANISHED waits, the mod-sequence that the client knows all of is told, also between commands", async () => {
  const service = await inboxOf(3);
  await using stack = new AsyncDisposableStack();
  const [one, other] = await clients(service, stack, "QRESYNC", "");
  assert(one && other);
  // RFC 5465 §6.1.2.
  await one.run("NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge FlagChange))");
  await other.run("STORE 1 +FLAGS.SILENT (\\Deleted)");
  assertEquals(await one.told(1), ["* 1 FETCH (UID 1 FLAGS (\\Deleted) MODSEQ (5))"]);
  await other.run("EXPUNGE");
  const held = "* OK [HIGHESTMODSEQ 5] The greatest mod-sequence";
  assertEquals(await one.told(1), [held]);
  await other.run("STORE 1 +FLAGS.SILENT (\\Seen)");
  assertEquals(await one.told(2), ["* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (7))", held]);
  assertEquals(await one.run("FETCH 3 UID"), ["* 3 FETCH (UID 3)", held, "OK [EXPUNGEISSUED] Fetched"]);
  const free = held.replace("5", "7");
  assertEquals(await one.run("NOOP"), ["* VANISHED 1", free, "OK Nothing done"]);
  assertEquals(await one.run("NOOP"), ["OK Nothing done"]);
});

overEachStorage("imap: RFC 7162 §3.1.3: what others have changed since is left alone, and told", async (given) => {
  const service = await inboxOf(4, given);
  await using stack = new AsyncDisposableStack();
  const [one, other] = await clients(service, stack, "CONDSTORE", "CONDSTORE");
  assert(one && other);
  await other.run("STORE 2 +FLAGS.SILENT (\\Flagged)");
  await other.run("STORE 4 +FLAGS.SILENT (\\Deleted)");
  for (const silent of [".SILENT", ""]) {
    const lines = await one.run(`STORE 1:4 (UNCHANGEDSINCE 5) +FLAGS${silent} (\\Seen)`);
    assertEquals(lines.at(-1), "OK [MODIFIED 2,4] Others have changed some of them");
    assert(lines.includes("* 2 FETCH (UID 2 FLAGS (\\Flagged) MODSEQ (6))"), `${lines}`);
    assert(lines.includes("* 4 FETCH (UID 4 FLAGS (\\Deleted) MODSEQ (7))"), `${lines}`);
    // The others were changed the first time.
    await one.run("STORE 1,3 -FLAGS.SILENT (\\Seen)");
    const { messages } = await service.storage.messages((await service.mailbox(fred)).id, { uids: [2, 4] });
    assertEquals(messages.map(({ flags }) => flags), [["\\Flagged"], ["\\Deleted"]]);
    break;
  }
  assertEquals(
    (await one.run("UID STORE 2 (UNCHANGEDSINCE 1) FLAGS.SILENT ()")).at(-1)?.slice(0, 15),
    "OK [MODIFIED 2]",
  );
  // RFC 7162 §3.1: two sessions that try the same at once: one of them is told.
  const [highest = ""] = await one.run("STATUS INBOX (HIGHESTMODSEQ)");
  const since = /HIGHESTMODSEQ (\d+)/.exec(highest)?.[1];
  const replies = await Promise.all(
    [one, other].map((client) => client.run(`UID STORE 1 (UNCHANGEDSINCE ${since}) +FLAGS.SILENT (\\Answered)`)),
  );
  assertEquals(replies.filter((lines) => lines.at(-1)?.startsWith("OK [MODIFIED 1]")).length, 1);
});

overEachStorage(
  "imap: RFC 7162 §3.2, §6: while an expunge waits, the client is kept from taking itself to know all",
  async (given) => {
    const service = await inboxOf(4, given);
    await using stack = new AsyncDisposableStack();
    const [one, other] = await clients(service, stack, "QRESYNC", "");
    assert(one && other);
    await other.run("UID STORE 3 +FLAGS.SILENT (\\Deleted)");
    await other.run("EXPUNGE");
    const uidValidity = (await service.mailbox(fred)).uidValidity;
    // §6's own example: the mod-sequence of STORE is higher than that of the expunge.
    assertEquals(
      await one.run("STORE 1 +FLAGS.SILENT (\\Seen)"),
      [
        "* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (8))",
        "* OK [HIGHESTMODSEQ 5] The greatest mod-sequence",
        "OK [EXPUNGEISSUED] Stored",
      ],
    );
    assertEquals(await one.run("STORE 2 +FLAGS.SILENT (\\Seen)"), [
      "* 2 FETCH (UID 2 MODSEQ (9))",
      "* OK [HIGHESTMODSEQ 5] The greatest mod-sequence",
      "OK [EXPUNGEISSUED] Stored",
    ]);
    // Should the connection break now, it hears of the expunge.
    await using again = await logIn(service);
    await again.run("ENABLE QRESYNC");
    const lines = await again.run(`SELECT INBOX (QRESYNC (${uidValidity} 5))`);
    assert(lines.includes("* VANISHED (EARLIER) 3"), `${lines}`);
    assertEquals(await one.run("NOOP"), [
      "* VANISHED 3",
      "* OK [HIGHESTMODSEQ 9] The greatest mod-sequence",
      "OK Nothing done",
    ]);
    assertEquals(await one.run("NOOP"), ["OK Nothing done"]);
  },
);

overEachStorage(
  "imap: RFC 7162 §3.2.10.1: VANISHED (EARLIER) names nothing that the client still counts",
  async (given) => {
    const service = await inboxOf(5, given);
    await using stack = new AsyncDisposableStack();
    const [one, other] = await clients(service, stack, "QRESYNC", "");
    assert(one && other);
    await other.run("UID STORE 2,5 +FLAGS.SILENT (\\Deleted)");
    await other.run("EXPUNGE");
    assertEquals(await one.run("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 6 VANISHED)"), [
      "* VANISHED 2,5",
      "OK Fetched",
    ]);
    assertEquals(await one.run("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 6 VANISHED)"), [
      "* VANISHED (EARLIER) 2,5",
      "OK Fetched",
    ]);
  },
);

Deno.test("imap: RFC 7162 §3.2.10: what goes while a mailbox is opened is told once it is open", async () => {
  const memory = memoryStorage();
  let afterSnapshot = () => Promise.resolve();
  const storage: Storage = new Proxy(memory, {
    get(target, name) {
      if (name === "snapshot") {
        return async (...given: Parameters<Storage["snapshot"]>) => {
          const snapshot = await target.snapshot(...given);
          await afterSnapshot();
          return snapshot;
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const service = await inboxOf(3, { storage });
  const { id, uidValidity } = await service.mailbox(fred);
  afterSnapshot = async () => {
    afterSnapshot = () => Promise.resolve();
    await memory.apply([{ do: "expunge", mailbox: id, uids: [2] }]);
    await service.fill(fred, "INBOX", [message]);
  };
  await using client = await logIn(service);
  await client.run("ENABLE QRESYNC IMAP4rev2");
  const lines = await client.run(`SELECT INBOX (QRESYNC (${uidValidity} 1))`);
  assert(lines.includes("* 3 EXISTS"));
  assert(!lines.some((line) => line.includes("(EARLIER)")), `${lines}`);
  const place = lines.indexOf("* VANISHED 2");
  assert(place > lines.findIndex((line) => line.includes("(UID 3 FLAGS")), `${lines}`);
  assertEquals(lines[place + 1], "* 3 EXISTS");
});

Deno.test("imap: RFC 9051 §5.2: changes that are read in several pages, and others meanwhile, are all told", async () => {
  const memory = memoryStorage();
  let pages = 0;
  let between: (page: MessagePage) => Promise<unknown> = () => Promise.resolve();
  const storage: Storage = new Proxy(memory, {
    get(target, name) {
      if (name === "messages") {
        return async (...given: Parameters<Storage["messages"]>) => {
          const page = await target.messages(...given);
          if (given[1]?.changedSince !== undefined) {
            pages++;
            await between(page);
          }
          return page;
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const service = await testService({ storage });
  await service.fill(fred, "INBOX", Array.from({ length: 2500 }, () => "x\r\n"));
  const { id } = await service.mailbox(fred);
  await using client = await logIn(service);
  await client.run("ENABLE QRESYNC IMAP4rev2");
  await client.run("SELECT INBOX");
  await memory.apply([{ do: "setFlags", mailbox: id, uids: [[1, 2500]], change: { mode: "add", flags: ["\\Seen"] } }]);
  let isOnce = true;
  between = async ({ messages }) => {
    if (!isOnce || messages.length === 0) return;
    isOnce = false;
    // Behind what is being read, and before it.
    await memory.apply([
      { do: "setFlags", mailbox: id, uids: [5, 2000], change: { mode: "add", flags: ["\\Flagged"] } },
      { do: "expunge", mailbox: id, uids: [7, 2100] },
    ]);
    await service.fill(fred, "INBOX", ["new\r\n"]);
  };
  const first = await client.run("NOOP");
  const second = await client.run("NOOP");
  assert(pages >= 3);
  const flags = new Map<number, string>();
  for (const line of [...first, ...second]) {
    const [, uid, told = ""] = /FETCH \(UID (\d+) FLAGS \((.*?)\)/.exec(line) ?? [];
    if (uid !== undefined) flags.set(Number(uid), told);
  }
  assertEquals([flags.get(4), flags.get(5), flags.get(2000), flags.get(2001)], [
    "\\Seen",
    "\\Seen \\Flagged",
    "\\Seen \\Flagged",
    "\\Seen",
  ]);
  const gone = [...first, ...second].filter((line) => line.startsWith("* VANISHED"));
  assertEquals(gone.sort(), ["* VANISHED 2100", "* VANISHED 7"]);
  assertEquals((await client.run("FETCH 1:* UID")).length, 2500);
});
