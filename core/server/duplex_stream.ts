/** Between Node's streams and ours: `node:tls` speaks only to the former. */
import { Duplex } from "node:stream";
import type { ByteStream } from "../wire/byte_stream.ts";
import type { EndableStream } from "./socket_stream.ts";

/** Octets of the buffer of a waiting read, which pins it, and of one that follows a full one. */
const IDLE_READ = 2048, BUSY_READ = 65_536;

/** A stream of ours as Node's; it owns ours from then on. */
export function duplexOver(stream: EndableStream): Duplex {
  let size = IDLE_READ;
  return new Duplex({
    // Node's own buffering adds nothing to ours.
    highWaterMark: BUSY_READ,
    read() {
      const buffer = new Uint8Array(size);
      stream.read(buffer).then((count) => {
        if (count !== null) size = count === buffer.length ? BUSY_READ : IDLE_READ;
        this.push(count === null ? null : buffer.subarray(0, count));
      }, (error) => this.destroy(error));
    },
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(stream, chunk).then(() => done(), done);
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

/** A stream of Node's as ours. */
export function streamOver(duplex: Duplex): EndableStream {
  let unread: Uint8Array | undefined;
  let hasEnded = false;
  let failure: Error | undefined;
  let change = Promise.withResolvers<void>();
  const changed = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  duplex.on("readable", changed);
  duplex.on("end", () => {
    hasEnded = true;
    changed();
  });
  duplex.on("error", (error: Error) => {
    failure = error;
    changed();
  });
  duplex.on("close", () => {
    hasEnded = true;
    changed();
  });
  return {
    async read(into) {
      for (;;) {
        unread ??= duplex.read() ?? undefined;
        if (unread !== undefined) break;
        if (failure !== undefined) throw failure;
        if (hasEnded) return null;
        await change.promise;
      }
      const taken = unread.subarray(0, into.length);
      into.set(taken);
      unread = taken.length < unread.length ? unread.subarray(taken.length) : undefined;
      return taken.length;
    },
    write(data) {
      return new Promise((resolve, reject) => {
        duplex.write(data, (error) => error ? reject(error) : resolve(data.length));
      });
    },
    end() {
      return new Promise((resolve) => duplex.end(resolve));
    },
    close() {
      duplex.destroy();
    },
  };
}

async function writeAll(stream: ByteStream, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length;) at += await stream.write(data.subarray(at));
}
