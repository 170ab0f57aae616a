/** What each operation does to the state in memory. */
import type { Message } from "../../core/contract/mailbox.ts";
import { Refusal } from "../../core/contract/refusal.ts";
import type { Operation, ResultOf } from "../../core/contract/storage.ts";
import { atLeast, copiedRuns } from "../common/copied_runs.ts";
import { knownMailboxName, newMailboxName } from "../common/mailbox_name.ts";
import {
  createAccount,
  refuseOverQuota,
  removeAccount,
  setAlias,
  setMetadata,
  setQuota,
  setSecrets,
  subscribe,
} from "./accounts.ts";
import { createMailbox, removeMailbox, renameMailbox, setRights, setSpecialUse, takeRecent } from "./mailboxes.ts";
import { storeEntries } from "./datasets.ts";
import { append, copy, expunge, selected, setFlags } from "./messages.ts";
import { claim, dequeue, enqueue, extendClaims, reschedule } from "./queue.ts";
import type { Changes, State } from "./state.ts";

/** Does an operation, all of it or (after `changes.undo()`) nothing. @throws Refusal. */
export function perform(state: State, changes: Changes, operation: Operation, now: Date): ResultOf<Operation> {
  switch (operation.do) {
    case "createAccount":
      return createAccount(state, changes, operation.address, operation.secrets, now);
    case "setSecrets":
      setSecrets(state, changes, operation);
      return undefined;
    case "setQuota":
      setQuota(state, changes, operation);
      return undefined;
    case "removeAccount":
      removeAccount(state, changes, operation.account);
      return undefined;
    case "setAlias":
      setAlias(state, changes, operation.address, operation.to);
      return undefined;
    case "removeAlias":
      if (!state.aliases.has(operation.address)) throw new Refusal("not-found", "there is no such alias");
      changes.delete(state.aliases, operation.address);
      return undefined;
    case "append": {
      const mailbox = state.mailbox(operation.mailbox);
      const message = append(state, changes, mailbox, operation.body, operation.details, now);
      refuseOverQuota(state, mailbox.account, "messages");
      return message;
    }
    case "deliver": {
      const account = state.account(operation.account).id;
      const named = state.mailboxByName(account, knownMailboxName(operation.mailboxName) ?? "INBOX");
      const mailbox = named ?? state.mailboxByName(account, "INBOX");
      if (mailbox === undefined) throw new Refusal("not-found", "the account has no INBOX");
      return perform(state, changes, { ...operation, do: "append", mailbox: mailbox.id }, now);
    }
    case "setFlags":
      return setFlags(state, changes, operation);
    case "copy":
    case "move": {
      const from = state.mailbox(operation.from), to = state.mailbox(operation.to);
      const { without, least = 0 } = operation.do === "copy" ? operation : {};
      const copied = copy(state, changes, from, operation.uids, to, now, without);
      if (operation.do === "move") expunge(state, changes, from, copied);
      const isMoreThere = copied.length > 0 && (operation.do === "copy" || from.account !== to.account);
      if (isMoreThere) refuseOverQuota(state, to.account, "messages");
      return atLeast(least, copiedRuns(copied, to.uidNext - copied.length));
    }
    case "expunge": {
      const mailbox = state.mailbox(operation.mailbox);
      const isToGo = ({ flags }: Message) => !operation.onlyDeleted || flags.includes("\\Deleted");
      const gone = selected(mailbox, operation.uids).filter(isToGo);
      return expunge(state, changes, mailbox, gone.map(({ uid }) => uid));
    }
    case "createMailbox": {
      const account = state.account(operation.account).id, name = newMailboxName(operation.name);
      const made = createMailbox(state, changes, account, name, now, operation.specialUse);
      refuseOverQuota(state, account, "mailboxes");
      return made;
    }
    case "renameMailbox": {
      const mailbox = state.mailbox(operation.mailbox), before = state.mailboxesOf(mailbox.account).length;
      renameMailbox(state, changes, mailbox, newMailboxName(operation.name), now);
      // INBOX stays, and so there is one more; so are those made above the new name.
      if (state.mailboxesOf(mailbox.account).length > before) refuseOverQuota(state, mailbox.account, "mailboxes");
      return undefined;
    }
    case "removeMailbox": {
      const mailbox = state.mailbox(operation.mailbox);
      // RFC 9051 §6.3.5: it is an error to delete INBOX; what is below a name stays.
      if (mailbox.name === "INBOX") throw new Refusal("invalid", "INBOX cannot be removed");
      removeMailbox(state, changes, mailbox);
      return undefined;
    }
    case "setSpecialUse":
      setSpecialUse(state, changes, state.mailbox(operation.mailbox), operation.specialUse);
      return undefined;
    case "setRights":
      setRights(state, changes, operation);
      return undefined;
    case "subscribe":
    case "unsubscribe":
      subscribe(state, changes, operation);
      return undefined;
    case "setMetadata":
      setMetadata(state, changes, operation);
      return undefined;
    case "storeEntries":
      storeEntries(state, changes, operation, now);
      return undefined;
    case "takeRecent":
      return takeRecent(changes, state.mailbox(operation.mailbox), operation.before);
    case "enqueue":
      return enqueue(state, changes, operation.entry);
    case "claimQueued":
      return claim(state, changes, operation, now);
    case "extendClaims":
      extendClaims(state, changes, operation);
      return undefined;
    case "reschedule":
      reschedule(state, changes, operation, now);
      return undefined;
    case "dequeue":
      dequeue(state, changes, operation, now);
      return undefined;
  }
}
