import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { overEachStorage } from "../../over_each_storage.ts";
import { type ImapClient, logIn, type TestService, testService } from "../talk.ts";
import { append, type Made, searching } from "./searching.ts";

/** Lines about results, without the rest. */
function about(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith("* ESEARCH")).map((line) => line.slice("* ESEARCH ".length));
}

/** Another session with the same mailbox selected. */
async function other(tested: TestService): Promise<ImapClient> {
  const client = await logIn(tested);
  await client.run("SELECT INBOX");
  return client;
}

Deno.test("imap contexts: RFC 5267 §4.3: what comes, changes and goes is told by UID, expunges at once", async () => {
  await using given = await searching([{}, { flags: ["\\Deleted"] }, {}]);
  const { client, tested } = given;
  assertEquals(await client.run("UID SEARCH RETURN (UPDATE COUNT) DELETED"), [
    '* ESEARCH (TAG "t3") UID COUNT 1',
    "OK Searched",
  ]);
  await using second = await other(tested);
  await second.run("STORE 1,3 +FLAGS.SILENT (\\Deleted)");
  assertEquals(about(await client.run("NOOP")), ['(TAG "t3") UID ADDTO (0 1,3)']);
  await second.run("STORE 2 -FLAGS.SILENT (\\Deleted)");
  assertEquals(about(await client.run("NOOP")), ['(TAG "t3") UID REMOVEFROM (0 2)']);
  await append(tested, "INBOX", [{ flags: ["\\Deleted"] }, {}]);
  assertEquals(await client.run("NOOP"), [
    "* 5 EXISTS",
    "* 5 RECENT",
    '* ESEARCH (TAG "t3") UID ADDTO (0 4)',
    "OK Nothing done",
  ]);
  await second.run("UID EXPUNGE 3");
  // RFC 5267 §4.3.4: sequence numbers stay until the next command that may change them.
  assertEquals(await client.run("FETCH 1 UID"), [
    "* 1 FETCH (UID 1)",
    '* ESEARCH (TAG "t3") UID REMOVEFROM (0 3)',
    "OK [EXPUNGEISSUED] Fetched",
  ]);
  assertEquals(await client.run("NOOP"), ["* 3 EXPUNGE", "* 4 RECENT", "OK Nothing done"]);
});

Deno.test("imap contexts: RFC 5267 §4.3: what the session itself does is told too", async () => {
  await using given = await searching([{}, {}]);
  const { client } = given;
  await client.run("SEARCH RETURN (UPDATE) SEEN");
  assertEquals(about(await client.run("STORE 2 +FLAGS.SILENT (\\Seen)")), ['(TAG "t3") ADDTO (0 2)']);
  assertEquals(about(await client.run("FETCH 1 BODY[]")), ['(TAG "t3") ADDTO (0 1)']);
  await client.run("STORE 1 +FLAGS.SILENT (\\Deleted)");
  // RFC 5267 §4.3.4: before the number is another message's.
  assertEquals(await client.run("EXPUNGE"), [
    '* ESEARCH (TAG "t3") REMOVEFROM (0 1)',
    "* 1 EXPUNGE",
    "* 1 RECENT",
    "OK Expunged",
  ]);
  assertEquals(about(await client.run("STORE 1 -FLAGS (\\Seen)")), ['(TAG "t3") REMOVEFROM (0 1)']);
});

Deno.test("imap contexts: RFC 5267 §4.3: sequence numbers are those of the command; what arrives belongs to n:*", async () => {
  await using given = await searching([{}, {}, {}]);
  const { client, tested } = given;
  await client.run("SEARCH RETURN (UPDATE) 2:*");
  await client.run("UID SEARCH RETURN (UPDATE) UID 2:*");
  await append(tested, "INBOX", [{}]);
  assertEquals(about(await client.run("NOOP")), ['(TAG "t4") UID ADDTO (0 4)']);
  await client.run("STORE 1:2 +FLAGS.SILENT (\\Deleted)");
  assertEquals(about(await client.run("EXPUNGE")), ['(TAG "t3") REMOVEFROM (0 2)', '(TAG "t4") UID REMOVEFROM (0 2)']);
});

Deno.test("imap contexts: RFC 5267 §4.3.3, §4.3.4: sorted results are told with their places", async () => {
  const subject = (text: string, flags: readonly string[] = []) => ({ text: `Subject: ${text}\r\n\r\n`, flags });
  await using given = await searching([subject("m"), subject("c"), subject("x"), subject("t", ["\\Seen"])]);
  const { client, tested } = given;
  assertEquals(await client.run("UID SORT RETURN (UPDATE ALL) (SUBJECT) UTF-8 UNSEEN"), [
    '* ESEARCH (TAG "t3") UID ALL 2,1,3',
    "OK Sorted",
  ]);
  await append(tested, "INBOX", [subject("a"), subject("n"), subject("o"), subject("z"), subject("y", ["\\Seen"])]);
  assertEquals(about(await client.run("NOOP")), ['(TAG "t3") UID ADDTO (1 5 4 6:7 7 8)']);
  // Now 5,2,1,6,7,3,8.
  assertEquals(about(await client.run("UID STORE 4 -FLAGS.SILENT (\\Seen)")), ['(TAG "t3") UID ADDTO (6 4)']);
  // Now 5,2,1,6,7,4,3,8.
  await client.run("UID STORE 1,2,6,8 +FLAGS.SILENT (\\Deleted)");
  assertEquals(about(await client.run("EXPUNGE")), ['(TAG "t3") UID REMOVEFROM (8 8 2 2,1,6)']);
  assertEquals(await client.run("UID SORT RETURN () (SUBJECT) UTF-8 UNSEEN"), [
    '* ESEARCH (TAG "t8") UID ALL 5,7,4,3',
    "OK Sorted",
  ]);
});

Deno.test("imap contexts: RFC 5267 §4.3: a tag that is in use is BAD, and has no effect", async () => {
  await using given = await searching([{}]);
  const { client } = given;
  const { wire } = client;
  wire.send(
    "B01 SEARCH RETURN (UPDATE) SEEN\r\nB01 SORT RETURN (UPDATE) (DATE) UTF-8 FLAGGED\r\nB01 SEARCH RETURN () ALL\r\n",
  );
  const lines: string[] = [];
  for (let n = 0; n < 5; n++) lines.push(await wire.readLine() ?? "");
  assertEquals(lines, [
    '* ESEARCH (TAG "B01")',
    "B01 OK Searched",
    "B01 BAD A search with that tag is going on",
    '* ESEARCH (TAG "B01") ALL 1',
    "B01 OK Searched",
  ]);
});

Deno.test("imap contexts: RFC 5267 §4.3.1: more than are kept are refused, and searched for all the same", async () => {
  await using given = await searching([{}]);
  const { client } = given;
  for (let n = 0; n < 8; n++) assertEquals((await client.run("SEARCH RETURN (UPDATE) SEEN")).length, 2);
  assertEquals(await client.run("UID SORT RETURN (UPDATE COUNT) (DATE) UTF-8 ALL"), [
    '* ESEARCH (TAG "t11") UID COUNT 1',
    '* NO [NOUPDATE "t11"] Too many searches are going on',
    "OK Sorted",
  ]);
  assertEquals(await client.run('CANCELUPDATE "t3" "t4"'), ["OK Nothing more is told of that"]);
  assertEquals(await client.run('CANCELUPDATE "t3"'), ["BAD No search with that tag is going on"]);
  assertEquals(
    (await client.run("SORT RETURN (UPDATE) (RELEVANCY) UTF-8 FUZZY TEXT x"))[1]?.slice(0, 22),
    '* NO [NOUPDATE "t14"] ',
  );
  assertEquals((await client.run("UID SEARCH RETURN (UPDATE) SEEN")).length, 2);
  assertEquals(about(await client.run("STORE 1 +FLAGS.SILENT (\\Seen)")).length, 7);
});

Deno.test("imap contexts: RFC 5267 §4.3: they end with the selection of the mailbox", async () => {
  await using given = await searching([{}]);
  const { client } = given;
  await client.run("SEARCH RETURN (UPDATE) SEEN");
  await client.run("SELECT INBOX");
  assertEquals(await client.run('CANCELUPDATE "t3"'), ["BAD No search with that tag is going on"]);
  assertEquals(about(await client.run("STORE 1 +FLAGS (\\Seen)")), []);
  await client.run("UNSELECT");
  assertEquals((await client.run('CANCELUPDATE "t3"'))[0]?.slice(0, 4), "BAD ");
});

Deno.test("imap contexts: they are told while the client idles", async () => {
  await using given = await searching([{}]);
  const { client, tested } = given;
  await client.run("UID SEARCH RETURN (UPDATE) UNSEEN");
  client.wire.send("idle IDLE\r\n");
  assertEquals(await client.wire.readLine(), "+ Idling");
  await append(tested, "INBOX", [{}]);
  const lines = [await client.wire.readLine(), await client.wire.readLine(), await client.wire.readLine()];
  assertEquals(lines, ["* 2 EXISTS", "* 2 RECENT", '* ESEARCH (TAG "t3") UID ADDTO (0 2)']);
});

Deno.test("imap contexts: RFC 5465 §7: what is new and found is fetched, between EXISTS and ADDTO", async () => {
  await using given = await searching([{}]);
  const { client, tested } = given;
  await client.run("SEARCH RETURN (UPDATE (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])) SUBJECT boss UNFLAGGED");
  await append(tested, "INBOX", [{ text: "Subject: the boss\r\nTo: b@x\r\n\r\n" }, {}]);
  assertEquals(await client.run("NOOP"), [
    "* 3 EXISTS",
    "* 3 RECENT",
    "* 2 FETCH (UID 2 BODY[HEADER.FIELDS (SUBJECT)] {21}",
    "Subject: the boss",
    "",
    ")",
    '* ESEARCH (TAG "t3") ADDTO (0 2)',
    "OK Nothing done",
  ]);
  await client.run("STORE 2 +FLAGS.SILENT (\\Flagged)");
  assertEquals(await client.run("STORE 2 -FLAGS.SILENT (\\Flagged)"), [
    '* ESEARCH (TAG "t3") ADDTO (0 2)',
    "OK Stored",
  ]);
});

/** What a client makes of the responses: the list that it keeps. */
function applied(results: readonly number[], responses: readonly string[]): number[] {
  let list = [...results];
  for (const response of responses) {
    const [, name, payload = ""] = /(ADDTO|REMOVEFROM) \(([^)]*)\)/.exec(response) ?? [];
    const words = payload.split(" ");
    for (let at = 0; at < words.length; at += 2) {
      const position = Number(words[at]), uids = expanded(words[at + 1] ?? "");
      if (position === 0) {
        list = name === "ADDTO" ? [...list, ...uids].sort((a, b) => a - b) : list.filter((uid) => !uids.includes(uid));
      } else if (name === "ADDTO") list.splice(position - 1, 0, ...uids);
      else assertEquals(list.splice(position - 1, uids.length), uids);
    }
  }
  return list;
}

function expanded(set: string): number[] {
  return set.split(",").flatMap((item) => {
    const [from = 0, to = from] = item.split(":").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

const anyMessage: fc.Arbitrary<Made> = fc.record({
  text: fc.constantFrom("a", "b", "c", "re: b", "d").map((subject) => `Subject: ${subject}\r\n\r\n`),
  flags: fc.subarray(["\\Seen", "\\Flagged", "k"]),
});
const anyStep = fc.oneof(
  fc.array(anyMessage, { minLength: 1, maxLength: 4 }).map((messages) => ({ append: messages })),
  fc.tuple(fc.nat(12), fc.constantFrom("+", "-"), fc.constantFrom("\\Seen", "\\Flagged", "k"))
    .map(([uid, sign, flag]) => ({ run: `UID STORE ${uid + 1} ${sign}FLAGS.SILENT (${flag})` })),
  fc.array(fc.nat(12), { minLength: 1, maxLength: 3 }).map((uids) => ({ expunge: uids.map((uid) => uid + 1) })),
);
const programs = ["UNSEEN", "OR FLAGGED NOT KEYWORD k", "UID 1:*", "SUBJECT b SEEN", "NOT SEEN NOT FLAGGED"];
const orders = [undefined, "(SUBJECT)", "(REVERSE SUBJECT DATE)", "(SIZE REVERSE ARRIVAL)"];

overEachStorage("imap contexts: a client that follows what it is told has what a new search gives", async (given) => {
  const tested = await testService(given);
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyMessage, { maxLength: 8 }),
      fc.array(anyStep, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(...programs),
      fc.constantFrom(...orders),
      async (messages, steps, program, order) => {
        const name = `m${crypto.randomUUID()}`;
        await using maker = await logIn(tested);
        await maker.run(`CREATE ${name}`);
        await append(tested, name, messages);
        await maker.run(`SELECT ${name}`);
        await using client = await logIn(tested);
        await client.run(`SELECT ${name}`);
        const search = (options: string) =>
          order === undefined
            ? `UID SEARCH RETURN (${options}) ${program}`
            : `UID SORT RETURN (${options}) ${order} UTF-8 ${program}`;
        const resultsOf = (lines: readonly string[]) => {
          const [, set] = / ALL (\S+)/.exec(about(lines)[0] ?? "") ?? [];
          return set === undefined ? [] : expanded(set);
        };
        let list = resultsOf(await client.run(search("ALL UPDATE")));
        for (const step of steps) {
          if ("append" in step) await append(tested, name, step.append);
          else if ("run" in step) await maker.run(step.run);
          else {
            await maker.run(`UID STORE ${step.expunge} +FLAGS.SILENT (\\Deleted)`);
            await maker.run("EXPUNGE");
          }
          list = applied(list, about(await client.run("NOOP")));
          assertEquals(list, resultsOf(await client.run(search("ALL"))));
        }
      },
    ),
    { numRuns: 40 },
  );
});
