import { assertEquals } from "@std/assert";
import { JointCommits } from "../../../storage/sqlite/writer/joint_commits.ts";
import type { Group, GroupOutcome } from "../../../storage/sqlite/writer_messages.ts";

/** A group of so many batches, each a subscription whose name tells it from others. */
function group(...names: string[]): Group {
  const batches = names.map((name) => [{ do: "subscribe", account: "1", name } as Group["batches"][number][number]]);
  return { now: 1, batches, bodies: new Map() };
}

/** Commits that give each batch its own name, and a list of those that were made. */
function recorded() {
  const made: string[][] = [];
  const commits = new JointCommits<string>(({ batches }, askers): GroupOutcome => {
    const names = batches.flatMap((batch) =>
      batch.map((operation) => "name" in operation ? String(operation.name) : "")
    );
    made.push([...askers, ...names]);
    if (names.includes("full")) throw new Error("the disk is full");
    const outcomes = names.map((name) => ({ results: [name] }));
    return { batches: outcomes, touched: [], othersWrote: false, garbage: false, wakesQueue: false };
  }, () => 0);
  const add = (asker: string, ...names: string[]) => {
    const { promise, resolve } = Promise.withResolvers<() => GroupOutcome>();
    commits.add(asker, group(...names), resolve);
    return promise.then((outcome) => outcome());
  };
  return { made, commits, add };
}

Deno.test("sqlite: a thread that commits alone waits for nobody", async () => {
  const { made, add } = recorded();
  for (const name of ["one", "two", "three"]) {
    const { batches } = await add("a", name);
    assertEquals(batches, [{ results: [name] }]);
  }
  assertEquals(made, [["a", "one"], ["a", "two"], ["a", "three"]]);
});

Deno.test("sqlite: threads that commit at the same time do so together, and each gets its own results", async () => {
  const { made, add } = recorded();
  const first = add("a", "one");
  // Who has just been answered is waited for: the next group of `a` comes with that of `b`.
  const [second, third] = [add("b", "two", "three"), add("a", "four")];
  assertEquals((await first).batches, [{ results: ["one"] }]);
  assertEquals((await second).batches, [{ results: ["two"] }, { results: ["three"] }]);
  assertEquals((await third).batches, [{ results: ["four"] }]);
  assertEquals(made, [["a", "one"], ["b", "a", "two", "three", "four"]]);
});

Deno.test("sqlite: who has nothing more to commit is not waited for in vain", async () => {
  const { made, add } = recorded();
  await add("a", "one");
  await add("b", "two");
  assertEquals(made, [["a", "one"], ["b", "two"]]);
});

Deno.test("sqlite: what keeps a commit from being made is everybody's in it", async () => {
  const { add } = recorded();
  await add("a", "one");
  const outcomes = await Promise.allSettled([add("b", "two"), add("a", "full")]);
  for (const outcome of outcomes) {
    assertEquals(outcome.status === "rejected" && outcome.reason.message, "the disk is full");
  }
});
