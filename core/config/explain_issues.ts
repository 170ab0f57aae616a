/**
 * Issues of any Standard Schema as lines for the operator:
 * `mail.yaml  protocols[0].options.idle_timout: unknown option of pop3 — did you mean idle_timeout?`
 *
 * What was found is shown as it stands in the file, so that the values of environment variables never are; nor is
 * what stands at a key that sounds like a secret.
 */
import { valueAt } from "./plain_value.ts";
import type { ConfigPath, ConfigSource } from "./server_config.ts";

/** An issue as Standard Schema v1 has it: valibot, zod and arktype all give it. */
export interface Issue {
  /** What is wrong. */
  readonly message: string;
  /** Keys down to the place, or objects that hold them. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Where issues belong. */
export interface IssueContext {
  /** Where the checked value stands in the file; default the whole file. */
  readonly at?: ConfigPath;
  /** Whose options they are: `pop3`. */
  readonly of?: string;
}

/** A line for every issue. */
export function explainIssues(
  source: Pick<ConfigSource, "file" | "written" | "secrets">,
  issues: readonly Issue[],
  { at = [], of }: IssueContext = {},
): string[] {
  return issues.map((issue) => {
    const path = [...at, ...(issue.path ?? []).map(toKey)];
    const said = hide(sayExpectation(issue.message, of), source, path);
    const found = said.startsWith("expected ") ? `, found ${show(source.written, path)}` : "";
    return path.length === 0 ? `${source.file}  ${said}${found}` : `${source.file}  ${placeOf(path)}: ${said}${found}`;
  });
}

/** A path as it is written: `protocols[0].options.idle_timeout`. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path.map((key, index) => {
    if (typeof key === "number") return `[${key}]`;
    const name = String(key);
    // Quotes keep a key with odd characters from forging a line.
    if (!/^[\p{L}\p{N}_-]{1,80}$/u.test(name)) return `[${quote(name)}]`;
    return index === 0 ? name : `.${name}`;
  }).join("");
}

/** Messages of valibot's own schemas name the value; ours and most others only what was expected. */
function sayExpectation(message: string, of: string | undefined): string {
  const plain = message
    .replace(/^Invalid key: Expected never but received .*$/s, "unknown option")
    .replace(/^Invalid key: Expected ".*" but received undefined$/s, "is missing")
    .replace(/^Invalid [^:]+: Expected (.+?) but received .*$/s, "expected $1")
    .replace(/^Invalid ([^:]+): Received .*$/s, "expected another $1");
  return of === undefined ? plain : plain.replace(/^unknown option(?= |;|$)/, `unknown option of ${of}`);
}

/** A message of a schema that we do not know may repeat a secret. */
function hide(
  message: string,
  { written, secrets }: Pick<ConfigSource, "written" | "secrets">,
  path: readonly PropertyKey[],
): string {
  const value = valueAt(written, path);
  const all = isSecretPlace(path) && typeof value === "string" ? [...secrets, value] : secrets;
  // Longest first, so that no part of one is left; too short a value would hide half of every sentence.
  const hidden = all.filter((secret) => secret.length >= 4).sort((one, other) => other.length - one.length);
  return escapeControls(hidden.reduce((text, secret) => text.replaceAll(secret, "…"), message));
}

function show(written: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(written, path);
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (isSecretPlace(path)) return "something else (not shown)";
  return typeof value === "string" ? quote(value.replace(/(:\/\/[^/\s:@]*:)[^/\s@]*@/g, "$1…@")) : String(value);
}

function isSecretPlace(path: readonly PropertyKey[]): boolean {
  return path.some((key) => secretName.test(String(key)) && !measureName.test(String(key)));
}

const secretName = /pass|secret|token|credential|private|api_?key/i;
/** What is about a secret and is none: `password_hash_cost`. */
const measureName = /_(cost|count|length|size|timeout|delay|lifetime)$/i;

function toKey(segment: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof segment === "object" ? segment.key : segment;
  return typeof key === "number" ? key : String(key);
}

const mostShown = 60;

function quote(text: string): string {
  return escapeControls(JSON.stringify(text.length > mostShown ? `${text.slice(0, mostShown)}…` : text));
}

function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
