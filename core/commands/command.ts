/** What a command of the command line is. Usage is computed from it; nothing about a command is written twice. */
import type { CommandOption, ExitCode, GivenArguments, Operand } from "../contract/subcommand.ts";

export type { ExitCode } from "../contract/subcommand.ts";

/** A command. */
export interface Command {
  /** As typed: `account add`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What follows the name, in order. */
  readonly operands?: readonly Operand[];
  /** In the order of the usage. */
  readonly options?: readonly CommandOption[];
  /** Whether it is the program's own, and nobody's to type. */
  readonly isHidden?: true;
  /** Does it. Results go to standard output, everything else to standard error. */
  run(given: Given): Promise<ExitCode>;
}

/** What was typed, checked against the command. */
export class Given implements GivenArguments {
  readonly #operands: ReadonlyMap<string, string>;
  readonly #options: ReadonlyMap<string, string | true>;
  /** Words for the operand that may come any number of times. */
  readonly rest: readonly string[];

  constructor(
    operands: ReadonlyMap<string, string>,
    rest: readonly string[],
    options: ReadonlyMap<string, string | true>,
  ) {
    this.#operands = operands;
    this.#options = options;
    this.rest = rest;
  }

  /** The word for an operand that must be there; asking for one that the command does not have is our own fault. */
  operand(name: string): string {
    const word = this.#operands.get(name);
    if (word === undefined) throw new TypeError(`the command has no operand ${name}`);
    return word;
  }

  /** The value of an option that is required or has a fallback. */
  value(name: string): string {
    const value = this.#options.get(name);
    if (typeof value !== "string") throw new TypeError(`the command has no option ${name} that always has a value`);
    return value;
  }

  /** The value of an option that may be left out. */
  find(name: string): string | undefined {
    const value = this.#options.get(name);
    return value === true ? undefined : value;
  }

  /** Whether an option without a value was given. */
  has(name: string): boolean {
    return this.#options.get(name) === true;
  }
}

/** Bad usage: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A failure that is fully explained by its message: exit code 1, no stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Options that several commands have. */
export const configOption: CommandOption = {
  name: "config",
  value: "FILE",
  summary: "the configuration",
  fallback: "mail.yaml",
};

/** For scripts. */
export const jsonOption: CommandOption = { name: "json", summary: "print JSON" };

/** The password is never an argument: other users see those. */
export const passwordOption: CommandOption = {
  name: "password-stdin",
  summary: "read the password from standard input",
};
