/** SEARCH and UID SEARCH (RFC 9051 §6.4.4, RFC 3501 §6.4.4, RFC 4731, RFC 5182). */
import { type Command, command } from "../command.ts";
import { expectSearchArguments } from "../grammar/search_arguments.ts";
import { messageLimit, replyWithin, requirePartialWithinLimit } from "../message_limit.ts";
import { ok } from "../replies.ts";
import {
  type NamedBy,
  prepareSearch,
  refuseCharset,
  requireFuzzy,
  search,
  selectedTarget,
  tellingOf,
} from "../search/search.ts";
import { saving, tagCorrelator, tellFound } from "../search/tell_found.ts";
import { keepTelling, refuse, requireFreshTag } from "../search/tell_results.ts";
import { expungeIssued } from "../tell.ts";

/** SEARCH. */
export const searchByNumber: Command = searchCommand("number");
/** UID SEARCH. */
export const searchByUid: Command = searchCommand("uid");

function searchCommand(by: NamedBy): Command {
  return command({
    capabilities: [
      "ESEARCH",
      "SEARCHRES",
      "WITHIN",
      "SEARCH=FUZZY",
      "FILTERS",
      "CONTEXT=SEARCH",
      "I18NLEVEL=1",
      "INPROGRESS",
    ],
    states: ["selected"],
    // RFC 9051 §7.5.1.
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectSearchArguments(scanner);
    },
    async run(session, { user, mailbox }, given) {
      const { returns } = given;
      requireFreshTag(session, mailbox, returns);
      const { found, condition, reached } = await saving(mailbox, returns, async () => {
        requirePartialWithinLimit(session, returns?.partial);
        refuseCharset(session, given);
        const prepared = await prepareSearch(session, user, given);
        requireFuzzy(prepared, returns?.options.has("RELEVANCY") ?? false);
        return await search(session, prepared, selectedTarget(session, mailbox), returns, {
          most: messageLimit(session),
        });
      });
      tellFound(session, mailbox, found, { by, response: "SEARCH", ...returns && { returns } });
      // What has not been looked at cannot be followed.
      if (returns?.update !== undefined && reached !== undefined) refuse(session, "Not all messages were searched");
      else if (returns?.update !== undefined) {
        const { items } = returns.update;
        keepTelling(session, mailbox, found, { by, condition, items, correlator: tagCorrelator(session.tag) });
      }
      const reply = replyWithin(session, reached, ok("Searched", await expungeIssued(session, mailbox, by)));
      return { reply, ...tellingOf(given) };
    },
  });
}
