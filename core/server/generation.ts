/** What a reload replaces as a whole: filters, delivery and protocols, set up from one reading of the configuration. */
import type { ServerConfig } from "../config/server_config.ts";
import type { Authentication } from "../contract/authentication.ts";
import type { Protocol } from "../contract/connection.ts";
import type { ProtocolContext } from "../contract/context.ts";
import { createDelivery, type PlacedFilter } from "../delivery/delivery.ts";
import { PluginLives } from "../plugins/lifecycle.ts";
import type { LoadedPlugins } from "../plugins/load_plugins.ts";
import { contextOf, type Foundation, nameOf, type SharedContext } from "./foundation.ts";

/** What generations stand on, and outlives them. */
export interface Ground extends Pick<Foundation, "storage" | "directory"> {
  /** Who is who. */
  readonly authentication: Authentication;
  /** For every plugin. */
  readonly shared: SharedContext;
}

/** Filters, delivery and protocols of one reading of the configuration. Disposing stops them. */
export interface Generation extends AsyncDisposable {
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
  const { storage, directory, authentication, shared } = ground;
  const lives = undo.use(new PluginLives(shared.log));
  const filters = await setUpFilters(config, plugins, shared, lives);
  const delivery = createDelivery({ storage, directory, filters, ...shared });
  const protocols: Protocol[] = [];
  for (const plugin of plugins.protocols) {
    const context: ProtocolContext = {
      ...contextOf(config, plugin, shared),
      ...{ authentication, storage, directory, delivery, domains: config.domains },
      limits: { message: config.limits.message },
    };
    protocols.push(await lives.setUp(nameOf(plugin), () => plugin.definition.setup(context, plugin.options)));
  }
  const rest = undo.move();
  return { protocols, drain: (deadline) => lives.drain(deadline), [Symbol.asyncDispose]: () => rest.disposeAsync() };
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
