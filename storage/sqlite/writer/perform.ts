/** What each operation does to the tables. */
import type { Operation, ResultOf } from "../../../core/contract/storage.ts";
import { Refusal } from "../../../core/contract/refusal.ts";
import { newMailboxName } from "../../common/mailbox_name.ts";
import { keyOf, mailboxOf, type MailboxRow } from "../rows.ts";
import type { Accounts } from "./accounts.ts";
import type { NewBody } from "./bodies.ts";
import type { Mailboxes } from "./mailboxes.ts";
import type { Messages } from "./messages.ts";

/** What operations change. */
export interface Tables {
  /** Accounts and aliases. */
  readonly accounts: Accounts;
  /** Mailboxes. */
  readonly mailboxes: Mailboxes;
  /** Messages. */
  readonly messages: Messages;
}

/** Does an operation within a transaction. @throws Refusal; the transaction must then be taken back to before it. */
export function perform(
  { accounts, mailboxes, messages }: Tables,
  operation: Operation,
  now: number,
  fresh: ReadonlyMap<number, NewBody>,
): ResultOf<Operation> {
  switch (operation.do) {
    case "createAccount": {
      const account = accounts.create(operation.address, operation.secrets, now);
      mailboxes.add(keyOf(account.id), "INBOX", now);
      return account;
    }
    case "setSecrets":
      accounts.setSecrets(keyOf(operation.account), operation.secrets);
      return undefined;
    case "removeAccount": {
      const account = keyOf(operation.account);
      for (const mailbox of mailboxes.ofAccount(account)) removeMailbox(mailbox);
      accounts.remove(account);
      return undefined;
    }
    case "setAlias":
      accounts.setAlias(operation.address, operation.to);
      return undefined;
    case "removeAlias":
      accounts.removeAlias(operation.address);
      return undefined;
    case "append":
      return messages.append(operation, now, fresh);
    case "deliver":
      return messages.deliver(operation, now, fresh);
    case "setFlags":
      return messages.setFlags(operation.mailbox, operation.uids, operation.change);
    case "copy":
      return messages.copy(operation.from, operation.uids, operation.to, now);
    case "move":
      return messages.move(operation.from, operation.uids, operation.to, now);
    case "expunge":
      return messages.expunge(operation.mailbox, operation.uids);
    case "createMailbox": {
      const account = keyOf(operation.account);
      accounts.mustExist(account);
      return mailboxOf(mailboxes.create(account, newMailboxName(operation.name), now));
    }
    case "renameMailbox":
      renameMailbox(mailboxes.get(operation.mailbox), newMailboxName(operation.name));
      return undefined;
    case "removeMailbox": {
      const mailbox = mailboxes.get(operation.mailbox);
      // RFC 9051 §6.3.5: it is an error to delete INBOX; what is below a name stays.
      if (mailbox.name === "INBOX") throw new Refusal("invalid", "INBOX cannot be removed");
      removeMailbox(mailbox);
      return undefined;
    }
  }

  function renameMailbox(mailbox: MailboxRow, to: string): void {
    if (mailbox.name !== "INBOX") return mailboxes.rename(mailbox, to, now);
    // RFC 9051 §6.3.6: INBOX stays, with the names below it; its messages go.
    const { id } = mailboxes.create(mailbox.account, to, now);
    messages.move(mailbox.id, [[1, mailbox.uidNext]], id, now);
  }

  function removeMailbox(mailbox: MailboxRow): void {
    messages.removeAllOf(mailbox.id);
    mailboxes.remove(mailbox);
  }
}
