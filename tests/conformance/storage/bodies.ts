/** Bodies: taken in, read at random, shared, and gone with their last message. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { BodyId } from "../../../core/contract/identifiers.ts";
import { latin1Bytes } from "../../../core/wire/ascii.ts";
import { summarize } from "../../../core/message/summary.ts";
import type { StoragePromise } from "../storage_suite.ts";
import { account, assertRefused, contentOf, details, inbox, message, named, octets, text } from "./support.ts";

/** Sizes on both sides of every border that a backend may have: short bodies, chunks, streams. */
const sizes = [0, 1, 4096, 65_535, 65_536, 65_537, 131_072, 131_073, 262_143, 262_144, 262_145, 524_288, 600_001];

/** Octets that differ from place to place. */
function pattern(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >>> 8) * 7) & 0xff);
}

/** In pieces whose buffer is used again, as the contract allows. */
async function* pieces(content: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(length);
  for (let at = 0; at < content.length; at += length) {
    const piece = content.subarray(at, at + length);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    await Promise.resolve();
    buffer.fill(0xaa);
  }
}

/** Promises about bodies. */
export const bodyPromises: readonly StoragePromise[] = [
  ["a body of any size comes back as it went in, before and after a batch names it", async ({ storage, reopen }) => {
    const mailbox = await inbox(storage);
    const written = await Promise.all(sizes.flatMap((size) => [
      storage.writeBody(pattern(size)),
      storage.writeBody(pieces(pattern(size), 10_007)),
    ]));
    const check = async (from: typeof storage) => {
      for (const [index, id] of written.entries()) {
        const expected = pattern(sizes[index >> 1] ?? 0), body = await from.openBody(id);
        assertEquals(body.size, expected.length);
        assert(equal(await body.read(0, body.size), expected));
        const middle = expected.length >> 1;
        assert(equal(await body.read(middle - 5, middle + 5), expected.slice(Math.max(0, middle - 5), middle + 5)));
        assertEquals(await body.read(body.size, body.size + 10), new Uint8Array());
        assert(equal(await body.read(-3, Infinity), expected));
      }
    };
    await check(storage);
    await storage.apply(written.map((body) => ({ do: "append", mailbox, body, details: details() })));
    await check(storage);
    if (reopen !== undefined) await check(await reopen());
  }],
  ["what is written and what is read belongs to the caller", async ({ storage }) => {
    const given = message("mine");
    const id = await storage.writeBody(given);
    given.fill(0);
    const body = await storage.openBody(id);
    const whole = () => body.read(0, body.size);
    (await body.read(0, 10)).fill(0);
    assertEquals(text(await whole()), text(message("mine")));
    (await whole()).fill(0);
    assertEquals(text(await whole()), text(message("mine")));
    const mailbox = await inbox(storage);
    await storage.apply([{ do: "append", mailbox, body: id, details: details() }]);
    const stored = await storage.openBody(id);
    (await stored.read(0, 10)).fill(0);
    (await stored.read(0, stored.size)).fill(0);
    assertEquals(text(await stored.read(5, 15)), text(message("mine").slice(5, 15)));
    assertEquals(await contentOf(storage, id), text(message("mine")));
  }],
  [
    "a body that was opened before it was named reads the same afterwards, whatever is stored then",
    async ({ storage }) => {
      const mailbox = await inbox(storage);
      const body = await storage.writeBody(message("first"));
      const opened = await storage.openBody(body);
      await storage.apply([{ do: "append", mailbox, body, details: details() }]);
      await storage.writeBody(message("other"));
      assertEquals(text(await opened.read(0, opened.size)), text(message("first")));
    },
  ],
  ["many bodies are opened at once, in the order asked, also those that no batch has named", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const contents = [300_000, 10, 0, 70_000, 200].map((size, n) => pattern(size).fill(n, 0, Math.min(size, 5)));
    const stored = await Promise.all(contents.map((content) => storage.writeBody(content)));
    await storage.apply(stored.map((body) => ({ do: "append", mailbox, body, details: details() })));
    const unnamed = await storage.writeBody(message("unnamed"));
    const opened = await storage.openBodies([...stored.toReversed(), unnamed]);
    const read = await Promise.all(opened.map((body) => body.read(0, body.size)));
    assert(read.every((octets, n) => equal(octets, contents.at(-1 - n) ?? octets)));
    assertEquals(text(read.at(-1) ?? octets("")), text(message("unnamed")));
    assertEquals(await storage.openBodies([]), []);
    storage.discardBody(unnamed);
    await assertRefused("not-found", storage.openBodies([...stored, unnamed]));
  }],
  ["octets at hand are those that are read, whatever they are, and none of them is NUL", async ({ storage }) => {
    const mailbox = await inbox(storage);
    // No UTF-8, half a character at an end, NUL first, last and alone, nothing, a BOM, and one that lies elsewhere.
    const contents = [
      ...["plain\r\n", "\xff\xfe\x80", "caf\xc3", "\xa9", "", "a,b", "\xef\xbb\xbfa", "%s"],
      ...["\x00a", "after", "a\x00", "\x00", "", "x".repeat(300_000)],
    ].map(latin1Bytes);
    const stored = await Promise.all(contents.map((content) => storage.writeBody(content)));
    await storage.apply(stored.map((body) => ({ do: "append", mailbox, body, details: details() })));
    for (let first = 0; first < stored.length; first++) {
      for (const count of [1, 2, 5, stored.length]) {
        const opened = await storage.openBodies(stored.slice(first, first + count));
        for (const [index, { clean, size, read }] of opened.entries()) {
          const content = contents[first + index] ?? octets("");
          assertEquals(size, content.length);
          assert(clean === undefined || equal(clean, content) && !content.includes(0));
          const whole = await read(0, size);
          assert(equal(whole, content));
          whole.fill(1);
          assert(clean === undefined || equal(clean, content), "what is read is the reader's");
        }
      }
    }
  }],
  [
    "headers, where they can be opened alone, are the bodies up to where they end, in the order asked",
    async ({ storage }) => {
      if (storage.openHeaders === undefined) return;
      const mailbox = await inbox(storage);
      // None, nothing but one, an empty one, NUL, one that is not short, and those of messages that are not.
      const contents = [
        ...["", "Subject: alone", "\r\ntext", "Subject: a\x00b\r\n\r\ntext", "To: a\n\ntext", "caf\xc3\r\n\r\n"],
        ...[`Subject: ${"x".repeat(20_000)}\r\n\r\ntext`, `Subject: large\r\n\r\n${"text\r\n".repeat(50_000)}`],
        `Subject: ${"x".repeat(100_000)}\r\n\r\n${"text\r\n".repeat(50_000)}`,
      ].map(latin1Bytes);
      const stored = await Promise.all(contents.map((content) => storage.writeBody(content)));
      await storage.apply(stored.map((body) => ({ do: "append", mailbox, body, details: details() })));
      const all = [...stored.toReversed(), await storage.writeBody(contents[4] ?? octets(""))];
      const bodies = [...contents.toReversed(), contents[4] ?? octets("")];
      for (const [first, end] of [[0, all.length], [3, 8], [4, 5], [9, 10], [2, 2]] as const) {
        const opened = await storage.openHeaders(all.slice(first, end));
        assertEquals(opened.length, end - first);
        for (const [index, body] of opened.entries()) {
          const content = bodies[first + index] ?? octets(""), header = content.slice(0, summarize(content).headerSize);
          assertEquals(body.size, header.length);
          assert(equal(await body.read(0, body.size), header));
          assert(body.clean === undefined || equal(body.clean, header) && !header.includes(0));
        }
      }
      const gone = await storage.writeBody(message("gone"));
      storage.discardBody(gone);
      await assertRefused("not-found", storage.openHeaders([...stored, gone]));
    },
  ],
  ["bodies of many callers at once are not mixed up", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const content = (caller: number, n: number) => pattern(1000 + caller * 4001 + n).fill(caller * 16 + n, 0, 500);
    const stored = await Promise.all(Array.from({ length: 12 }, async (_, caller) => {
      const bodies: BodyId[] = [];
      for (let n = 0; n < 8; n++) {
        const body = await storage.writeBody(pieces(content(caller, n), 3000));
        await storage.apply([{ do: "append", mailbox, body, details: details() }]);
        bodies.push(body);
      }
      return bodies;
    }));
    for (const [caller, bodies] of stored.entries()) {
      for (const [n, id] of bodies.entries()) {
        const body = await storage.openBody(id);
        assert(equal(await body.read(0, body.size), content(caller, n)), `body ${n} of caller ${caller}`);
      }
    }
  }],
  ["50 MB are taken in and read at random", async ({ storage, reopen }) => {
    const mailbox = await inbox(storage);
    const block = pattern(1_000_000), blocks = 50;
    async function* stream() {
      for (let n = 0; n < blocks; n++) yield block;
    }
    const body = await storage.writeBody(stream());
    await storage.apply([{ do: "append", mailbox, body, details: details() }]);
    const opened = await (await reopen?.() ?? storage).openBody(body);
    assertEquals(opened.size, blocks * block.length);
    for (let at = 999_990; at < opened.size; at += 3_333_333) {
      const part = await opened.read(at, at + 20), start = at % block.length;
      const expected = Uint8Array.from(part, (_, index) => block[(start + index) % block.length] ?? 0);
      assertEquals(part, expected);
    }
  }],
  ["a prefix goes before a body, whatever the size, and the summary is that of the whole", async ({ storage }) => {
    const mailbox = await inbox(storage);
    const prefix = octets("Received: from a.example\r\nSubject: first\r\n");
    for (const size of sizes) {
      const content = new Uint8Array([...octets("From: a@example.org\n\n"), ...pattern(size)]);
      const once = await storage.writeBody({ prefix, body: await storage.writeBody(pieces(content, 4096)) });
      const twice = await storage.writeBody({ prefix: octets("Return-Path: <>\r\n"), body: once });
      const whole = new Uint8Array([...octets("Return-Path: <>\r\n"), ...prefix, ...content]);
      const [made] = await storage.apply([{ do: "append", mailbox, body: twice, details: details() }]);
      const opened = await storage.openBody(twice);
      assertEquals([made.size, opened.size], [whole.length, whole.length]);
      assert(equal(await opened.read(0, whole.length), whole));
      assert(equal(await opened.read(10, 70), whole.subarray(10, 70)));
      assertEquals(await storage.summary(twice), summarize(whole));
      assertEquals(made.crlfSize, summarize(whole).crlfSize);
    }
  }],
  ["a body that a message has gets no prefix", async ({ storage }) => {
    const mailbox = await inbox(storage);
    for (const size of [10, 300_000]) {
      const body = await storage.writeBody(pattern(size));
      await storage.apply([{ do: "append", mailbox, body, details: details() }]);
      await assertRefused("invalid", storage.writeBody({ prefix: octets("x"), body }));
      assertEquals((await storage.openBody(body)).size, size);
    }
  }],
  ["an iterable that throws midway leaves nothing, and is told so", async ({ storage }) => {
    for (const size of [10, 700_000]) {
      let left = false;
      const torn = async function* () {
        try {
          yield* pieces(pattern(size), 100_000);
          throw new TypeError("the client has gone");
        } finally {
          left = true;
        }
      };
      await assertRejects(() => storage.writeBody(torn()), TypeError, "the client has gone");
      assert(left);
    }
  }],
  ["a body can be discarded as long as no message has it", async ({ storage }) => {
    const mailbox = await inbox(storage);
    for (const size of [10, 700_000]) {
      const dropped = await storage.writeBody(pattern(size)), kept = await storage.writeBody(pattern(size));
      await storage.apply([{ do: "append", mailbox, body: kept, details: details() }]);
      storage.discardBody(dropped);
      storage.discardBody(dropped);
      storage.discardBody(kept);
      await assertRefused(
        "not-found",
        storage.apply([{ do: "append", mailbox, body: dropped, details: details() }]),
      );
      await assertRefused("not-found", storage.openBody(dropped));
      await assertRefused("not-found", storage.summary(dropped));
      assertEquals((await storage.openBody(kept)).size, size);
    }
  }],
  ["a body stays as long as a message has it, in whatever mailbox, and goes with the last", async ({ storage }) => {
    const mine = await inbox(storage, "a@x"), theirs = await inbox(storage, "b@x");
    for (const size of [10, 700_000]) {
      const body = await storage.writeBody(pattern(size));
      const [one, two] = await storage.apply([
        { do: "append", mailbox: mine, body, details: details() },
        { do: "append", mailbox: theirs, body, details: details() },
      ]);
      const [[copied] = []] = await storage.apply([{ do: "copy", from: mine, uids: [one.uid], to: theirs }]);
      await storage.apply([{ do: "expunge", mailbox: mine, uids: [one.uid] }]);
      await storage.apply([{ do: "expunge", mailbox: theirs, uids: [two.uid] }]);
      assert(equal(await (await storage.openBody(body)).read(0, size), pattern(size)));
      await storage.apply([{ do: "expunge", mailbox: theirs, uids: [copied?.[1] ?? 0] }]);
      await assertRefused("not-found", storage.openBody(body));
      await assertRefused(
        "not-found",
        storage.apply([{ do: "append", mailbox: mine, body, details: details() }]),
      );
    }
  }],
  ["a body whose batch was refused can go into another", async ({ storage }) => {
    const id = await account(storage);
    const { id: mailbox } = await named(storage, id, "INBOX");
    for (const size of [10, 700_000]) {
      const body = await storage.writeBody(pattern(size));
      const append = { do: "append", mailbox, body, details: details() } as const;
      await assertRefused(
        "conflict",
        storage.apply([append, { do: "createMailbox", account: id, name: "INBOX" }]),
      );
      const [made] = await storage.apply([append]);
      assertEquals((await storage.openBody(made.body)).size, size);
    }
  }],
];

/** Quicker than `assertEquals` for long octets. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}
