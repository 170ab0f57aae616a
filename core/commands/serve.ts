/** `serve`: runs the server. */
import { messageOf } from "../wire/error_message.ts";
import { openLog, type ServerLog } from "../observe/log.ts";
import { loadServer } from "../server/load_server.ts";
import { startServer } from "../server/server.ts";
import { type Command, CommandError, configOption } from "./command.ts";
import { runServer } from "./run_server.ts";
import type { LogConfig } from "../config/server_config.ts";

/** The command. */
export const serve: Command = {
  name: "serve",
  summary: "run the server; SIGTERM drains, SIGHUP reloads",
  options: [configOption],
  async run(given) {
    const loaded = await loadServer(given.value("config"));
    using log = openServerLog(loaded.config.log);
    return await runServer(() => startServer(loaded, { log, isFromFiles: true }), log);
  },
};

/** The log that the configuration asks for. @throws CommandError where its file cannot be opened. */
export function openServerLog(config: LogConfig): ServerLog {
  try {
    return openLog(config);
  } catch (error) {
    const reason = messageOf(error);
    const advice = "it must be a file that the server's user may write, in a folder that is there";
    throw new CommandError(`log.file: ${config.file} cannot be opened: ${reason}; ${advice}`, { cause: error });
  }
}
