/** FREECONTEXT (RFC 2244 §6.5.1). */
import { type Command, command } from "../command.ts";
import { expectContext } from "../grammar/names.ts";
import { ok } from "../replies.ts";

/** The command. */
export const freeContext: Command = command({
  states: ["authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    const name = expectContext(scanner);
    scanner.expectEnd();
    return name;
  },
  run({ contexts }, _state, name) {
    contexts.free(name);
    return { reply: ok("The context is freed") };
  },
});
