/** `sandbox-guest`: what the program is in the process of a sandboxed plugin, where it is one binary. */
import type { Command } from "./command.ts";

/** The command. */
export const sandboxGuest: Command = {
  name: "sandbox-guest",
  summary: "run a sandboxed plugin for a server that speaks on standard input and output",
  isHidden: true,
  async run() {
    const { runGuestProcess } = await import("../plugins/sandbox/child.ts");
    return await runGuestProcess();
  },
};
