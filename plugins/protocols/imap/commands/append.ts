/** APPEND (RFC 9051 §6.3.12), of several messages (RFC 3502), put together from others (RFC 4469), of any octets (RFC 3516). */
import { takeIn } from "../append/intake.ts";
import { type Command, command } from "../command.ts";
import { hasAppendTarget } from "../grammar/append_arguments.ts";
import { Scanner } from "../grammar/scanner.ts";
import { printNumbers } from "../printing/sequence_sets.ts";
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
    const { target: { mailbox }, messages } = await takeIn(session, user, scanner, literal, false);
    const { storage } = session.service.context;
    // RFC 3502 §3: all of them, or none.
    const made = await storage.apply(messages.map((message) => ({ do: "append", mailbox: mailbox.id, ...message })));
    const uids = printNumbers(made.map(({ uid }) => uid));
    return { reply: ok("Appended", `APPENDUID ${mailbox.uidValidity} ${uids}`) };
  },
});
