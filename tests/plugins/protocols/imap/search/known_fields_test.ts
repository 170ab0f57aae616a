import { assert, assertEquals } from "@std/assert";
import type { BodyId, Storage } from "../../../../../core/contract/mod.ts";
import { matching } from "../../../../../plugins/protocols/imap/search/find_messages.ts";
import { keptForAll } from "../../../../../plugins/protocols/imap/service.ts";
import { memoryStorage } from "../../../../../storage/memory/storage.ts";
import { fred, testService } from "../talk.ts";
import { append, found, literal, searching } from "./searching.ts";

const now = () => new Date("2026-11-24T07:00:00Z");

/** Headers whose fields say the same in many ways. */
const texts = [
  'Subject: plain\r\nFrom: "Quoted \\"Name\\"" (a comment) <a@b.example>\r\n\r\nx',
  "Subject: =?iso-8859-1?q?gr=FC=DFe?=\r\nFrom: Other <c@d.example>\r\n\r\nx",
  // A charset that is loaded only when it is met.
  "Subject: =?cp850?q?gr=81=E1e?=\r\nFrom: Other <c@d.example>\r\n\r\nx",
  "Subject: \xff\xfe octets\r\nX-Note: one\r\nX-Note: two\r\n\r\nx",
  "Subject: first\r\nSubject: second\r\n\r\nx",
  "To: nobody@b.example\r\n\r\nplain",
  `X-Note: two\r\nX-Long: ${"long ".repeat(30_000)}\r\nSubject: plain behind much\r\n\r\nx`,
  "",
  // No text in its charset: its octets are looked at, and are one in another.
  "Subject: =?utf-16le?q?=C3=BC=FF?=\r\n\r\nx",
].map((text) => ({ text }));

const programs = [
  "SUBJECT plain",
  `CHARSET UTF-8 SUBJECT ${literal("GRÜSSE")}`,
  `CHARSET UTF-8 SUBJECT ${literal("grüße")}`,
  "SUBJECT {1+}\r\n\xff",
  `CHARSET UTF-8 SUBJECT ${literal("ü")}`,
  "SUBJECT second",
  'SUBJECT ""',
  'FROM "Quoted \\"Name\\" <a@"',
  'FROM "a comment"',
  'HEADER From "a comment"',
  'HEADER From "Quoted \\"Name\\" <a@"',
  "FROM other",
  "HEADER Subject second",
  "HEADER X-Note two",
  'HEADER X-Note ""',
  "NOT SUBJECT plain",
  "OR SUBJECT plain FROM other",
  "SUBJECT plain FLAGGED",
  "FUZZY SUBJECT plain",
];

Deno.test("imap search: RFC 9051 §6.4.4: fields that were read before answer as they did when they were read", async () => {
  await using given = await searching(texts);
  const first = [];
  for (const program of programs) {
    // Each by a service that knows nothing.
    await using fresh = await searching(texts);
    first.push(await found(fresh.client, program));
  }
  for (let times = 0; times < 3; times++) {
    const again = [];
    for (const program of programs) again.push(await found(given.client, program));
    assertEquals(again, first);
  }
  assertEquals(first.slice(0, 5), [[1, 7], [], [2, 3], [4, 9], [2, 3, 9]]);
});

Deno.test("imap search: what was parsed of a message is read once for a field, and that of a new one when it comes", async () => {
  const whole = memoryStorage({ now });
  let read = 0;
  const storage: Storage = new Proxy(whole, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "summaries") return typeof value === "function" ? value.bind(target) : value;
      return (bodies: readonly BodyId[]) => {
        read += bodies.length;
        return target.summaries(bodies);
      };
    },
  });
  const plain = [{ text: "Subject: one\r\n\r\n" }, { text: "Subject: two\r\n\r\n" }];
  await using given = await searching(plain, { storage });
  const { client, tested } = given;
  assertEquals(await found(client, "SUBJECT o"), [1, 2]);
  assertEquals(read, 2);
  assertEquals(await found(client, "SUBJECT on"), [1]);
  assertEquals(await found(client, "NOT SUBJECT one"), [2]);
  assertEquals(read, 2, "nothing is read again");
  await append(tested, "INBOX", [{ text: "Subject: one more\r\n\r\n" }]);
  await client.run("NOOP");
  assertEquals(await found(client, "SUBJECT one"), [1, 3]);
  assertEquals(read, 3);
  assertEquals(await found(client, "FROM o"), []);
  assertEquals(read, 6, "another field is another matter");
});

Deno.test("imap search: others have their turn between messages also where all that is looked for has been read before", async () => {
  const { storage, fill } = await testService();
  const messages = await fill(fred, "INBOX", Array.from({ length: 100 }, (_, n) => `Subject: ${n}\r\n\r\n`));
  const { searched } = keptForAll(storage);
  let pauses = 0;
  const work = { isDue: true, expect() {}, did() {}, pause: () => Promise.resolve(void pauses++) };
  const subject = { is: "field", name: "subject", envelope: "subject", texts: [{ key: "7" }] } as const;
  const many = { is: "any", operands: Array.from({ length: 1000 }, () => subject) } as const;
  const mode = { work, now: now().getTime(), searched };
  for (const [condition, least] of [[subject, 100], [subject, 2], [many, 100]] as const) {
    pauses = 0;
    assertEquals((await matching(storage, messages, () => false, condition, mode)).length, 19);
    assert(pauses >= least, `there are ${pauses} pauses`);
  }
});
