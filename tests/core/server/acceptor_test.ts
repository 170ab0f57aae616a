import { assert, assertEquals } from "@std/assert";
import { connect } from "node:net";
import { Acceptor, type AcceptsSockets } from "../../../core/server/acceptor.ts";
import { silentLog } from "../../../core/observe/log.ts";
import { recordedLog } from "../../support/recorded_log.ts";

/** A listener at which things happen one after the other; then nothing, until it is closed. */
class FakeListener implements AcceptsSockets<number> {
  readonly #events: (number | Error)[];
  readonly #closed = Promise.withResolvers<never>();
  isClosed = false;

  constructor(...events: (number | Error)[]) {
    this.#events = events;
  }

  async accept(): Promise<number> {
    const event = this.#events.shift();
    if (event instanceof Error) throw event;
    return event ?? await this.#closed.promise;
  }

  close(): void {
    this.isClosed = true;
    this.#closed.reject(new Deno.errors.BadResource("closed"));
  }
}

/** Those that were accepted, and when the last of them was. */
function taken(last: number): { readonly all: number[]; readonly done: Promise<void>; take(socket: number): void } {
  const all: number[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  return {
    all,
    done,
    take(socket) {
      all.push(socket);
      if (socket === last) resolve();
    },
  };
}

Deno.test("acceptor: clients that go before they are accepted leave the port open, and no trace in the log", async () => {
  using recorded = recordedLog();
  const { NotConnected, ConnectionReset, ConnectionAborted } = Deno.errors;
  const listener = new FakeListener(1, new NotConnected(), new ConnectionReset(), new ConnectionAborted(), 2);
  const { all, done, take } = taken(2);
  using _acceptor = new Acceptor(listener, recorded.log, take);
  await done;
  assertEquals([all, recorded.events], [[1, 2], []]);
});

Deno.test("acceptor: a real client's reset leaves the port open", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (let times = 0; times < 5; times++) {
    const client = connect({ host: "127.0.0.1", port });
    await new Promise((resolve) => client.once("connect", resolve));
    const closed = new Promise((resolve) => client.once("close", resolve));
    client.resetAndDestroy();
    await closed;
  }
  using _acceptor = new Acceptor(listener, silentLog, (socket) => {
    socket.write(new TextEncoder().encode("hello")).catch(() => {}).finally(() => socket.close());
  });
  const good = await Deno.connect({ hostname: "127.0.0.1", port });
  assertEquals(await new Response(good.readable).text(), "hello");
});

Deno.test("acceptor: where accepting fails it is tried again, and said once, with what helps", async () => {
  using recorded = recordedLog();
  const full = () => new Error("Too many open files (os error 24)");
  const listener = new FakeListener(full(), full(), 1, full(), 2);
  const { all, done, take } = taken(2);
  using _acceptor = new Acceptor(listener, recorded.log, take);
  await done;
  assertEquals(all, [1, 2]);
  assertEquals(recorded.events.map(({ level, message }) => `${level}: ${message}`), [
    "error: cannot accept connections; it is tried again and again; raise the limit of open files (ulimit -n, " +
    "systemd's LimitNOFILE), or lower limits.connections",
  ]);
});

Deno.test("acceptor: when it retires those who have come are let in, then it closes", async () => {
  const listener = new FakeListener(1, 2, 3);
  const { all, take } = taken(3);
  const acceptor = new Acceptor(listener, silentLog, take);
  await acceptor.retire();
  assertEquals([all, listener.isClosed], [[1, 2, 3], true]);
  acceptor[Symbol.dispose]();
});

Deno.test("acceptor: it retires within bounds, however many come", async () => {
  let isClosed = false;
  let next = Promise.resolve(0);
  const accept = () => next = new Promise((resolve) => setTimeout(() => resolve(1)));
  const acceptor = new Acceptor({ accept, close: () => isClosed = true }, silentLog, () => {});
  await acceptor.retire();
  assert(isClosed);
  await next;
});
