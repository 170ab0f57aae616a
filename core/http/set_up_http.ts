/** Sets up plugins of the kind `http`, and puts the routes of each address together. */
import { formatListenAddress } from "../config/listen_address.ts";
import type { HttpEntry } from "../config/server_config.ts";
import type { HttpRoutes } from "../contract/http.ts";
import { SetupError } from "../plugins/lifecycle.ts";
import type { Placed } from "../plugins/load_plugins.ts";
import { type PluginRoutes, RouteTable } from "./route_table.ts";

/** A plugin's entry, in the order of the configuration. */
export type PlacedHttp = Placed<"http", HttpEntry>;

/**
 * Sets them up, each once for all of its addresses.
 *
 * @param setUp Sets one up.
 * @returns what is answered at each address, as `formatListenAddress` writes it.
 * @throws SetupError.
 */
export async function setUpHttp(
  plugins: readonly PlacedHttp[],
  setUp: (plugin: PlacedHttp) => Promise<HttpRoutes>,
): Promise<ReadonlyMap<string, RouteTable>> {
  const byAddress = new Map<string, PluginRoutes[]>();
  for (const plugin of plugins) {
    const { name } = plugin.definition;
    const { routes } = await setUp(plugin);
    const own: PluginRoutes = { name, routes };
    // Said of the plugin that is to blame.
    table(name, [own]);
    for (const address of new Set(plugin.entry.listen.map(formatListenAddress))) {
      byAddress.set(address, [...byAddress.get(address) ?? [], own]);
    }
  }
  return new Map([...byAddress].map(([address, all]) => [address, new RouteTable(all)]));
}

function table(name: string, plugins: readonly PluginRoutes[]): RouteTable {
  try {
    return new RouteTable(plugins);
  } catch (error) {
    throw new SetupError(`http ${name}`, error);
  }
}
