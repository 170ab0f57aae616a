/** What is below the levels of the tree that nobody stores in (RFC 2244 §4.1): classes, kinds of owners, and owners. */
import type { DatasetPlace } from "../../../../core/contract/mod.ts";
import type { DatasetName } from "../grammar/names.ts";
import type { AcapService } from "../service.ts";
import { eudorasClass, isEudoras } from "./eudora.ts";
import { BYOWNER, type Location, nameOf, type Owner, type StoredLocation } from "./locations.ts";
import type { Tree } from "./tree.ts";

/** Names of what is directly below a level, where the user may see something of it; also of all classes of an owner. */
export async function namesBelow(tree: Tree, service: AcapService, level: Location): Promise<string[]> {
  const [its, ...rest] = nameOf(level);
  const name = its === undefined ? [] : [isEudoras(level) ? eudorasClass : its, ...rest];
  const { account, address } = tree.user;
  const eudoras: StoredLocation = {
    kind: "stored",
    class: eudorasClass,
    owner: { area: "user", account, address },
    below: [],
  };
  const all = [eudoras, ...await visibleBelow(tree, service, name)].flatMap(namesOf);
  const below = all.filter((whole) => name.every((component, index) => whole[index] === component));
  return [...new Set(below.flatMap((whole) => whole[name.length] ?? []))];
}

/** RFC 2244 §4.1: each dataset has two names, the other one by its owner first. */
function namesOf(location: StoredLocation): DatasetName[] {
  const name = nameOf(location), { class: its, below } = location;
  const owner = name.slice(1, name.length - below.length);
  return its === BYOWNER ? [name] : [name, [BYOWNER, ...owner, its, ...below]];
}

/** Datasets in which there is something, and in which the user has some right. */
async function visibleBelow(tree: Tree, service: AcapService, name: DatasetName): Promise<StoredLocation[]> {
  const { storage } = service.context;
  const [its, area] = name;
  const below = its === undefined || its === BYOWNER
    ? "/"
    : area === undefined
    ? `/${its}/`
    : `/${its}/${area === "user" ? "~" : area}/`;
  const visible: StoredLocation[] = [];
  for (const place of await storage.datasets(below)) {
    const location = await locationOf(tree, service, place);
    if (location !== undefined && await tree.isOpen(location)) visible.push(location);
    await tree.turns.take();
  }
  return visible;
}

async function locationOf(
  tree: Tree,
  { context }: AcapService,
  { owner: whose, path }: DatasetPlace,
): Promise<StoredLocation | undefined> {
  const [its = "", ...rest] = path.split("/").slice(1, -1);
  if (whose === "everybody") {
    const location = await tree.locator.locate([its, ...rest]);
    return location?.kind === "stored" ? location : undefined;
  }
  const account = await context.storage.account(whose);
  if (account === undefined) return undefined;
  const owner: Owner = { area: "user", account: whose, address: account.address };
  return { kind: "stored", class: its, owner, below: rest.slice(1) };
}
