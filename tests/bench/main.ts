/**
 * `deno task bench [--quick] [--only idle|smtp|pop3|imap|sandbox] [--repeats N] [--alone]`: starts Quetzal, and what peers are
 * installed, loads them in turn from processes of their own, prints tables with ratios and keeps `bench.json`.
 */
import { parseArgs } from "@std/cli";
import { type CertificateFiles, makeCertificate } from "../support/certificate.ts";
import { imapFilled, imapRows } from "./imap_plan.ts";
import { measure, measureIdle } from "./measure.ts";
import { type Filled, filled, groups, heldIdle, type Row, rows } from "./plan.ts";
import { loadTable, type RowResult, type ServerResult, serverTable } from "./report.ts";
import { dovecot } from "./servers/dovecot.ts";
import { postfix } from "./servers/postfix.ts";
import { quetzal } from "./servers/quetzal.ts";
import { type BenchServer, type Started } from "./servers/server.ts";
import { sandboxTable } from "./sandbox_bench.ts";
import { smtpServer } from "./servers/smtp_server.ts";

if (import.meta.main) await main();

async function main(): Promise<void> {
  const options = readOptions();
  if (options.asks("sandbox")) {
    console.log((await sandboxTable(options.scale)).join("\n"));
    // It needs no server.
    if (!options.asks("idle")) return;
  }
  let left: Promise<void> | undefined;
  // What fails because servers are ended must not end the bench before they are.
  await using _ = { [Symbol.asyncDispose]: async () => await left };
  await using stack = new AsyncDisposableStack();
  const leave = () => void (left ??= stack.disposeAsync().finally(() => Deno.exit(130)));
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, leave);

  const tls = stack.use(await makeCertificate());
  const asked = [...rows, ...imapRows].filter(({ group }) => options.asks(group));
  const candidates: Candidate[] = [];
  for (const start of [...ours(tls, options), ...options.alone ? [] : peers(tls)]) {
    await using turn = stack.use(new AsyncDisposableStack());
    const server = turn.use(await startOne(start));
    if (server === undefined) continue;
    const startups = [server.startup];
    const idle = options.asks("idle") ? await idleOf(server, start, startups) : {};
    const { name, version, durability } = server;
    const isLoaded = asked.some(({ load }) => load(server, options.scale) !== undefined);
    candidates.push({ start, isLoaded, result: { server: name, version, durability, startups, idle } });
  }
  const results: RowResult[] = [];
  for (let round = 0; round < options.repeats && asked.length > 0; round++) {
    await using turn = stack.use(new AsyncDisposableStack());
    results.push(...await measureRound(await startAll(turn, candidates), asked, options));
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, leave);

  const servers = candidates.map(({ result }) => result);
  console.log([...serverTable(servers), "", ...results.length > 0 ? loadTable(results) : []].join("\n"));
  const facts = { at: new Date(), deno: Deno.version.deno, system: `${Deno.build.os} ${Deno.osRelease()}` };
  await Deno.writeTextFile("bench.json", JSON.stringify({ ...facts, servers, results }, null, 2));
}

interface Options {
  readonly alone: boolean;
  /** Multiplies how long is measured. */
  readonly scale: number;
  readonly repeats: number;
  asks(group: Row["group"]): boolean;
}

function readOptions(): Options {
  const { quick, alone, only, repeats } = parseArgs(Deno.args, {
    boolean: ["quick", "alone"],
    string: ["only", "repeats"],
    unknown: (option) => misused(`unknown option ${option}`),
  });
  if (only !== undefined && !groups.some((group) => group === only)) misused(`--only takes ${groups.join(", ")}`);
  const times = Number(repeats ?? (quick ? 1 : 3));
  if (!Number.isInteger(times) || times < 1) misused("--repeats takes a number from 1 on");
  return { alone, repeats: times, scale: quick ? 0.25 : 1, asks: (group) => only === undefined || only === group };
}

function misused(why: string): never {
  console.error(`${why}\ndeno task bench [--quick] [--only ${groups.join("|")}] [--repeats N] [--alone]`);
  Deno.exit(2);
}

/** One that can be measured here. */
interface Candidate {
  readonly start: () => Promise<Started>;
  /** Whether one of the rows is for it. */
  readonly isLoaded: boolean;
  readonly result: ServerResult & { readonly startups: number[] };
}

/** Those that have a door which is measured. */
function ours(tls: CertificateFiles, { asks }: Options): readonly (() => Promise<Started>)[] {
  const variants = {
    "quetzal": true,
    "quetzal (node)": asks("pop3"),
    "quetzal (index)": asks("smtp") || asks("imap"),
    "quetzal (2 workers)": asks("imap"),
  };
  const names = ["quetzal", "quetzal (node)", "quetzal (index)", "quetzal (2 workers)"] as const;
  const wanted = names.filter((variant) => variants[variant]);
  return wanted.map((variant) => () => quetzal(tls, variant));
}

/** One that does not start is missing, like one that is not there. */
function peers(tls: CertificateFiles): readonly (() => Promise<Started>)[] {
  const starts = {
    postfix,
    "smtp-server": () => smtpServer("file synced"),
    "smtp-server (folder synced)": () => smtpServer("file and folder synced"),
    ...{ dovecot: () => dovecot(tls), "dovecot (hibernating)": () => dovecot(tls, "hibernating") },
    "dovecot (mail_fsync=always)": () => dovecot(tls, "synced"),
  };
  return Object.entries(starts).map(([name, start]) => () =>
    start().catch((error: unknown) => ({ name, missing: `it does not start: ${error}` }))
  );
}

/** Undefined, and said why, for what cannot be measured here. */
async function startOne(start: () => Promise<Started>): Promise<BenchServer | undefined> {
  const started = await start();
  if ("missing" in started) return progress(`not compared with ${started.name}: ${started.missing}`);
  progress(`${started.name} ${started.version}: first greeting after ${started.startup.toFixed(0)} ms`);
  return started;
}

/** Memory of idle connections, each protocol's in a process that has served nobody else. */
async function idleOf(
  first: BenchServer,
  start: () => Promise<Started>,
  startups: number[],
): Promise<ServerResult["idle"]> {
  const idle: Record<string, number> = {};
  for (const { name, port, ...held } of heldIdle) {
    // Postfix has a process for each, and a limit of processes that this would only show.
    if (port(first) === undefined || first.name === "postfix") continue;
    const fresh = await start();
    if ("missing" in fresh) continue;
    await using server = fresh;
    startups.push(server.startup);
    const kib = await measureIdle({ kind: "hold", port: port(server) ?? 0, ...held }, server);
    progress(`${server.name}: ${kib.toFixed(1)} KiB for each of ${held.connections} idle ${name} connections`);
    idle[name] = kib;
  }
  return idle;
}

/**
 * Fresh processes of each: two of the same program may differ by a third in what they take for the same, and what an earlier
 * round left behind is gone.
 */
async function startAll(stack: AsyncDisposableStack, candidates: readonly Candidate[]): Promise<BenchServer[]> {
  const servers: BenchServer[] = [];
  for (const { start, result } of candidates.filter(({ isLoaded }) => isLoaded)) {
    const server = stack.use(await startOne(start));
    if (server === undefined) continue;
    result.startups.push(server.startup);
    servers.push(server);
  }
  return servers;
}

/** Every row once, against each server in turn, so that a noisy moment hits all of them alike. */
async function measureRound(
  servers: readonly BenchServer[],
  asked: readonly Row[],
  { asks, scale }: Options,
): Promise<RowResult[]> {
  if (asks("pop3")) await fillMailboxes(servers.filter(({ pop3s }) => pop3s !== undefined), filled);
  if (asks("imap")) {
    const mixed = servers.filter((server) => (server.imap ?? server.indexedImap ?? server.syncedImap) !== undefined);
    await fillMailboxes(mixed, imapFilled.mix);
    await fillMailboxes(servers.filter(({ imap }) => imap !== undefined), imapFilled.fetch);
  }
  const results: RowResult[] = [];
  for (const { name: row, load: loadFor } of asked) {
    for (const server of servers) {
      const load = loadFor(server, scale);
      if (load === undefined) continue;
      const measured = await measure(load, server);
      progress(`${row}: ${server.name} ${measured.rate.toFixed(0)} a second, CPU ${measured.cpu.toFixed(3)} ms`);
      results.push({ row, server: server.name, ...measured });
    }
  }
  return results;
}

/** Fills mailboxes before they are read, through each server's own door. */
async function fillMailboxes(servers: readonly BenchServer[], { users, messages }: Filled): Promise<void> {
  for (const server of servers) {
    const { name, fill } = server;
    if (fill === undefined) continue;
    progress(`${name}: filling ${users.count} mailboxes`);
    const until = { operations: users.count * messages };
    await measure({ kind: "smtp", ...fill, connections: 20, warmUp: 0, until, size: 4096, users }, server);
  }
}

function progress(line: string): undefined {
  console.error(line);
}
