/** ESEARCH (RFC 7377): searches many mailboxes at once, or the selected one. */
import type { Access } from "../access.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { filteredMailboxes } from "../filtered_mailboxes.ts";
import type { MailboxFilter } from "../grammar/mailbox_filter.ts";
import { expectMultisearchArguments } from "../grammar/search_arguments.ts";
import type { SearchReturn } from "../grammar/search_return.ts";
import { LongWork } from "../long_work.ts";
import { printName } from "../printing/mailbox_names.ts";
import { bad, ok } from "../replies.ts";
import { type Found, resultItems, returnAll, savedUids, tellsNothing } from "../search/found.ts";
import {
  otherTarget,
  type PreparedSearch,
  prepareSearch,
  refuseCharset,
  requireFuzzy,
  search,
  selectedTarget,
  tellingOf,
} from "../search/search.ts";
import { unlessGone } from "../search/summarized.ts";
import { esearch, saving, tagCorrelator } from "../search/tell_found.ts";
import { keepTelling, refuse, requireFreshTag } from "../search/tell_results.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import { loggedIn } from "../state.ts";

/** RFC 7377 §2.2: without sources. */
const onlySelected: readonly MailboxFilter[] = [{ which: "selected" }];

/** The command. */
export const multisearch: Command = command({
  capabilities: ["MULTISEARCH"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectMultisearchArguments(scanner);
  },
  async run(session, state, { sources = onlySelected, returns = returnAll, ...program }) {
    const selected = state.name === "selected" ? state.mailbox : undefined;
    requirePossible(sources, returns, selected);
    if (selected !== undefined) requireFreshTag(session, selected, returns);
    await saving(selected, returns, async () => {
      refuseCharset(session, program);
      const prepared = await prepareSearch(session, state.user, program);
      requireFuzzy(prepared, returns.options.has("RELEVANCY"));
      const all = await filteredMailboxes(session.service.context.storage, state.user, sources, selected?.id);
      const asked = { prepared, returns, work: new LongWork(session, all.length === 1) };
      for (const access of all) {
        if (access.mailbox.id === selected?.id) await searchSelected(session, access, selected, asked);
        else await searchOther(session, access, asked);
        if (session.connection.writer.isFull) await session.connection.writer.flush();
      }
      if (returns.update !== undefined && !all.some(({ mailbox }) => mailbox.id === selected?.id)) {
        refuse(session, "Only the selected mailbox is followed");
      }
    });
    return { reply: ok("Searched"), ...tellingOf(program) };
  },
});

interface Asked {
  readonly prepared: PreparedSearch;
  readonly returns: SearchReturn;
  readonly work: LongWork;
}

async function searchSelected(
  session: Session,
  access: Access,
  mailbox: SelectedMailbox,
  { prepared, returns, work }: Asked,
): Promise<void> {
  const { condition, found } = await search(session, prepared, selectedTarget(session, mailbox), returns, { work });
  if (returns.options.has("SAVE")) mailbox.saved = savedUids(found, returns);
  tellFoundIn(session, access, found, returns);
  if (returns.update === undefined) return;
  const correlator = correlatorOf(session, access);
  keepTelling(session, mailbox, found, { by: "uid", condition, items: returns.update.items, correlator });
}

async function searchOther(session: Session, access: Access, { prepared, returns, work }: Asked): Promise<void> {
  const { mailbox: { id } } = access;
  // Removed meanwhile, it has no messages any more.
  const snapshot = await unlessGone(session.service.context.storage.snapshot(id));
  const target = snapshot && otherTarget(id, snapshot.uids);
  const searched = target && await unlessGone(search(session, prepared, target, returns, { work }));
  if (searched !== undefined) tellFoundIn(session, access, searched.found, returns);
}

/** RFC 7377 §2.1: nothing of mailboxes in which nothing is found, whatever was asked for. */
function tellFoundIn(session: Session, access: Access, found: Found, returns: SearchReturn): void {
  if (found.uids.length === 0 || tellsNothing(returns)) return;
  session.untagged(esearch(correlatorOf(session, access), "uid", resultItems(found, found.uids, returns)));
}

/** RFC 7377 §2.2. @throws CommandRefused, with BAD. */
function requirePossible(
  sources: readonly MailboxFilter[],
  { options, update }: SearchReturn,
  selected: SelectedMailbox | undefined,
): void {
  const isSelected = ({ which }: MailboxFilter) => which === "selected";
  if (selected === undefined && (sources.some(isSelected) || update !== undefined)) {
    throw new CommandRefused(bad("Select a mailbox first"));
  }
  if (options.has("SAVE") && !sources.every(isSelected)) {
    throw new CommandRefused(bad("Results are only saved of the selected mailbox"));
  }
}

/** RFC 7377 §2.1: all three, in every response. */
function correlatorOf(session: Session, { mailbox, listedAs }: Access): string {
  const name = printName(listedAs, session.nameForm);
  return `${tagCorrelator(session.tag)} MAILBOX ${name} UIDVALIDITY ${mailbox.uidValidity}`;
}
