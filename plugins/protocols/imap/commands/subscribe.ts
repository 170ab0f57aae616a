/** SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7 and §6.3.8). */
import { findMailbox, hasRights } from "../access.ts";
import { type Command, command } from "../command.ts";
import { expectMailboxArgument } from "../grammar/mailbox_arguments.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

function subscription(operation: "subscribe" | "unsubscribe", text: string): Command {
  return command({
    states: loggedIn,
    parse(scanner) {
      scanner.expectSpace();
      return expectMailboxArgument(scanner);
    },
    async run(session, { user }, given) {
      const { storage } = session.service.context;
      // RFC 9051 §6.3.7: whether there is such a mailbox does not matter; RFC 4314 §4: and so no right is needed.
      const found = await findMailbox(storage, user, given);
      // What is visible is subscribed by the name that LIST has for it.
      const name = found !== undefined && hasRights(found, "l") ? found.listedAs : given;
      await storage.apply([{ do: operation, account: user.account, name }]);
      session.notifications?.own.subscribed(name, operation === "subscribe");
      return { reply: ok(text) };
    },
  });
}

/** SUBSCRIBE. */
export const subscribe: Command = subscription("subscribe", "Subscribed");
/** UNSUBSCRIBE. */
export const unsubscribe: Command = subscription("unsubscribe", "Unsubscribed");
