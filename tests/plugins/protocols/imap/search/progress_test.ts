import { assert, assertEquals } from "@std/assert";
import { fred, logIn, testService } from "../talk.ts";
import { append } from "./searching.ts";
import { slowWork } from "./slow_work.ts";

/** A clock that goes on by itself: so many seconds each time that it is asked. */
function hurriedClock(seconds: number): { isHurried: boolean; asked: number; now(): Date } {
  let time = Date.parse("2026-11-24T07:00:00Z");
  return {
    isHurried: false,
    asked: 0,
    now() {
      if (this.isHurried) time += seconds * 1000;
      this.asked++;
      return new Date(time);
    },
  };
}

const messages = Array.from({ length: 40 }, (_, n) => ({ text: `Subject: ${n}\r\n\r\n${"some text ".repeat(50)}` }));

Deno.test("imap: RFC 9585 §4: long searches, sorts and threads tell how far they are", async () => {
  const clock = hurriedClock(11);
  const tested = await testService({ now: () => clock.now() });
  await append(tested, "INBOX", messages);
  await using client = await logIn(tested);
  await client.run("SELECT INBOX");
  clock.isHurried = true;
  using _slow = slowWork();
  for (
    const command of [
      "SEARCH TEXT nothing",
      "UID SORT (REVERSE ARRIVAL) UTF-8 BODY nothing",
      "THREAD REFERENCES UTF-8 BODY nothing",
      "ESEARCH IN (inboxes) BODY nothing",
    ]
  ) {
    const lines = await client.run(command);
    assert(lines.at(-1)?.startsWith("OK"), lines.at(-1));
    const told = lines.filter((line) => line.startsWith("* OK [INPROGRESS"));
    assert(told.length > 0, `${command}: nothing was told`);
    let before = 0;
    for (const line of told) {
      const [, tag, done, goal] = /^\* OK \[INPROGRESS \("(t\d+)" (\d+) (\d+)\)\] /.exec(line) ?? [];
      assertEquals([tag, goal], [client.tag, "40"]);
      // The goal is what is reached at the end, of which the reply tells.
      assert(Number(done) >= before && Number(done) < 40, line);
      before = Number(done);
    }
  }
});

Deno.test("imap: RFC 9585 §4: of a search in several mailboxes no goal is known, and what is done never falls", async () => {
  const clock = hurriedClock(11);
  const tested = await testService({ now: () => clock.now() });
  for (const mailbox of ["INBOX", "one", "two"]) await tested.fill(fred, mailbox, messages.map(({ text }) => text));
  await using client = await logIn(tested);
  clock.isHurried = true;
  using _slow = slowWork();
  const lines = await client.run("ESEARCH IN (personal) BODY nothing");
  const told = lines.filter((line) => line.startsWith("* OK [INPROGRESS"));
  const counts = told.map((line) => Number(/^\* OK \[INPROGRESS \("t\d+" (\d+) NIL\)\] /.exec(line)?.[1]));
  assert((counts.at(-1) ?? 0) > 80, lines.join("\n"));
  assertEquals(counts, counts.toSorted((left, right) => left - right));
});

Deno.test("imap: RFC 9585 §4: long changes tell how far they are, too", async () => {
  const clock = hurriedClock(11);
  const tested = await testService({ now: () => clock.now() });
  await tested.fill(fred, "INBOX", Array.from({ length: 12_000 }, () => "x\r\n"));
  await tested.fill(fred, "to", []);
  await using client = await logIn(tested);
  await client.run("SELECT INBOX");
  clock.isHurried = true;
  using _slow = slowWork();
  for (const command of ["STORE 1:* +FLAGS.SILENT (\\Seen)", "MOVE 1:* to"]) {
    const lines = await client.run(command);
    const told = lines.filter((line) => line.startsWith("* OK [INPROGRESS"));
    assert(told.length > 0, `${command}: nothing was told`);
    for (const line of told) assert(/^\* OK \[INPROGRESS \("t\d+" \d+ 12000\)\] /.test(line), line);
  }
});

Deno.test("imap: RFC 9585 §4: no more often than every ten seconds", async () => {
  const clock = hurriedClock(6);
  const tested = await testService({ now: () => clock.now() });
  await append(tested, "INBOX", messages);
  await using client = await logIn(tested);
  await client.run("SELECT INBOX");
  const progress = async (command: string) =>
    (await client.run(command)).filter((line) => line.startsWith("* OK [INPROGRESS")).length;
  assertEquals(await progress("SEARCH TEXT nothing"), 0);
  clock.isHurried = true;
  using _slow = slowWork();
  clock.asked = 0;
  const told = await progress("SEARCH TEXT nothing");
  assert(told > 0 && told <= clock.asked * 6 / 10, `told ${told} times in ${clock.asked * 6} seconds`);
});

Deno.test("imap: RFC 9585 §4: NIL for a tag that would end the response code", async () => {
  const clock = hurriedClock(11);
  const tested = await testService({ now: () => clock.now() });
  await append(tested, "INBOX", messages);
  await using client = await logIn(tested);
  await client.run("SELECT INBOX");
  clock.isHurried = true;
  using _slow = slowWork();
  client.wire.send("a]b SEARCH TEXT nothing\r\n");
  const line = await client.wire.readLine() ?? "";
  assert(/^\* OK \[INPROGRESS \(NIL \d+ 40\)\] /.test(line), line);
});
