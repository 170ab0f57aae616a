/** The table of a bench run: medians, and how ours compares with each peer. */
import type { Measured } from "./measure.ts";

/** What one row showed for one server, every repeat. */
export interface RowResult {
  readonly row: string;
  readonly server: string;
  readonly repeats: readonly Measured[];
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Lines of the table: rate, latency and CPU of each server, ratios to the first. */
export function table(results: readonly RowResult[]): string[] {
  const names = [...new Set(results.map(({ row }) => row))];
  const width = Math.max(...names.map((name) => name.length));
  const lines = [
    `${"".padEnd(width)}  ${"server".padEnd(12)} ${"ops/s".padStart(8)} ${"p50 ms".padStart(8)} ${
      "p99 ms".padStart(8)
    } ` +
    `${"CPU ms".padStart(8)}   ours: rate, CPU`,
  ];
  for (const name of names) {
    const servers = results.filter(({ row }) => row === name);
    const ours = servers[0];
    for (const result of servers) {
      const of = (key: "rate" | "p50" | "p99" | "cpu", { repeats } = result) => median(repeats.map((its) => its[key]));
      const ratio = ours === undefined || result === ours
        ? ""
        : `   ×${(of("rate", ours) / of("rate")).toFixed(2)} rate, ×${(of("cpu", ours) / of("cpu")).toFixed(2)} CPU`;
      lines.push(
        `${(result === ours ? name : "").padEnd(width)}  ${result.server.padEnd(12)} ${
          of("rate").toFixed(0).padStart(8)
        } ` +
          `${of("p50").toFixed(2).padStart(8)} ${of("p99").toFixed(1).padStart(8)} ${
            of("cpu").toFixed(3).padStart(8)
          }${ratio}`,
      );
    }
  }
  return lines;
}
