import { assert, assertEquals } from "@std/assert";
import type { LoadResult } from "./load/load.ts";
import { runLoad } from "./measure.ts";
import { users } from "./servers/server.ts";

const load = { kind: "smtp", connections: 3, size: 1000, users } as const;

Deno.test("bench: what a load warms up with comes before the server is looked at, and does not count", async () => {
  using sink = new Sink();
  const warmed = { ...load, port: sink.port, warmUp: 0.1, until: { operations: 7 } };
  const { seen, said } = await runLoad(warmed, () => Promise.resolve(sink.taken));
  const result: LoadResult = JSON.parse(said);
  assertEquals([result.operations, sink.taken - seen], [7, 7]);
  assert(seen > 0, "nothing was warmed up");
  assert(result.loadCpu > 0, `the load took ${result.loadCpu} ms`);
});

Deno.test("bench: a load of so many seconds counts whatever was answered", async () => {
  using sink = new Sink();
  const timed = { ...load, port: sink.port, warmUp: 0, until: { seconds: 0.1 } };
  const { seen, said } = await runLoad(timed, () => Promise.resolve(sink.taken));
  const result: LoadResult = JSON.parse(said);
  assertEquals([seen, result.operations], [0, sink.taken]);
  assert(result.operations > 0 && result.seconds >= 0.1, `${result.operations} messages took ${result.seconds} s`);
});

/** Takes messages, and says yes to everything. */
class Sink implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly port = this.#listener.addr.port;
  taken = 0;

  constructor() {
    this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) this.#serve(connection);
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    using _ = connection;
    const say = (reply: string) => connection.write(new TextEncoder().encode(`${reply}\r\n`));
    await say("220 sink");
    let text = "";
    let isData = false;
    for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) {
      text += part;
      // The load waits for each answer: nothing comes after what ends here.
      if (!text.endsWith(isData ? "\r\n.\r\n" : "\r\n")) continue;
      if (isData) this.taken++;
      isData = text === "DATA\r\n";
      text = "";
      await say(isData ? "354 go on" : "250 yes");
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}
