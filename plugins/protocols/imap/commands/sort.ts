/** SORT and UID SORT (RFC 5256 §3, RFC 5957), with ESORT and PARTIAL (RFC 5267). */
import { type Command, command } from "../command.ts";
import { expectSortArguments } from "../grammar/search_arguments.ts";
import { ok } from "../replies.ts";
import { type NamedBy, prepareSearch, requireFuzzy, selectedTarget } from "../search/search.ts";
import { saving, tellFound } from "../search/tell_found.ts";
import { sortedSearch, sortsByRelevancy } from "../sorting/sort_found.ts";

/** SORT. */
export const sortByNumber: Command = sortCommand("number");
/** UID SORT. */
export const sortByUid: Command = sortCommand("uid");

function sortCommand(by: NamedBy): Command {
  return command({
    capabilities: ["SORT", "SORT=DISPLAY", "ESORT"],
    states: ["selected"],
    // RFC 5256 §3: no EXPUNGE while it answers.
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectSortArguments(scanner);
    },
    async run(session, { user, mailbox }, given) {
      const { returns, criteria } = given;
      const found = await saving(mailbox, returns, async () => {
        const prepared = await prepareSearch(session, user, given);
        requireFuzzy(prepared, (returns?.options.has("RELEVANCY") ?? false) || sortsByRelevancy(criteria));
        return await sortedSearch(session, prepared, selectedTarget(mailbox), criteria, returns);
      });
      tellFound(session, mailbox, found, { by, response: "SORT", ...returns && { returns } });
      return { reply: ok("Sorted") };
    },
  });
}
