/** LANG (RFC 2244 §6.2.2): there is English, and what is meant for everybody. */
import { type Command, command } from "../command.ts";
import { comparatorNames } from "../comparators.ts";
import { expectLanguageTags } from "../grammar/session_arguments.ts";
import { printName } from "../printing/strings.ts";
import { no, ok } from "../replies.ts";
import { anyState } from "../state.ts";

const known = ["en", "i-default"];

/** The command. */
export const lang: Command = command({
  states: anyState,
  parse: expectLanguageTags,
  run(session, _state, tags) {
    // RFC 2244 §6.2.2: a tag of the client's has to be a prefix of ours, up to a "-" or the end.
    const wanted = tags.map((tag) => tag.toLowerCase());
    const found = wanted.flatMap((tag) => known.find((its) => its === tag || its.startsWith(`${tag}-`)) ?? [])[0];
    if (found === undefined) return { reply: no("None of these languages is spoken here") };
    session.intermediate(["LANG", ...[found, ...comparatorNames].map(printName)].join(" "));
    return { reply: ok("English it is") };
  },
});
