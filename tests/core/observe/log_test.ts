import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LineSink } from "../../../core/observe/line_handler.ts";
import { openLog, type ServerLog } from "../../../core/observe/log.ts";

/** Takes what is written, a few octets at a time. */
class Paper implements LineSink {
  text = "";
  writes = 0;
  full = false;
  /** Octets that there is room for. */
  room = Infinity;
  readonly #decoder = new TextDecoder();
  writeSync(octets: Uint8Array): number {
    if (this.full) throw new Deno.errors.BrokenPipe("full");
    const some = octets.subarray(0, Math.min(1000, this.room));
    this.room -= some.byteLength;
    this.writes++;
    this.text += this.#decoder.decode(some, { stream: true });
    return some.byteLength;
  }
}

function written(format: "text" | "json", level: "debug" | "info" | "warn", use: (log: ServerLog) => void): string {
  const paper = new Paper();
  {
    using log = openLog({ format, level }, paper);
    use(log);
  }
  return paper.text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
}

Deno.test("log: one line an event, with the fields bound to its logger", () => {
  const text = written("text", "info", (log) => {
    const connection = log.child({ connection: "c1", peer: "192.0.2.1" });
    connection.info("session opened", { protocol: "pop3" });
    connection.child({ account: "a@example.org" }).warn("refused", {
      reason: "wrong password",
      tries: 2,
      gone: undefined,
    });
    log.debug("not written");
  });
  assertEquals(
    text,
    "TIME INFO  session opened connection=c1 peer=192.0.2.1 protocol=pop3\n" +
      'TIME WARN  refused connection=c1 peer=192.0.2.1 account=a@example.org reason="wrong password" tries=2\n',
  );
});

Deno.test("log: JSON has the same, and no field takes the place of what every event has", () => {
  const line: unknown = JSON.parse(
    written(
      "json",
      "debug",
      (log) => log.debug("said", { level: "x", size: 3n, at: new Date(NaN), octets: new Uint8Array(4) }),
    ),
  );
  assertEquals(line, {
    time: "TIME",
    level: "debug",
    message: "said",
    level_: "x",
    size: "3",
    at: "Invalid Date",
    octets: "4 octets",
  });
});

Deno.test("log: a peer cannot forge a line or a field", () => {
  const hostile = 'x\r\n2026-01-01T00:00:00Z INFO  all is well account="root" \u2028\u202e\u0085\x1b[2J';
  for (const format of ["text", "json"] as const) {
    const text = written(
      format,
      "info",
      (log) => log.info(`greeted by ${hostile}`, { helo: hostile, [`a b\n=${hostile}`]: 1 }),
    );
    assertEquals(text.split("\n").length, 2);
    assert(!/[\p{Cc}\p{Zl}\u202e]/u.test(text.trimEnd()), text);
  }
  assert(written("text", "info", (log) => log.info("hi", { helo: 'a" b=c' })).endsWith('helo="a\\" b=c"\n'));
});

Deno.test("log: no secret is written, by the name of its field or within a line of a client", () => {
  const text = written("text", "debug", (log) =>
    log.error("failed", {
      password: "hunter2",
      client: { authResponse: "hunter2", list: [{ apiKey: "hunter2" }] },
      line: "a1 LOGIN mrose hunter2",
      database: "postgres://mail:hunter2@db.example.org/mail",
      error: new Error("no connection to postgres://mail:hunter2@db", { cause: new TypeError("refused") }),
      octets: new TextEncoder().encode("hunter2"),
    }));
  assert(!text.includes("hunter2"), text);
  assert(text.includes("(caused by TypeError: refused)"), text);
});

Deno.test("log: whatever the fields are, it is one line, of bounded length", () => {
  const within: Record<string, unknown> = { name: "itself" };
  within["within"] = within;
  const long = written(
    "json",
    "info",
    (log) => log.info("odd", { within, long: "x".repeat(100_000), list: Array(999).fill(1) }),
  );
  assert(long.length < 10_000 && long.split("\n").length === 2);
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.dictionary(fc.string(), fc.anything()), (message, fields) => {
    for (const format of ["text", "json"] as const) {
      assertEquals(written(format, "info", (log) => log.info(message, fields)).split("\n").length, 2);
    }
  }));
});

Deno.test("log: lines are written together, a warning at once", () => {
  const paper = new Paper();
  using log = openLog({ format: "text", level: "info" }, paper);
  for (let n = 0; n < 10; n++) log.info("event");
  assertEquals(paper.writes, 0);
  log.warn("now");
  assertEquals(paper.writes, 1);
  assertEquals(paper.text.split("\n").length, 12);
});

Deno.test("log: an event is written as it was when it happened, in its order", () => {
  const text = written("text", "info", (log) => {
    const fields = { name: "one", error: new Error("first"), list: ["a"] };
    log.info("event", fields);
    fields.error.message = "second";
    fields.list.push("b");
    fields.name = "two";
    log.append("of another thread\n");
    log.child(fields).info("event");
    log.info("last", { name: fields.name });
    fields.name = "three";
  });
  assertEquals(text.replaceAll("TIME INFO  ", "").split("\n"), [
    'event name=one error="Error: first" list=["a"]',
    "of another thread",
    'event name=two error="Error: second" list=["a","b"]',
    "last name=two",
    "",
  ]);
});

Deno.test("log: a sink that fails loses lines, says how many, and does not throw", () => {
  const paper = new Paper();
  using log = openLog({ format: "text", level: "info" }, paper);
  paper.full = true;
  for (let n = 0; n < 3; n++) log.error("lost");
  paper.full = false;
  log.error("kept");
  assert(/WARN {2}3 lines of this log were lost\n.*ERROR kept\n$/.test(paper.text), paper.text);
});

Deno.test("log: where a sink was full in the middle of a line, the next begins a new one, and whole ones are not called lost", () => {
  const paper = new Paper();
  using log = openLog({ format: "json", level: "info" }, paper);
  log.info("zero");
  log.flush();
  const { length } = paper.text;
  for (const room of [length * 2 + 10, 5, 0]) {
    paper.room = room;
    for (const message of ["one.", "two.", "three"]) log.info(message);
    log.flush();
  }
  paper.room = Infinity;
  log.error("last");
  const [zero, one, two, cut, cutAgain, notice, last, end] = paper.text.split("\n");
  const told = [zero, one, two, notice, last].map((line = "") => JSON.parse(line).message);
  assertEquals(told, ["zero", "one.", "two.", "7 lines of this log were lost", "last"]);
  assertEquals([cut?.length, cutAgain?.length, end], [10, 4, ""], paper.text);
});

Deno.test("log: a level that is off makes nothing of its fields", () => {
  const fields = {
    get dear(): string {
      throw new Error("was made");
    },
  };
  const text = written("text", "warn", (log) => {
    assertEquals([log.isOn("debug"), log.isOn("info"), log.isOn("warn")], [false, false, true]);
    log.child({ connection: "c1" }).debug("off", fields);
  });
  assertEquals(text, "");
});

Deno.test("log: a file is appended to, is nobody else's to read, and is opened anew after it was renamed", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/quetzal.log`;
  try {
    await Deno.writeTextFile(file, "before\n", { mode: 0o600 });
    {
      using log = openLog({ format: "text", level: "info", file });
      log.info("one");
      await Deno.rename(file, `${file}.old`);
      log.reopen();
      log.info("two");
    }
    const [old, now] = [await Deno.readTextFile(`${file}.old`), await Deno.readTextFile(file)];
    assert(old.startsWith("before\n") && old.endsWith("INFO  one\n"));
    assert(now.endsWith("INFO  two\n") && !now.includes("one"));
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
