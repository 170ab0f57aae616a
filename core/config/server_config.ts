/** The validated configuration: what `mail.yaml` says, with defaults filled in and paths made absolute. */
import type { ListenAddress } from "./listen_address.ts";
import type { SandboxConfig } from "./sandbox_config.ts";

/** Where a value stands in the file: `["protocols", 0, "options"]`. */
export type ConfigPath = readonly (string | number)[];

/** The file behind a configuration: what error reports need. */
export interface ConfigSource {
  /** The file's name as the operator gave it. */
  readonly file: string;
  /** The file's folder, absolute: relative paths start here. */
  readonly folder: string;
  /** The file's content as it was written, `${NAME}` and all: the only values that error texts may show. */
  readonly written: unknown;
  /** The same with environment variables filled in. */
  readonly document: unknown;
  /** What environment variables held: never shown. */
  readonly secrets: readonly string[];
}

/** All of `mail.yaml`. */
export interface ServerConfig {
  /** Where it came from, for reports of problems that are found later. */
  readonly source: ConfigSource;
  /** The server's own name, in greetings and Received fields. */
  readonly hostname: string;
  /** Local domains, lower case; the first is that of logins without a domain. */
  readonly domains: readonly [string, ...string[]];
  /** Folder of everything the server writes, absolute. */
  readonly data: string;
  /** Absent: no `tls` or `starttls` listener either. */
  readonly tls?: TlsConfig;
  /** Threads that serve sessions, at least one. */
  readonly workers: number;
  /** Where messages are kept. */
  readonly storage: PluginEntry;
  /** Who has an account. */
  readonly directory: PluginEntry;
  /** SASL mechanisms, in the order in which they are offered. */
  readonly auth: readonly PluginEntry[];
  /** Whether mechanisms that reveal the password are allowed without TLS. */
  readonly cleartextAuth: boolean;
  /** What one peer or one message may use up. */
  readonly limits: LimitsConfig;
  /** What is served, and where. */
  readonly protocols: readonly ProtocolEntry[];
  /** Asked about messages, in this order. */
  readonly filters: readonly FilterEntry[];
  /** Asked and told in this order. */
  readonly extensions: readonly PluginEntry[];
  /** HTTP, and where it is served: entries with the same address share it, in this order. */
  readonly http: readonly HttpEntry[];
  /** Ways out, the first for a domain counts. */
  readonly transports: readonly TransportEntry[];
  /** When mail on its way out is tried again. */
  readonly queue: QueueConfig;
  /** What is logged, and how. */
  readonly log: LogConfig;
}

/** A certificate, and who performs the handshake. */
export interface TlsConfig {
  /** PEM file of the certificate and its chain, absolute. */
  readonly certificate: string;
  /** PEM file of the private key, absolute. */
  readonly key: string;
  /** Engine of `tls` listeners: `Deno.listenTls` or `node:tls`. */
  readonly engine: "deno" | "node";
  /**
   * PEM file of the authorities whose client certificates are believed, absolute. Absent: clients are asked for none.
   * Asked for on `starttls` listeners, and on `tls` ones where the engine is `node`.
   */
  readonly clientAuthorities?: string;
}

/** Limits of the server. */
export interface LimitsConfig {
  /** Octets of the largest message. */
  readonly message: number;
  /** Connections at a time. */
  readonly connections: number;
  /** Connections at a time from one address. */
  readonly connectionsPerAddress: number;
  /** Milliseconds by which a failed authentication is slowed; 0 for not at all. */
  readonly authDelay: number;
}

/** When mail that could not be handed over is tried again; milliseconds. */
export interface QueueConfig {
  /** The wait after a first attempt; each one after it doubles the wait. */
  readonly retry: number;
  /** How long a message is tried. */
  readonly giveUp: number;
  /** After what time its sender is told that it is late; 0: never. */
  readonly warnAfter: number;
}

/** What is logged. */
export interface LogConfig {
  /** One line of text or one JSON object an event. */
  readonly format: "text" | "json";
  /** The least grave level that is written. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** Absolute; absent: standard error. */
  readonly file?: string;
}

/** A plugin that the configuration names. */
export interface PluginEntry {
  /** A built-in name, a path relative to the file, or a `jsr:`, `npm:` or `https:` specifier. */
  readonly use: string;
  /** Not yet validated: the plugin's own schema does that. Undefined when none were given. */
  readonly options: unknown;
  /** Present: the plugin runs apart from the server, with these rights only. */
  readonly sandbox?: SandboxConfig;
  /** Digest that the plugin's file must have (W3C Subresource Integrity). */
  readonly integrity?: string;
  /** Where the entry stands in the file; its options are below it, at `options`. */
  readonly at: ConfigPath;
}

/** A protocol and where it listens. */
export interface ProtocolEntry extends PluginEntry {
  /** At least one. */
  readonly listen: readonly ListenAddress[];
}

/** HTTP routes and where they are served. */
export interface HttpEntry extends PluginEntry {
  /** At least one; no `starttls`. */
  readonly listen: readonly ListenAddress[];
}

/** A transport and whose mail it carries. */
export interface TransportEntry extends PluginEntry {
  /** Domains, lower case, at least one; `*` for all that no other transport names. */
  readonly for: readonly string[];
}

/** A filter and what its failure means. */
export interface FilterEntry extends PluginEntry {
  /** `defer`: the message is refused for now (451 4.3.0); `continue`: as if the filter were not there. */
  readonly onFailure: "defer" | "continue";
}
