/**
 * Losses of power at chosen moments of a recording. To look longer: POWER_CUT_PERCENT=500; to look elsewhere, or at the same
 * load again: POWER_CUT_SEED.
 */
import { assert } from "@std/assert";
import { Chance } from "../../support/power_cut/chance.ts";
import type { Semantics } from "../../support/power_cut/disk.ts";
import type { Recorder } from "../../support/power_cut/recorder.ts";
import type { Step } from "../../support/power_cut/recording.ts";
import { type Luck, writeSurvivors } from "../../support/power_cut/survival.ts";
import { assertKept, type Owed } from "./check.ts";
import { placeFinder, type Promised } from "./promise.ts";

/** What all choices follow from. */
export const seed: number = Number(Deno.env.get("POWER_CUT_SEED") ?? 1);
/** How many cuts are tried, of what a test thinks enough. */
const percent = Number(Deno.env.get("POWER_CUT_PERCENT") ?? 100);

/** Promises to one client, each with its moment. */
type Series = Omit<Owed, "made">;

/** A loss of power before that step. */
interface Cut {
  readonly place: number;
  readonly luck: Luck;
  readonly seed: number;
}

/**
 * Tries so many cuts with either semantics, and checks `data` in the folder that was recorded; `before` looks at it first. What goes wrong with
 * "journal" is lost on common file systems too, with "posix" alone only where one is as bad as POSIX lets it be.
 */
export async function assertSurvivesPowerCuts(
  recorder: Recorder,
  steps: readonly Step[],
  series: readonly Series[],
  count: number,
  before: (folder: string) => void = () => {},
): Promise<void> {
  const places = placesOf(steps, series);
  const cuts = chooseCuts(steps, places, Math.ceil(count * percent / 100));
  const wrong: string[] = [];
  for (const semantics of ["journal", "posix"] as const) wrong.push(...await tryCuts(semantics));
  assert(wrong.length === 0, `POWER_CUT_SEED=${seed}: ${wrong.length} of ${2 * cuts.length}\n${wrong.join("\n\n")}`);

  async function tryCuts(semantics: Semantics): Promise<string[]> {
    const disk = recorder.disk(semantics), found: string[] = [], folder = await Deno.makeTempDir();
    let place = 0;
    for (const [index, cut] of cuts.entries()) {
      for (const step of steps.slice(place, cut.place)) disk.take(step);
      place = cut.place;
      try {
        writeSurvivors(disk, new Chance(cut.seed), cut.luck, `${folder}/${index}`);
        const owed = series.map((one, at) => ({ ...one, made: (places[at] ?? []).filter((it) => it < place).length }));
        before(`${folder}/${index}/data`);
        await assertKept(`${folder}/${index}/data`, owed);
      } catch (error) {
        found.push(`${semantics}, ${Deno.inspect(cut)}: ${error instanceof Error ? error.message : error}`);
      }
      await Deno.remove(`${folder}/${index}`, { recursive: true });
    }
    await Deno.remove(folder);
    return found;
  }
}

/** Where in a recording each of the promises was made. */
function placesOf(steps: readonly Step[], series: readonly Series[]): number[][] {
  const find = placeFinder(steps);
  return series.map(({ promises }) => promises.map(({ told }: Promised) => find(told)));
}

/** Moments when something has just been promised, or is being synced, and any others. */
function chooseCuts(steps: readonly Step[], promised: readonly (readonly number[])[], count: number): Cut[] {
  const chance = new Chance(seed);
  const recorded = promised.map((places) => places.filter((place) => place >= 0));
  const synced = steps.flatMap((step, place) => step.what === "done" && step.change.do === "sync" ? [place] : []);
  const kinds = [
    () => chance.of(chance.of(recorded)) + 1,
    () => chance.of(synced) + chance.below(2),
    () => chance.below(steps.length + 1),
  ];
  const cuts = Array.from({ length: count }, () => {
    const luck = chance.of(["nothing", "some", "some", "everything"] as const);
    return { place: chance.of(kinds)(), luck, seed: chance.below(2 ** 31) };
  });
  return cuts.sort((one, other) => one.place - other.place);
}
