/** APPEND (RFC 9051 §6.3.12), of several messages (RFC 3502), put together from others (RFC 4469), of any octets (RFC 3516). */
import { appendUid, takeIn } from "../append/intake.ts";
import { type Command, command } from "../command.ts";
import { hasAppendTarget } from "../grammar/append_arguments.ts";
import { Scanner } from "../grammar/scanner.ts";
import { appendAll } from "../recent.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";

/** The command. */
export const append: Command = command({
  capabilities: ["LITERAL+", "MULTIAPPEND", "CATENATE"],
  states: loggedIn,
  takesLiteral(text) {
    const scanner = new Scanner(text);
    scanner.expectTag();
    scanner.expectSpace();
    scanner.expectWord("APPEND");
    return scanner.acceptSpace() && hasAppendTarget(scanner);
  },
  parse(scanner) {
    scanner.expectSpace();
    return scanner;
  },
  async run(session, { user }, scanner, literal) {
    return await takeIn(session, user, { scanner, literal }, async ({ target, appends }) => {
      // RFC 3502 §6.3.11: all of them, or none.
      const made = await appendAll(session, target.mailbox.id, appends);
      const uids = made.map(({ uid }) => uid);
      session.notifications?.own.added(target.mailbox.id, uids);
      const { state } = session;
      // RFC 9051 §6.3.12: EXISTS at once.
      if (state.name === "selected" && state.mailbox.id === target.mailbox.id) state.mailbox.appended(made);
      return { reply: ok("Appended", appendUid(target, uids)) };
    });
  },
});
