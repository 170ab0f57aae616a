/** An HTTP plugin that is asked one request. */
import type { PluginDefinition } from "../../core/contract/plugin.ts";
import { setUp, type Surroundings } from "./set_up.ts";

/** Asks the first route that matches; undefined where none does, as the server would answer 404. */
export async function answer<Options>(
  plugin: PluginDefinition<"http", Options>,
  request: Request,
  surroundings: Surroundings = {},
): Promise<Response | undefined> {
  await using http = await setUp(plugin, surroundings);
  const { pathname } = new URL(request.url);
  for (const { method, path, handle } of http.extension.routes) {
    const found = method === request.method ? new URLPattern({ pathname: path }).exec({ pathname }) : null;
    if (found === null) continue;
    const parameters = Object.entries(found.pathname.groups).map(([name, value]) => [name, value ?? ""]);
    return await handle(request, Object.fromEntries(parameters));
  }
  return undefined;
}
