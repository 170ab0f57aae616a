/** What everything else stands on: storage, mechanisms and directory. The command line needs no more of the server. */
import type { Accounts } from "../contract/accounts.ts";
import type { ConfigPath, ServerConfig } from "../config/server_config.ts";
import type { AuthMechanism, SecretScheme } from "../contract/authentication.ts";
import type { BaseContext } from "../contract/context.ts";
import type { Directory } from "../contract/directory.ts";
import type { Logger } from "../contract/logger.ts";
import type { Storage } from "../contract/storage.ts";
import type { PluginLives } from "../plugins/lifecycle.ts";
import type { LoadedPlugin } from "../plugins/load_plugin.ts";
import type { LoadedPlugins } from "../plugins/load_plugins.ts";
import { makeDataFolder } from "./data_folder.ts";

/** Who may come in, and how that is proven. */
export interface Access {
  /** In the order of the configuration. */
  readonly mechanisms: readonly PlacedMechanism[];
  /** Who has an account. */
  readonly directory: Directory;
}

/** A mechanism and its place in the configuration. */
export interface PlacedMechanism {
  /** The mechanism. */
  readonly mechanism: AuthMechanism;
  /** As the configuration names it. */
  readonly use: string;
  /** Where. */
  readonly at: ConfigPath;
}

/** What all plugins are given. */
export type SharedContext = Omit<BaseContext, "hostname">;

/**
 * Makes the data folder, and sets up the storage.
 *
 * @param through To the storage of another thread; absent: there is none yet.
 * @throws SetupError.
 */
export async function setUpStorage(
  config: ServerConfig,
  { storage }: Pick<LoadedPlugins, "storage">,
  lives: PluginLives,
  shared: SharedContext,
  through?: MessagePort,
): Promise<Storage> {
  await makeDataFolder(config.data);
  const context = { ...contextOf(config, storage, shared), dataFolder: config.data, ...through && { through } };
  return await lives.setUp(nameOf(storage), () => storage.definition.setup(context, storage.options));
}

/** Sets up mechanisms and directory. @throws SetupError. */
export async function setUpAccess(
  config: ServerConfig,
  plugins: Pick<LoadedPlugins, "auth" | "directory">,
  accounts: Accounts,
  lives: PluginLives,
  shared: SharedContext,
): Promise<Access> {
  const mechanisms: PlacedMechanism[] = [];
  for (const plugin of plugins.auth) {
    const { definition, options, entry } = plugin;
    const mechanism = await lives.setUp(
      nameOf(plugin),
      () => definition.setup(contextOf(config, plugin, shared), options),
    );
    mechanisms.push({ mechanism, use: entry.use, at: entry.at });
  }
  const directory = await lives.setUp(
    nameOf(plugins.directory),
    () =>
      plugins.directory.definition.setup({
        ...contextOf(config, plugins.directory, shared),
        accounts,
        domains: config.domains,
        neededSecrets: neededSecrets(mechanisms),
        dataFolder: config.data,
      }, plugins.directory.options),
  );
  return { mechanisms, directory };
}

/** How the operator knows a plugin: `protocol pop3`. */
export function nameOf({ definition }: LoadedPlugin): string {
  return `${definition.kind} ${definition.name}`;
}

/** What every plugin is given; each has a log of its own. */
export function contextOf(
  { hostname }: Pick<ServerConfig, "hostname">,
  { definition }: { readonly definition: { readonly kind: string; readonly name: string } },
  { log, shutdown, common, now }: SharedContext,
): BaseContext {
  return { log: pluginLog(log, definition), hostname, shutdown, ...common && { common }, now };
}

function pluginLog(log: Logger, { kind, name }: { readonly kind: string; readonly name: string }): Logger {
  return log.child({ [kind]: name });
}

/**
 * Of each password only what the enabled mechanisms need is kept. Their alternatives are for directories that have
 * them anyway: DIGEST-MD5 alone is no reason to keep the password itself.
 */
function neededSecrets(mechanisms: readonly PlacedMechanism[]): ReadonlySet<SecretScheme> {
  return new Set(mechanisms.flatMap(({ mechanism: { needs } }) => isScheme(needs) ? needs : []));
}

function isScheme(needs: AuthMechanism["needs"]): needs is SecretScheme {
  return needs !== "nothing" && needs !== "password-check" && needs !== "client-certificate";
}
