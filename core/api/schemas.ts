/**
 * Schemas for a plugin's options, which say by themselves what was expected where something else was found. In their place
 * any library's Standard Schema of the whole mapping does as well.
 */
import * as v from "valibot";
import type { OptionsSchema } from "../contract/plugin.ts";
import { options as groupOf } from "../options/options.ts";
import * as values from "../options/values.ts";

/** A schema of one option; made by the functions here. */
export interface OptionValue<Output> {
  /** What it gives. There for its type alone. */
  readonly output?: Output;
}

/** Milliseconds, of "90s", "5m" or "2d". */
export const duration: OptionValue<number> = made(values.duration);
/** Octets, of "50MB" or "64KiB". */
export const byteSize: OptionValue<number> = made(values.byteSize);
/** True or false. */
export const flag: OptionValue<boolean> = made(values.flag);

/** A text that is not empty. @param expected What it is, for whoever forgets it: "a folder". */
export function text(expected: string): OptionValue<string> {
  return made(values.text(expected));
}

/** A whole number. */
export function integer(least: number, most?: number): OptionValue<number> {
  return made(values.integer(least, most));
}

/** One of these words. */
export function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]): OptionValue<Word> {
  return made(values.oneOf(words));
}

/** A list. @param expected What it is: "a list of hosts". @param least How many there must be. */
export function listOf<Output>(
  item: OptionValue<Output>,
  expected: string,
  least?: number,
): OptionValue<Output[]> {
  return made(values.listOf(inside(item), expected, least));
}

/** What is read from a value; undefined where it is not what was expected. */
export function value<Output>(
  expected: string,
  read: (given: unknown) => Output | undefined,
): OptionValue<Output> {
  return made(values.value(expected, read));
}

/** May be left out; then it is what `otherwise`, as it would be written, stands for. */
export function optional<Output>(
  schema: OptionValue<Output>,
  otherwise: string | number | boolean,
): OptionValue<Output>;
/** May be left out; then it is undefined. */
export function optional<Output>(schema: OptionValue<Output>): OptionValue<Output | undefined>;
export function optional(
  schema: OptionValue<unknown>,
  ...otherwise: readonly (string | number | boolean)[]
): OptionValue<unknown> {
  return made(otherwise.length === 0 ? v.optional(inside(schema)) : v.optional(inside(schema), otherwise[0]));
}

/** A mapping with these keys; other keys are refused, with the nearest name. */
export function options<const Entries extends Readonly<Record<string, OptionValue<unknown>>>>(
  entries: Entries,
): OptionsSchema<{ readonly [Key in keyof Entries]: OutputOf<Entries[Key]> }> {
  const group = groupOf(Object.fromEntries(Object.entries(entries).map(([key, schema]) => [key, inside(schema)])));
  // The library cannot tell from a record what the keys were.
  return group as unknown as OptionsSchema<{ readonly [Key in keyof Entries]: OutputOf<Entries[Key]> }>;
}

/** None: whatever is given is refused. */
export const noOptions: OptionsSchema<Readonly<Record<never, never>>> = options({});

/** What a schema gives. */
export type OutputOf<Schema> = Schema extends OptionValue<infer Output> ? Output : never;

/** Authors of plugins see no library behind the schemas: another one may take its place. */
function made<Output>(schema: v.GenericSchema<unknown, Output>): OptionValue<Output> {
  return schema as unknown as OptionValue<Output>;
}

function inside<Output>(schema: OptionValue<Output>): values.ValueSchema<Output> {
  return schema as unknown as values.ValueSchema<Output>;
}
