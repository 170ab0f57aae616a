/** SEARCH (RFC 2244 §6.4.1). */
import { type Command, command, type Outcome } from "../command.ts";
import { type Context, contextEntries } from "../contexts/context.ts";
import { Tree } from "../datasets/tree.ts";
import { countParts, type Criteria, hasRange, MOST_PARTS } from "../grammar/criteria.ts";
import { printDatasetName } from "../grammar/names.ts";
import { expectSearchArguments, type NewContext, type SearchArguments } from "../grammar/search_arguments.ts";
import { printTime } from "../grammar/time.ts";
import { printReturned } from "../printing/entries.ts";
import { printName, printString } from "../printing/strings.ts";
import { bad, CommandRefused, no, ok } from "../replies.ts";
import { filtered, sorted } from "../search/evaluate.ts";
import { type Found, runSearch, type Search } from "../search/run.ts";
import type { Source } from "../search/traverse.ts";
import type { Session } from "../session.ts";
import type { User } from "../state.ts";

/** How many searches a context may be made of. */
const MOST_WITHIN = 20;

/** The command. */
export const search: Command = command({
  // RFC 2244 §3.3: a limit other than that which everybody has must be told.
  capability: ({ service: { options: { contexts } } }) =>
    contexts > 100 ? ["CONTEXTLIMIT", String(contexts)] : undefined,
  states: ["authenticated"],
  parse: (scanner, { dialect }) => expectSearchArguments(scanner, dialect),
  async run(session, { user }, given) {
    if ("dataset" in given.in) {
      const { in: { dataset }, depth, noInherit } = given;
      return await inDataset(session, user, given, {
        dataset,
        ...depth !== undefined && { depth },
        ...noInherit && { noInherit },
      });
    }
    return await inContext(session, user, given, given.in.context);
  },
});

async function inDataset(session: Session, user: User, given: SearchArguments, source: Source): Promise<Outcome> {
  // RFC 2244 §6.4.1: RANGE is only permitted on enumerated contexts.
  if (hasRange(given.criteria)) return { reply: bad("RANGE is for enumerated contexts") };
  const tree = new Tree(session.service, user), { criteria, sort = [], size } = given;
  const search = { source, criteria, sort, size, parts: 1 };
  return await tell(session, given, { search, found: await runSearch(tree, search), tree });
}

async function inContext(session: Session, user: User, given: SearchArguments, name: string): Promise<Outcome> {
  // What the client has not been told yet would be found without it.
  await session.contexts.tell(user);
  const context = session.contexts.get(name), { criteria } = given;
  const refusal = rangeRefusal(context, criteria) ?? nestedRefusal(context, given);
  if (refusal !== undefined) throw new CommandRefused(refusal);
  const tree = new Tree(session.service, user), sort = given.sort ?? context.search.sort;
  const within = await filtered(criteria, context.entries.map(({ candidate }) => candidate), tree.turns);
  const entries = given.sort === undefined ? within : await sorted(within, sort, tree.turns);
  const found = { entries, referrals: [] };
  // A context of a context finds what both find.
  const search: Search = {
    source: context.search.source,
    criteria: { key: "AND", of: [context.search.criteria, criteria] },
    sort,
    size: context.search.size + given.size,
    parts: context.search.parts + 1,
  };
  if (countParts(search.criteria) > MOST_PARTS) throw new CommandRefused(no("That is within too many contexts"));
  return await tell(session, given, { search, found, context });
}

function rangeRefusal({ given, modtime }: Context, criteria: Criteria): ReturnType<typeof no> | undefined {
  if (!hasRange(criteria)) return undefined;
  if (!given.isEnumerated) return bad("RANGE is for enumerated contexts");
  // RFC 2244 §6.4.1: NO, where the context has been modified since the client's time.
  const isOld = given.isNotified && latestOf(criteria) < modtime;
  return isOld ? no("The context has changed since", `MODIFIED ${printName(given.name)}`) : undefined;
}

/** The earliest time of any RANGE. */
function latestOf(criteria: Criteria): number {
  if (criteria.key === "AND" || criteria.key === "OR") return Math.min(...criteria.of.map(latestOf));
  if (criteria.key === "NOT") return latestOf(criteria.of);
  return criteria.key === "RANGE" ? criteria.time : Infinity;
}

function nestedRefusal(
  { given, search: { parts } }: Context,
  { makeContext, criteria }: SearchArguments,
): ReturnType<typeof no> | undefined {
  if (makeContext !== undefined && parts === MOST_WITHIN) return no("Too many contexts lie in each other");
  if (!makeContext?.isNotified) return undefined;
  if (hasRange(criteria)) return bad("RANGE finds what is there now, and nothing later");
  return given.isNotified ? undefined : no("Of a snapshot there is nothing to be told");
}

/** Where it was found. */
interface Where {
  readonly search: Search;
  readonly found: Found;
  /** Where it was read for this. */
  readonly tree?: Tree;
  /** Where it was in a context. */
  readonly context?: Context;
}

async function tell(
  session: Session,
  given: SearchArguments,
  { search, found, tree, context }: Where,
): Promise<Outcome> {
  const { hardLimit = Infinity, limit: [most, instead] = [Infinity, 0], makeContext, returned } = given;
  const { entries } = found, count = entries.length;
  if (count > hardLimit) throw new CommandRefused(no(`${count} entries are too many`, "WAYTOOMANY"));
  const modtime = tree?.modtime ?? context?.modtime ?? 0, owners = tree?.owners ?? context?.owners ?? new Set();
  if (makeContext !== undefined) {
    const wanted = returned ?? [];
    session.contexts.add({
      ...{ given: makeContext, search, returned: wanted, modtime, owners },
      entries: contextEntries(entries, wanted),
    });
  }
  for (const candidate of returned === undefined ? [] : entries.slice(0, count > most ? instead : count)) {
    session.intermediate(`ENTRY ${printName(candidate.shown)}${printReturned(candidate, returned ?? [])}`);
    await session.flushIfFull();
  }
  for (const { dataset, urls } of found.referrals) {
    session.intermediate(["REFER", printName(printDatasetName(dataset)), ...urls.map(printString)].join(" "));
  }
  // RFC 2244 §6.4.3: all up to this is in what was told.
  session.intermediate(`MODTIME ${printName(printTime(modtime))}`);
  return { reply: count > most ? ok(done(makeContext), `TOOMANY ${count}`) : ok(done(makeContext)) };
}

function done(makeContext: NewContext | undefined): string {
  return makeContext === undefined ? "That was all" : "The context was made";
}
