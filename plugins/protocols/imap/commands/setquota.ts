/** SETQUOTA (RFC 9208 §4.1.3): for administrators, who are told of it. */
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectSetQuotaArguments } from "../grammar/quota_arguments.ts";
import { isQuotaAdministrator, openQuotaRoot, quotaFrom, tellQuota } from "../quota.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const setQuota: Command = command({
  // RFC 9208 §1: announced where the command is of use, which it is to administrators.
  capabilities: [
    (session, state) =>
      state.name !== "not-authenticated" && isQuotaAdministrator(session, state.user) ? ["QUOTASET"] : [],
  ],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectSetQuotaArguments(scanner);
  },
  async run(session, { user }, { root, limits }) {
    // A limit that users could lift would be none.
    if (!isQuotaAdministrator(session, user)) throw new CommandRefused("Only administrators set quotas", "NOPERM");
    const { id } = await openQuotaRoot(session, user, root);
    const { storage } = session.service.context;
    await storage.apply([{ do: "setQuota", account: id, quota: quotaFrom(limits) }]);
    await tellQuota(session, await openQuotaRoot(session, user, root));
    return { reply: ok("Done") };
  },
});
