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
  { at: ["data"], of: (config) => config.data },
  { at: ["tls"], of: (config) => [config.tls === undefined, config.tls?.engine] },
  { at: ["workers"], of: (config) => config.workers },
  { at: ["storage"], of: (config) => plugin(config.storage) },
  { at: ["limits", "connections"], of: ({ limits }) => limits.connections },
  { at: ["limits", "connections_per_address"], of: ({ limits }) => limits.connectionsPerAddress },
  { at: ["limits", "auth_delay"], of: ({ limits }) => limits.authDelay },
  { at: ["protocols"], of: listeners },
  { at: ["http"], of: httpListeners },
  { at: ["log"], of: (config) => config.log },
];

/** Places whose values have changed and wait for a restart. */
export function waitingForRestart(running: ServerConfig, next: ServerConfig): string[] {
  return settings.filter(({ of }) => differ(of(running), of(next))).map(({ at }) => placeOf(at));
}

/** The next configuration as far as a running server can take it up: the rest is as it was. */
export function takeUp(running: LoadedServer, next: LoadedServer): LoadedServer {
  const { data, workers, storage, limits, log, tls } = running.config;
  // Listeners stay, and each belongs to the protocol in its place: another list is for a restart, as a whole.
  const protocols = differ(listeners(running.config), listeners(next.config)) ? running : next;
  const http = differ(httpListeners(running.config), httpListeners(next.config)) ? running : next;
  const { tls: nextTls, ...config } = next.config;
  return {
    config: {
      ...config,
      ...{ data, workers, storage, log, protocols: protocols.config.protocols, http: http.config.http },
      limits: { ...limits, message: next.config.limits.message },
      ...tls && { tls: { ...nextTls ?? tls, engine: tls.engine } },
    },
    plugins: {
      ...next.plugins,
      storage: running.plugins.storage,
      protocols: protocols.plugins.protocols,
      http: http.plugins.http,
    },
  };
}

function listeners({ protocols }: ServerConfig): unknown {
  return protocols.map(({ use, listen }) => [use, listen.map(formatListenAddress)]);
}

/** Which plugin answers at which address may change; that there is an address may not. */
function httpListeners({ http }: ServerConfig): unknown {
  return [...new Set(http.flatMap(({ listen }) => listen.map(formatListenAddress)))].sort();
}

function plugin({ use, options, integrity }: PluginEntry): unknown {
  return [use, options, integrity];
}

function differ(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}
