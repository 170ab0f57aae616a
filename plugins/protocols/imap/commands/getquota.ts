/** GETQUOTA (RFC 9208 §4.1.1). */
import { type Command, command } from "../command.ts";
import { expectQuotaRoot } from "../grammar/quota_arguments.ts";
import { openQuotaRoot, tellQuota } from "../quota.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const getQuota: Command = command({
  capabilities: ["QUOTA", "QUOTA=RES-STORAGE", "QUOTA=RES-MESSAGE", "QUOTA=RES-MAILBOX"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectQuotaRoot(scanner);
  },
  async run(session, { user }, root) {
    await tellQuota(session, await openQuotaRoot(session, user, root));
    return { reply: ok("That is all") };
  },
});
