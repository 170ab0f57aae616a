/**
 * Another process at the same database: `child.ts FILE accounts N` adds accounts, `child.ts FILE large N` prints how much more
 * memory it takes (octets) while a message of so many octets comes and is read, `child.ts FILE batches` never ends.
 */
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { memoryLog } from "./open_storage.ts";

const [file = "", task, count] = Deno.args;
const storage = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });

if (task === "accounts") {
  for (let n = 0; n < Number(count); n++) {
    await storage.changeAccounts([{ do: "createAccount", address: `child${n}@x`, secrets: {} }]);
  }
} else if (task === "large") {
  const [account] = await storage.accounts();
  if (account === undefined) throw new Error("no account");
  // Garbage is nobody's need: how much of it lies about depends on what else the machine does.
  const rss = () => {
    Reflect.get(globalThis, "gc")?.();
    return Deno.memoryUsage().rss;
  };
  const before = rss();
  let most = 0;
  const sample = () => most = Math.max(most, rss() - before);
  const body = await storage.writeBody(async function* () {
    const block = new Uint8Array(100_000).fill(65);
    for (let n = 0; n < Number(count) / block.length; n++) {
      if (n % 50 === 0) sample();
      yield block;
    }
  }());
  const details = { receivedAt: new Date(), flags: [] };
  await storage.apply([{ do: "deliver", account: account.id, mailboxName: "INBOX", body, details }]);
  const opened = await storage.openBody(body);
  for (let at = 0; at < opened.size; at += 64 * 1024) {
    await opened.read(at, at + 64 * 1024);
    if (at % 4_194_304 === 0) sample();
  }
  sample();
  console.log(most);
} else {
  const account = await storage.accountByAddress("user@example.org");
  if (account === undefined) throw new Error("no account");
  // Many callers, each a message in two mailboxes, by turns short, in a segment with others, and long; what is acknowledged is told.
  await Promise.all(Array.from({ length: 8 }, async (_, caller) => {
    for (let n = 0;; n++) {
      const name = `${caller}.${n}`;
      const octets = new TextEncoder().encode(
        `Subject: ${name}\r\n\r\n`.padEnd([2000, 2000, 2000, 140_000, 300_000][n % 5] ?? 0, "x"),
      );
      const body = await storage.writeBody(octets);
      const details = { receivedAt: new Date(), flags: [name] };
      await storage.apply([
        { do: "deliver", account: account.id, mailboxName: "INBOX", body, details },
        { do: "deliver", account: account.id, mailboxName: "copies", body, details },
      ]);
      Deno.stdout.writeSync(new TextEncoder().encode(`${name}\n`));
    }
  }));
}
await storage.stop?.();
