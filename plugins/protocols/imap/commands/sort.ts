/** SORT and UID SORT (RFC 5256 §3, RFC 5957), with ESORT and PARTIAL (RFC 5267). */
import { type Command, command } from "../command.ts";
import { expectSortArguments } from "../grammar/search_arguments.ts";
import { ok } from "../replies.ts";
import { asksModseq, conditionOf, matchingMessages } from "../search/search.ts";
import { summarized } from "../search/summarized.ts";
import { tellSorted } from "../search/tell_found.ts";
import { needsSummaries, type Sortable, sortable, sortOrder } from "../sorting/sort_keys.ts";

/** SORT. */
export const sortByNumber: Command = sortCommand("number");
/** UID SORT. */
export const sortByUid: Command = sortCommand("uid");

function sortCommand(by: "number" | "uid"): Command {
  return command({
    capabilities: ["SORT", "SORT=DISPLAY", "ESORT"],
    states: ["selected"],
    // RFC 9051 §7.5.1 of SEARCH, which RFC 5256 §3 takes over.
    ...by === "number" && { telling: "no-expunge" },
    parse(scanner) {
      scanner.expectSpace();
      return expectSortArguments(scanner);
    },
    async run(session, { mailbox }, given) {
      const condition = await conditionOf(session, mailbox, given);
      const found = matchingMessages(session, mailbox, condition);
      const entries: (Sortable & { readonly uid: number })[] = [];
      let modseq = 0n;
      const { storage } = session.service.context;
      for await (const { message, summary } of summarized(storage, found, needsSummaries(given.criteria))) {
        // The order of the mailbox is that of the UIDs, whatever the messages are called in the answer.
        const source = { number: message.uid, message, ...summary && { summary } };
        entries.push({ ...sortable(source, given.criteria), uid: message.uid });
        if (message.modseq > modseq) modseq = message.modseq;
      }
      const uids = entries.sort(sortOrder(given.criteria)).map(({ uid }) => uid);
      const wantsModseq = given.keys.some(asksModseq) && uids.length > 0;
      tellSorted(session, mailbox, { uids, modseq: wantsModseq ? modseq : undefined }, given.returns, by);
      return { reply: ok("Sorted") };
    },
  });
}
