/** STORE (RFC 2244 §6.6.1). */
import { type Command, command } from "../command.ts";
import { changeTree, type Reverted, storeEntry } from "../datasets/store.ts";
import { expectStoreArguments } from "../grammar/store_arguments.ts";
import { printValue } from "../printing/entries.ts";
import { printName } from "../printing/strings.ts";
import { ok } from "../replies.ts";

/** The command. */
export const store: Command = command({
  states: ["authenticated"],
  parse: expectStoreArguments,
  async run(session, { user }, stores) {
    const reverted = await changeTree(session.service, user, async (tree) => {
      const all: Reverted[] = [];
      for (const one of stores) all.push(...[await storeEntry(tree, one)].filter((its) => its !== undefined));
      return all;
    });
    session.contexts.touch();
    for (const { path, values } of reverted) {
      const items = [...values].map(([attribute, value]) => ` ${printName(attribute)} ${printValue(value)}`);
      session.intermediate(`ENTRY ${printName(path)}${items.join("")}`);
    }
    return { reply: ok("Stored") };
  },
});
