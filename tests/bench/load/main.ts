/** A load process: takes a load as JSON, says when the server is warm or its connections are held, and prints its result as JSON. */
import { cpuUsage } from "node:process";
import { ImapClient } from "./imap_client.ts";
import { imapDelayLoad } from "./imap_delay_load.ts";
import { imapFetchLoad } from "./imap_fetch_load.ts";
import { imapMixLoad } from "./imap_mix_load.ts";
import type { HoldLoad, Load, LoadResult, Ran } from "./load.ts";
import { loginLoad, pop3Load } from "./pop3_load.ts";
import { smtpLoad } from "./smtp_load.ts";
import { WireClient } from "./wire_client.ts";

if (import.meta.main) await main(JSON.parse(Deno.args[0] ?? "{}"));

async function main(load: Load): Promise<void> {
  if (load.kind === "hold") return await hold(load);
  if ("warmUp" in load && load.warmUp > 0) {
    await run({ ...load, until: { ...load.until, seconds: load.warmUp } });
  }
  await ready();
  const before = cpuUsage();
  const ran = await run(load);
  const ended = performance.now();
  const { user, system } = cpuUsage(before);
  console.log(JSON.stringify(result(ran, ended, (user + system) / 1000)));
}

/** Says so, and waits for the end of standard input: meanwhile the server is looked at. */
async function ready(): Promise<void> {
  console.log("ready");
  await Deno.stdin.read(new Uint8Array(1));
}

function run(load: Exclude<Load, HoldLoad>): Promise<Ran> {
  switch (load.kind) {
    case "smtp":
      return smtpLoad(load);
    case "login":
      return loginLoad(load);
    case "pop3":
      return pop3Load(load);
    case "imap-fetch":
      return imapFetchLoad(load);
    case "imap-mix":
      return imapMixLoad(load);
    case "imap-delay":
      return imapDelayLoad(load);
  }
}

function result({ begun, times, messages }: Ran, ended: number, cpu: number): LoadResult {
  const operations = messages ?? times.length;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return {
    operations,
    seconds: (ended - begun) / 1000,
    p50: at(0.5),
    p99: at(0.99),
    loadCpu: cpu / operations,
  };
}

async function hold({ connections, port, users }: HoldLoad): Promise<void> {
  using clients = new DisposableStack();
  let left = connections;
  const open = async () => {
    while (left-- > 0) {
      if (users === undefined) await clients.use(await WireClient.connect(port)).line();
      else await clients.use(await ImapClient.select({ port, users }, left)).idle();
    }
  };
  // Some at a time: smtp-server lets each wait for its greeting.
  await Promise.all(Array.from({ length: 50 }, open));
  await ready();
}
