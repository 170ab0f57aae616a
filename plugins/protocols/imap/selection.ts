/** What SELECT and EXAMINE decide of a mailbox (RFC 9051 §6.3.2, RFC 4314 §5.2). */
import type { AccountId } from "../../../core/contract/mod.ts";
import type { KnownKey } from "./urlauth/known_key.ts";

/** What SELECT decides for as long as the mailbox is selected. */
export interface Selection {
  /** As the client names it. */
  readonly name: string;
  /** Whose it is. */
  readonly owner: AccountId;
  /** What the user may do here (RFC 4314 §2.1). */
  readonly rights: string;
  /** EXAMINE. */
  readonly isExamined: boolean;
  /** EXAMINE, or no right to change anything. */
  readonly isReadOnly: boolean;
  /** RFC 4467 §7: the user's, for this mailbox. */
  readonly key: KnownKey;
}
