/** What `sandbox:` of a plugin's entry says, and its grammar. */
import * as v from "valibot";
import { parseHostPort } from "../options/host_port.ts";
import { options } from "../options/options.ts";
import { byteSize, duration, flag, integer, listOf, oneOf, text, value, type ValueSchema } from "../options/values.ts";

/** Rights of a sandboxed plugin, none but these, and what becomes of it when it fails. */
export interface SandboxConfig {
  /** Hosts, or `HOST:PORT`, that it may connect to. */
  readonly net: readonly string[];
  /** Files and folders that it may read, besides its own code; relative to the configuration file. */
  readonly read: readonly string[];
  /** Files and folders that it may write. */
  readonly write: readonly string[];
  /** Environment variables that it may read. */
  readonly env: readonly string[];
  /** What it may ask of the server. */
  readonly may: readonly SandboxQuestion[];
  /** Milliseconds that each of its answers may take; absent: what is usual for its kind. */
  readonly deadline?: number;
  /** How often it is started anew in an hour. */
  readonly restarts: number;
  /** Whether it runs in a process of its own, which can be bounded as a whole. */
  readonly process: boolean;
  /** Octets that this process may take. */
  readonly memory: number;
}

/**
 * What a sandboxed plugin may ask of the server, where it may at all.
 * - `check-password`: an auth plugin whether a password is right
 * - `secret`: an auth plugin for what is kept of a password
 * - `accounts`: a directory for the addresses of the storage's accounts and for aliases, and that one be made
 */
export type SandboxQuestion = "check-password" | "secret" | "accounts";

const questions = ["check-password", "secret", "accounts"] as const satisfies readonly SandboxQuestion[];

/** A process of the runtime takes some 80 MiB before a plugin has done anything. */
const LEAST_MEMORY = 128 * 1024 * 1024;
const USUAL_MEMORY = 256_000_000;

const host = value(
  'a host that may be reached, such as "spam.example.org" or "127.0.0.1:783"',
  (given) =>
    typeof given === "string" && (parseHostPort(given) ?? parseHostPort(`${given}:0`)) !== undefined
      ? given
      : undefined,
);

const variable = value(
  'the name of an environment variable, such as "SPAM_KEY"',
  (given) => typeof given === "string" && /^[A-Za-z_]\w*$/.test(given) ? given : undefined,
);

const path = text('a path such as "./lists", relative to this file');

const memory = value('a size of at least "128MiB"', (given) => {
  const read = v.safeParse(byteSize, given);
  return read.success && read.output >= LEAST_MEMORY ? read.output : undefined;
});

const written = options({
  net: v.optional(listOf(host, "a list of hosts such as [spam.example.org]"), []),
  read: v.optional(listOf(path, "a list of paths such as [./lists]"), []),
  write: v.optional(listOf(path, "a list of paths such as [./state]"), []),
  env: v.optional(listOf(variable, "a list of environment variables such as [SPAM_KEY]"), []),
  may: v.optional(listOf(oneOf(questions), "a list such as [check-password]"), []),
  deadline: v.optional(duration),
  restarts: v.optional(integer(0, 1000), 5),
  process: v.optional(flag, false),
  memory: v.optional(memory),
}, { noun: "key" });

/** A `sandbox:`. */
export const sandboxConfig: ValueSchema<SandboxConfig> = v.pipe(
  written,
  v.forward(
    v.check(
      ({ memory, process }) => memory === undefined || process,
      "needs process: true beside it, for a thread's memory cannot be bounded",
    ),
    ["memory"],
  ),
  v.transform(({ deadline, memory = USUAL_MEMORY, ...rest }): SandboxConfig => ({
    ...rest,
    ...deadline !== undefined && { deadline },
    memory,
  })),
);
