/** What a running server can take up of another configuration, and what waits for a restart. Pure. */
import { placeOf } from "../config/explain_issues.ts";
import { formatListenAddress } from "../config/listen_address.ts";
import type { ConfigPath, PluginEntry, ServerConfig } from "../config/server_config.ts";
import type { LoadedServer } from "./load_server.ts";

interface Setting {
  readonly at: ConfigPath;
  /** What must be the same for the server to go on with it. */
  of(config: ServerConfig): unknown;
}

const settings: readonly Setting[] = [
  { at: ["hostname"], of: (config) => config.hostname },
  { at: ["domains"], of: (config) => config.domains },
  { at: ["data"], of: (config) => config.data },
  { at: ["tls"], of: (config) => [config.tls === undefined, config.tls?.engine] },
  { at: ["storage"], of: (config) => plugin(config.storage) },
  { at: ["directory"], of: (config) => plugin(config.directory) },
  { at: ["auth"], of: (config) => config.auth.map(plugin) },
  { at: ["cleartext_auth"], of: (config) => config.cleartextAuth },
  { at: ["limits", "connections"], of: ({ limits }) => limits.connections },
  { at: ["limits", "connections_per_address"], of: ({ limits }) => limits.connectionsPerAddress },
  { at: ["limits", "auth_delay"], of: ({ limits }) => limits.authDelay },
  { at: ["protocols"], of: listeners },
  { at: ["log"], of: (config) => config.log },
];

/** Places whose values have changed and wait for a restart. */
export function waitingForRestart(running: ServerConfig, next: ServerConfig): string[] {
  return settings.filter(({ of }) => differ(of(running), of(next))).map(({ at }) => placeOf(at));
}

/** The next configuration as far as a running server can take it up: the rest is as it was. */
export function takeUp(running: LoadedServer, next: LoadedServer): LoadedServer {
  const { source, tls, filters, limits } = next.config;
  // Listeners stay, and each belongs to the protocol in its place: another list is for a restart, as a whole.
  const { config: { protocols }, plugins } = differ(listeners(running.config), listeners(next.config)) ? running : next;
  return {
    config: {
      ...running.config,
      ...{ source, filters, protocols },
      limits: { ...running.config.limits, message: limits.message },
      ...running.config.tls && tls && { tls: { ...tls, engine: running.config.tls.engine } },
    },
    plugins: { ...running.plugins, filters: next.plugins.filters, protocols: plugins.protocols },
  };
}

function listeners({ protocols }: ServerConfig): unknown {
  return protocols.map(({ use, listen }) => [use, listen.map(formatListenAddress)]);
}

function plugin({ use, options, integrity }: PluginEntry): unknown {
  return [use, options, integrity];
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
