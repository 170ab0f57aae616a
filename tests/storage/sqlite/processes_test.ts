import { assert, assertEquals } from "@std/assert";
import { basename } from "node:path";
import type { MailboxChange } from "../../../core/contract/mailbox.ts";
import type { Operation } from "../../../core/contract/storage.ts";
import { sqliteStorage } from "../../../storage/sqlite/storage.ts";
import { account, contentOf, fill, named } from "../../conformance/storage/support.ts";
import { told } from "../../conformance/storage/watching.ts";
import { assertInvariants } from "./invariants.ts";
import { memoryLog, openSqlite } from "./open_storage.ts";

/** Everything that a program may read and write; what it imports, it may. */
const everything = ["--allow-read", "--allow-write"];

function child(args: string[], permissions = everything, env: Record<string, string> = {}): Deno.ChildProcess {
  const path = new URL("./child.ts", import.meta.url).pathname;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "--v8-flags=--expose-gc", ...permissions, "--config", config, path, ...args],
    env,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("sqlite: what another process writes is seen at once, and both write at the same time", async () => {
  const { storage, file, close } = await openSqlite();
  try {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const other = child([file, "accounts", "40"]);
    const ended = other.output();
    let isOver = false;
    ended.then(() => isOver = true);
    let mine = 0;
    while (!isOver) {
      await fill(storage, mailbox, `${mine}`);
      mine++;
    }
    assert((await ended).success);
    assert(mine > 1, "both wrote at the same time");
    assertEquals((await storage.accounts()).length, 41);
    assertEquals((await named(storage, id, "INBOX")).messages, mine);
  } finally {
    await close();
  }
});

Deno.test("sqlite: it works with no permission but for its folder", async () => {
  const { storage, file, close } = await openSqlite();
  try {
    const folder = file.slice(0, file.lastIndexOf("/"));
    const other = child([file, "accounts", "3"], [`--allow-read=${folder}`, `--allow-write=${folder}`]);
    assert((await other.output()).success);
    assertEquals((await storage.accounts()).length, 3);
  } finally {
    await close();
  }
});

Deno.test("sqlite: nothing is written outside of its folder, where a container may have no place for it", async () => {
  const folder = await Deno.makeTempDir(), file = `${folder}/mail.db`, temporary = `${folder}/temporary`;
  await Deno.mkdir(temporary);
  try {
    using watcher = Deno.watchFs(temporary);
    for (const task of [["accounts", "3"], ["large", "3000000"]]) {
      const { success } = await child([file, ...task], everything, { SQLITE_TMPDIR: temporary }).output();
      assert(success);
    }
    // Whatever came before it has been told when this is.
    await Deno.writeTextFile(`${temporary}/last`, "");
    const seen: string[] = [];
    for await (const { paths } of watcher) {
      seen.push(...paths.map((path) => basename(path)));
      if (seen.includes("last")) break;
    }
    assertEquals(new Set(seen), new Set(["last"]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sqlite: a body of 400 MB is never in memory as a whole", async () => {
  const { storage, file, close } = await openSqlite();
  try {
    await account(storage);
    // In a process of its own: what else there is would be counted too.
    const { success, stdout } = await child([file, "large", "400000000"]).output();
    assert(success);
    const most = Number(new TextDecoder().decode(stdout));
    // SQLite's caches are 48 MB of it.
    assert(most < 170_000_000, `${most} octets more than before`);
  } finally {
    await close();
  }
});

Deno.test("sqlite: two processes never claim the same entry of the queue, and each is told what the other puts there", async () => {
  const { storage, file, close } = await openSqlite();
  const other = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
  try {
    const stop = new AbortController();
    const rings = storage.watchQueue(stop.signal)[Symbol.asyncIterator]();
    const told = rings.next();
    const body = await other.writeBody(new TextEncoder().encode("Subject: x\r\n\r\n"));
    const address = "kim@example.com";
    const envelope = { sender: "", recipients: [address], bodyType: "7bit", smtpUtf8: false } as const;
    const now = new Date();
    const entry = {
      domain: "example.com",
      envelope,
      recipients: [{ address }],
      body,
      message: "m",
      queuedAt: now,
      // Long ago, by whatever clock.
      dueAt: new Date(0),
    };
    const made = await other.apply(Array.from({ length: 100 }, () => ({ do: "enqueue", entry } as const)));
    assertEquals((await told).done, false);
    const taken: string[] = [];
    await Promise.all([storage, other].map(async (side, index) => {
      for (let some = [""]; some.length > 0;) {
        const until = new Date(Date.now() + 3_600_000);
        const [claimed] = await side.apply([{ do: "claimQueued", runner: `r${index}`, most: 3, until }]);
        some = claimed.map(({ id }) => id);
        taken.push(...some);
      }
    }));
    assertEquals(taken.length, 100);
    assertEquals(new Set(taken), new Set(made.map(({ id }) => id)));
    stop.abort();
    assertInvariants(file);
  } finally {
    await other.stop?.();
    await close();
  }
});

Deno.test("sqlite: who watches is told what another process changes, and nothing of their own twice", async () => {
  const { storage, file, close } = await openSqlite();
  const other = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
  try {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const stop = new AbortController();
    const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
    const next = changes.next();
    await fill(other, mailbox, "theirs");
    const { highestModseq } = await named(storage, id, "INBOX");
    assertEquals((await next).value, { mailbox, modseq: highestModseq });
    // A commit of our own right after another's: the writer tells that there was theirs.
    const { id: second } = (await other.apply([{ do: "createMailbox", account: id, name: "second" }]))[0];
    await storage.changeAccounts([{ do: "setAlias", address: "x@x", to: ["y@x"] }]);
    assertEquals((await changes.next()).value?.mailbox, second);
    await fill(storage, mailbox, "ours");
    assertEquals((await changes.next()).value?.mailbox, mailbox);
    const [last] = await other.apply([{ do: "createMailbox", account: id, name: "last" }]);
    assertEquals((await changes.next()).value?.mailbox, last.id);
    stop.abort();
  } finally {
    await other.stop?.();
    await close();
  }
});

Deno.test("sqlite: who watches all accounts is told what another process changes, also in accounts that it makes", async () => {
  const { storage, file, close } = await openSqlite();
  const other = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
  try {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const stop = new AbortController();
    const changes = storage.watchAll(stop.signal)[Symbol.asyncIterator]();
    const next = changes.next();
    await fill(other, mailbox, "theirs");
    const { highestModseq } = await named(storage, id, "INBOX");
    assertEquals((await next).value, { account: id, mailbox, modseq: highestModseq });
    await fill(storage, mailbox, "ours");
    const { highestModseq: second } = await named(storage, id, "INBOX");
    assertEquals(told((await changes.next()).value), { account: id, mailbox, modseq: second });
    // Nothing of our own is told again with what is found then: the next is theirs.
    const stranger = await account(other, "stranger@x");
    const { id: inbox } = await named(other, stranger, "INBOX");
    const found = new Map<unknown, unknown>();
    while (!found.has(inbox)) {
      const { value } = await changes.next();
      found.set(value?.mailbox, value?.account);
    }
    assert([...found.values()].every((whose) => whose === stranger));
    await other.apply([{ do: "setMetadata", place: {}, entries: [["/a", new Uint8Array()]] }]);
    let value: unknown = {};
    while (JSON.stringify(value, big) !== '{"modseq":"0"}') value = (await changes.next()).value;
    stop.abort();
    assertEquals((await changes.next()).done, true);
  } finally {
    await other.stop?.();
    await close();
  }
});

function big(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

Deno.test("sqlite: who watches is told what another process changes besides messages", async () => {
  const { storage, file, close } = await openSqlite();
  const other = await sqliteStorage({ file, log: memoryLog().log, now: () => new Date() });
  try {
    const id = await account(storage);
    const { id: mailbox, highestModseq: first } = await named(storage, id, "INBOX");
    const [{ id: second, highestModseq }] = await storage.apply([{ do: "createMailbox", account: id, name: "second" }]);
    const stop = new AbortController();
    const changes = storage.watch(id, stop.signal)[Symbol.asyncIterator]();
    const ofMailbox = (modseqs: bigint) => ({ mailbox, modseq: first + modseqs }), ofAccount = { modseq: 0n };
    const entries = [{ path: "/a/", name: "b", value: new Uint8Array() }];
    const batches: readonly (readonly [Operation, MailboxChange])[] = [
      [{ do: "setRights", mailbox, who: "anyone", rights: "lr" }, ofMailbox(0n)],
      [{ do: "subscribe", account: id, name: "x" }, ofAccount],
      [{ do: "setSpecialUse", mailbox, specialUse: "\\Important" }, ofMailbox(1n)],
      [{ do: "setQuota", account: id, quota: { messages: 5 } }, ofAccount],
      [{ do: "setMetadata", place: { mailbox }, entries: [["/a", new Uint8Array()]] }, ofMailbox(2n)],
      [{ do: "setMetadata", place: { account: id }, entries: [["/a", new Uint8Array()]] }, ofAccount],
      [{ do: "setMetadata", place: {}, entries: [["/a", new Uint8Array()]] }, ofAccount],
      [{ do: "storeEntries", owner: id, asOf: 0, most: 1000, entries }, ofAccount],
      [{ do: "storeEntries", owner: "everybody", asOf: 0, most: 1000, entries }, ofAccount],
      [{ do: "renameMailbox", mailbox: second, name: "third" }, { mailbox: second, modseq: highestModseq }],
    ];
    for (const [operation, change] of batches) {
      const next = changes.next();
      await other.apply([operation]);
      assertEquals((await next).value, change, operation.do);
      // Its own are not told again when the other's are found.
      await storage.apply([{ do: "setRights", mailbox, who: "anyone", rights: "" }]);
      await storage.apply([{ do: "setRights", mailbox, who: "anyone", rights: "l" }]);
      const { highestModseq: modseq } = await named(storage, id, "INBOX");
      assertEquals(told((await changes.next()).value), { mailbox, modseq });
    }
    stop.abort();
  } finally {
    await other.stop?.();
    await close();
  }
});

Deno.test("sqlite: kill -9 in the midst of batches: what was acknowledged is there, and nothing by halves", async () => {
  const { storage, file, reopen, close } = await openSqlite();
  try {
    const id = await account(storage);
    await storage.apply([{ do: "createMailbox", account: id, name: "copies" }]);
    let current = storage;
    const acknowledged = new Set<string>();
    for (let round = 0; round < 4; round++) {
      const victim = child([file, "batches"]);
      const before = acknowledged.size;
      let rest = "", isKilled = false;
      for await (const piece of victim.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + piece).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) acknowledged.add(`${round}.${line}`);
        if (isKilled || acknowledged.size - before < 60 + 37 * round) continue;
        // What it has said before is still to be read; that it is gone may be known by then.
        isKilled = true;
        victim.kill("SIGKILL");
      }
      await victim.status;
      current = await reopen();
      const [inbox, copies] = await Promise.all(["INBOX", "copies"].map(async (name) => {
        const { id: mailbox } = await named(current, id, name);
        return (await current.messages(mailbox)).messages;
      }));
      assert(inbox && copies);
      assertEquals(copies.map(({ body, flags }) => [body, flags]), inbox.map(({ body, flags }) => [body, flags]));
      // The rounds use the same names: those of this round are the last.
      const names = inbox.map(({ flags }) => flags[0]);
      const times = (name: string) => names.filter((other) => other === name).length;
      for (const name of acknowledged) {
        const [of = "", ...label] = name.split(".");
        const expected = [...acknowledged].filter((other) => other.endsWith(`.${label.join(".")}`)).length;
        assert(times(label.join(".")) >= expected, `message ${label.join(".")} of round ${of} is not there`);
      }
      for (const { body, size, flags } of inbox) {
        const content = await contentOf(current, body);
        assertEquals(content.length, size);
        assert(content.startsWith(`Subject: ${flags[0]}\r\n`));
      }
    }
    assertInvariants(file);
  } finally {
    await close();
  }
});
