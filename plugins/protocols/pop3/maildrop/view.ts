/** What a maildrop shows: one mailbox, as it is or as another protocol has it, or recent mail of several. */
import type { AccountId, Mailbox, Storage } from "../../../../core/contract/mod.ts";
import type { MaildropSettings } from "./maildrop.ts";
import { type Content, mailboxContent, recentContent, type Selection } from "./maildrop_content.ts";

const DAY = 86_400_000;

/** Which messages there are. */
export type View =
  /** Those of one mailbox. */
  | { readonly of: "mailbox"; readonly name: string }
  /** Those of INBOX, as another protocol shows them. */
  | {
    readonly of: "presented";
    /** @throws what the storage throws. */
    present(storage: Storage, inbox: Mailbox): Promise<NonNullable<Selection["present"]>>;
  }
  /** Gmail's `recent:`: those of all mailboxes for so many milliseconds, whether they were popped or not. */
  | { readonly of: "recent"; readonly milliseconds: number };

/** What a maildrop shows when nothing else is asked for. */
export const inbox = { of: "mailbox", name: "INBOX" } as const satisfies View;

/** What decides about that. */
type ViewSettings = Pick<MaildropSettings, "view" | "expire" | "popped" | "now">;

/** What a view shows of an account; undefined where there is no such mailbox. @throws what the storage throws. */
export async function readContent(
  storage: Storage,
  account: AccountId,
  settings: ViewSettings,
): Promise<Content | undefined> {
  const { view = inbox, now } = settings;
  if (view.of === "recent") return await recentContent(storage, account, now.getTime() - view.milliseconds);
  const mailbox = await storage.mailboxByName(account, view.of === "mailbox" ? view.name : inbox.name);
  if (mailbox === undefined) return undefined;
  const present = view.of === "presented" ? await view.present(storage, mailbox) : undefined;
  return await contentOf(storage, mailbox, settings, present);
}

/** What is in a mailbox. @throws what the storage throws. */
export function contentOf(
  storage: Storage,
  mailbox: Mailbox,
  { expire, popped = "nothing", now }: Omit<ViewSettings, "view">,
  present?: Selection["present"],
): Promise<Content> {
  const keptSince = expire === "never" || expire === 0 ? -Infinity : now.getTime() - expire * DAY;
  const hidesPopped = popped !== "nothing";
  return mailboxContent(storage, mailbox, { keptSince, hidesPopped, ...present && { present } });
}
