/** CANCELUPDATE (RFC 5267 §4.3.5): nothing more is told of searches that go on. */
import { latin1 } from "../../../../core/wire/ascii.ts";
import { type Command, command } from "../command.ts";
import { bad, ok } from "../replies.ts";

/** The command. */
export const cancelUpdate: Command = command({
  states: ["selected"],
  parse(scanner) {
    scanner.expectSpace();
    // RFC 5267 §5: quoted tags; some clients send them as they are.
    const tags = scanner.expectItems(() => latin1(scanner.expectAstring("the tag of a search")));
    scanner.expectEnd();
    return tags;
  },
  run(_session, { mailbox: { contexts } }, tags) {
    if (!tags.every((tag) => contexts.has(tag))) return { reply: bad("No search with that tag is going on") };
    for (const tag of tags) contexts.delete(tag);
    return { reply: ok("Nothing more is told of that") };
  },
});
