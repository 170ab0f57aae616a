/** The answer of a search: SEARCH (RFC 3501 §7.2.5), SORT (RFC 5256 §4), or ESEARCH (RFC 9051 §7.3.4, RFC 4731). */
import type { SearchReturn } from "../grammar/search_return.ts";
import type { SelectedMailbox } from "../selected_mailbox.ts";
import type { Session } from "../session.ts";
import { CommandRefused } from "../failures.ts";
import { type Found, greatestModseq, resultItems, returnAll, savedUids, tellsNothing } from "./found.ts";
import type { NamedBy } from "./search.ts";

/** A search in the selected mailbox, as its answer depends on it. */
export interface Answered {
  /** What messages are called. */
  readonly by: NamedBy;
  /** What was asked for; absent: the answer is that of old. */
  readonly returns?: SearchReturn;
  /** Its name where it is that of old. */
  readonly response: "SEARCH" | "SORT";
}

/** Tells what was found, and keeps it where SAVE is asked for. */
export function tellFound(session: Session, mailbox: SelectedMailbox, found: Found, answered: Answered): void {
  const { by, returns, response } = answered;
  const numbers = by === "uid" ? found.uids : found.uids.map((uid) => mailbox.numberOf(uid));
  // RFC 9051 §6.4.4: rev2 knows ESEARCH only; SORT it does not know (RFC 5256 §4).
  if (returns === undefined && (response === "SORT" || !session.extensions.isRev2)) {
    const modseq = greatestModseq(found, undefined);
    session.untagged([response, ...numbers].join(" ") + (modseq === undefined ? "" : ` (MODSEQ ${modseq})`));
    return;
  }
  const wanted = returns ?? returnAll;
  if (wanted.options.has("SAVE")) mailbox.saved = savedUids(found, wanted);
  if (!tellsNothing(wanted)) {
    session.untagged(esearch(tagCorrelator(session.tag), by, resultItems(found, numbers, wanted)));
  }
}

/**
 * RFC 5182 §2.1: a search with SAVE that is answered with NO leaves nothing saved; one that is answered with BAD changes
 * nothing.
 */
export async function saving<Value>(
  mailbox: SelectedMailbox | undefined,
  returns: SearchReturn | undefined,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const isBad = error instanceof CommandRefused && error.reply.status === "BAD";
    if (mailbox !== undefined && returns?.options.has("SAVE") && !isBad) mailbox.saved = [];
    throw error;
  }
}

/** RFC 4466 §6, search-correlator: which command it answers. A tag needs no escapes. */
export function tagCorrelator(tag: string): string {
  return `TAG "${tag}"`;
}

/** The response ESEARCH, without its asterisk. */
export function esearch(correlator: string, by: NamedBy, items: readonly string[]): string {
  return [`ESEARCH (${correlator})`, ...by === "uid" ? ["UID"] : [], ...items].join(" ");
}
