/** `${NAME}` in the texts of a configuration: the environment variable of that name; `$${` is a plain `${`. */
import type { ConfigPath } from "./server_config.ts";

/** Gives a variable, or undefined when it is not set. May throw `Deno.errors.NotCapable`. */
export type Environment = (name: string) => string | undefined;

/** What filling in gave. */
export interface FilledIn {
  /** The value with variables filled in; where one is missing, the text as it was written. */
  readonly value: unknown;
  /** What the variables held. */
  readonly secrets: readonly string[];
  /** Variables that could not be had, and values that are not plain. */
  readonly issues: readonly PlacedIssue[];
}

/** What is wrong at one place of the file. */
export interface PlacedIssue {
  /** The place. */
  readonly path: ConfigPath;
  /** What is wrong. */
  readonly message: string;
}

/** A configuration is small: more is a mistake, or an alias that refers to itself. */
const mostDepth = 50;
const mostValues = 100_000;

/** Fills in the variables of all texts; keys stay as they are. The environment is asked only for what is named. */
export function fillIn(written: unknown, environment: Environment): FilledIn {
  const secrets: string[] = [];
  const issues: PlacedIssue[] = [];
  let values = 0;

  function walk(value: unknown, path: ConfigPath): unknown {
    if (++values > mostValues || path.length > mostDepth) {
      // Said once: what repeats itself would say it without end.
      if (values <= mostValues + 1) {
        issues.push({ path: path.slice(0, 3), message: "is nested too deep, or within itself" });
      }
      values = mostValues + 1;
      return undefined;
    }
    if (typeof value === "string") return value.includes("${") ? substitute(value, path) : value;
    if (Array.isArray(value)) return value.map((item: unknown, index) => walk(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]));
  }

  function substitute(text: string, path: ConfigPath): string {
    return text.replace(/\$\$\{|\$\{([A-Za-z_]\w*)\}|\$\{/g, (match, name: string | undefined) => {
      if (match === "$${") return "${";
      if (name === undefined) {
        issues.push({ path, message: "expected ${NAME}; a plain ${ is written $${" });
        return match;
      }
      const found = ask(environment, name);
      if (typeof found === "string") {
        secrets.push(found);
        return found;
      }
      issues.push({ path, message: found.problem });
      return match;
    });
  }

  return { value: walk(written, []), secrets, issues };
}

function ask(environment: Environment, name: string): string | { readonly problem: string } {
  try {
    return environment(name) ?? { problem: `environment variable ${name} is not set` };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    return { problem: `environment variable ${name} may not be read; allow it with --allow-env=${name}` };
  }
}
