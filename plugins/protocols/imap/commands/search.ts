/** SEARCH and UID SEARCH (RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 4731, RFC 5182). */
import { type Command, command } from "../command.ts";
import { expectSearchArguments } from "../grammar/search_arguments.ts";
import { ok } from "../replies.ts";
import { search } from "../search/search.ts";
import { tellFound } from "../search/tell_found.ts";

function searchCommand(by: "number" | "uid"): Command {
  return command({
    capabilities: ["ESEARCH", "SEARCHRES", "WITHIN", "SEARCH=FUZZY", "I18NLEVEL=1"],
    states: ["selected"],
    // RFC 9051 §7.5.1.
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectSearchArguments(scanner);
    },
    async run(session, { mailbox }, given) {
      const found = await search(session, mailbox, given);
      tellFound(session, mailbox, found, given.returns, by);
      return { reply: ok("Searched") };
    },
  });
}

/** SEARCH. */
export const searchByNumber: Command = searchCommand("number");
/** UID SEARCH. */
export const searchByUid: Command = searchCommand("uid");
