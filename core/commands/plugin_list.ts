/** `plugin list`: the plugins that are part of the program. */
import { builtInPlugins } from "../plugins/builtin.ts";
import { type Command, jsonOption } from "./command.ts";
import { columns } from "./usage.ts";
import { valueAt } from "../config/plain_value.ts";

/** The command. */
export const pluginList: Command = {
  name: "plugin list",
  summary: "list the plugins that are part of the program",
  options: [jsonOption],
  async run(given) {
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
