/** ID (RFC 2971): who is speaking, for whoever looks for a fault. */
import { type Command, command } from "../command.ts";
import { utf8Text } from "../grammar/strings.ts";
import { ok } from "../replies.ts";
import { anyState } from "../state.ts";

/** RFC 2971 §3.3: at most 30 pairs, names of at most 30 octets, values of at most 1024. */
const MOST_PAIRS = 30, LONGEST_NAME = 30, LONGEST_VALUE = 1024;

/** The command. */
export const id: Command = command({
  capabilities: ["ID"],
  states: anyState,
  parse(scanner) {
    scanner.expectSpace();
    if (scanner.acceptKeyword("NIL")) return void scanner.expectEnd();
    const values = scanner.expectList(() => scanner.expectNstring(), 0);
    scanner.expectEnd();
    if (values.length % 2 !== 0) throw scanner.malformed("a value for each field");
    if (values.length > 2 * MOST_PAIRS) throw scanner.malformed(`at most ${MOST_PAIRS} fields`);
    return values;
  },
  run(session, _state, values = []) {
    const fields: Record<string, string> = {};
    for (let at = 0; at < values.length; at += 2) {
      const name = textOf(values[at], LONGEST_NAME), value = textOf(values[at + 1], LONGEST_VALUE);
      if (name !== "" && value !== "") fields[name.toLowerCase()] = value;
    }
    session.connection.log.debug("the client says what it is", { client: fields });
    // RFC 2971 §3.3: no version, which would tell an attacker what to try.
    session.untagged('ID ("name" "Quetzal" "vendor" "Quetzal")');
    return { reply: ok("Pleased to meet you") };
  },
});

function textOf(octets: Uint8Array | undefined, longest: number): string {
  return octets === undefined ? "" : utf8Text(octets.subarray(0, longest)) ?? "";
}
