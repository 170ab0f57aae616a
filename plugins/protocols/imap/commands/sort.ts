/** SORT and UID SORT (RFC 5256 §3, RFC 5957), with ESORT and CONTEXT (RFC 5267). */
import { type Command, command } from "../command.ts";
import { expectSortArguments } from "../grammar/search_arguments.ts";
import { requirePartialWithinLimit } from "../message_limit.ts";
import { ok } from "../replies.ts";
import { type NamedBy, prepareSearch, requireFuzzy, selectedTarget, tellingOf } from "../search/search.ts";
import { saving, tagCorrelator, tellFound } from "../search/tell_found.ts";
import { keepTelling, requireFreshTag } from "../search/tell_results.ts";
import { sortedSearch, sortsByRelevancy } from "../sorting/sort_found.ts";
import { expungeIssued } from "../tell.ts";

/** SORT. */
export const sortByNumber: Command = sortCommand("number");
/** UID SORT. */
export const sortByUid: Command = sortCommand("uid");

function sortCommand(by: NamedBy): Command {
  return command({
    capabilities: ["SORT", "SORT=DISPLAY", "ESORT", "CONTEXT=SORT"],
    states: ["selected"],
    // RFC 5256 §3: no EXPUNGE while it answers.
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectSortArguments(scanner);
    },
    async run(session, { user, mailbox }, given) {
      const { returns, criteria } = given;
      requireFreshTag(session, mailbox, returns);
      const { found, condition } = await saving(mailbox, returns, async () => {
        requirePartialWithinLimit(session, returns?.partial);
        const prepared = await prepareSearch(session, user, given);
        requireFuzzy(prepared, (returns?.options.has("RELEVANCY") ?? false) || sortsByRelevancy(criteria));
        return await sortedSearch(session, prepared, selectedTarget(session, mailbox), criteria, returns);
      });
      tellFound(session, mailbox, found, { by, response: "SORT", ...returns && { returns } });
      if (returns?.update !== undefined) {
        const { items } = returns.update, correlator = tagCorrelator(session.tag);
        keepTelling(session, mailbox, found, { by, condition, criteria, items, correlator });
      }
      return { reply: ok("Sorted", await expungeIssued(session, mailbox, by)), ...tellingOf(given) };
    },
  });
}
