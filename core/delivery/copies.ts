/** Which copies of a message there are. Pure. */
import type { AcceptedRecipient } from "../contract/delivery.ts";
import type { AccountId } from "../contract/identifiers.ts";

/** A copy. */
export interface Copy {
  /** Whose. */
  readonly account: AccountId;
  /** The first forward-path that leads to it, as given. */
  readonly recipient: string;
  /** All that do, as given. */
  readonly recipients: readonly string[];
  /** Whether it is to be found in Junk. */
  readonly isJunk: boolean;
}

/**
 * One for each account, also where several recipients lead to it, in Junk where one of them was to be there; and one for
 * each recipient that is to have its own.
 *
 * @param isJunk Whether the recipient of that index was to be in Junk.
 */
export function copiesFor(
  recipients: readonly AcceptedRecipient[],
  isJunk: (index: number) => boolean,
): readonly Copy[] {
  const copies = new Map<string, Copy>();
  for (const [index, { address, accounts, isSeparate = false }] of recipients.entries()) {
    for (const account of accounts) {
      // RFC 5321 §2.4: that case does not matter in a local part is usual; who gives both spellings means one.
      const key = isSeparate ? `${account} ${address.toLowerCase()}` : account;
      const known = copies.get(key) ?? { account, recipient: address, recipients: [], isJunk: false };
      const recipients = [...known.recipients, address];
      copies.set(key, { ...known, recipients, isJunk: known.isJunk || isJunk(index) });
    }
  }
  return [...copies.values()];
}
