/** Types of `@std/cli/parse-args`, the part that can be said without its long overloads. */

/** What a boolean option gives: a flag that may be absent when it can also be negated or has no default. */
type BooleanOf<Name extends string> = { [Key in Name]: boolean };
type StringOf<Name extends string, Collected extends string, Defaults> = {
  [Key in Name]: Key extends Collected ? string[]
    : Key extends keyof Defaults ? string | Defaults[Key]
    : string | undefined;
};

/** How the arguments are to be read. */
export interface ParseOptions<
  Boolean extends string = string,
  String extends string = string,
  Collected extends string = string,
  Defaults extends Readonly<Record<string, unknown>> = Readonly<Record<string, unknown>>,
> {
  /** Puts everything after `--` into the `--` key. */
  "--"?: boolean;
  /** Other names of an option. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Options that take no value. */
  boolean?: readonly Boolean[];
  /** Values of options that are absent. */
  default?: Defaults;
  /** Treat everything after the first non-option as an argument. */
  stopEarly?: boolean;
  /** Options whose value stays text. */
  string?: readonly String[];
  /** Options that may be given several times and give a list. */
  collect?: readonly Collected[];
  /** Boolean options that may be written `--no-NAME`. */
  negatable?: readonly Boolean[];
  /** Called for an option that is not known; `false` leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The options by name, and the remaining arguments in `_`. */
export type Args<
  Boolean extends string = never,
  String extends string = never,
  Collected extends string = never,
  Defaults = Record<never, never>,
> =
  & { _: (string | number)[]; "--"?: string[] }
  & BooleanOf<Boolean>
  & StringOf<String, Collected, Defaults>;

/** Reads a list of command line arguments. */
export function parseArgs<
  const Boolean extends string = never,
  const String extends string = never,
  const Collected extends string = never,
  const Defaults extends Readonly<Record<string, unknown>> = Record<never, never>,
>(
  args: readonly string[],
  options?: ParseOptions<Boolean, String, Collected, Defaults>,
): Args<Boolean, String, Collected, Defaults>;
