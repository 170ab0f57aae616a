/**
 * Schemas of single options. Each says what it expects, with an example, and never repeats what it was given.
 * Numbers and yes-or-no may also come as text: that is how environment variables arrive.
 */
import * as v from "valibot";
import { parseByteSize, parseDuration } from "./units.ts";

/** Any schema of a single option that gives this. */
export type ValueSchema<Output> = v.GenericSchema<unknown, Output>;

/** A schema from a reader that gives undefined for what it does not accept. */
export function value<Output>(expected: string, read: (given: unknown) => Output | undefined): ValueSchema<Output> & {
  /** What is expected, for a key that is missing. */
  readonly message: string;
} {
  const message = `expected ${expected}`;
  const schema = v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Output>(({ dataset, addIssue, NEVER }) => {
      const output = read(dataset.value);
      if (output !== undefined) return output;
      addIssue({ message });
      return NEVER;
    }),
  );
  return { ...schema, message };
}

/** Milliseconds, from `30s`, `10m`, `2h`, `1d`. A plain number has no unit and is refused, `0` too: write `0s`. */
export const duration: ValueSchema<number> = value(
  'a duration such as "30s", "10m" or "2h"',
  (given) => typeof given === "string" ? parseDuration(given) : undefined,
);

/** Octets, from `50MB`, `64KiB`, or a whole number. */
export const byteSize: ValueSchema<number> = value('a size such as "50MB" or "64KiB"', (given) => {
  if (typeof given === "string") return parseByteSize(given) ?? wholeNumber(given);
  return wholeNumber(given);
});

/** Text that is not empty. The example belongs to the expectation: `text('a folder such as "./mail"')`. */
export function text(expected: string): ValueSchema<string> {
  return value(expected, (given) => typeof given === "string" && given !== "" ? given : undefined);
}

/** `true` or `false`. */
export const flag: ValueSchema<boolean> = value("true or false", (given) => {
  if (typeof given === "boolean") return given;
  return given === "true" ? true : given === "false" ? false : undefined;
});

/** A whole number between two others, both included. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): ValueSchema<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return value(`a whole number ${range}`, (given) => {
    const number = wholeNumber(given);
    return number !== undefined && number >= least && number <= most ? number : undefined;
  });
}

/** One of some words. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]): ValueSchema<Word> {
  return value(`${words.join(" or ")}`, (given) => words.find((word) => word === given));
}

/** A list of what the schema accepts; `least` says how many there must be. */
export function listOf<Output>(item: ValueSchema<Output>, expected: string, least = 0): ValueSchema<Output[]> {
  const message = `expected ${expected}`;
  const schema = v.pipe(v.array(item, message), v.minLength(least, message));
  return schema;
}

/** Zero or more, from a number or its decimal digits. */
function wholeNumber(given: unknown): number | undefined {
  const number = typeof given === "string" && /^\d{1,16}$/.test(given) ? Number(given) : given;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
