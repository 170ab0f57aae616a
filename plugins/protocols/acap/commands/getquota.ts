/** GETQUOTA (RFC 2244 §6.8.1): a limit for all datasets of an owner. */
import { type Command, command } from "../command.ts";
import { isEudoras } from "../datasets/eudora.ts";
import { placeOf } from "../datasets/locations.ts";
import { Tree } from "../datasets/tree.ts";
import { expectDataset, printDatasetName } from "../grammar/names.ts";
import { printName } from "../printing/strings.ts";
import { no, noSuchDataset, ok } from "../replies.ts";

/** The command. */
export const getQuota: Command = command({
  states: ["authenticated"],
  parse(scanner) {
    scanner.expectSpace();
    const dataset = expectDataset(scanner);
    scanner.expectEnd();
    return dataset;
  },
  async run(session, { user }, dataset) {
    const { context: { storage }, options: { quota } } = session.service;
    const tree = new Tree(session.service, user), location = await tree.locator.locate(dataset);
    if (location === undefined) throw noSuchDataset(dataset);
    if (location.kind === "listed" || isEudoras(location)) return { reply: no("Nothing can be stored there") };
    const { owner } = placeOf(location);
    // RFC 2244 §3.5: who has no rights in a dataset does not learn how much there is.
    if (owner !== user.account && await tree.view(location) === undefined) throw noSuchDataset(dataset);
    const used = await storage.datasetOctets(owner);
    session.untagged(`QUOTA ${printName(printDatasetName(dataset))} ${quota} ${used}`);
    return { reply: ok("That is the quota") };
  },
});
