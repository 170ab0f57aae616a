import { assert, assertEquals } from "@std/assert";
import { inTurns, sortSteps } from "../../../../../plugins/protocols/imap/steps.ts";
import { bob, logIn, testService } from "../talk.ts";
import { append } from "./searching.ts";
import { slowWork } from "./slow_work.ts";
import { atOnce } from "../at_once.ts";

const messages = Array.from({ length: 40 }, (_, n) => ({
  text: `Subject: ${n % 7}\r\nMessage-ID: <${n}@x>\r\n\r\n${"some text to be looked through ".repeat(20)}`,
}));

Deno.test("imap: others are served while one session looks through a large mailbox", async () => {
  const tested = await testService();
  await append(tested, "INBOX", messages);
  await using one = await logIn(tested);
  await using other = await logIn(tested, bob);
  await one.run("SELECT INBOX");
  using _slow = slowWork();
  for (
    const command of [
      "SEARCH TEXT nowhere",
      "SORT (SUBJECT) UTF-8 NOT BODY nowhere",
      "THREAD REFERENCES UTF-8 NOT BODY nowhere",
      "ESEARCH IN (personal) BODY nowhere",
    ]
  ) {
    let isDone = false, served = 0;
    const searching = one.run(command).then((lines) => {
      isDone = true;
      return lines;
    });
    while (!isDone) {
      assertEquals(await other.run("NOOP"), ["OK Nothing done"]);
      if (!isDone) served++;
      // The one who only asks gets no more than the one who works.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert((await searching).at(-1)?.startsWith("OK"));
    assert(served > 2, `${command}: others were served ${served} times`);
  }
});

Deno.test("imap: work in steps gives what it gives at once, and pauses where it is told to", async () => {
  const items = Array.from({ length: 5000 }, (_, n) => (n * 7919) % 5003);
  const order = (left: number, right: number) => left - right;
  let pauses = 0;
  const hurried = { isDue: true, pause: () => Promise.resolve(void pauses++) };
  assertEquals(await inTurns(sortSteps(items, order), hurried), atOnce(sortSteps(items, order)));
  assert(pauses > 5000 / 256);
});
