/** Between Node's streams and ours: `node:tls` speaks only to the former. */
import { Duplex } from "node:stream";
import type { ByteStream } from "../../wire/byte_stream.ts";

const nothing = new Uint8Array(0);
/** Octets of the buffer of a waiting read, which pins it, and of one that follows a full one. */
const IDLE_READ = 1024, BUSY_READ = 65_536;

/**
 * Lets reads through, or holds them back: whoever is between two streams may take what he is given without end, and
 * keep it.
 */
export class Valve {
  #opening: PromiseWithResolvers<void> | undefined;

  /** Undefined while reads may pass; otherwise resolves when they may. */
  get opening(): Promise<void> | undefined {
    return this.#opening?.promise;
  }

  /** Lets reads pass. */
  open(): void {
    this.#opening?.resolve();
    this.#opening = undefined;
  }

  /** Holds back those that have not begun. */
  close(): void {
    this.#opening ??= Promise.withResolvers();
  }
}

/** A stream of ours as Node's, read while the valve is open; it owns ours from then on. */
export function duplexOver(stream: ByteStream, valve: Valve): Duplex {
  let size = IDLE_READ;
  async function readInto(duplex: Duplex): Promise<void> {
    try {
      await valve.opening;
      const buffer = new Uint8Array(size);
      const count = await stream.read(buffer);
      if (count !== null) size = count === buffer.length ? BUSY_READ : IDLE_READ;
      duplex.push(count === null ? null : buffer.subarray(0, count));
    } catch (error) {
      duplex.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return new Duplex({
    // Node's own buffering adds nothing to ours.
    highWaterMark: BUSY_READ,
    read() {
      readInto(this);
    },
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(stream, chunk).then(() => {
        done();
        stir(this);
      }, done);
    },
    final(done) {
      stream.end().then(() => done(), done);
    },
    destroy(error, done) {
      stream.close();
      done(error);
    },
  });
}

/**
 * Before Deno 2.8 the TLS engine over such a duplex tells that its octets have been written, and gives out its last, only
 * when something has come in: nothing will do.
 */
export function stir(duplex: Duplex): void {
  duplex.emit("data", nothing);
}

/** A stream of Node's as ours; the valve below it is open while it waits. */
export function streamOver(duplex: Duplex, valve: Valve): ByteStream {
  let unread: Uint8Array | undefined;
  let hasEnded = false;
  let failure: Error | undefined;
  let change = Promise.withResolvers<void>();
  const changed = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  valve.close();
  duplex.on("readable", changed);
  duplex.on("end", () => {
    hasEnded = true;
    changed();
  });
  duplex.on("error", (error: Error) => {
    failure = error;
    changed();
  });
  /** Of the write under way. */
  let giveUp = (_error: Error) => {};
  duplex.on("close", () => {
    hasEnded = true;
    changed();
    giveUp(failure ?? closed());
  });
  /** Node does not always tell those who wait for a stream that is destroyed, or has been. */
  const untilClosed = (act: (done: (error?: Error | null) => void) => void): Promise<void> => {
    if (duplex.destroyed) return Promise.reject(failure ?? closed());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    giveUp = reject;
    act((error) => error ? reject(error) : resolve());
    return promise;
  };
  return {
    async read(into) {
      for (;;) {
        valve.close();
        unread ??= duplex.read() ?? undefined;
        if (unread !== undefined) break;
        if (failure !== undefined) throw failure;
        if (hasEnded) return null;
        valve.open();
        await change.promise;
      }
      const taken = unread.subarray(0, into.length);
      into.set(taken);
      unread = taken.length < unread.length ? unread.subarray(taken.length) : undefined;
      return taken.length;
    },
    async write(data) {
      await untilClosed((done) => duplex.write(data, done));
      return data.length;
    },
    end: () => untilClosed((done) => duplex.end(done)),
    close() {
      duplex.destroy();
    },
  };
}

function closed(): Error {
  return new Error("the stream has been closed");
}

async function writeAll(stream: ByteStream, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length;) at += await stream.write(data.subarray(at));
}
