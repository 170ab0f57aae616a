/** Opens the directory of a configuration without serving anything: commands change accounts in their own process. */
import type { ServerConfig } from "../config/server_config.ts";
import type { Directory, DirectoryAdmin } from "../contract/directory.ts";
import type { Storage } from "../contract/storage.ts";
import { openLog } from "../observe/log.ts";
import { PluginLives } from "../plugins/lifecycle.ts";
import { isServed } from "../server/data_folder.ts";
import { setUpAccess, setUpStorage, type SharedContext } from "../server/foundation.ts";
import { type LoadedServer, loadServer } from "../server/load_server.ts";
import { CommandError, type Given } from "./command.ts";

/** Does something with the accounts of the configuration that was given. */
export async function withAccounts<Result>(
  given: Given,
  use: (admin: DirectoryAdmin, directory: Directory) => Promise<Result>,
): Promise<Result> {
  const loaded = await loadServer(given.value("config"));
  return await withDirectory(loaded, (directory) => use(adminOf(directory, loaded.config), directory));
}

/** Does something with a directory, then stops what was set up. */
export async function withDirectory<Result>(
  loaded: LoadedServer,
  use: (directory: Directory) => Promise<Result>,
): Promise<Result> {
  return await withFoundation(loaded, ({ directory }) => use(directory));
}

/** Does something with storage and directory, then stops what was set up. */
export async function withFoundation<Result>(
  { config, plugins }: LoadedServer,
  use: (
    foundation: { readonly storage: Storage; readonly directory: Directory },
    shared: SharedContext,
  ) => Promise<Result>,
): Promise<Result> {
  // What goes wrong is for whoever typed the command, whatever the server logs and where.
  using log = openLog({ format: "text", level: "warn" });
  const shutdown = new AbortController();
  await using lives = new PluginLives(log);
  const shared: SharedContext = { log, shutdown: shutdown.signal, now: () => new Date() };
  const storage = await setUpStorage(config, plugins, lives, shared, isServed(config.data) ? { isServed: true } : {});
  const { directory } = await setUpAccess(config, plugins, storage, lives, shared);
  try {
    return await use({ storage, directory }, shared);
  } finally {
    shutdown.abort();
  }
}

/** The directory's administration. @throws CommandError where it has none. */
export function adminOf(directory: Directory, config: ServerConfig): DirectoryAdmin {
  const { admin } = directory;
  if (admin !== undefined) return admin;
  throw new CommandError(`directory "${config.directory.use}" keeps its accounts elsewhere: change them there`);
}
