/** The usage, computed from the commands. Pure. */
import type { CommandOption } from "../contract/subcommand.ts";
import type { Command } from "./command.ts";

/** All commands, a line each; or all about some of them. */
export function usage(commands: readonly Command[], only: readonly Command[]): string {
  if (only.length > 0) return only.map(describe).join("\n\n");
  const lines = commands.filter(({ isHidden }) => !isHidden).map((command) =>
    [lineOf(command), command.summary] as const
  );
  return [
    "Quetzal, a mail server.",
    "",
    ...columns(lines),
    "",
    "main.ts help COMMAND says more. Exit codes: 0 done, 1 failed, 2 bad usage or configuration.",
  ].join("\n");
}

/** How a command is typed, without its options that may be left out. */
function lineOf({ name, operands = [], options = [] }: Command): string {
  return [
    `main.ts ${name}`,
    ...operands.map((operand) => operand.count === "any" ? `[${operand.name} …]` : operand.name),
    ...options.filter(({ isRequired }) => isRequired).map(written),
  ].join(" ");
}

function describe(command: Command): string {
  const { summary, options = [] } = command;
  return [
    lineOf(command) + options.filter(({ isRequired }) => !isRequired).map((option) => ` [${written(option)}]`).join(""),
    `  ${summary}`,
    ...columns(options.map((option) => [`  ${written(option)}`, about(option)] as const)),
  ].join("\n");
}

function written({ name, value }: CommandOption): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function about({ summary, fallback }: CommandOption): string {
  return fallback === undefined ? summary : `${summary} (default ${fallback})`;
}

/** Columns, each in line. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, cell.length));
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd());
}
