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

Deno.test("a message that cannot be read to its end: the connection ends, and nothing follows that could pass for the rest", async () => {
  const whole = memoryStorage({ now });
  const storage: Storage = new Proxy(whole, {
    get(target, name) {
      if (name === "openBody") return openBroken;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const openBroken: Storage["openBody"] = async (id) => {
    const body = await whole.openBody(id);
    const read = (from: number, to: number) =>
      to > 300_000 ? Promise.reject(new Error("the disk is broken")) : body.read(from, to);
    return { size: body.size, read };
  };
  const tested = await testService({ storage });
  await tested.fill(fred, "INBOX", [`Subject: large\r\n\r\n${"x".repeat(400_000)}`]);
  const lines = await talk(tested, `a LOGIN ${fred} secret\r\nb EXAMINE INBOX\r\nc FETCH 1 BODY.PEEK[]\r\nd NOOP\r\n`);
  assertEquals(lines.findLast((line) => line !== "" && !line.startsWith("x")), "Subject: large");
  assert(tested.log.lines.some((line) => line.startsWith("error a message could not be sent")));
});
