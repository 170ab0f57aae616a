/** A load process: takes a load as JSON, prints its result as JSON. */
import { ImapClient } from "./imap_client.ts";
import { imapDelayLoad } from "./imap_delay_load.ts";
import { imapFetchLoad } from "./imap_fetch_load.ts";
import { imapMixLoad } from "./imap_mix_load.ts";
import type { HoldLoad, Load, LoadResult } from "./load.ts";
import { loginLoad, pop3Load } from "./pop3_load.ts";
import { smtpLoad } from "./smtp_load.ts";
import { WireClient } from "./wire_client.ts";

if (import.meta.main) {
  const load: Load = JSON.parse(Deno.args[0] ?? "{}");
  console.log(JSON.stringify(await run(load)));
}

async function run(load: Load): Promise<LoadResult> {
  const begun = performance.now();
  switch (load.kind) {
    case "smtp":
      return result(begun, await smtpLoad(load));
    case "login":
      return result(begun, await loginLoad(load));
    case "pop3": {
      const { times, messages } = await pop3Load(load);
      return { ...result(begun, times), messages };
    }
    case "imap-fetch": {
      const { times, messages, begun } = await imapFetchLoad(load);
      return { ...result(begun, times), operations: messages };
    }
    case "imap-mix": {
      const { times, begun } = await imapMixLoad(load);
      return result(begun, times);
    }
    case "imap-delay": {
      const { times, begun } = await imapDelayLoad(load);
      return result(begun, times);
    }
    case "hold":
      return await hold(load, begun);
  }
}

/** Opens them, says so on standard output, and waits for the end of standard input. */
async function hold(load: HoldLoad, begun: number): Promise<LoadResult> {
  using clients = new DisposableStack();
  const times: number[] = [];
  let left = load.connections;
  const open = async () => {
    while (left-- > 0) {
      const opened = performance.now();
      const { port, users } = load;
      if (users === undefined) await clients.use(await WireClient.connect(port)).line();
      else await clients.use(await ImapClient.select({ port, users }, left)).idle();
      times.push(performance.now() - opened);
    }
  };
  // Some at a time: smtp-server lets each wait for its greeting.
  await Promise.all(Array.from({ length: 50 }, open));
  const held = result(begun, times);
  console.log("held");
  await Deno.stdin.read(new Uint8Array(1));
  return held;
}

function result(begun: number, times: number[]): LoadResult {
  const seconds = (performance.now() - begun) / 1000;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { operations: times.length, seconds, p50: at(0.5), p99: at(0.99) };
}
