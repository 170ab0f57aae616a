/** NAMESPACE (RFC 2342, RFC 9051 §6.3.10). */
import { type Command, command, noArguments } from "../command.ts";
import { tellNamespace } from "../namespaces.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const namespace: Command = command({
  capabilities: ["NAMESPACE"],
  states: loggedIn,
  parse: noArguments,
  run(session) {
    tellNamespace(session);
    return { reply: ok("That is all") };
  },
});
