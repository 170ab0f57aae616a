/** The tables of a bench run: medians, and how ours compares with each peer. */
import type { Measured } from "./measure.ts";

/** What one row showed for one server in one round. */
export interface RowResult extends Measured {
  readonly row: string;
  readonly server: string;
}

/** What one server is, and what it takes while nobody asks anything. */
export interface ServerResult {
  readonly server: string;
  readonly version: string;
  /** What its 250 means. */
  readonly durability: string;
  /** Milliseconds to the first greeting, of every start. */
  readonly startups: readonly number[];
  /** KiB of a connection that waits, by protocol. */
  readonly idle: Readonly<Record<string, number>>;
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Rate, latency and CPU of each server in each row, medians of the rounds; beside a peer, ours divided by its. */
export function loadTable(results: readonly RowResult[]): string[] {
  const head = ["", "server", "a second", "p50 ms", "p99 ms", "CPU ms each", "the load's", "ours: rate", "ours: CPU"];
  const lines = [...Map.groupBy(results, ({ row }) => row).values()].flatMap((of) => {
    const [ours, ...peers] = Map.groupBy(of, ({ server }) => server).values();
    return ours === undefined ? [] : [line(ours), ...peers.map((peer) => line(peer, ours))];
  });
  return markdown([head, ...lines]);
}

/** Start-up and memory of each server. */
export function serverTable(results: readonly ServerResult[]): string[] {
  const protocols = [...new Set(results.flatMap(({ idle }) => Object.keys(idle)))];
  const head = ["server", "version", "250 means", "start-up ms", ...protocols.map((name) => `KiB, idle ${name}`)];
  const lines = results.map(({ server, version, durability, startups, idle }) => [
    ...[server, version, durability, shown(median(startups), 0)],
    ...protocols.map((name) => shown(idle[name] ?? NaN, 1)),
  ]);
  return markdown([head, ...lines]);
}

function line(rounds: readonly RowResult[], ours?: readonly RowResult[]): string[] {
  const of = (key: keyof Measured, whose = rounds) => median(whose.map((measured) => measured[key]));
  const [{ row, server } = { row: "", server: "" }] = rounds;
  const ratio = (key: keyof Measured) => ours === undefined ? "" : `×${shown(of(key, ours) / of(key), 2)}`;
  return [
    ours === undefined ? row : "",
    server,
    shown(of("rate"), 0),
    shown(of("p50"), 2),
    shown(of("p99"), 1),
    shown(of("cpu"), 3),
    shown(of("loadCpu"), 3),
    ratio("rate"),
    ratio("cpu"),
  ];
}

/** A number with so many digits after the point; `–` for none. */
export function shown(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "–";
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A table that can be read as it is, and pasted into a document. The first line is its head. */
export function markdown(lines: readonly (readonly string[])[]): string[] {
  const [head = []] = lines;
  const widths = head.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const isText = (column: number) => lines.slice(1).every((cells) => !/^[\d,.×–]*$/.test(cells[column] ?? ""));
  const texts = head.map((_, column) => column < 2 || isText(column));
  const print = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => pad(cells[at] ?? "", width, texts[at] ?? true)).join(" | ")} |`;
  const rule = widths.map((width, at) => texts[at] ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  return [print(head), `| ${rule.join(" | ")} |`, ...lines.slice(1).map(print)];
}

function pad(text: string, width: number, isText: boolean): string {
  return isText ? text.padEnd(width) : text.padStart(width);
}
