/** ID (RFC 2971): who is speaking, for whoever looks for a fault. */
import { type Command, command } from "../command.ts";
import { expectIdArguments } from "../grammar/session_arguments.ts";
import { ok } from "../replies.ts";
import { anyState } from "../state.ts";

/** RFC 2971 §3.3. */
const MOST_PARAMETERS = 30, LONGEST_NAME = 30, LONGEST_VALUE = 1024;

/** The command. */
export const id: Command = command({
  capabilities: ["ID"],
  states: anyState,
  parse(scanner) {
    scanner.expectSpace();
    return expectIdArguments(scanner);
  },
  run(session, _state, parameters = []) {
    // RFC 2971 §3.3: at most 30; what is longer than allowed is of no use to anybody.
    const client = parameters.slice(0, MOST_PARAMETERS).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase().slice(0, LONGEST_NAME), value.slice(0, LONGEST_VALUE)] as const]
    );
    session.connection.log.debug("the client says what it is", { client: Object.fromEntries(client) });
    // No version, which would tell an attacker what to try.
    session.untagged('ID ("name" "Quetzal" "vendor" "Quetzal")');
    return { reply: ok("Pleased to meet you") };
  },
});
