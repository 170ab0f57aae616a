/** The table of commands: POP3's, and POP4's verbs. */
import type { Command, CommandTable } from "../pop3/command.ts";
import { pop3Commands } from "../pop3/commands.ts";
import type { Maildrop } from "../pop3/maildrop/maildrop.ts";
import { refusable } from "./command.ts";
import { clearFlags, listFlags, setFlags } from "./flag_commands.ts";
import { createFolder, deleteFolder, listFolders, moveFolder, renameFolder } from "./folder_commands.ts";
import type { FolderLocks } from "./folder_locks.ts";
import { openSelected } from "./folders.ts";
import { listParts, sendDecodedPart, sendPart } from "./part_commands.ts";
import { selectFolder } from "./select_folder.ts";
import { storeMessage } from "./store_message.ts";
import { copyMessages, moveMessages } from "./transfer.ts";

/** All of them, of a service with these locks. */
export function pop4Commands(locks: FolderLocks): CommandTable {
  return new Map([
    ...Array.from(
      pop3Commands,
      ([keyword, command]) => [keyword, inSharedFolders(command, needed.get(keyword))] as const,
    ),
    ...[listFolders, selectFolder(locks), createFolder, deleteFolder, moveFolder, renameFolder],
    ...[moveMessages, copyMessages, storeMessage],
    ...[listFlags, setFlags, clearFlags],
    ...[listParts, sendPart, sendDecodedPart],
  ]);
}

/** What POP3's own commands take in a folder that another shares (RFC 4314 §4); the others tell what is known already. */
const needed: ReadonlyMap<string, string> = new Map([["RETR", "r"], ["TOP", "r"], ["DELE", "rte"]]);

/** The owner of a shared folder may have changed what others may do there: what holds is what holds now. */
function inSharedFolders(command: Command, rights: string | undefined): Command {
  if (rights === undefined) return command;
  return {
    ...command,
    handle(session, state, argument) {
      if (state.name !== "transaction" || !isShared(state.maildrop)) return command.handle(session, state, argument);
      return refusable(session, async () => {
        await openSelected(session.service.context.storage, state.maildrop, rights);
        return await command.handle(session, state, argument);
      });
    },
  };
}

function isShared({ mailbox, account }: Maildrop): boolean {
  return mailbox !== undefined && mailbox.account !== account;
}
