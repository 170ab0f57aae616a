/**
 * `deno task bench [--quick] [--only smtp|pop3|idle] [--repeats N]`: starts Quetzal, and what peers are installed, loads
 * them in turn from processes of their own, prints a table with ratios and keeps `bench.json`.
 */
import { parseArgs } from "@std/cli";
import { makeCertificate } from "../support/certificate.ts";
import { measure, measureIdle } from "./measure.ts";
import { filled, idleConnections, rows } from "./plan.ts";
import { median, type RowResult, table } from "./report.ts";
import { dovecot } from "./servers/dovecot.ts";
import { postfix } from "./servers/postfix.ts";
import { quetzal } from "./servers/quetzal.ts";
import { type BenchServer, users } from "./servers/server.ts";
import { smtpServer } from "./servers/smtp_server.ts";

if (import.meta.main) await main();

async function main(): Promise<void> {
  const options = parseArgs(Deno.args, { boolean: ["quick"], string: ["only", "repeats"] });
  const repeats = Number(options.repeats ?? (options.quick ? 1 : 3));
  const size = { scale: options.quick ? 0.25 : 1 };
  const isAsked = (group: string) => options.only === undefined || options.only === group;

  await using stack = new AsyncDisposableStack();
  const tls = stack.use(await makeCertificate());
  const servers: BenchServer[] = [];
  for (const start of [() => quetzal(tls), postfix, () => dovecot(tls), smtpServer]) {
    const started = await start();
    if ("missing" in started) {
      progress(`not compared with ${started.name}: ${started.missing}`);
      continue;
    }
    servers.push(stack.use(started));
    progress(`${started.name}: first greeting after ${started.startup.toFixed(0)} ms; durable: ${started.durability}`);
  }

  const idle = isAsked("idle") ? await idleTable(servers) : [];
  if (isAsked("pop3")) await fillMailboxes(servers);
  const results = await measureRows(servers, rows.filter(({ group }) => isAsked(group)), repeats, size);
  console.log([...(results.length > 0 ? table(results) : []), "", ...idle].join("\n"));
  await Deno.writeTextFile(
    "bench.json",
    JSON.stringify(
      {
        at: new Date(),
        deno: Deno.version,
        startup: servers.map(({ name, startup }) => ({ name, startup })),
        results,
        idle,
      },
      null,
      2,
    ),
  );
}

/** Every row against each server in turn, so that a noisy moment hits all of them alike. */
async function measureRows(
  servers: readonly BenchServer[],
  asked: typeof rows,
  repeats: number,
  size: { readonly scale: number },
): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const row of asked) {
    const able = servers.flatMap((server) => {
      const load = row.load(server, size);
      return load === undefined ? [] : [{ server, load, repeats: [] as RowResult["repeats"][number][] }];
    });
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const one of able) {
        one.repeats.push(await measure(one.load, one.server.pids));
        const rates = one.repeats.map(({ rate }) => rate.toFixed(0)).join(" ");
        progress(
          `${row.name}: ${one.server.name} ${rates}/s, CPU ${median(one.repeats.map(({ cpu }) => cpu)).toFixed(3)} ms`,
        );
      }
    }
    results.push(...able.map(({ server, repeats }) => ({ row: row.name, server: server.name, repeats })));
  }
  return results;
}

/** Fills the maildrops that POP3 reads, through each server's own door. */
async function fillMailboxes(servers: readonly BenchServer[]): Promise<void> {
  for (const { name, smtp, lmtp, pop3, pids } of servers) {
    const port = lmtp ?? smtp;
    if (pop3 === undefined || port === undefined) continue;
    progress(`${name}: filling ${filled.users} maildrops`);
    await measure({
      kind: "smtp",
      port,
      lmtp: lmtp !== undefined,
      connections: 8,
      messages: filled.users * filled.messages,
      size: 4096,
      users: { ...users, count: filled.users },
    }, pids);
  }
}

async function idleTable(servers: readonly BenchServer[]): Promise<string[]> {
  const lines = [`Memory of an idle connection, ${idleConnections} of them (KiB)`];
  for (const { name, smtp, pop3, pids } of servers) {
    for (const [protocol, port] of [["SMTP", smtp], ["POP3", pop3]] as const) {
      // Postfix has a process for each, and a limit of processes that it would only show.
      if (port === undefined || name === "postfix") continue;
      const kib = await measureIdle({ kind: "hold", port, connections: idleConnections }, pids);
      lines.push(`  ${name.padEnd(12)} ${protocol} ${kib.toFixed(1)}`);
      progress(lines.at(-1) ?? "");
    }
  }
  return lines;
}

function progress(line: string): void {
  console.error(line);
}
