/** From a file's name to the validated configuration, or to all that is wrong with it. */
import { resolve } from "node:path";
import type { Environment } from "./environment.ts";
import { crossCheck } from "./cross_checks.ts";
import { explainIssues, placeOf } from "./explain_issues.ts";
import { placedEntries, type PlacedEntry } from "./placed_entries.ts";
import { toFilterEntry, toHttpEntry, toPluginEntry, toProtocolEntry, toTransportEntry } from "./plugin_entry.ts";
import { parseConfig, type ReadConfig, readConfig } from "./read_config.ts";
import type { ConfigSource, ServerConfig, TlsConfig } from "./server_config.ts";
import { serverSchema, type WrittenConfig } from "./server_schema.ts";

/** A configuration, or all its problems. */
export type LoadedConfig =
  | { readonly ok: true; readonly config: ServerConfig }
  | {
    readonly ok: false;
    /** Complete lines: `mail.yaml  limits.message: expected …`. */
    readonly problems: readonly string[];
    /** What can be checked further all the same: plugin entries that are well-formed, and the file behind them. */
    readonly remains?: { readonly source: ConfigSource; readonly entries: readonly PlacedEntry[] };
  };

/** Reads and validates a file. Never throws for what the file says. */
export async function loadConfig(file: string, environment: Environment = Deno.env.get): Promise<LoadedConfig> {
  return validateRead(await readConfig(file, environment));
}

/** Validates the text of a file; `file` names it in problems, and relative paths start in its folder. */
export function loadConfigText(text: string, file: string, environment: Environment = Deno.env.get): LoadedConfig {
  return validateRead(parseConfig(text, file, environment));
}

function validateRead(read: ReadConfig): LoadedConfig {
  if (!read.ok) return read;
  const { source } = read;
  const result = serverSchema["~standard"].validate(source.document);
  const unfilled = new Set(read.issues.map(({ path }) => placeOf(path)));
  const issues = [
    ...read.issues,
    // Where a variable is missing, that is the problem, not the text that names it.
    ...(result.issues ?? []).filter(({ path }) => !unfilled.has(placeOf(path))),
    ...crossCheck(source.document),
  ];
  if (result.issues === undefined && issues.length === 0) {
    return { ok: true, config: toServerConfig(result.value, source) };
  }
  return {
    ok: false,
    problems: explainIssues(source, issues),
    remains: { source, entries: placedEntries(source.document) },
  };
}

function toServerConfig(written: WrittenConfig, source: ConfigSource): ServerConfig {
  const absolute = (path: string) => resolve(source.folder, path);
  const { hostname, tls, limits, log, queue } = written;
  const [first = hostname, ...others] = new Set(written.domains ?? []);
  return {
    source,
    hostname,
    domains: [first, ...others],
    data: absolute(written.data),
    ...tls && { tls: toTlsConfig(tls, absolute) },
    workers: written.workers,
    storage: toPluginEntry(written.storage, ["storage"]),
    directory: toPluginEntry(written.directory, ["directory"]),
    auth: written.auth.map((entry, index) => toPluginEntry(entry, ["auth", index])),
    cleartextAuth: written.cleartext_auth,
    limits: {
      message: limits.message,
      connections: limits.connections,
      connectionsPerAddress: limits.connections_per_address,
      authDelay: limits.auth_delay,
    },
    protocols: written.protocols.map((entry, index) => toProtocolEntry(entry, ["protocols", index])),
    filters: written.filters.map((entry, index) => toFilterEntry(entry, ["filters", index])),
    extensions: written.extensions.map((entry, index) => toPluginEntry(entry, ["extensions", index])),
    http: written.http.map((entry, index) => toHttpEntry(entry, ["http", index])),
    transports: written.transports.map((entry, index) => toTransportEntry(entry, ["transports", index])),
    queue: { retry: queue.retry, giveUp: queue.give_up, warnAfter: queue.warn_after },
    log: { format: log.format, level: log.level, ...log.file !== undefined && { file: absolute(log.file) } },
  };
}

function toTlsConfig(
  { certificate, key, engine, client_ca: authorities }: NonNullable<WrittenConfig["tls"]>,
  absolute: (path: string) => string,
): TlsConfig {
  return {
    ...{ certificate: absolute(certificate), key: absolute(key), engine },
    ...authorities !== undefined && { clientAuthorities: absolute(authorities) },
  };
}
