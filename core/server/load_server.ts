/** Configuration and plugins of a file: everything that can be known before anything is set up. */
import { loadConfig, type LoadedConfig } from "../config/load_config.ts";
import type { ServerConfig } from "../config/server_config.ts";
import type { PluginOrigins } from "../plugins/load_plugin.ts";
import { type LoadedPlugins, loadPlugins, problemsOfPlugins } from "../plugins/load_plugins.ts";
import { ConfigurationError } from "./configuration_error.ts";

/** A configuration and the plugins that it names. */
export interface LoadedServer {
  /** Validated. */
  readonly config: ServerConfig;
  /** Loaded, their options validated. */
  readonly plugins: LoadedPlugins;
}

/** Loads a file and its plugins. @throws ConfigurationError with all problems at once. */
export async function loadServer(file: string, origins?: PluginOrigins): Promise<LoadedServer> {
  return await withPlugins(await loadConfig(file), origins);
}

/** Loads the plugins of a configuration. @throws ConfigurationError with all problems, the configuration's too. */
export async function withPlugins(loaded: LoadedConfig, origins?: PluginOrigins): Promise<LoadedServer> {
  if (!loaded.ok) {
    const { problems, remains } = loaded;
    const more = remains === undefined ? [] : await problemsOfPlugins(remains.entries, remains.source, origins);
    throw new ConfigurationError([...problems, ...more]);
  }
  const { config } = loaded;
  const found = await loadPlugins(config, origins);
  if (!found.ok) throw new ConfigurationError(found.problems);
  return { config, plugins: found.plugins };
}
