/** RESETKEY (RFC 4467 §7): URLs that were authorized before open nothing any more. */
import { openMailbox } from "../access.ts";
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectResetKeyArguments } from "../grammar/urlauth_arguments.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";
import { resetAccessKey, resetAllKeys } from "../urlauth/access_key.ts";
import { INTERNAL } from "../urlauth/token.ts";

/** The command. */
export const resetKey: Command = command({
  states: loggedIn,
  parse: expectResetKeyArguments,
  async run(session, state, { mailbox, mechanisms }) {
    const { user } = state;
    const { storage } = session.service.context;
    if (mechanisms.some((mechanism) => mechanism !== INTERNAL)) {
      throw new CommandRefused("There is no such mechanism", "CANNOT");
    }
    if (mailbox === undefined) {
      await resetAllKeys(storage, user.account);
      return { reply: ok("All keys are new") };
    }
    const { mailbox: { id } } = await openMailbox(storage, user, mailbox, "r");
    const part = await resetAccessKey(storage, user.account, id);
    // §8: here the tagged response tells it.
    if (state.name === "selected" && state.mailbox.id === id) state.mailbox.selection.key.told(part);
    return { reply: ok("The key is new", `URLMECH ${INTERNAL}`) };
  },
});
