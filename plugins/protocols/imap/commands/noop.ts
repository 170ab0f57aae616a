/** NOOP and CHECK (RFC 9051 §6.1.2, RFC 3501 §6.4.1): they do nothing, and what there is to be told is told. */
import { type Command, command, noArguments } from "../command.ts";
import { ok } from "../replies.ts";
import { anyState } from "../state.ts";

/** NOOP. */
export const noop: Command = command({
  states: anyState,
  parse: noArguments,
  run: () => ({ reply: ok("Nothing done") }),
});

/** CHECK: everything is on disk already. */
export const check: Command = command({
  states: ["selected"],
  parse: noArguments,
  run: () => ({ reply: ok("Everything is on disk") }),
});
