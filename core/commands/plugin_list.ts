/** `plugin list`: the plugins that are part of the program, or those that a configuration names. */
import { valueAt } from "../config/plain_value.ts";
import { builtInPlugins } from "../plugins/builtin.ts";
import { type Command, configOption, jsonOption } from "./command.ts";
import { columnsOf, configuredPlugins } from "./configured_plugins.ts";
import { columns } from "./usage.ts";

/** The command. */
export const pluginList: Command = {
  name: "plugin list",
  summary: "list the plugins that are part of the program, or those of a configuration and what they may do",
  options: [
    { name: configOption.name, value: "FILE", summary: "list the plugins that this configuration names" },
    jsonOption,
  ],
  async run(given) {
    const file = given.find("config");
    if (file !== undefined) {
      const plugins = await configuredPlugins(file);
      if (given.has("json")) console.log(JSON.stringify(plugins));
      else for (const line of columns(plugins.map(columnsOf))) console.log(line);
      return 0;
    }
    const plugins = await Promise.all(
      Object.entries(builtInPlugins).flatMap(([kind, ofKind]) =>
        Object.entries(ofKind).map(async ([name, load]) => ({ kind, name, summary: summaryOf(await load()) }))
      ),
    );
    if (given.has("json")) console.log(JSON.stringify(plugins));
    else for (const line of columns(plugins.map((one) => [`${one.kind} ${one.name}`, one.summary]))) console.log(line);
    return 0;
  },
};

function summaryOf(module: unknown): string {
  const summary = valueAt(module, ["default", "summary"]);
  return typeof summary === "string" ? summary : "";
}
