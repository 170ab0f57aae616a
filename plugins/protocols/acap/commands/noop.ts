/** NOOP (RFC 2244 §6.2.1). */
import { type Command, command, noArguments } from "../command.ts";
import { ok } from "../replies.ts";
import { anyState } from "../state.ts";

/** The command. */
export const noop: Command = command({
  states: anyState,
  parse: noArguments,
  run: () => ({ reply: ok("Nothing was done") }),
});
