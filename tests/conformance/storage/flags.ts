/** Flags and keywords (RFC 9051 §2.3.2, §6.4.6; RFC 7162 §3.1.3). */
import { assertEquals } from "@std/assert";
import type { FlagChange } from "../../../core/contract/mailbox.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { assertRefused, details, fill, inbox, message, messagesOf } from "./support.ts";

/** Promises about flags. */
export const flagPromises: readonly StoragePromise[] = [
  ["flags are each kept once, whatever their case, as they came first", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const body = await storage.writeBody(message("x"));
    const [made] = await storage.apply([
      { do: "append", mailbox, body, details: details("\\seen", "Work", "WORK", "\\SEEN", "$Junk") },
    ]);
    assertEquals(made.flags, ["\\Seen", "Work", "$Junk"]);
  }],
  ["flags are added, removed and replaced without regard to case", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "x");
    const store = async (mode: FlagChange["mode"], ...flags: string[]) => {
      await storage.apply([{ do: "setFlags", mailbox, uids: [1], change: { mode, flags } }]);
      return (await messagesOf(storage, mailbox))[0]?.flags;
    };
    assertEquals(await store("add", "Work", "\\Answered"), ["Work", "\\Answered"]);
    assertEquals(await store("add", "work", "more"), ["Work", "\\Answered", "more"]);
    assertEquals(await store("remove", "\\ANSWERED", "none"), ["Work", "more"]);
    assertEquals(await store("set", "\\deleted", "WORK"), ["\\Deleted", "Work"]);
    assertEquals(await store("set"), []);
  }],
  ["what changes nothing gets no new mod-sequence and is not told", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "x", "y");
    const store = async (mode: FlagChange["mode"], ...flags: string[]) => {
      const [{ changed }] = await storage.apply([{ do: "setFlags", mailbox, uids: [[1, 9]], change: { mode, flags } }]);
      return changed.map(({ uid }) => uid);
    };
    assertEquals(await store("add", "a", "b"), [1, 2]);
    const before = await storage.messages(mailbox);
    assertEquals(await store("add", "B"), []);
    assertEquals(await store("set", "b", "A"), []);
    assertEquals(await store("remove", "c"), []);
    assertEquals(await storage.messages(mailbox), before);
  }],
  ["the result of setFlags is what is then read", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "x", "y");
    const change = { mode: "add", flags: ["\\Seen"] } as const;
    const [{ changed, modified }] = await storage.apply([{ do: "setFlags", mailbox, uids: [2, 5], change }]);
    assertEquals(modified, []);
    assertEquals(changed, (await storage.messages(mailbox, { uids: [2] })).messages);
  }],
  ["RFC 7162 §3.1.3: unchangedSince leaves alone what another has changed", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "x", "y", "z");
    const { highestModseq: unchangedSince } = await storage.messages(mailbox);
    const mode = "add";
    const store = (uids: readonly number[], flags: readonly string[], unchangedSince?: bigint) =>
      storage.apply([{
        do: "setFlags",
        mailbox,
        uids,
        change: { mode, flags, ...(unchangedSince !== undefined && { unchangedSince }) },
      }]);
    await store([2], ["theirs"]);
    const [{ changed, modified }] = await store([1, 2, 3], ["ours"], unchangedSince);
    assertEquals([changed.map(({ uid }) => uid), modified], [[1, 3], [2]]);
    assertEquals((await messagesOf(storage, mailbox)).map(({ flags }) => flags), [["ours"], ["theirs"], ["ours"]]);
    const [none] = await store([1], ["never"], 0n);
    assertEquals(none, { changed: [], modified: [1] });
    const [all] = await store([1], ["always"], 2n ** 63n - 1n);
    assertEquals(all.modified, []);
  }],
  ["what is no flag is refused", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "x");
    for (const flag of ["", "a b", "a\r\n", "(", '"', "\\", "a\\b", "%", "*", "{", "a\u0000"]) {
      const change = { mode: "add", flags: [flag] } as const;
      await assertRefused("invalid", storage.apply([{ do: "setFlags", mailbox, uids: [1], change }]));
    }
    assertEquals((await messagesOf(storage, mailbox))[0]?.flags, []);
  }],
];
