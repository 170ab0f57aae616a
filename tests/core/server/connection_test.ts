import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../../../core/observe/log.ts";
import { ClientConnection } from "../../../core/server/connection.ts";
import { socketStream } from "../../../core/server/socket_stream.ts";
import { BufferPool } from "../../../core/wire/buffer_pool.ts";
import type { ByteStream } from "../../../core/wire/byte_stream.ts";
import { Waits } from "../../../core/wire/waits.ts";
import { socketPair } from "../../support/socket_pair.ts";
import { TestClock } from "../../support/test_clock.ts";

const address: Deno.NetAddr = { transport: "tcp", hostname: "192.0.2.1", port: 1 };

function connectionOver(stream: ByteStream, waits: Waits): ClientConnection {
  const parts = { id: "1", log: silentLog, peer: address, local: address };
  return new ClientConnection({ ...parts, stream, waits, buffers: new BufferPool() });
}

/** A stream on which nothing ever happens, unless the test says otherwise. */
function still(stream: Partial<ByteStream>): ByteStream & { readonly isClosed: () => boolean } {
  let isClosed = false;
  const never = new Promise<never>(() => {});
  return {
    ...{ read: () => never, write: () => never, end: () => never },
    ...stream,
    close: () => isClosed = true,
    isClosed: () => isClosed,
  };
}

const at = (octets: Uint8Array) => Promise.resolve(octets.length);
const nothing = () => Promise.resolve();

/** What the last word may wait for, each time without end. */
const waiting: Readonly<Record<string, Partial<ByteStream>>> = {
  "a client that does not read": {},
  "a client that does not take the end": { write: at },
  "a client that does not close its side": { write: at, end: nothing },
};

for (const [who, stream] of Object.entries(waiting)) {
  Deno.test(`connection: the last word waits for ${who} as long as it was told, and closes`, async () => {
    const clock = new TestClock(), inner = still(stream);
    using waits = new Waits(undefined, clock);
    const connection = connectionOver(inner, waits);
    connection.writer.line("bye");
    const finished = connection.finish(2000);
    await new Promise((resolve) => setTimeout(resolve));
    clock.advance(1999);
    await new Promise((resolve) => setTimeout(resolve));
    assert(!inner.isClosed());
    clock.advance(1);
    await finished;
    assert(inner.isClosed());
  });
}

Deno.test("connection: the last word is not the end of a stop: who was told of it may still read it", async () => {
  const clock = new TestClock(), stop = new AbortController();
  using waits = new Waits(stop.signal, clock);
  const inner = still({ write: at, end: nothing });
  const connection = connectionOver(inner, waits);
  stop.abort();
  const finished = connection.finish(2000);
  await new Promise((resolve) => setTimeout(resolve));
  assert(!inner.isClosed());
  clock.advance(2000);
  await finished;
});

Deno.test("connection: a client that goes on sending after the last word is closed", async () => {
  let octets = 0;
  const inner = still({
    write: at,
    end: nothing,
    read(into) {
      octets += into.length;
      return Promise.resolve(into.length);
    },
  });
  using waits = new Waits(undefined, new TestClock());
  await connectionOver(inner, waits).finish(2000);
  assert(inner.isClosed());
  assert(octets > 1_000_000 && octets < 10_000_000, `${octets}`);
});

Deno.test("connection: RFC 1122 §4.2.2.13: the last word arrives, whatever the client had sent and nobody read", async () => {
  const { server, client } = await socketPair();
  using waits = new Waits(undefined, new TestClock());
  const connection = connectionOver(socketStream(server), waits);
  const sent = (async () => {
    const octets = new Uint8Array(1_000_000);
    for (let at = 0; at < octets.length;) at += await client.write(octets.subarray(at));
    await client.closeWrite();
  })();
  connection.writer.line("bye");
  await Promise.all([sent, connection.finish(2000)]);
  assertEquals(await new Response(client.readable).text(), "bye\r\n");
});

Deno.test("connection: a security layer is released when its connection is closed, once", () => {
  using waits = new Waits();
  const inner = still({});
  const connection = connectionOver(inner, waits);
  let released = 0;
  const same = (octets: Uint8Array) => octets;
  const layer = { maximumInput: 100, maximumOutput: 100, wrap: same, unwrap: same, release: () => void released++ };
  connection.installSecurityLayer(layer);
  assertEquals(released, 0);
  connection.close();
  connection.close();
  assertEquals([released, inner.isClosed()], [1, true]);
});
