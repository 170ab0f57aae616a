import { assert, assertEquals } from "@std/assert";
import type { Storage } from "../../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../../storage/memory/storage.ts";
import { afterLogin, fred, talk, testService } from "../talk.ts";

const now = () => new Date("2026-11-24T07:00:00Z");

Deno.test("RFC 9051 §6.4.5: part of a section is told with its origin, and is no more than was asked for", async () => {
  const tested = await testService();
  await tested.fill(fred, "INBOX", ["Subject: hi\r\n\r\n0123456789"]);
  const fetches = ["BODY.PEEK[TEXT]<2.3>", "BODY.PEEK[]<0.2048>", "BODY.PEEK[TEXT]<10.1>", "BINARY.PEEK[1]<8.9>"];
  const commands = fetches.map((item, index) => `a${index} FETCH 1 ${item}\r\n`).join("");
  const lines = await afterLogin(tested, `a EXAMINE INBOX\r\n${commands}`);
  const found = lines.slice(lines.findIndex((line) => line.startsWith("a ")) + 1).filter((line) => !/^a\d/.test(line));
  assertEquals(found, [
    ...["* 1 FETCH (BODY[TEXT]<2> {3}", "234)"],
    ...["* 1 FETCH (BODY[]<0> {25}", "Subject: hi", "", "0123456789)"],
    ...["* 1 FETCH (BODY[TEXT]<10> {0}", ")"],
    ...["* 1 FETCH (BINARY[1]<8> {2}", "89)"],
  ]);
});

Deno.test("RFC 3516 §4.3: UNKNOWN-CTE leaves no half of a response, whatever was asked before it", async () => {
  const tested = await testService();
  await tested.fill(fred, "INBOX", ["Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin"]);
  const commands = "b FETCH 1 (BODY.PEEK[] BINARY.PEEK[1])\r\nc FETCH 1 (BODY.PEEK[] BINARY.SIZE[1])\r\nd NOOP\r\n";
  const lines = await afterLogin(tested, `a EXAMINE INBOX\r\n${commands}`);
  const found = lines.slice(lines.findIndex((line) => line.startsWith("a ")) + 1);
  assertEquals(
    found.map((line) => line.split(" ", 3).slice(0, 2 + Number(line.includes("["))).join(" ")),
    ["b NO [UNKNOWN-CTE]", "c NO [UNKNOWN-CTE]", "d OK"],
  );
});

Deno.test("RFC 3516 §4.3: what cannot be decoded is not seen for that, and what else was asked for is told", async () => {
  const tested = await testService();
  await tested.fill(fred, "INBOX", ["\r\none", "Content-Transfer-Encoding: x-uuencode\r\n\r\ntwo", "\r\nthree"]);
  const lines = await afterLogin(tested, "a SELECT INBOX\r\nb FETCH 1:* BINARY[1]\r\nc FETCH 1:* FLAGS\r\n");
  assertEquals(lines.slice(lines.findIndex((line) => line.startsWith("a ")) + 1), [
    ...["* 1 FETCH (BINARY[1] {3}", "one FLAGS (\\Seen \\Recent) UID 1)"],
    ...["* 3 FETCH (BINARY[1] {5}", "three FLAGS (\\Seen \\Recent) UID 3)"],
    "b NO [UNKNOWN-CTE] The transfer encoding of a part is not known",
    ...["* 1 FETCH (FLAGS (\\Seen \\Recent))", "* 2 FETCH (FLAGS (\\Recent))", "* 3 FETCH (FLAGS (\\Seen \\Recent))"],
    "c OK Fetched",
  ]);
});

Deno.test("a message that cannot be read to its end: the connection ends, and nothing follows that could pass for the rest", async () => {
  const whole = memoryStorage({ now });
  const storage: Storage = new Proxy(whole, {
    get(target, name) {
      if (name === "openBodies") return openBroken;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const openBroken: Storage["openBodies"] = async (ids) => {
    const bodies = await whole.openBodies(ids);
    return bodies.map((body) => ({
      size: body.size,
      read: (from, to) => to > 300_000 ? Promise.reject(new Error("the disk is broken")) : body.read(from, to),
    }));
  };
  const tested = await testService({ storage });
  await tested.fill(fred, "INBOX", [`Subject: large\r\n\r\n${"x".repeat(400_000)}`]);
  const lines = await talk(tested, `a LOGIN ${fred} secret\r\nb EXAMINE INBOX\r\nc FETCH 1 BODY.PEEK[]\r\nd NOOP\r\n`);
  assertEquals(lines.findLast((line) => line !== "" && !line.startsWith("x")), "Subject: large");
  assert(tested.log.lines.some((line) => line.startsWith("error a message could not be sent")));
});

Deno.test("RFC 9051 §6.4.9: many large messages are told in order, without those that go while the command runs", async () => {
  const whole = memoryStorage({ now });
  let opened = 0;
  const storage: Storage = new Proxy(whole, {
    get(target, name) {
      if (name === "openBodies") return openLate;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const openLate: Storage["openBodies"] = async (ids) => {
    const { id } = await tested.mailbox(fred);
    if (opened++ === 1) await whole.apply([{ do: "expunge", mailbox: id, uids: [5] }]);
    return await whole.openBodies(ids);
  };
  const tested = await testService({ storage });
  const sizes = [100_000, 200_000, 10, 300_000, 100_000, 0, 150_000];
  await tested.fill(fred, "INBOX", sizes.map((size, n) => `Subject: ${n + 1}\r\n\r\n${"x".repeat(size)}`));
  const lines = await afterLogin(tested, "a EXAMINE INBOX\r\nb FETCH 1:* (UID BODY.PEEK[])\r\n");
  const told = lines.flatMap((line) => /^\* \d+ FETCH \(UID (\d+) BODY\[\] \{(\d+)\}$/.exec(line)?.slice(1) ?? []);
  assertEquals(
    told.map(Number),
    sizes.flatMap((size, n) => n === 4 ? [] : [n + 1, size + 14]),
  );
  assert(opened > 3, "not all of them are read before the first is told");
  assert(lines.some((line) => line.startsWith("b OK [EXPUNGEISSUED]")));
});
