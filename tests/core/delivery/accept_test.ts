import { assert, assertEquals, assertRejects } from "@std/assert";
import type { BodyContent, Storage } from "../../../core/contract/storage.ts";
import { Refusal, type RefusalKind } from "../../../core/contract/refusal.ts";
import type { Filter } from "../../../core/contract/filter.ts";
import type { DeliverySettings } from "../../../core/delivery/delivery.ts";
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { silentLog } from "../../../core/observe/log.ts";
import { createDelivery } from "../../../core/delivery/delivery.ts";
import { bytes, delegate, stranger, testDelivery, text, time, trace } from "./deliver.ts";

type Parts = DeliverySettings["storage"];
const accepted = { accepted: true, id: "m1" } as const;
const adding: Filter = { message: () => Promise.resolve({ action: "continue", addHeaders: [["X-Seen", "yes"]] }) };

/** A storage of which some parts are others. */
function but(parts: (storage: Parts) => Partial<Parts>): (storage: Storage) => Parts {
  return (storage) => ({ ...delegate(storage), ...parts(delegate(storage)) });
}

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

Deno.test("accept: trace and body are stored as they came, whole or in chunks, small or large", async () => {
  const large = "x".repeat(200_000);
  const { send, read } = await testDelivery();
  assertEquals(await send({ body: bytes("\r\nwhole") }), accepted);
  assertEquals(await send({ body: chunks("\r\nin ", "", "pieces") }), accepted);
  assertEquals(await send({ body: bytes(large) }), accepted);
  assertEquals(await send({ body: chunks() }), accepted);
  assertEquals(await read("joe"), [`${trace}\r\nwhole`, `${trace}\r\nin pieces`, `${trace}${large}`, trace]);
});

Deno.test("accept: chunks may be overwritten once the next one is asked for, and are not copied before", async () => {
  const chunk = new Uint8Array(4);
  let given: BodyContent | undefined;
  const seen: boolean[] = [];
  async function* reusing() {
    for (const octet of [65, 66, 67]) yield chunk.fill(octet);
  }
  const { send, read } = await testDelivery({
    wrap: but((storage) => ({
      writeBody: (content) => storage.writeBody(given = watched(content)),
    })),
  });
  async function* watched(content: BodyContent) {
    if (!(Symbol.asyncIterator in content)) throw new Error("expected chunks");
    for await (const octets of content) {
      seen.push(octets.buffer === chunk.buffer);
      yield octets;
    }
  }
  await send({ body: reusing() });
  assertEquals([given !== undefined, seen], [true, [false, true, true, true]]);
  assertEquals(await read("joe"), [`${trace}AAAABBBBCCCC`]);
});

Deno.test("accept: all accounts get the message in one batch, each once, and it has one body", async () => {
  const batches: string[][] = [];
  const { send, read, bodies } = await testDelivery({
    aliases: { "team@example.org": ["joe@example.org", "ann@example.org"] },
    wrap: but((storage) => ({
      apply: (batch) => {
        batches.push(batch.map((operation) => operation.do));
        return storage.apply(batch);
      },
    })),
  });
  const to = ["joe@example.org", "team@example.org", "joe+x@example.org", "JOE@example.org"];
  assertEquals(await send({ to }), accepted);
  assertEquals(batches, [["deliver", "deliver"]]);
  assertEquals([(await read("joe")).length, (await read("ann")).length, await bodies()], [1, 1, 1]);
});

Deno.test("accept: a message for nobody is not accepted", async () => {
  const { delivery, bodies } = await testDelivery();
  const envelope = { sender: "", recipients: [], bodyType: "7bit", smtpUtf8: false } as const;
  for (const recipients of [[], [{ address: "joe@example.org", accounts: [] }]]) {
    const message = { facts: stranger, envelope, recipients, id: "m1", trace: bytes(trace), body: bytes("x") };
    const answer = await delivery.accept(message);
    assertEquals(answer.accepted === false && answer.reply.code, 554);
  }
  assertEquals(await bodies(), 0);
});

Deno.test("accept: is answered only when the batch is durable", async () => {
  const disk = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { send } = await testDelivery({
    wrap: but((storage) => ({
      apply: async (batch) => {
        begun.resolve();
        await disk.promise;
        return await storage.apply(batch);
      },
    })),
  });
  let answered = false;
  const sent = send().then((answer) => {
    answered = true;
    return answer;
  });
  await begun.promise;
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  assertEquals(answered, false);
  disk.resolve();
  assertEquals(await sent, accepted);
});

Deno.test("accept: what the body's iterable throws is thrown on unchanged, and nothing is kept", async () => {
  class Cut extends Error {}
  const cut = new Cut("connection lost");
  async function* broken() {
    yield bytes("\r\nhalf a mess");
    throw cut;
  }
  const wrapping = but((storage) => ({
    writeBody: (content) =>
      storage.writeBody(content).catch((cause) => {
        throw new Error("the storage's own words", { cause });
      }),
  }));
  // A storage that must not be believed: it takes the error for the end of the message.
  const careless = but((storage) => ({
    writeBody: async (content) => {
      const octets: number[] = [];
      try {
        if (Symbol.asyncIterator in content) { for await (const chunk of content) octets.push(...chunk); }
      } catch {
        // As if that were all.
      }
      return await storage.writeBody(new Uint8Array(octets));
    },
  }));
  for (const filters of [[], [adding]]) {
    for (const wrap of [undefined, wrapping, careless]) {
      const { send, read, bodies } = await testDelivery({ filters, ...wrap && { wrap } });
      assertEquals(await assertRejects(() => send({ body: broken() }), Cut), cut);
      assertEquals([await read("joe"), await bodies()], [[], 0]);
    }
  }
});

Deno.test("accept: a storage that leaves off reading ends the reading of the connection", async () => {
  let isEnded = false;
  async function* endless() {
    try {
      while (true) yield bytes("x");
    } finally {
      isEnded = true;
    }
  }
  const { send } = await testDelivery({
    wrap: but(() => ({
      writeBody: async (content) => {
        if (!(Symbol.asyncIterator in content)) throw new Error("expected chunks");
        let chunks = 0;
        for await (const _octets of content) if (++chunks === 3) break;
        throw new Refusal("too-large", "the message is too large");
      },
    })),
  });
  const answer = await send({ body: endless() });
  assertEquals(answer.accepted === false && `${answer.reply.code} ${answer.reply.enhanced}`, "552 5.3.4");
  assert(isEnded);
});

const replies: readonly (readonly [RefusalKind, string])[] = [
  ["unavailable", "451 4.3.0"],
  ["not-found", "451 4.3.0"],
  ["conflict", "451 4.3.0"],
  ["too-large", "552 5.3.4"],
  ["over-quota", "452 4.2.2"],
];
for (const [kind, status] of replies) {
  Deno.test(`accept: what the storage refuses as ${kind} is ${status}, and nothing is kept`, async () => {
    const fail = () => Promise.reject(new Refusal(kind, "public words", { cause: new Error("private") }));
    for (const part of [{ writeBody: fail }, { openBody: fail }, { apply: fail }] as const) {
      const { send, read, bodies, lines } = await testDelivery({ filters: [adding], wrap: but(() => part) });
      const answer = await send();
      assert(!answer.accepted);
      assertEquals(`${answer.reply.code} ${answer.reply.enhanced}`, status, Object.keys(part)[0]);
      assertEquals([await read("joe"), await bodies()], [[], 0]);
      assert(lines.some((line) => line.includes("refused a message")), `${lines}`);
    }
  });
}

Deno.test("accept: a storage that fails before the batch is 451 4.3.0 without its words", async () => {
  const fail = () => Promise.reject(new Error("SQLITE_IOERR"));
  for (const part of [{ writeBody: fail }, { openBody: fail }] as const) {
    const { send, bodies, lines } = await testDelivery({ filters: [adding], wrap: but(() => part) });
    const answer = await send();
    assertEquals(answer.accepted === false && answer.reply, {
      code: 451,
      enhanced: "4.3.0",
      text: "Local error, try again later",
    });
    assertEquals(await bodies(), 0);
    assert(lines.some((line) => line.startsWith("error") && line.includes("SQLITE_IOERR")));
  }
});

Deno.test("accept: where it is not known whether the batch was done, its body is left to the storage", async () => {
  const { send, read, bodies } = await testDelivery({
    wrap: but((storage) => ({
      apply: async (batch) => {
        await storage.apply(batch);
        throw new Error("the writer has died after its commit");
      },
      // As a storage might that does not know either.
      discardBody: () => {
        throw new Error("discarded what may be somebody's");
      },
    })),
  });
  const answer = await send();
  assertEquals(answer.accepted === false && answer.reply.code, 451);
  // RFC 5321 §4.5.4.1: the client sends it again; twice is better than never.
  assertEquals([(await read("joe")).length, await bodies()], [1, 1]);
});

Deno.test("accept: a recipient whose account was removed after RCPT makes the client try again, for all", async () => {
  const { delivery, storage, read, bodies } = await testDelivery();
  const recipients = [];
  for (const address of ["joe@example.org", "ann@example.org"]) {
    const answer = await delivery.recipient(stranger, address);
    assert(answer.accepted);
    recipients.push(answer.recipient);
  }
  const joe = await storage.accountByAddress("joe@example.org");
  assert(joe);
  await storage.changeAccounts([{ do: "removeAccount", account: joe.id }]);
  const envelope = { sender: "", recipients: [], bodyType: "7bit", smtpUtf8: false } as const;
  const answer = await delivery.accept({
    facts: stranger,
    envelope,
    recipients,
    id: "m1",
    trace: bytes(trace),
    body: bytes("x"),
  });
  assertEquals(answer.accepted === false && `${answer.reply.code} ${answer.reply.enhanced}`, "451 4.3.0");
  assertEquals([await read("ann"), await bodies()], [[], 0]);
});

Deno.test("accept: one line of the log for each message, with nothing of its content", async () => {
  const { send, lines } = await testDelivery();
  await send({ to: ["joe@example.org", "ann@example.org"], body: bytes("\r\nsecret") });
  const size = trace.length + "\r\nsecret".length;
  const { id, peer } = stranger;
  assertEquals(lines, [
    `info message delivered connection=${id} peer=${peer} message=m1 sender=kim@example.com recipients=joe@example.org ann@example.org size=${size}`,
  ]);
  const refusing = await testDelivery({
    filters: [{
      message: () => Promise.resolve({ action: "reject", reply: { code: 550, enhanced: "5.7.1", text: "Spam" } }),
    }],
  });
  await refusing.send();
  const told = refusing.lines.filter((line) => line.startsWith("info message"));
  assertEquals(told.length, 1);
  assert(
    told[0]?.includes("not delivered") && told[0].includes("message=m1") && told[0].includes("code=550 reason=Spam"),
    told[0],
  );
});

Deno.test("accept: over SQLite, with fields of a filter, for two accounts", async () => {
  const folder = await Deno.makeTempDir();
  const storage = await sqliteStorage({ file: `${folder}/mail.db`, log: silentLog, now: () => time });
  try {
    const batch = ["joe", "ann"].map((
      name,
    ) => ({ do: "createAccount", address: `${name}@example.org`, secrets: {} } as const));
    const [joe, ann] = await storage.apply(batch);
    assert(joe && ann);
    const delivery = createDelivery({
      storage,
      directory: { resolve: () => Promise.resolve({ kind: "unknown" }) },
      filters: [{ name: "adding", filter: adding, onFailure: "defer" }],
      log: silentLog,
      now: () => time,
      filterTimeout: 10_000,
    });
    const answer = await delivery.accept({
      facts: stranger,
      envelope: { sender: "", recipients: ["x@example.org"], bodyType: "7bit", smtpUtf8: false },
      recipients: [{ address: "x@example.org", accounts: [joe.id, ann.id] }],
      id: "m1",
      trace: bytes(trace),
      body: chunks("Subject: Hi\r\n", "\r\nHi\r\n"),
    });
    assertEquals(answer, accepted);
    for (const { id } of [joe, ann]) {
      const mailbox = await storage.mailboxByName(id, "INBOX");
      const [message] = mailbox ? (await storage.messages(mailbox.id)).messages : [];
      assert(message);
      const octets = await (await storage.openBody(message.body)).read(0, message.size);
      assertEquals(text(octets), `X-Seen: yes\r\n${trace}Subject: Hi\r\n\r\nHi\r\n`);
      assertEquals([message.receivedAt, message.flags], [time, []]);
    }
  } finally {
    await storage.stop?.();
    await Deno.remove(folder, { recursive: true });
  }
});
