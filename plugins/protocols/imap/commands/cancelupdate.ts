/** CANCELUPDATE (RFC 5267 §4.3.5): nothing more is told of searches that go on. */
import { type Command, command } from "../command.ts";
import { expectTags } from "../grammar/session_arguments.ts";
import { bad, ok } from "../replies.ts";

/** The command. */
export const cancelUpdate: Command = command({
  states: ["selected"],
  parse(scanner) {
    scanner.expectSpace();
    return expectTags(scanner);
  },
  run(_session, { mailbox: { contexts } }, tags) {
    if (!tags.every((tag) => contexts.has(tag))) return { reply: bad("No search with that tag is going on") };
    for (const tag of tags) contexts.delete(tag);
    return { reply: ok("Nothing more is told of that") };
  },
});
