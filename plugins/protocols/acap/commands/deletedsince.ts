/** DELETEDSINCE (RFC 2244 §6.6.2): what was removed, and what was hidden though it would be inherited. */
import { type Command, command } from "../command.ts";
import { isEudoras } from "../datasets/eudora.ts";
import type { Location } from "../datasets/locations.ts";
import { Tree } from "../datasets/tree.ts";
import { isVisible } from "../datasets/view.ts";
import { expectDataset } from "../grammar/names.ts";
import { expectTime } from "../grammar/time.ts";
import { printName } from "../printing/strings.ts";
import { CommandRefused, no, noPermission, noSuchDataset, ok } from "../replies.ts";

/** Levels of inheritance. */
const MOST_LEVELS = 10;

/** The command. */
export const deletedSince: Command = command({
  states: ["authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    const dataset = expectDataset(scanner);
    scanner.expectSpace();
    const since = expectTime(scanner);
    scanner.expectEnd();
    return { dataset, since };
  },
  async run(session, { user }, { dataset, since }) {
    const tree = new Tree(session.service, user), view = await tree.find(dataset);
    if (view === undefined) throw noSuchDataset(dataset);
    const { rights, object } = view.rules.verdict("entry");
    if (!rights.includes("r")) throw noPermission(object);
    const removed = await removedSince(tree, await tree.locator.locate(dataset), since);
    for (const name of removed) {
      const entry = view.entries.get(name);
      // What is there again, or still inherited, is not gone.
      if (entry === undefined || !isVisible(view.rules, entry)) session.intermediate(`DELETED ${printName(name)}`);
    }
    return { reply: ok("That was all") };
  },
});

async function removedSince(tree: Tree, from: Location | undefined, since: number): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  let location = from;
  for (let level = 0; level < MOST_LEVELS && location?.kind === "stored" && !isEudoras(location); level++) {
    // RFC 2244 §3.5: who inherits from a dataset knows no more of it than who asks for it by its name.
    if (!(await tree.rules(location)).verdict("entry").rights.includes("r")) break;
    const { removed, remembersSince } = await tree.removed(location, since);
    if (since < remembersSince) throw new CommandRefused(no("That is too long ago", "TOOOLD"));
    for (const { name } of removed) names.add(name);
    for (const [name, { record, modtime }] of (await tree.stored(location)).records) {
      if (record === "gone" && modtime > since) names.add(name);
    }
    location = await tree.base(location);
  }
  return names;
}
