/**
 * What a reload replaces as a whole, set up from one reading of the configuration: mechanisms, directory, filters, ways out,
 * delivery, extensions and protocols.
 */
import type { ServerConfig } from "../config/server_config.ts";
import type { Authentication } from "../contract/authentication.ts";
import type { Protocol } from "../contract/connection.ts";
import type { ExtensionContext, ProtocolContext } from "../contract/context.ts";
import type { Directory } from "../contract/directory.ts";
import type { ExtensionCommands } from "../contract/extension_commands.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { Storage } from "../contract/storage.ts";
import { createDelivery, type PlacedFilter, usualFilterTimeout } from "../delivery/delivery.ts";
import type { Outgoing } from "../delivery/queue_runner.ts";
import { FilterChain } from "../delivery/run_filters.ts";
import { type PlacedTransport, WaysOut } from "../delivery/ways_out.ts";
import { attemptHooks } from "../hooks/attempt_hooks.ts";
import { Hooks } from "../hooks/hooks.ts";
import { observedProtocol } from "../hooks/observed_protocol.ts";
import type { RouteTable } from "../http/route_table.ts";
import { setUpHttp } from "../http/set_up_http.ts";
import { PluginLives, SetupError } from "../plugins/lifecycle.ts";
import type { LoadedPlugin } from "../plugins/load_plugin.ts";
import type { LoadedPlugins } from "../plugins/load_plugins.ts";
import { setUpPlugin } from "../plugins/set_up_plugin.ts";
import type { AttemptHooks } from "../sasl/attempt_hooks.ts";
import { type AuthenticationMemory, createAuthentication } from "../sasl/authentication.ts";
import { isServed } from "../sasl/offers.ts";
import { type Access, contextOf, setUpAccess, type SharedContext } from "./foundation.ts";
import { explainUnserved } from "./unserved_mechanisms.ts";

/** What generations stand on, and outlives them. */
export interface Ground {
  /** Where messages are kept. */
  readonly storage: Storage;
  /** Failed attempts, and who has logged in. */
  readonly memory: AuthenticationMemory;
  /** For every plugin. */
  readonly shared: SharedContext;
  /** Whether another thread does what is done once for all: periodic work, the observation of mailboxes, HTTP. */
  readonly isSecond?: boolean;
}

/** Plugins of one reading of the configuration. Disposing stops them. */
export interface Generation extends AsyncDisposable {
  /** Who has an account. */
  readonly directory: Directory;
  /** In the order of the configuration. */
  readonly protocols: readonly Protocol[];
  /** What is answered at each address of `http`, as `formatListenAddress` writes it. */
  readonly http: ReadonlyMap<string, RouteTable>;
  /** What the queue is carried with. */
  readonly outgoing: Outgoing;
  /** It is the one that new sessions get: from now on it does periodic work. */
  begin(): void;
  /** It no longer is: another one does periodic work. */
  retire(): void;
  /** Lets the plugins finish their work. */
  drain(deadline: AbortSignal): Promise<void>;
}

/** Sets everything up, or nothing. @throws SetupError. */
export async function setUpGeneration(
  config: ServerConfig,
  plugins: LoadedPlugins,
  ground: Ground,
): Promise<Generation> {
  await using undo = new AsyncDisposableStack();
  const { storage, shared } = ground;
  const lives = undo.use(new PluginLives(shared.log));
  const access = await setUpAccess(config, plugins, storage, lives, shared);
  const { directory } = access;
  const filters = await setUpFilters(config, plugins, shared, lives);
  const ways = new WaysOut(await setUpTransports(config, plugins, shared, lives));
  const hooks = undo.use(new Hooks({ storage, ...shared }));
  const { events, extensions } = hooks;
  const delivery = createDelivery({
    ...{ storage, directory, ways, filters, extensions, events, ...shared },
    isEverybodys: (account) => isEverybodys(account, access),
    largestMessage: config.limits.message,
  });
  await setUpExtensions(config, plugins, { hooks, lives, shared, given: { storage, directory, delivery } });
  const extensionCommands = completed(hooks);
  const chain = new FilterChain(filters, usualFilterTimeout, shared.log);
  const authentication = authenticationOf(config, access, ground, attemptHooks({ filters: chain, events, ...shared }));
  const protocolContext = (plugin: LoadedPlugin): ProtocolContext => ({
    ...contextOf(config, plugin, shared),
    ...{ authentication, storage, directory, delivery, extensionCommands, domains: config.domains },
    limits: { message: config.limits.message },
  });
  const protocols: Protocol[] = [];
  for (const plugin of plugins.protocols) {
    const protocol = await setUpPlugin(lives, plugin, protocolContext(plugin));
    protocols.push(observedProtocol(plugin.definition.name, protocol, events, () => shared.now()));
  }
  const outgoing: Outgoing = {
    ...{ ways, directory, events, hostname: config.hostname, schedule: config.queue },
    postmaster: `postmaster@${config.domains[0]}`,
  };
  const http = await setUpHttp(
    ground.isSecond ? [] : plugins.http,
    (plugin) => setUpPlugin(lives, plugin, protocolContext(plugin)),
  );
  const rest = undo.move();
  return {
    ...{ directory, protocols, http, outgoing },
    begin: () => ground.isSecond || hooks.begin(),
    retire: () => hooks.retire(),
    async drain(deadline) {
      await hooks.drain(deadline);
      await lives.drain(deadline);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** Whether a mechanism gives the account to anybody. */
async function isEverybodys(account: AccountId, { mechanisms, directory }: Access): Promise<boolean> {
  const logins = mechanisms.flatMap(({ mechanism: { everybodysAccount } }) => everybodysAccount ?? []);
  for (const login of logins) if (await directory.findAccount(login) === account) return true;
  return false;
}

interface ExtensionSetup {
  readonly hooks: Hooks;
  readonly lives: PluginLives;
  readonly shared: SharedContext;
  readonly given: Pick<ExtensionContext, "storage" | "directory" | "delivery">;
}

async function setUpExtensions(
  config: ServerConfig,
  plugins: LoadedPlugins,
  { hooks, lives, shared, given }: ExtensionSetup,
): Promise<void> {
  const { domains, data: dataFolder } = config;
  for (const plugin of plugins.extensions) {
    const context: ExtensionContext = { ...contextOf(config, plugin, shared), ...given, domains, dataFolder };
    hooks.add(plugin.definition.name, await setUpPlugin(lives, plugin, context));
  }
}

function completed(hooks: Hooks): ExtensionCommands {
  try {
    return hooks.complete();
  } catch (error) {
    throw new SetupError("extensions", error);
  }
}

function authenticationOf(
  config: ServerConfig,
  { mechanisms, directory }: Access,
  { memory, shared }: Ground,
  hooks: AttemptHooks | undefined,
): Authentication {
  for (const line of explainUnserved(mechanisms, directory, config)) shared.log.warn(line);
  return createAuthentication({
    // The operator has been told of the others, with their place in the file.
    mechanisms: mechanisms.map(({ mechanism }) => mechanism).filter((mechanism) => isServed(mechanism, directory)),
    directory,
    hostname: config.hostname,
    domain: config.domains[0],
    cleartextAuth: config.cleartextAuth,
    authDelay: config.limits.authDelay,
    memory,
    ...hooks && { hooks },
    ...shared,
  });
}

async function setUpFilters(
  config: ServerConfig,
  plugins: LoadedPlugins,
  shared: SharedContext,
  lives: PluginLives,
): Promise<PlacedFilter[]> {
  const filters: PlacedFilter[] = [];
  for (const plugin of plugins.filters) {
    const filter = await setUpPlugin(lives, plugin, contextOf(config, plugin, shared));
    filters.push({ name: plugin.definition.name, filter, onFailure: plugin.entry.onFailure });
  }
  return filters;
}

async function setUpTransports(
  config: ServerConfig,
  plugins: LoadedPlugins,
  shared: SharedContext,
  lives: PluginLives,
): Promise<PlacedTransport[]> {
  const transports: PlacedTransport[] = [];
  for (const plugin of plugins.transports) {
    const transport = await setUpPlugin(lives, plugin, contextOf(config, plugin, shared));
    transports.push({ name: plugin.definition.name, transport, for: plugin.entry.for });
  }
  return transports;
}
