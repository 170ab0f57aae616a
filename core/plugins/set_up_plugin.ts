/** Setting a loaded plugin up: it lives from here on, and is what the contract says of its kind. */
import type { ContextByKind, ExtensionByKind, PluginKind } from "../contract/plugin.ts";
import { faultOf } from "./extension_shape.ts";
import { type PluginLives, SetupError } from "./lifecycle.ts";
import type { LoadedPlugin } from "./load_plugin.ts";

/** How the operator knows a plugin: `protocol pop3`. */
export function nameOf({ definition }: Pick<LoadedPlugin, "definition">): string {
  return `${definition.kind} ${definition.name}`;
}

/** Sets a plugin up, after those before it. @throws SetupError, also for what is not as the contract has it. */
export async function setUpPlugin<Kind extends PluginKind>(
  lives: PluginLives,
  plugin: LoadedPlugin<Kind>,
  context: ContextByKind[Kind],
): Promise<ExtensionByKind[Kind]> {
  const { definition, options } = plugin;
  const what = nameOf(plugin);
  const extension = await lives.setUp<ExtensionByKind[Kind]>(what, () => definition.setup(context, options));
  const fault = faultOf(definition.kind, extension);
  if (fault === undefined) return extension;
  await lives.stop(extension);
  throw new SetupError(what, new TypeError(fault));
}
