/** ENABLE (RFC 5161, RFC 9051 §6.3.1). */
import type { Extension } from "../extensions.ts";
import { type Command, command } from "../command.ts";
import { expectEnableArguments } from "../grammar/session_arguments.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** What can be enabled, by the names in CAPABILITY. */
const known: ReadonlyMap<string, Extension> = new Map([
  ["IMAP4REV2", "IMAP4REV2"],
  ["CONDSTORE", "CONDSTORE"],
  ["QRESYNC", "QRESYNC"],
  ["UTF8=ACCEPT", "UTF8=ACCEPT"],
  ["UIDONLY", "UIDONLY"],
]);

/** The command. */
export const enable: Command = command({
  capabilities: ["ENABLE", "UTF8=ACCEPT"],
  // RFC 5161 §3.1 has it in the authenticated state only; RFC 9051 §6.3.1 says the same. Clients enable later as well.
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectEnableArguments(scanner);
  },
  run(session, _state, names) {
    // RFC 5161 §3.1: those that are not known are ignored; those that were enabled already are not listed again.
    const enabled = names.filter((name) => {
      const extension = known.get(name);
      return extension !== undefined && session.extensions.enable(extension);
    });
    session.untagged(["ENABLED", ...enabled].join(" "));
    return { reply: ok("Enabled") };
  },
});
