/** LSUB (RFC 3501 §6.3.9): subscribed names, and the levels above them that a "%" finds. */
import { type Command, command } from "../command.ts";
import { expectLsubArguments } from "../grammar/list_arguments.ts";
import { nameMatcher } from "../grammar/list_pattern.ts";
import { ListTree } from "../list_tree.ts";
import { printListed } from "../printing/list_response.ts";
import { ok } from "../replies.ts";
import { loggedIn } from "../state.ts";
import { Turns } from "../../../../core/wire/turns.ts";

/** The command. */
export const lsub: Command = command({
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectLsubArguments(scanner);
  },
  async run(session, { user }, { reference, pattern }) {
    const tree = new ListTree();
    for (const name of await session.service.context.storage.subscriptions(user.account)) tree.addSubscribed(name);
    const turns = new Turns();
    for (const level of tree.decide(nameMatcher([reference + pattern]), ({ isSubscribed }) => isSubscribed)) {
      // RFC 3501 §6.3.9: "foo" for "foo/bar", where only that is subscribed, and marked so.
      if (level.match === "none" || !level.isSelected && level.match !== "level") continue;
      const attributes = level.isSelected ? [] : ["\\Noselect"];
      session.untagged(printListed("LSUB", { name: level.name, attributes }, session.nameForm));
      if (session.connection.writer.isFull) await session.connection.writer.flush();
      await turns.take();
    }
    return { reply: ok("That is all") };
  },
});
