/** What the user may do in the selected mailbox, and what the client is told of that (RFC 4314 §5.1.1, §5.2). */
import { Refusal } from "../../../core/contract/mod.ts";
import { systemFlags } from "../../../core/mailboxes/flag_rights.ts";
import { hasRights, rightsOf } from "./access.ts";
import { printFlags } from "./printing/flags.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";
import type { User } from "./state.ts";

/** RFC 4314 §5.2: with one of these at least, something can be changed. */
export function areReadOnly(rights: string): boolean {
  return !/[eistw]/.test(rights);
}

/** FLAGS and PERMANENTFLAGS (RFC 9051 §7.3.5, §7.1). */
export function tellPermanentFlags(session: Session, view: SelectedMailbox): void {
  session.untagged(`FLAGS ${printFlags([...systemFlags, ...view.keywords.all])}`);
  session.untagged(`OK [PERMANENTFLAGS ${permanentFlags(view)}] Flags that are kept`);
}

/** The same where these flags have keywords that the client has not been told of: before it sees them on a message. */
export function tellKeywords(session: Session, view: SelectedMailbox, flags: readonly string[]): void {
  if (view.keywords.learn(flags)) tellPermanentFlags(session, view);
}

/**
 * The owner may have changed what the user may do meanwhile: it holds from now on, and is told.
 *
 * @throws Refusal `not-found` when the user may not read the mailbox any more: it is as good as gone.
 */
export async function refreshRights(session: Session, user: User, view: SelectedMailbox): Promise<void> {
  const { selection } = view;
  if (selection.owner === user.account) return;
  const mailbox = await session.service.context.storage.mailbox(view.id);
  const rights = mailbox === undefined ? "" : rightsOf(mailbox, user.account);
  if (mailbox === undefined || !hasRights({ rights }, "r")) throw new Refusal("not-found", "there is no such mailbox");
  if (rights === selection.rights) return;
  const isReadOnly = selection.isExamined || areReadOnly(rights);
  view.selection = { ...selection, rights, isReadOnly };
  view.keywords.learn(mailbox.keywords);
  tellPermanentFlags(session, view);
  // RFC 9051 §7.1: also where that has changed.
  if (isReadOnly !== selection.isReadOnly) {
    const code = isReadOnly ? "READ-ONLY" : "READ-WRITE";
    session.untagged(`OK [${code}] Your rights have changed`);
  }
}

/**
 * Looks again at what the user may do in the selected mailbox, where something has happened there.
 *
 * @returns When that is known; undefined where nothing can have changed. It fails with Refusal `not-found`.
 */
export function rightsMayHaveChanged(session: Session): Promise<void> | undefined {
  const { state } = session;
  if (state.name !== "selected") return undefined;
  const { user, mailbox } = state;
  if (!mailbox.isStale || mailbox.selection.owner === user.account) return undefined;
  return refreshRights(session, user, mailbox);
}

/** RFC 4314 §4: by right; `\*` where keywords may be made. */
function permanentFlags({ selection, keywords }: SelectedMailbox): string {
  if (selection.isReadOnly) return "()";
  const may = (right: string) => hasRights(selection, right);
  return printFlags([
    ...may("w") ? ["\\Answered", "\\Flagged", "\\Draft"] : [],
    ...may("t") ? ["\\Deleted"] : [],
    ...may("s") ? ["\\Seen"] : [],
    ...may("w") ? [...keywords.all, "\\*"] : [],
  ]);
}
