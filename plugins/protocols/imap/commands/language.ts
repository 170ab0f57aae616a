/** LANGUAGE (RFC 5255 §3): what is said to people is said in theirs. */
import { type Command, command } from "../command.ts";
import { expectPreferences } from "../grammar/session_arguments.ts";
import { firstLanguage, languages, lookUpLanguage } from "../languages/languages.ts";
import { tellNamespace } from "../namespaces.ts";
import { no, ok } from "../replies.ts";
import { anyState } from "../state.ts";

/** The command. */
export const language: Command = command({
  capabilities: ["LANGUAGE"],
  states: anyState,
  parse: expectPreferences,
  run(session, { name }, ranges) {
    if (ranges.length === 0) {
      session.untagged(`LANGUAGE (${languages.map(({ tag }) => tag).join(" ")})`);
      return { reply: ok("That is all") };
    }
    const preferred = languages.find(({ tag }) => tag === session.service.options.language);
    const found = lookUpLanguage(ranges, preferred ?? firstLanguage);
    // RFC 5255 §3.2: the session goes on in the language that it had.
    if (found === undefined) return { reply: no("That language is not spoken here") };
    session.language = found;
    session.untagged(`LANGUAGE (${found.tag})`);
    // RFC 5255 §3.4: what clients show of it has changed.
    if (name !== "not-authenticated" && found.othersPrefix !== undefined) tellNamespace(session);
    return { reply: ok("Now speaking English") };
  },
});
