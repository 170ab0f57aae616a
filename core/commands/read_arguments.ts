/** From the words of the command line to a command and what it was given. Pure. */
import { parseArgs } from "@std/cli";
import type { CommandOption } from "../contract/subcommand.ts";
import { nearestName } from "../options/nearest_name.ts";
import { type Command, Given, UsageError } from "./command.ts";

/** What the words say. */
export type Request =
  | { readonly ask: "run"; readonly command: Command; readonly given: Given }
  /** `only`: commands whose names begin with these words; all when there are none. */
  | { readonly ask: "help"; readonly only: readonly Command[] }
  | { readonly ask: "version" };

/** Reads the words. @throws UsageError that says what was expected and the nearest name. */
export function readArguments(words: readonly string[], commands: readonly Command[]): Request {
  const names = leadingWords(words);
  const [first] = words;
  if (first === undefined || first === "help" || first === "--help" || first === "-h") {
    return help(first === "help" ? names.slice(1) : [], commands);
  }
  if (first === "--version" || first === "-V") return { ask: "version" };
  const command = commands.toSorted((one, other) => other.name.length - one.name.length)
    .find(({ name }) => name === names.slice(0, name.split(" ").length).join(" "));
  const following = words.slice(command?.name.split(" ").length ?? 0);
  if (following.includes("--help") || following.includes("-h")) {
    return command === undefined ? help(names, commands) : { ask: "help", only: [command] };
  }
  if (command === undefined) throw new UsageError(unknownCommand(names, commands));
  return { ask: "run", command, given: readGiven(command, following) };
}

/** @throws UsageError where there is nothing of that name to be helped with. */
function help(names: readonly string[], commands: readonly Command[]): Request {
  const only = named(names, commands);
  if (names.length > 0 && only.length === 0) throw new UsageError(unknownCommand(names, commands));
  return { ask: "help", only };
}

function leadingWords(words: readonly string[]): string[] {
  const end = words.findIndex((word) => word.startsWith("-"));
  return words.slice(0, end < 0 ? words.length : end);
}

/** Commands of the longest beginning that any has. */
function named(names: readonly string[], commands: readonly Command[]): readonly Command[] {
  for (let length = names.length; length > 0; length--) {
    const start = names.slice(0, length).join(" ");
    const found = commands.filter(({ name }) => name === start || name.startsWith(`${start} `));
    if (found.length > 0) return found;
  }
  return [];
}

function unknownCommand(names: readonly string[], commands: readonly Command[]): string {
  const [first = "", second] = names;
  const group = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (group.length > 0) {
    const known = group.map((name) => name.slice(first.length + 1));
    if (second === undefined) return `${first}: expected ${known.join(", ")}`;
    return `there is no command "${first} ${second}"${hint(second, known)}`;
  }
  if (first === "") return "expected a command first, then its options";
  const known = commands.filter(({ isHidden }) => !isHidden).map(({ name }) => name.replace(/ .*/, ""));
  return `there is no command "${first}"${hint(first, new Set(known))}`;
}

function hint(written: string, known: Iterable<string>): string {
  const nearest = nearestName(written, known);
  return nearest === undefined ? `; there are ${[...known].join(", ")}` : ` — did you mean ${nearest}?`;
}

function readGiven(command: Command, words: readonly string[]): Given {
  const { name, options = [] } = command;
  refuseValues(name, options, words);
  const unknown: string[] = [];
  const parsed = parseArgs(words, {
    // `_` is text as well: a target such as `007` is no number.
    string: [...options.filter(({ value }) => value !== undefined).map(({ name }) => name), "_"],
    boolean: options.filter(({ value }) => value === undefined).map(({ name }) => name),
    unknown: (written, key) => {
      if (key !== undefined) unknown.push(written);
      return key === undefined;
    },
  });
  const [stranger] = unknown;
  if (stranger !== undefined) {
    const written = stranger.replace(/=.*$/s, "");
    const known = options.map(({ name }) => `--${name}`);
    throw new UsageError(`${name}: unknown option ${written}${known.length === 0 ? "" : hint(written, known)}`);
  }
  const given = new Map<string, string | true>();
  for (const option of options) {
    const value: unknown = Reflect.get(parsed, option.name);
    if (option.value === undefined) {
      if (value === true) given.set(option.name, true);
      continue;
    }
    if (value === "") throw new UsageError(`${name}: --${option.name} needs a value: --${option.name} ${option.value}`);
    const found = typeof value === "string" ? value : option.fallback;
    if (found !== undefined) given.set(option.name, found);
    else if (option.isRequired) throw new UsageError(`${name}: --${option.name} ${option.value} is missing`);
  }
  return withOperands(command, parsed._.map(String), given);
}

/** `--all=no` does not mean `--all`. */
function refuseValues(name: string, options: readonly CommandOption[], words: readonly string[]): void {
  const end = words.indexOf("--");
  for (const word of words.slice(0, end < 0 ? words.length : end)) {
    const option = options.find((option) => option.value === undefined && word.startsWith(`--${option.name}=`));
    if (option !== undefined) throw new UsageError(`${name}: --${option.name} takes no value`);
  }
}

function withOperands(
  { name, operands = [] }: Command,
  words: readonly string[],
  options: ReadonlyMap<string, string | true>,
): Given {
  const found = new Map<string, string>();
  const left = [...words];
  for (const operand of operands.filter(({ count }) => count === "one")) {
    const word = left.shift();
    if (word === undefined) throw new UsageError(`${name}: ${operand.name} is missing`);
    found.set(operand.name, word);
  }
  const takesMore = operands.some(({ count }) => count === "any");
  if (left.length > 0 && !takesMore) throw new UsageError(`${name}: "${left[0]}" is one word too many`);
  return new Given(found, left, options);
}
