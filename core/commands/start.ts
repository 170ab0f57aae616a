/** `start`: a first look. Makes what is missing in ./data, serves on 127.0.0.1, says what to paste. */
import { openServerLog } from "./serve.ts";
import { loadServer } from "../server/load_server.ts";
import { startServer } from "../server/server.ts";
import type { Command } from "./command.ts";
import { firstLookFile, makeFirstLook, readFirstLook } from "./first_look.ts";
import { greeting } from "./first_look_greeting.ts";
import { runServer } from "./run_server.ts";

/** The command. */
export const start: Command = {
  name: "start",
  summary: "a first look: make ./data if there is none, serve on 127.0.0.1",
  async run() {
    await makeFirstLook();
    const loaded = await loadServer(firstLookFile);
    using log = openServerLog(loaded.config.log);
    return await runServer(async () => {
      const server = await startServer(loaded, { log, isFromFiles: true });
      console.log(greeting(await readFirstLook(server.directory), server.listening));
      return server;
    }, log);
  },
};
