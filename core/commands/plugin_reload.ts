/** `plugin reload`: a running server reads a plugin's file again. */
import { loadConfig } from "../config/load_config.ts";
import { ConfigurationError } from "../server/configuration_error.ts";
import { askServer } from "./ask_server.ts";
import { type Command, CommandError, configOption, type ExitCode, jsonOption } from "./command.ts";

/** The command. */
export const pluginReload: Command = {
  name: "plugin reload",
  summary: "have the running server read a plugin's file again",
  operands: [{ name: "NAME", count: "one" }],
  options: [configOption, jsonOption],
  async run(given): Promise<ExitCode> {
    const loaded = await loadConfig(given.value("config"));
    if (!loaded.ok) throw new ConfigurationError(loaded.problems);
    const answer = await askServer(loaded.config.data, { ask: "reload", plugin: given.operand("NAME") });
    if (answer === undefined) {
      throw new CommandError(`no server runs with ${loaded.config.data}; the next one that starts reads all plugins`);
    }
    if (given.has("json")) console.log(JSON.stringify(answer));
    else if (answer.ok) {
      for (const plugin of answer.reloaded ?? []) console.log(`reloaded ${plugin}`);
      for (const place of answer.waiting ?? []) console.error(`${place} has changed too: that waits for a restart`);
    } else {
      for (const problem of answer.problems) console.error(problem);
      console.error("not reloaded: everything is as it was");
    }
    return answer.ok ? 0 : 1;
  },
};
