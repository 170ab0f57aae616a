/** Commands that change nothing or little (RFC 5321 §4.1.1): NOOP, VRFY, EXPN, RSET, QUIT. */
import { anyArgument, anyState, type Command, command, noArgument } from "./command.ts";
import { reply } from "./replies.ts";
import type { State } from "./state.ts";

/** NOOP; RFC 5321 §4.1.1.9: an argument is ignored. */
export const noop: Command = command({
  states: anyState,
  parse: anyArgument,
  run: () => ({ reply: reply(250, "2.0.0", "OK") }),
});

/** VRFY; RFC 5321 §7.3: 252 says neither yes nor no. */
export const vrfy: Command = command({
  states: anyState,
  parse: (argument) => argument === "" ? { refusal: reply(501, "5.5.4", "Expected VRFY name") } : { value: argument },
  run: () => ({ reply: reply(252, "2.0.0", "Cannot VRFY user, but will take a message and try to deliver it") }),
});

/**
 * EXPN. RFC 5321 §4.5.1 does not require it, and there are no lists to show: it is known and not implemented (§4.2.4), which
 * EHLO therefore does not list (§3.5.2). 252, which §7.3 has for commands that are turned off, would say that it is there.
 */
export const expn: Command = command({
  states: anyState,
  parse: anyArgument,
  run: () => ({ reply: reply(502, "5.5.1", "Mailing lists are not shown") }),
});

/** RSET. */
export const rset: Command = command({
  mayWait: true,
  states: anyState,
  parse: noArgument,
  run: (_session, state) => ({ reply: reply(250, "2.0.0", "OK"), state: withoutTransaction(state) }),
});

/** QUIT. */
export const quit: Command = command({
  states: [...anyState, "refused"],
  parse: noArgument,
  run: () => ({ reply: reply(221, "2.0.0", "closing connection"), ends: true }),
});

function withoutTransaction(state: State): State {
  return state.name === "transaction" || state.name === "chunks" ? { name: "greeted", client: state.client } : state;
}
