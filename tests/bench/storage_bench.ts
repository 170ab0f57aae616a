/**
 * What storing and reading cost: `deno run -P=test tests/bench/storage_bench.ts [sqlite|memory]`. Rates are of this machine
 * and this moment; the CPU time of a message, both threads' and the kernel's for them, is steadier.
 */
import { cpuUsage, memoryUsage } from "node:process";
import type { Storage } from "../../core/contract/storage.ts";
import { memoryStorage } from "../../storage/memory/storage.ts";
import { openSqlite } from "../storage/sqlite/open_storage.ts";

const header = [
  "Received: from mail.example.org (mail.example.org [192.0.2.1])",
  "\tby mx.example.net with ESMTPS id 4XyZ12abcd for <reader@example.net>; Tue, 24 Nov 2026 07:00:00 +0000",
  'From: "Sender, A." <sender@example.org>',
  "To: Reader <reader@example.net>, other@example.net",
  "Subject: =?utf-8?B?R3LDvMOfZSBhdXMgZGVyIFdlcmtzdGF0dA==?= and some more words",
  "Date: Tue, 24 Nov 2026 07:00:00 +0000",
  "Message-ID: <20261124070000.1234@example.org>",
  "MIME-Version: 1.0",
  "Content-Type: text/plain; charset=utf-8",
].join("\r\n");
const line = "The quick brown fox jumps over the lazy dog, and then again over it.\r\n";

function message(size: number): Uint8Array {
  const lines = Math.floor((size - header.length) / line.length);
  return new TextEncoder().encode(`${header}\r\n\r\n${line.repeat(lines)}`);
}

interface Measured {
  readonly seconds: number;
  /** Milliseconds of CPU. */
  readonly cpu: number;
}

async function measure(work: () => Promise<unknown>): Promise<Measured> {
  const before = cpuUsage(), start = performance.now();
  await work();
  const { user, system } = cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1000 };
}

function print(what: string, count: number, { seconds, cpu }: Measured): void {
  const rate = Math.round(count / seconds).toLocaleString("en").padStart(9);
  console.log(`${what.padEnd(42)} ${rate}/s  ${(cpu / count).toFixed(4).padStart(8)} ms CPU each`);
}

/** So many callers, each storing one message after another. */
async function deliver(storage: Storage, octets: Uint8Array, callers: number, each: number): Promise<void> {
  const accounts = await storage.accounts("", 100);
  const flags: readonly string[] = [];
  await Promise.all(Array.from({ length: callers }, async (_, caller) => {
    const account = accounts[caller % accounts.length]?.id;
    if (account === undefined) return;
    for (let n = 0; n < each; n++) {
      const body = await storage.writeBody(octets);
      const details = { receivedAt: new Date(), flags };
      await storage.apply([{ do: "deliver", account, mailboxName: "INBOX", body, details }]);
    }
  }));
}

async function bench(name: string, storage: Storage): Promise<void> {
  await storage.changeAccounts(
    Array.from({ length: 100 }, (_, n) => ({ do: "createAccount", address: `user${n}@x`, secrets: {} })),
  );
  await deliver(storage, message(4096), 100, 20);
  for (let round = 0; round < 3; round++) {
    for (const [size, total] of [[4096, 4000], [102_400, 800]] as const) {
      const octets = message(size);
      for (const callers of [1, 10, 100]) {
        const each = Math.ceil(total / callers / (callers === 1 ? 4 : 1));
        const measured = await measure(() => deliver(storage, octets, callers, each));
        print(`${name}: store ${size / 1024} KiB, ${callers} at once`, callers * each, measured);
      }
    }
  }
  await read(name, storage);
}

async function read(name: string, storage: Storage): Promise<void> {
  const [made] = await storage.apply([{ do: "createAccount", address: "full@x", secrets: {} }]);
  const mailbox = (await storage.mailboxByName(made.id, "INBOX"))?.id;
  if (mailbox === undefined) throw new Error("no INBOX");
  const count = 10_000, octets = message(4096), details = { receivedAt: new Date(), flags: ["\\Seen"] };
  for (let n = 0; n < count; n += 500) {
    const bodies = await Promise.all(Array.from({ length: 500 }, () => storage.writeBody(octets)));
    await storage.apply(bodies.map((body) => ({ do: "append", mailbox, body, details })));
  }
  for (let round = 0; round < 3; round++) {
    const { messages } = await storage.messages(mailbox);
    print(`${name}: page of ${count}`, count, await measure(() => storage.messages(mailbox)));
    print(
      `${name}: open and read 4 KiB`,
      count,
      await measure(async () => {
        for (const { body } of messages) {
          const opened = await storage.openBody(body);
          await opened.read(0, opened.size);
        }
      }),
    );
    print(
      `${name}: summary`,
      count,
      await measure(async () => {
        for (const { body } of messages) await storage.summary(body);
      }),
    );
    print(
      `${name}: summaries, 500 at once`,
      count,
      await measure(async () => {
        for (let at = 0; at < count; at += 500) {
          await storage.summaries(messages.slice(at, at + 500).map(({ body }) => body));
        }
      }),
    );
    print(`${name}: snapshot of ${count}`, count, await measure(() => storage.snapshot(mailbox)));
    const change = { mode: round % 2 === 0 ? "add" : "remove", flags: ["x"] } as const;
    print(
      `${name}: flag all`,
      count,
      await measure(() => storage.apply([{ do: "setFlags", mailbox, uids: [[1, count]], change }])),
    );
  }
  print(
    `${name}: expunge all`,
    count,
    await measure(() => storage.apply([{ do: "expunge", mailbox, uids: [[1, count]] }])),
  );
}

if (import.meta.main) {
  if (Deno.args[0] !== "sqlite") await bench("memory", memoryStorage());
  if (Deno.args[0] !== "memory") {
    const { storage, close } = await openSqlite();
    await bench("sqlite", storage);
    await close();
  }
  console.log(`${Math.round(memoryUsage().rss / 1e6)} MB resident`);
}
