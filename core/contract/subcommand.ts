/** Commands of the command line that plugins bring: `main.ts NAME … --config FILE`. Known before anything is set up. */
import type { SubcommandContext } from "./context.ts";

/** 0 done, 1 failed, 2 bad usage or configuration. */
export type ExitCode = 0 | 1 | 2;

/** A command. The core reads its arguments, prints its usage, and adds `--config`. */
export interface Subcommand<Options> {
  /** As typed, one word or two in lower case: `greylist`, `greylist clear`. A name that the program has cannot be taken. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What follows the name, in order. */
  readonly operands?: readonly Operand[];
  /** In the order of the usage. */
  readonly options?: readonly CommandOption[];
  /**
   * Does it, beside a server that may be running. Results go to standard output, everything else to standard error. A
   * Refusal is told to the operator as it is.
   *
   * @param options The plugin's own, from the configuration.
   */
  run(given: GivenArguments, context: SubcommandContext, options: Options): Promise<ExitCode> | ExitCode;
}

/** A word that is no option. */
export interface Operand {
  /** In capitals: `ADDRESS`. */
  readonly name: string;
  /** `any`: the last one, none or more of it. */
  readonly count: "one" | "any";
}

/** An option. */
export interface CommandOption {
  /** Without the dashes. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What its value is, in capitals; absent for those without one. */
  readonly value?: string;
  /** What it is when it is not given. */
  readonly fallback?: string;
  /** Whether it must be given. */
  readonly isRequired?: boolean;
}

/** What was typed, checked against the command. */
export interface GivenArguments {
  /** Words for the operand that may come any number of times. */
  readonly rest: readonly string[];
  /** The word for an operand that must be there. */
  operand(name: string): string;
  /** The value of an option that is required or has a fallback. */
  value(name: string): string;
  /** The value of an option that may be left out. */
  find(name: string): string | undefined;
  /** Whether an option without a value was given. */
  has(name: string): boolean;
}
