/** The commands of the command line, in the order of the usage. */
import { accountCommands } from "./account.ts";
import { check } from "./check.ts";
import type { Command } from "./command.ts";
import { init } from "./init.ts";
import { pluginList } from "./plugin_list.ts";
import { pluginReload } from "./plugin_reload.ts";
import { pluginNew } from "./plugin_new.ts";
import { queueCommands } from "./queue.ts";
import { sandboxGuest } from "./sandbox_guest.ts";
import { serve } from "./serve.ts";
import { start } from "./start.ts";

/** All of them. */
export const commands: readonly Command[] = [
  start,
  serve,
  init,
  check,
  ...accountCommands,
  pluginList,
  pluginReload,
  pluginNew,
  ...queueCommands,
  sandboxGuest,
];
