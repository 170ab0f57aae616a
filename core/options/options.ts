/**
 * `options({ … })`: a mapping with known keys. It is a valibot schema and a Standard Schema, with three differences to
 * valibot's own objects, all for the reader of an error: every unknown key is reported, not only the first, with the
 * nearest known one; a missing key says what was expected there; a list is not taken for a mapping.
 *
 * Messages of this folder say what was expected, never what was found: that may be a secret, and whoever reports the
 * issue knows whether it is (`core/config/explain_issues.ts`).
 */
import * as v from "valibot";
import { nearestName } from "./nearest_name.ts";

/** What is wrong at one place of the options. */
export interface OptionIssue {
  /** What was expected there. */
  readonly message: string;
  /** Keys and indexes from the options down to the place. */
  readonly path: readonly PropertyKey[];
}

/** A mapping with known keys, as `options` makes it. Its `~standard` is a Standard Schema (v1) that never waits. */
export interface OptionGroup<Output, Entries extends v.ObjectEntries = v.ObjectEntries>
  extends v.BaseSchema<unknown, Output, v.BaseIssue<unknown>> {
  /** Its keys, each with its schema: for a group that has them and more. */
  readonly entries: Entries;
  /** The Standard Schema. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "valibot";
    validate(
      value: unknown,
    ): { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly OptionIssue[] };
    readonly types?: { readonly input: unknown; readonly output: Output };
  };
}

/** What a group accepts besides its keys. */
export interface OptionGroupSettings {
  /** How an unknown key is called: `option` (the default) or `key`. */
  readonly noun?: string;
  /** One that is accepted, for whoever has written no mapping at all. */
  readonly example?: string;
  /** Whether a missing mapping stands for an empty one. Default true: `options:` may be left out. */
  readonly mayBeAbsent?: boolean;
}

/** A mapping with these keys, each with its schema; `v.optional(schema, default)` makes one optional. */
export function options<const Entries extends v.ObjectEntries>(
  entries: Entries,
  { noun = "option", example, mayBeAbsent = true }: OptionGroupSettings = {},
): OptionGroup<v.InferOutput<v.ObjectSchema<Entries, undefined>>, Entries> {
  type Output = v.InferOutput<v.ObjectSchema<Entries, undefined>>;

  function run(
    dataset: v.UnknownDataset,
    config: v.Config<v.BaseIssue<unknown>>,
  ): v.OutputDataset<Output, v.BaseIssue<unknown>> {
    const input = mayBeAbsent ? dataset.value ?? {} : dataset.value;
    if (!isMapping(input)) {
      const expected = `expected a mapping of ${noun}s${example === undefined ? "" : ` such as ${example}`}`;
      return untyped(dataset.value, [issue(dataset.value, expected)]);
    }
    const issues: v.BaseIssue<unknown>[] = [];
    const output: Record<string, unknown> = {};
    for (const [key, schema] of Object.entries(entries)) {
      const isAbsent = !Object.hasOwn(input, key);
      const value = isAbsent ? v.getDefault(schema) : input[key];
      if (isAbsent && value === undefined) {
        if (!mayBeMissing.has(schema.type)) issues.push(issue(undefined, missing(schema), place(input, key)));
        continue;
      }
      const result = schema["~run"]({ value }, config);
      for (const found of result.issues ?? []) issues.push(below(found, place(input, key)));
      if (result.typed) output[key] = result.value;
    }
    for (const key of Object.keys(input).filter((key) => !Object.hasOwn(entries, key))) {
      issues.push(issue(input[key], unknownKey(key, noun, Object.keys(entries)), place(input, key)));
    }
    const [first, ...rest] = issues;
    if (first !== undefined) return untyped(input, [first, ...rest]);
    // Every entry has passed its own schema: this is what the type says, key by key.
    return { typed: true, value: output as Output };
  }

  return {
    entries,
    kind: "schema",
    type: "options",
    reference: options,
    expects: "Object",
    async: false,
    "~run": run,
    "~standard": {
      version: 1,
      vendor: "valibot",
      validate: (value) => {
        const result = run({ value }, {});
        return result.typed && result.issues === undefined
          ? { value: result.value }
          : { issues: (result.issues ?? []).map(toOptionIssue) };
      },
    },
  };
}

/** Kinds of schema that accept an absent key. */
const mayBeMissing: ReadonlySet<string> = new Set(["optional", "exact_optional", "undefinedable", "nullish"]);

function isMapping(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function missing(schema: v.GenericSchema): string {
  const expectation = "message" in schema && typeof schema.message === "string" ? `: ${schema.message}` : "";
  return `is missing${expectation}`;
}

function unknownKey(key: string, noun: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return `unknown ${noun} — did you mean ${nearest}?`;
  return `unknown ${noun}; ${known.length === 0 ? `there are no ${noun}s` : `known: ${known.join(", ")}`}`;
}

function issue(input: unknown, message: string, path?: v.ObjectPathItem): v.BaseIssue<unknown> {
  const made = { kind: "schema", type: "options", input, expected: null, received: "", message } as const;
  return path === undefined ? made : { ...made, path: [path] };
}

function below(found: v.BaseIssue<unknown>, path: v.ObjectPathItem): v.BaseIssue<unknown> {
  return { ...found, path: [path, ...found.path ?? []] };
}

function place(input: Record<string, unknown>, key: string): v.ObjectPathItem {
  return { type: "object", origin: "value", input, key, value: input[key] };
}

function untyped(
  value: unknown,
  issues: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
): v.FailureDataset<v.BaseIssue<unknown>> {
  return { typed: false, value, issues };
}

function toOptionIssue({ message, path }: v.BaseIssue<unknown>): OptionIssue {
  return { message, path: (path ?? []).map(({ key }) => typeof key === "number" ? key : String(key)) };
}
