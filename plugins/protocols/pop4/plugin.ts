/** POP4: POP3 with folders, flags and parts. No RFC has it; `docs/pop4.md` says what is spoken here. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { inOneThread } from "../../../core/sasl/holds.ts";
import { pop3Options } from "../pop3/options.ts";
import { pop3Service } from "../pop3/service.ts";
import { pop3Protocol } from "../pop3/session.ts";
import { pop4Commands } from "./commands.ts";
import { FolderLocks } from "./folder_locks.ts";

/** What clients look for: the words "POP4 rev" and the revision of `docs/pop4.md`. Revision 0 was that of the first server. */
const greeting = "POP3 POP4 rev 1 server ready";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "pop4",
  summary: "POP4: POP3 with folders, flags, parts and messages that are stored; POP3 clients notice nothing",
  options: pop3Options,
  setup(context, options): Protocol {
    const locks = new FolderLocks(inOneThread(context));
    return pop3Protocol({ ...pop3Service(context, options, pop4Commands(locks)), greeting });
  },
});
