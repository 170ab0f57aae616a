/** Commands that the plugins of a configuration bring: known from their definitions, before anything is set up. */
import type { SubcommandContext } from "../contract/context.ts";
import type { Subcommand } from "../contract/subcommand.ts";
import type { LoadedPlugin } from "../plugins/load_plugin.ts";
import { nameOf } from "../plugins/set_up_plugin.ts";
import { contextOf } from "../server/foundation.ts";
import { type LoadedServer, loadServer } from "../server/load_server.ts";
import { type Command, CommandError, configOption } from "./command.ts";
import { withFoundation } from "./with_directory.ts";

/**
 * The table with the commands of plugins, where the words ask for one that it has not, or for help with a configuration.
 *
 * @throws ConfigurationError, or CommandError where a plugin brings a command that cannot be.
 */
export async function withSubcommands(
  words: readonly string[],
  table: readonly Command[],
): Promise<readonly Command[]> {
  const [first] = words;
  const given = configGiven(words);
  const isHelp = first === "help" || first === "--help" || first === "-h";
  if (first === undefined || !isHelp && (first.startsWith("-") || firstWords(table).has(first))) return table;
  if (isHelp ? given === undefined : given === undefined && !await isReadableFile(usualConfig)) return table;
  try {
    return [...table, ...subcommandsOf(await loadServer(given ?? usualConfig), table)];
  } catch (error) {
    // Help is for whoever has a problem.
    if (isHelp) return table;
    throw error;
  }
}

const usualConfig = configOption.fallback ?? "";

/** The value of `--config`, as far as that can be known before the command is. */
function configGiven(words: readonly string[]): string | undefined {
  const index = words.findIndex((word) => word === "--config" || word.startsWith("--config="));
  const word = words[index];
  return word === "--config" ? words[index + 1] : word?.slice("--config=".length);
}

/** Without the right to look, it is none. */
async function isReadableFile(file: string): Promise<boolean> {
  try {
    return (await Deno.stat(file)).isFile;
  } catch {
    return false;
  }
}

function subcommandsOf(loaded: LoadedServer, table: readonly Command[]): Command[] {
  const taken = firstWords(table);
  const found: Command[] = [];
  for (const plugin of pluginsOf(loaded)) {
    for (const subcommand of plugin.definition.subcommands ?? []) {
      const { name } = subcommand;
      if (!/^[a-z][a-z0-9-]{0,39}(?: [a-z][a-z0-9-]{0,39})?$/.test(name)) {
        throw new CommandError(`${nameOf(plugin)} brings a command "${name}"; expected one or two words in lower case`);
      }
      if (taken.has(firstWord(name)) || found.some((other) => other.name === name)) {
        throw new CommandError(`${nameOf(plugin)} brings a command "${name}", which there is already`);
      }
      found.push(commandOf(subcommand, plugin, loaded));
    }
  }
  return found;
}

/** Each once, also where it stands twice: the first counts. Those in a sandbox would run outside it. */
function pluginsOf({ plugins }: LoadedServer): readonly LoadedPlugin[] {
  const { storage, directory, auth, filters, transports, extensions, protocols, http } = plugins;
  const all: LoadedPlugin[] = [storage, directory, ...auth, ...filters, ...transports];
  all.push(...extensions, ...protocols, ...http);
  return all.filter(({ definition, entry }, index) =>
    entry.sandbox === undefined && all.findIndex((other) => other.definition === definition) === index
  );
}

function commandOf(subcommand: Subcommand<unknown>, plugin: LoadedPlugin, loaded: LoadedServer): Command {
  const { name, summary, operands = [], options = [] } = subcommand;
  return {
    ...{ name, summary, operands },
    options: [...options, configOption],
    run: (given) =>
      withFoundation(loaded, async ({ storage, directory }, shared) => {
        const { config } = loaded;
        const context: SubcommandContext = {
          ...contextOf(config, plugin, shared),
          ...{ storage, directory, domains: config.domains, dataFolder: config.data },
        };
        return await subcommand.run(given, context, plugin.options);
      }),
  };
}

function firstWords(table: readonly Command[]): ReadonlySet<string> {
  return new Set(table.map(({ name }) => firstWord(name)));
}

function firstWord(name: string): string {
  return name.replace(/ .*/, "");
}
