import { assert, assertEquals } from "@std/assert";
import type { BodyId, Storage } from "../../../../core/contract/mod.ts";
import imap from "../../../../plugins/protocols/imap/plugin.ts";
import { keptForAll } from "../../../../plugins/protocols/imap/service.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { afterLogin, fred, testService } from "./talk.ts";

const now = () => new Date("2026-11-24T07:00:00Z");
const international = "Subject: gr\xc3\xbc\xc3\x9fe\r\nFrom: fred@example.org\r\n\r\ntext\r\n";
const nested = "Content-Type: message/global\r\n\r\nSubject: inner\r\n\r\ntext\r\n";
const id = (number: number) => String(number) as BodyId;

Deno.test("imap: what was printed once is told the same again, without being parsed, to each as it wants it", async () => {
  const whole = memoryStorage({ now });
  let asked = 0;
  const storage: Storage = new Proxy(whole, {
    get(target, name) {
      if (name === "summaries") asked++;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const tested = await testService({ storage });
  await tested.fill(fred, "INBOX", [international, nested]);
  const told = async (service: typeof tested, enabled: string) => {
    const lines = await afterLogin(
      service,
      `a ENABLE ${enabled}\r\nb EXAMINE INBOX\r\nc FETCH 1:* (UID ENVELOPE BODY BODYSTRUCTURE)\r\n`,
    );
    return lines.slice(lines.findIndex((line) => line.startsWith("b OK")) + 1);
  };
  const seen = new Set<string>();
  for (const enabled of ["CONDSTORE", "IMAP4rev2", "UTF8=ACCEPT"]) {
    const first = await told(tested, enabled);
    const before = asked;
    assertEquals(await told(tested, enabled), first);
    assertEquals(asked, before, "nothing was parsed again");
    const fresh = await testService();
    await fresh.fill(fred, "INBOX", [international, nested]);
    assertEquals(first, await told(fresh, enabled));
    seen.add(first.join("\n"));
  }
  assert(seen.size > 1, "these are told in different ways");
});

/** Headers that are hard to tell again octet for octet. */
const headers = [
  "Subject: folded\r\n\tonce\r\n  and again\r\nsubject: repeated\r\nTO : blanks@before.colon\r\nFrom: a@b.example\r\n\r\nx",
  "Subject: \xe9\xff octets\r\nFrom: gr\xc3\xbc\xc3\x9fe@b.example\r\n\r\nx",
  "Subject: a NUL \0 in it\r\nFrom: a@b.example\r\n\r\nx",
  "no field\r\nSubject: bare line feeds\nFrom: a@b.example\n\nx",
  "From: a@b.example",
  "",
  `Subject: ${"long ".repeat(5000)}\r\n\r\nx`,
];

Deno.test("imap: RFC 9051 §6.4.5.1: fields of headers that were told before are told the same again, octet for octet", async () => {
  const whole = memoryStorage({ now });
  let opened = 0;
  const storage: Storage = new Proxy(whole, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "openBodies") return typeof value === "function" ? value.bind(target) : value;
      return (bodies: readonly BodyId[]) => {
        opened += bodies.length;
        return target.openBodies(bodies);
      };
    },
  });
  const tested = await testService({ storage });
  await tested.fill(fred, "INBOX", headers);
  const told = async (items: string) =>
    (await afterLogin(tested, `b EXAMINE INBOX\r\nc FETCH 1:* (${items})\r\n`)).join("\r\n");
  const fields = 'BODY.PEEK[HEADER.FIELDS (FROM Subject "to")]';
  const first = await told(`UID ${fields}`);
  assert(first.includes("Subject: folded\r\n\tonce\r\n  and again\r\nsubject: repeated\r\nTO : blanks@before.colon"));
  assertEquals(opened, headers.length);
  assertEquals(await told(`UID ${fields}`), first);
  // Octets that are no ASCII, and what is too long to be kept, are read again.
  assertEquals(opened, headers.length + 3);
  const others = "BODY.PEEK[HEADER.FIELDS.NOT (FROM SUBJECT TO)]";
  for (const items of [`${fields}<3.9>`, `${fields} ${others}`, `${others} BODY.PEEK[TEXT]`, `${fields} PREVIEW`]) {
    const fresh = await testService();
    await fresh.fill(fred, "INBOX", headers);
    const fetch = `b EXAMINE INBOX\r\nc FETCH 1:* (${items})\r\n`;
    assertEquals(await told(items), (await afterLogin(fresh, fetch)).join("\r\n"), items);
  }
});

Deno.test("imap: of what was printed the oldest is forgotten, what is asked for stays, and nothing large is kept", () => {
  const { printed } = keptForAll(memoryStorage({ now }));
  const text = "x".repeat(10_000);
  printed.keep("BODY", id(0), "y".repeat(20_000));
  assertEquals(printed.get("BODY", id(0)), undefined);
  for (let number = 1; number <= 2000; number++) {
    printed.keep("ENVELOPE", id(number), `${number}${text}`);
    assertEquals(printed.get("ENVELOPE", id(1)), `1${text}`);
  }
  assertEquals(printed.get("ENVELOPE", id(2000)), `2000${text}`);
  assertEquals(printed.get("BODY", id(2000)), undefined);
  const kept = Array.from({ length: 2000 }, (_, at) => printed.get("ENVELOPE", id(at + 1))).filter((one) => one);
  assert(kept.length < 850, `${kept.length} are kept`);
});

Deno.test("imap: a field that stands in a header again and again, with next to nothing in it, is not kept as if it were small", () => {
  const { searched } = keptForAll(memoryStorage({ now }));
  searched.keep("HEADER x", id(1), Array.from({ length: 10_000 }, () => ""));
  assertEquals(searched.get("HEADER x", id(1)), undefined);
  const few = Array.from({ length: 500 }, () => "");
  for (let number = 1; number <= 2000; number++) searched.keep("HEADER x", id(number), few);
  const kept = Array.from({ length: 2000 }, (_, at) => searched.get("HEADER x", id(at + 1))).filter((one) => one);
  assert(kept.length < 1100, `${kept.length} are kept`);
});

Deno.test("imap: what is kept is kept once for a storage, not by each entry and not anew with each reload", async () => {
  const whole = memoryStorage({ now });
  let opened = 0;
  const storage: Storage = new Proxy(whole, {
    get(target, name) {
      if (name === "openBodies") opened++;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const tested = await testService({ storage });
  await tested.fill(fred, "INBOX", ["Subject: one\r\n\r\n"]);
  for (let times = 0; times < 3; times++) {
    const { serve } = await imap.setup(tested.service.context, tested.service.options);
    const lines = await afterLogin(
      { ...tested, serve },
      "b EXAMINE INBOX\r\nc FETCH 1 BODY[HEADER.FIELDS (SUBJECT)]\r\n",
    );
    assert(lines.includes("Subject: one"));
  }
  assertEquals(opened, 1);
});
