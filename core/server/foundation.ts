/** What everything else stands on: storage, mechanisms and directory. The command line needs no more of the server. */
import type { Accounts } from "../contract/accounts.ts";
import type { ConfigPath, ServerConfig } from "../config/server_config.ts";
import type { AuthMechanism, SecretScheme } from "../contract/authentication.ts";
import type { BaseContext, StorageContext } from "../contract/context.ts";
import type { Directory } from "../contract/directory.ts";
import type { Logger } from "../contract/logger.ts";
import type { Storage } from "../contract/storage.ts";
import { type PluginLives, SetupError } from "../plugins/lifecycle.ts";
import type { LoadedPlugins } from "../plugins/load_plugins.ts";
import { nameOf, setUpPlugin } from "../plugins/set_up_plugin.ts";
import { makeDataFolder } from "./data_folder.ts";
import { housedDirectory } from "./housed_directory.ts";

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

/** Who else is at a storage. */
export type StorageCompany = Pick<StorageContext, "through" | "isServed">;

/**
 * Makes the data folder, and sets up the storage.
 *
 * @throws SetupError.
 */
export async function setUpStorage(
  config: ServerConfig,
  { storage }: Pick<LoadedPlugins, "storage">,
  lives: PluginLives,
  shared: SharedContext,
  company: StorageCompany = {},
): Promise<Storage> {
  await makeDataFolder(config.data);
  const context = { ...contextOf(config, storage, shared), dataFolder: config.data, ...company };
  return await setUpPlugin(lives, storage, context);
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
    const mechanism = await setUpPlugin(lives, plugin, contextOf(config, plugin, shared));
    const same = mechanisms.find((one) => one.mechanism.mechanism === mechanism.mechanism);
    if (same !== undefined) {
      const taken = `its mechanism ${mechanism.mechanism} is that of ${same.use} already; remove one of them`;
      throw new SetupError(nameOf(plugin), new Error(taken));
    }
    mechanisms.push({ mechanism, use: plugin.entry.use, at: plugin.entry.at });
  }
  let knowsAccounts = false;
  const { domains } = config;
  const directory = await setUpPlugin(lives, plugins.directory, {
    ...contextOf(config, plugins.directory, shared),
    get accounts() {
      knowsAccounts = true;
      return accounts;
    },
    domains,
    neededSecrets: neededSecrets(mechanisms),
    dataFolder: config.data,
  });
  const parts = { accounts, domains, knowsAccounts: () => knowsAccounts };
  return { mechanisms, directory: housedDirectory(directory, parts) };
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
