import { assertEquals } from "@std/assert";
import { loadTable, type RowResult } from "./report.ts";

Deno.test("bench: the table has the medians of the rounds, and ours divided by each peer's", () => {
  const result = (server: string, row: string, rate: number, cpu: number): RowResult => ({
    ...{ server, row, rate, cpu },
    ...{ operations: 1, seconds: 1, p50: 1, p99: 2, loadCpu: 0.1 },
  });
  const rounds = [[100, 3], [400, 1], [200, 2]].flatMap(([rate = 0, cpu = 0]) => [
    result("ours", "A", rate, cpu),
    result("peer", "A", rate * 2, cpu * 4),
    result("ours", "B", rate * 10, cpu),
  ]);
  const cells = loadTable(rounds).slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  assertEquals(cells, [
    ["A", "ours", "200", "1.00", "2.0", "2.000", "0.100", "", ""],
    ["", "peer", "400", "1.00", "2.0", "8.000", "0.100", "×0.50", "×0.25"],
    ["B", "ours", "2,000", "1.00", "2.0", "2.000", "0.100", "", ""],
  ]);
});
