/**
 * What a reload replaces as a whole, set up from one reading of the configuration: mechanisms, directory, filters, delivery
 * and protocols.
 */
import type { ServerConfig } from "../config/server_config.ts";
import type { Authentication } from "../contract/authentication.ts";
import type { Protocol } from "../contract/connection.ts";
import type { ProtocolContext } from "../contract/context.ts";
import type { Directory } from "../contract/directory.ts";
import type { Storage } from "../contract/storage.ts";
import { createDelivery, type PlacedFilter } from "../delivery/delivery.ts";
import { PluginLives } from "../plugins/lifecycle.ts";
import type { LoadedPlugins } from "../plugins/load_plugins.ts";
import { type AuthenticationMemory, createAuthentication } from "../sasl/authentication.ts";
import { isServed } from "../sasl/offers.ts";
import { type Access, contextOf, nameOf, setUpAccess, type SharedContext } from "./foundation.ts";
import { explainUnserved } from "./unserved_mechanisms.ts";

/** What generations stand on, and outlives them. */
export interface Ground {
  /** Where messages are kept. */
  readonly storage: Storage;
  /** Failed attempts, and who has logged in. */
  readonly memory: AuthenticationMemory;
  /** For every plugin. */
  readonly shared: SharedContext;
}

/** Plugins of one reading of the configuration. Disposing stops them. */
export interface Generation extends AsyncDisposable {
  /** Who has an account. */
  readonly directory: Directory;
  /** In the order of the configuration. */
  readonly protocols: readonly Protocol[];
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
  const authentication = authenticationOf(config, access, ground);
  const filters = await setUpFilters(config, plugins, shared, lives);
  const delivery = createDelivery({ storage, directory, filters, ...shared });
  const protocols: Protocol[] = [];
  for (const plugin of plugins.protocols) {
    const context: ProtocolContext = {
      ...contextOf(config, plugin, shared),
      ...{ authentication, storage, directory, delivery },
      limits: { message: config.limits.message },
    };
    protocols.push(await lives.setUp(nameOf(plugin), () => plugin.definition.setup(context, plugin.options)));
  }
  const rest = undo.move();
  return {
    ...{ directory, protocols },
    drain: (deadline) => lives.drain(deadline),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

function authenticationOf(
  config: ServerConfig,
  { mechanisms, directory }: Access,
  { memory, shared }: Ground,
): Authentication {
  for (const line of explainUnserved(mechanisms, directory, config.directory.use, config.source)) shared.log.warn(line);
  return createAuthentication({
    // The operator has been told of the others, with their place in the file.
    mechanisms: mechanisms.map(({ mechanism }) => mechanism).filter((mechanism) => isServed(mechanism, directory)),
    directory,
    hostname: config.hostname,
    domain: config.domains[0],
    cleartextAuth: config.cleartextAuth,
    authDelay: config.limits.authDelay,
    memory,
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
    const { definition, options, entry } = plugin;
    const filter = await lives.setUp(
      nameOf(plugin),
      () => definition.setup(contextOf(config, plugin, shared), options),
    );
    filters.push({ name: definition.name, filter, onFailure: entry.onFailure });
  }
  return filters;
}
