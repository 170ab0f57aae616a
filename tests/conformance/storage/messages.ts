/** Messages: appended, copied, moved, expunged, and read. */
import { assert, assertEquals } from "@std/assert";
import type { MessageSelection } from "../../../core/contract/mod.ts";
import type { StoragePromise } from "../storage_suite.ts";
import {
  account,
  assertCounted,
  assertRefused,
  details,
  fill,
  inbox,
  message,
  messagesOf,
  named,
  octets,
  received,
  uidsOf,
} from "./support.ts";

/** Promises about messages. */
export const messagePromises: readonly StoragePromise[] = [
  ["a message has what it was given, and sizes as stored and as POP3 sends it", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const body = await storage.writeBody(octets("Subject: x\n\nline\nlast"));
    const [made] = await storage.apply([
      { do: "append", mailbox, body, details: details("\\Seen", "$Forwarded") },
    ]);
    assertEquals(made, { ...made, uid: 1, receivedAt: received, flags: ["\\Seen", "$Forwarded"], body });
    assertEquals([made.size, made.crlfSize], [21, 26]);
    assertEquals(await messagesOf(storage, mailbox), [made]);
  }],
  ["RFC 9051 §2.3.1.1: UIDs ascend, and none is given twice", async ({ storage, reopen }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, "one", "two", "three");
    await storage.apply([{ do: "expunge", mailbox, uids: [2, 3] }]);
    const current = await reopen?.() ?? storage;
    const [made] = await fill(current, mailbox, "four");
    assertEquals(made?.uid, 4);
    assertEquals(await uidsOf(current, mailbox), [1, 4]);
  }],
  ["RFC 7162 §3.1: every change of a mailbox gives a greater mod-sequence", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    const highest = async () => (await named(storage, id, "INBOX")).highestModseq;
    let before = await highest();
    assert(before > 0n);
    const changes = [
      () => fill(storage, mailbox, "one"),
      () => storage.apply([{ do: "setFlags", mailbox, uids: [1], change: { mode: "add", flags: ["\\Seen"] } }]),
      () => storage.apply([{ do: "copy", from: mailbox, uids: [1], to: mailbox }]),
      () => storage.apply([{ do: "expunge", mailbox, uids: [1] }]),
    ];
    for (const change of changes) {
      await change();
      const after = await highest();
      assert(after > before);
      before = after;
    }
    assertEquals((await storage.messages(mailbox)).highestModseq, before);
    await storage.apply([{ do: "expunge", mailbox, uids: [99] }]);
    assertEquals(await highest(), before);
  }],
  ["messages are selected by UIDs, single ones and ranges in any order", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, ..."abcdefgh");
    await storage.apply([{ do: "expunge", mailbox, uids: [4] }]);
    const { messages, more } = await storage.messages(mailbox, { uids: [[7, 6], 2, [3, 5], 99, 2] });
    assertEquals(messages.map(({ uid }) => uid), [2, 3, 5, 6, 7]);
    assertEquals(more, false);
    assertEquals((await storage.messages(mailbox, { uids: [] })).messages, []);
  }],
  ["messages come a page at a time, none twice, none left out", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, ...Array.from({ length: 25 }, (_, n) => `${n}`));
    const seen: number[] = [];
    for (let after = 0, more = true; more;) {
      const page = await storage.messages(mailbox, { after, most: 10, uids: [[1, 4], [6, 1000]] });
      assert(page.messages.length <= 10);
      seen.push(...page.messages.map(({ uid }) => uid));
      after = seen.at(-1) ?? 0;
      more = page.more;
    }
    assertEquals(seen, Array.from({ length: 25 }, (_, n) => n + 1).filter((uid) => uid !== 5));
    assertEquals((await storage.messages(mailbox, { most: 25 })).more, false);
    assertEquals((await storage.messages(mailbox, { most: 0 })).more, true);
  }],
  ["RFC 7162: changedSince gives what is new or changed, and what was expunged", async ({ storage, reopen }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, ..."abcdefghij");
    await storage.apply([{ do: "expunge", mailbox, uids: [1] }]);
    const { highestModseq: since } = await storage.messages(mailbox);
    await storage.apply([
      { do: "expunge", mailbox, uids: [[3, 5], 8] },
      { do: "expunge", mailbox, uids: [6] },
      { do: "setFlags", mailbox, uids: [2], change: { mode: "add", flags: ["\\Seen"] } },
    ]);
    const current = await reopen?.() ?? storage;
    await fill(current, mailbox, "new");
    const page = await current.messages(mailbox, { changedSince: since });
    assertEquals(page.messages.map(({ uid }) => uid), [2, 11]);
    assertEquals(page.expunged, [[3, 6], 8]);
    assertEquals((await current.messages(mailbox, { changedSince: since, uids: [2, [4, 7]] })).expunged, [[4, 6]]);
    assertEquals((await current.messages(mailbox, { changedSince: page.highestModseq })).messages, []);
    assertEquals((await current.messages(mailbox)).expunged, []);
  }],
  [
    "RFC 7162: changedSince gives what came since, also where it was changed since, and within UIDs and pages",
    async ({ storage }) => {
      const mailbox = await inbox(storage);
      await fill(storage, mailbox, ..."abcd");
      const flag = (...uids: number[]) =>
        storage.apply([{ do: "setFlags", mailbox, uids, change: { mode: "add", flags: ["\\Flagged"] } }]);
      await flag(4);
      const { highestModseq: since } = await storage.messages(mailbox);
      await fill(storage, mailbox, ..."efgh");
      await flag(2, 6);
      const changed = async (select: MessageSelection) => {
        const { messages, more } = await storage.messages(mailbox, { changedSince: since, ...select });
        return [messages.map(({ uid }) => uid), more];
      };
      assertEquals(await changed({}), [[2, 5, 6, 7, 8], false]);
      assertEquals(await changed({ uids: [1, [4, 6], 8] }), [[5, 6, 8], false]);
      assertEquals(await changed({ most: 3 }), [[2, 5, 6], true]);
      assertEquals(await changed({ after: 6, most: 2 }), [[7, 8], false]);
      const { highestModseq: last } = await storage.messages(mailbox);
      assertEquals(await changed({ changedSince: last - 1n }), [[2, 6], false]);
    },
  ],
  ["changedSince over thousands of changes", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const body = await storage.writeBody(message("many"));
    await storage.apply(Array.from({ length: 3000 }, () => ({ do: "append", mailbox, body, details: details() })));
    const { highestModseq: since } = await storage.messages(mailbox, { most: 1 });
    await storage.apply([{
      do: "setFlags",
      mailbox,
      uids: [[101, 2600]],
      change: { mode: "add", flags: ["\\Seen"] },
    }]);
    const page = await storage.messages(mailbox, { changedSince: since, after: 200, most: 1000 });
    assertEquals([page.messages.at(0)?.uid, page.messages.at(-1)?.uid, page.more], [201, 1200, true]);
    const few = await storage.messages(mailbox, { changedSince: since, after: 2590, most: 5 });
    assertEquals(few.messages.map(({ uid }) => uid), [2591, 2592, 2593, 2594, 2595]);
  }],
  ["COPY keeps flags and internal date (RFC 9051 §6.4.7), and shares the body", async ({ storage }) => {
    const id = await account(storage);
    const { id: from } = await named(storage, id, "INBOX");
    const [{ id: to }] = await storage.apply([{ do: "createMailbox", account: id, name: "to" }]);
    await fill(storage, to, "there already");
    const body = await storage.writeBody(message("x"));
    await storage.apply([{ do: "append", mailbox: from, body, details: details("\\Flagged", "Keyword") }]);
    await fill(storage, from, "y");
    const [runs] = await storage.apply([{ do: "copy", from, uids: [[1, 99]], to }]);
    assertEquals(runs, [[1, 2, 2]]);
    const copied = (await storage.messages(to, { uids: [2] })).messages[0];
    assertEquals([copied?.flags, copied?.receivedAt, copied?.body], [["\\Flagged", "Keyword"], received, body]);
    assertEquals(await uidsOf(storage, from), [1, 2]);
  }],
  [
    "COPY leaves flags and keywords out, whatever their case; what counts them, and what is known of keywords, does too",
    async ({ storage }) => {
      const id = await account(storage);
      const { id: from } = await named(storage, id, "INBOX");
      const [{ id: to }] = await storage.apply([{ do: "createMailbox", account: id, name: "to" }]);
      const all = [["\\Seen", "One"], ["\\Deleted", "TWO", "\\Flagged"], [], ["two", "\\seen"], ["It's", "\\Seen"]];
      for (const flags of all) {
        const body = await storage.writeBody(message("x"));
        await storage.apply([{ do: "append", mailbox: from, body, details: details(...flags) }]);
      }
      const copy = { do: "copy", from, to, uids: [[1, 99]], without: ["\\SEEN", "two", "It's", "\\Answered"] } as const;
      const [runs] = await storage.apply([copy, { ...copy, uids: [9] }]);
      assertEquals(runs, [[1, 1, 5]]);
      const copied = await messagesOf(storage, to);
      assertEquals(copied.map(({ flags }) => flags), [["One"], ["\\Deleted", "\\Flagged"], [], [], []]);
      const { unseen, deleted, keywords } = await named(storage, id, "to");
      assertEquals([unseen, deleted, keywords], [5, 1, ["One"]]);
      assertEquals((await messagesOf(storage, from)).map(({ flags }) => flags.length), [2, 3, 0, 2, 2]);
    },
  ],
  ["COPY of so many at least is of all of them, or of none", async ({ storage }) => {
    const id = await account(storage);
    const { id: from } = await named(storage, id, "INBOX");
    const [{ id: to }] = await storage.apply([{ do: "createMailbox", account: id, name: "to" }]);
    await fill(storage, from, "one", "two", "three");
    await storage.apply([{ do: "expunge", mailbox: from, uids: [2] }]);
    const copy = { do: "copy", from, uids: [[1, 3]], to } as const;
    await assertRefused("not-found", storage.apply([{ ...copy, least: 3 }]));
    assertEquals((await named(storage, id, "to")).messages, 0);
    assertEquals(await storage.apply([{ ...copy, least: 2 }]), [[[1, 1, 1], [3, 2, 1]]]);
    await assertRefused("not-found", storage.apply([{ ...copy, uids: [2], least: 1 }]));
  }],
  ["MOVE (RFC 6851) gives new UIDs and leaves nothing behind", async ({ storage }) => {
    const id = await account(storage);
    const { id: from } = await named(storage, id, "INBOX");
    const [{ id: to }] = await storage.apply([{ do: "createMailbox", account: id, name: "to" }]);
    const [, second] = await fill(storage, from, "one", "two", "three");
    const since = (await storage.messages(from)).highestModseq;
    const [runs] = await storage.apply([{ do: "move", from, uids: [2, 3, 4], to }]);
    assertEquals(runs, [[2, 1, 2]]);
    assertEquals([await uidsOf(storage, from), await uidsOf(storage, to)], [[1], [1, 2]]);
    assertEquals((await storage.messages(from, { changedSince: since })).expunged, [[2, 3]]);
    assertEquals((await messagesOf(storage, to))[0]?.body, second?.body);
    const [inPlace] = await storage.apply([{ do: "move", from: to, uids: [1], to }]);
    assertEquals([inPlace, await uidsOf(storage, to)], [[[1, 3, 1]], [2, 3]]);
  }],
  [
    "COPY and MOVE tell where messages are in as few runs as can be, in the order in which they were",
    async ({ storage }) => {
      const id = await account(storage);
      const { id: from } = await named(storage, id, "INBOX");
      const [{ id: to }] = await storage.apply([{ do: "createMailbox", account: id, name: "to" }]);
      const all = await fill(storage, from, ..."abcdefghij");
      await storage.apply([{ do: "expunge", mailbox: from, uids: [3] }]);
      const [copied, moved, none] = await storage.apply([
        { do: "copy", from, uids: [9, [1, 2], 4, [2, 5]], to },
        { do: "move", from, uids: [[8, 9], 5, 3, 10], to },
        { do: "move", from, uids: [3, 5], to },
      ]);
      assertEquals(copied, [[1, 1, 2], [4, 3, 2], [9, 5, 1]]);
      assertEquals(moved, [[5, 6, 1], [8, 7, 3]]);
      assertEquals(none, []);
      assertEquals(await uidsOf(storage, from), [1, 2, 4, 6, 7]);
      const there = await messagesOf(storage, to);
      const bodies = [1, 2, 4, 5, 9, 5, 8, 9, 10].map((uid) => all[uid - 1]?.body);
      assertEquals(there.map(({ uid, body }) => [uid, body]), bodies.map((body, index) => [index + 1, body]));
      // RFC 7162 §3.1: in the order in which they came.
      const modseqs = there.map(({ modseq }) => modseq);
      assertEquals(modseqs, modseqs.toSorted((a, b) => a < b ? -1 : 1));
      const [inPlace] = await storage.apply([{ do: "copy", from, uids: [[2, 99]], to: from }]);
      assertEquals([inPlace, await uidsOf(storage, from)], [[[2, 11, 1], [4, 12, 1], [6, 13, 2]], [
        1,
        2,
        4,
        6,
        7,
        11,
        12,
        13,
        14,
      ]]);
    },
  ],
  ["EXPUNGE of what is marked takes nothing else, whatever was marked when it was asked for", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, ..."abcdef");
    const mark = (mode: "add" | "remove", ...uids: number[]) =>
      ({ do: "setFlags", mailbox, uids, change: { mode, flags: ["\\deleted"] } }) as const;
    await storage.apply([mark("add", 1, 2, 4, 6), {
      do: "setFlags",
      mailbox,
      uids: [3],
      change: { mode: "add", flags: ["Deleted", "\\Flagged"] },
    }]);
    const [, gone] = await storage.apply([
      mark("remove", 2),
      { do: "expunge", mailbox, uids: [[1, 5]], onlyDeleted: true },
    ]);
    assertEquals([gone.uids, await uidsOf(storage, mailbox)], [[1, 4], [2, 3, 5, 6]]);
    const { highestModseq } = await storage.messages(mailbox);
    const nothing = (await storage.apply([{ do: "expunge", mailbox, uids: [2, 3], onlyDeleted: true }]))[0];
    assertEquals([gone.modseq, nothing], [highestModseq, { uids: [], modseq: highestModseq }]);
    assertEquals((await storage.messages(mailbox)).highestModseq, highestModseq);
  }],
  [
    "EXPUNGE takes what came with the mark, what was marked long ago, and what was marked just now",
    async ({ storage }) => {
      const mailbox = await inbox(storage);
      const body = await storage.writeBody(message("every one"));
      await storage.apply([{ do: "append", mailbox, body, details: details("\\Deleted") }]);
      const more = (count: number) =>
        storage.apply(
          Array.from({ length: count }, () => ({ do: "append", mailbox, body, details: details() }) as const),
        );
      const change = (from: number, to: number, flag: string) =>
        storage.apply([{ do: "setFlags", mailbox, uids: [[from, to]], change: { mode: "add", flags: [flag] } }]);
      const expunge = async (from: number, to: number) =>
        (await storage.apply([{ do: "expunge", mailbox, uids: [[from, to]], onlyDeleted: true }]))[0].uids;
      await more(9);
      await change(4, 5, "\\Deleted");
      assertEquals(await expunge(2, 4), [4]);
      assertEquals(await expunge(1, 10), [1, 5]);
      await change(6, 7, "\\Deleted");
      await more(1500);
      await change(11, 1510, "\\Flagged");
      assertEquals(await expunge(7, 2000), [7]);
      await change(1500, 1500, "\\Deleted");
      assertEquals(await expunge(1, 2000), [6, 1500]);
      assertEquals(await expunge(1, 2000), []);
      await assertCounted(storage, mailbox);
    },
  ],
  ["EXPUNGE gives the UIDs that were there", async ({ storage }) => {
    const mailbox = await inbox(storage);
    await fill(storage, mailbox, ..."abcde");
    const [gone] = await storage.apply([{ do: "expunge", mailbox, uids: [5, [1, 2], 77, 1] }]);
    const { highestModseq } = await storage.messages(mailbox);
    assertEquals(gone, { uids: [1, 2, 5], modseq: highestModseq });
    assertEquals(await uidsOf(storage, mailbox), [3, 4]);
    const [nothing] = await storage.apply([{ do: "expunge", mailbox, uids: [[1, 2]] }]);
    assertEquals(nothing, { uids: [], modseq: highestModseq });
  }],
  ["what is done to a mailbox or with a body that is not there is refused", async ({ storage }) => {
    const id = await account(storage);
    const { id: here } = await named(storage, id, "INBOX");
    const [{ id: gone }] = await storage.apply([{ do: "createMailbox", account: id, name: "gone" }]);
    const body = await storage.writeBody(message("x"));
    await storage.apply([{ do: "removeMailbox", mailbox: gone }]);
    await assertRefused("not-found", storage.messages(gone));
    const refused = [
      { do: "append", mailbox: gone, body, details: details() },
      { do: "setFlags", mailbox: gone, uids: [1], change: { mode: "add", flags: ["x"] } },
      { do: "copy", from: gone, uids: [1], to: here },
      { do: "copy", from: here, uids: [1], to: gone },
      { do: "move", from: here, uids: [1], to: gone },
      { do: "expunge", mailbox: gone, uids: [1] },
      { do: "renameMailbox", mailbox: gone, name: "x" },
    ] as const;
    for (const operation of refused) await assertRefused("not-found", storage.apply([operation]));
    storage.discardBody(body);
    await assertRefused(
      "not-found",
      storage.apply([{ do: "append", mailbox: here, body, details: details() }]),
    );
  }],
];
