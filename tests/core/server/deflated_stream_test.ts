/** COMPRESS=DEFLATE over a stream (RFC 4978): whole, at once, in bounded memory. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { createDeflateRaw, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { DeflatedStream } from "../../../core/server/deflated_stream.ts";
import type { ByteStream } from "../../../core/wire/byte_stream.ts";
import { ConnectionClosed } from "../../../core/wire/errors.ts";

/** A stream that gives these pieces, and keeps what is written to it. */
function streamOf(pieces: readonly Uint8Array[]): ByteStream & { readonly written: Uint8Array[] } {
  const left = pieces.filter((piece) => piece.length > 0);
  const written: Uint8Array[] = [];
  return {
    written,
    read(into) {
      const piece = left.shift();
      if (piece === undefined) return Promise.resolve(null);
      const taken = piece.subarray(0, into.length);
      if (taken.length < piece.length) left.unshift(piece.subarray(taken.length));
      into.set(taken);
      return Promise.resolve(taken.length);
    },
    write(data) {
      // Not all of it: a socket may take less.
      const taken = data.slice(0, Math.max(1, data.length >> 1));
      written.push(taken);
      return Promise.resolve(taken.length);
    },
    end: () => Promise.resolve(),
    close() {},
  };
}

async function readAll(stream: ByteStream, size = 1000): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const into = new Uint8Array(size);
  for (let count = await stream.read(into); count !== null; count = await stream.read(into)) {
    assert(count > 0);
    pieces.push(into.slice(0, count));
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function cut(octets: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((place) => place % (octets.length + 1)).sort((a, b) => a - b), octets.length];
  return places.slice(1).map((end, index) => octets.subarray(places[index], end));
}

/** As a client does it: each write can be read as soon as it has come. */
const FLUSH = 2;
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 5000, size: "max" }),
  fc.tuple(fc.nat(255), fc.nat(50_000)).map(([octet, count]) => new Uint8Array(count).fill(octet)),
);

Deno.test("deflate: RFC 4978 §3: what comes in pieces of any size is inflated, from what had been read before on", async () => {
  await fc.assert(
    fc.asyncProperty(
      octets,
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.integer({ min: 1, max: 5000 }),
      async (plain, cuts, size) => {
        const [unread = new Uint8Array(), ...pieces] = cut(deflateRawSync(plain, { finishFlush: FLUSH }), cuts);
        const stream = new DeflatedStream(streamOf(pieces), unread);
        assertEquals(await readAll(stream, size), new Uint8Array(plain));
        stream.close();
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("deflate: RFC 4978 §3: each write can be inflated when it has come, without the next", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(octets, { minLength: 1, maxLength: 6 }), async (writes) => {
      const inner = streamOf([]);
      const stream = new DeflatedStream(inner, new Uint8Array());
      for (const [index, data] of writes.entries()) {
        if (data.length > 0) assertEquals(await stream.write(data), data.length);
        const sent = Buffer.concat(inner.written);
        const expected = Buffer.concat(writes.slice(0, index + 1));
        if (expected.length > 0) assert(inflateRawSync(sent, { finishFlush: FLUSH }).equals(expected));
      }
      stream.close();
    }),
    { numRuns: 60 },
  );
});

Deno.test("deflate: what is deflated into very little takes no more memory than what is read of it", async () => {
  const size = 200_000_000;
  const bomb = deflateRawSync(new Uint8Array(size), { finishFlush: FLUSH });
  assert(bomb.length < 250_000);
  const stream = new DeflatedStream(streamOf([bomb]), new Uint8Array());
  const into = new Uint8Array(4096);
  const before = Deno.memoryUsage().rss;
  let count = 0;
  // A client that is read slowly: what has not been asked for is not made.
  for (let reads = 0; reads < 2000; reads++) count += await stream.read(into) ?? 0;
  assert(count > 1_000_000);
  const grown = Deno.memoryUsage().rss - before;
  assert(grown < 60_000_000, `${grown} octets for ${count}`);
  stream.close();
});

Deno.test("deflate: what is no deflated data ends the connection, and so does its end", async () => {
  const wrong = new DeflatedStream(streamOf([Uint8Array.of(255, 255, 255, 255)]), new Uint8Array());
  await assertRejects(() => readAll(wrong), ConnectionClosed);
  wrong.close();
  // A client that finishes has said all that it has to say.
  const finished = new DeflatedStream(streamOf([deflateRawSync(new Uint8Array(10))]), new Uint8Array());
  assertEquals(await readAll(finished), new Uint8Array(10));
  finished.close();
  // Nothing is deflated by what comes after that: the connection ends, and does not wait for more.
  const pieces = [new Uint8Array(10), new Uint8Array(20)].map((piece) => new Uint8Array(deflateRawSync(piece)));
  const { read, ...connection } = streamOf(pieces);
  const beyond = new DeflatedStream({
    ...connection,
    read: async (into) => await read(into) ?? await Promise.reject(new Error("more was read")),
  }, new Uint8Array());
  assertEquals(await readAll(beyond), new Uint8Array(10));
  beyond.close();
});

/** Reads so many octets, as somebody does who knows where a command ends. */
async function readSome(stream: ByteStream, size: number): Promise<void> {
  const into = new Uint8Array(size);
  for (let left = size; left > 0;) left -= await stream.read(into.subarray(0, left)) ?? left;
}

Deno.test("deflate: RFC 8437 §4.1: what comes after a flush, or after the end of the deflated stream, is in clear again", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 5000 }), fc.boolean()), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.boolean(),
      // Nothing that a flush could be taken for.
      fc.uint8Array({ min: 1, max: 254, minLength: 1, maxLength: 100 }),
      fc.array(fc.nat(), { maxLength: 8 }),
      async (writes, isEnded, clear, cuts) => {
        const plain = writes.map(([octets]) => octets);
        const deflated = await deflatedInParts(writes, isEnded);
        const [unread = new Uint8Array(), ...pieces] = cut(new Uint8Array(Buffer.concat([deflated, clear])), cuts);
        const inner = streamOf(pieces);
        const stream = new DeflatedStream(inner, unread);
        await readSome(stream, Buffer.concat(plain).length);
        const came = await stream.remove();
        assertEquals(new Uint8Array(Buffer.concat([came, await readAll(inner)])), new Uint8Array(clear));
      },
    ),
    { numRuns: 300 },
  );
});

/** Some of the writes end in a flush; the last does, or ends the stream. */
async function deflatedInParts(writes: readonly (readonly [Uint8Array, boolean])[], isEnded: boolean) {
  const deflate = createDeflateRaw();
  const pieces: Uint8Array[] = [];
  deflate.on("data", (piece: Uint8Array) => pieces.push(piece));
  for (const [index, [octets, isFlushed]] of writes.entries()) {
    deflate.write(octets);
    const isLast = index === writes.length - 1;
    if (isLast ? !isEnded : isFlushed) await new Promise<void>((resolve) => deflate.flush(FLUSH, resolve));
  }
  if (isEnded) {
    await new Promise<void>((resolve) => {
      deflate.once("end", resolve);
      deflate.end();
    });
  }
  return Buffer.concat(pieces);
}

Deno.test("deflate: RFC 8437 §4.1: who goes on deflating beyond the end is left", async () => {
  const deflated = deflateRawSync(new Uint8Array(20_000).fill(65), { finishFlush: FLUSH });
  for (const cuts of [[], [3], [deflated.length - 2]]) {
    const stream = new DeflatedStream(streamOf(cut(deflated, cuts)), new Uint8Array());
    await readSome(stream, 12_000);
    await assertRejects(() => stream.remove(), ConnectionClosed, "went on deflating");
    stream.close();
  }
  // Neither flushed nor ended: the rest cannot be told from what is in clear.
  const [half = new Uint8Array()] = cut(deflated, [deflated.length - 4]);
  const stream = new DeflatedStream(streamOf([half]), new Uint8Array());
  await readSome(stream, 20_000);
  await assertRejects(() => stream.remove(), ConnectionClosed, "left");
  stream.close();
});

Deno.test("deflate: who closes while something is sent does not wait for it", async () => {
  const stream = new DeflatedStream(streamOf([]), new Uint8Array());
  const sending = stream.write(crypto.getRandomValues(new Uint8Array(60_000)));
  stream.close();
  await sending.catch(() => {});
});
