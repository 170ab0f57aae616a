/** The configuration of an embedded server: as `mail.yaml` would have it, every port free, everything in one folder. */
import type { PluginDefinition, PluginKind } from "../contract/plugin.ts";
import type { PluginTable } from "../plugins/builtin.ts";

/** What an embedded server serves, each on a port of 127.0.0.1 that was free. */
export interface EmbeddedPorts {
  /** Mail from other servers (RFC 5321), STARTTLS. */
  readonly smtp: number;
  /** Mail of those who log in (RFC 6409), STARTTLS. */
  readonly submission: number;
  /** The same under TLS (RFC 8314). */
  readonly submissions: number;
  /** POP3 (RFC 1939), STLS. */
  readonly pop3: number;
  /** The same under TLS. */
  readonly pop3s: number;
  /** IMAP (RFC 9051), STARTTLS. */
  readonly imap: number;
  /** The same under TLS. */
  readonly imaps: number;
}

/** A plugin, as a program has it, used with the options that it has when none are given. */
export type GivenPlugin = { readonly [Kind in PluginKind]: PluginDefinition<Kind, unknown> }[PluginKind];

/**
 * The document of `mail.yaml`. Given plugins are in it by name, mechanisms before the others and protocols after them, each
 * of these on a port of its own.
 */
export function embeddedDocument(
  domains: readonly string[],
  plugins: readonly GivenPlugin[],
  further: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const named = (kind: PluginKind) => plugins.filter((one) => one.kind === kind).map(({ name }) => name);
  const both = ["127.0.0.1:0 starttls", "127.0.0.1:0 tls"];
  const [storage = "memory"] = named("storage");
  const [directory] = named("directory");
  return {
    hostname: "localhost",
    domains,
    data: "./data",
    tls: { certificate: "./tls/cert.pem", key: "./tls/key.pem", engine: "node" },
    storage,
    // Hashing that is slow for attackers is slow for tests too.
    directory: directory ?? { use: "local", options: { password_hash_cost: 10 } },
    auth: [...named("auth"), "scram-sha-256", "scram-sha-1", "cram-md5", "plain", "login", "apop"],
    // Nobody can read along who could not read the memory of this process.
    cleartext_auth: true,
    limits: { auth_delay: "0s" },
    filters: named("filter"),
    extensions: named("extension"),
    // All mail for other domains, of those who have logged in.
    transports: named("transport").map((use) => ({ use, for: ["*"] })),
    http: named("http").map((use) => ({ use, listen: ["127.0.0.1:0"] })),
    protocols: [
      { use: "smtp", listen: ["127.0.0.1:0 starttls"] },
      { use: "smtp", listen: both, options: { mode: "submission" } },
      { use: "pop3", listen: both },
      { use: "imap", listen: both },
      ...named("protocol").map((use) => ({ use, listen: ["127.0.0.1:0"] })),
    ],
    ...further,
  };
}

/** The ports that such a document's protocols came to listen on, in its order. */
export function embeddedPorts(ports: readonly number[]): EmbeddedPorts {
  const [smtp = 0, submission = 0, submissions = 0, pop3 = 0, pop3s = 0, imap = 0, imaps = 0] = ports;
  return { smtp, submission, submissions, pop3, pop3s, imap, imaps };
}

/** The program's own plugins, and those that are given: their names come first. */
export function tableWith(plugins: readonly GivenPlugin[], builtIn: PluginTable): PluginTable {
  const given = (kind: PluginKind) =>
    plugins.filter((one) => one.kind === kind)
      .map((plugin) => [plugin.name, () => Promise.resolve({ default: plugin })] as const);
  const kinds = Object.keys(builtIn) as PluginKind[];
  return Object.fromEntries(
    kinds.map((kind) => [kind, { ...builtIn[kind], ...Object.fromEntries(given(kind)) }]),
  ) as unknown as PluginTable;
}
