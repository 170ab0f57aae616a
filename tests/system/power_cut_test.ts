/**
 * The power fails at any moment: what was answered is on the disk. What programs do to the data folder is recorded, and
 * the folder is made again as a disk could have it then: what was not synced is there, or not, or in part.
 */
import { assert, assertEquals } from "@std/assert";
import { openDatabase } from "../support/open_database.ts";
import { Chance } from "../support/power_cut/chance.ts";
import { Recorder, recorderTest } from "../support/power_cut/recorder.ts";
import type { Change, Step } from "../support/power_cut/recording.ts";
import { writeSurvivors } from "../support/power_cut/survival.ts";
import { runMain } from "../support/run_main.ts";
import { emptyServerHome, type ServerHome } from "../support/spawn_server.ts";
import { load, loadHome } from "./power_cut/load.ts";
import { storedState } from "./power_cut/mail_state.ts";
import { oldDatabase } from "./power_cut/old_database.ts";
import { changePasswords, storedPasswords } from "./power_cut/passwords.ts";
import { assertSurvivesPowerCuts, seed } from "./power_cut/replay.ts";

/** That the recording leaves nothing out: when all of it survives, the folder is what it really is. */
async function assertComplete(recorder: Recorder, steps: readonly Step[], home: ServerHome): Promise<void> {
  const disk = recorder.disk("posix"), copy = await Deno.makeTempDir();
  for (const step of steps) disk.take(step);
  try {
    writeSurvivors(disk, new Chance(0), "everything", copy);
    const args = ["-r", "-x", "*-shm", `${home.folder}/data`, `${copy}/data`];
    const { code, stdout } = await new Deno.Command("diff", { args }).output();
    assertEquals(code, 0, new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** That what is hard has happened: the log was moved into the database, segments were removed, and bodies moved. */
function assertEventful(steps: readonly Step[]): void {
  const firstStop = steps.findIndex((step) => step.what === "ended" && step.program === 1);
  const changes = steps.slice(steps.findIndex(({ what }) => what === "says"), firstStop).flatMap((step) =>
    step.what === "begins" ? [step.change] : []
  );
  const does = (what: Change["do"], path: RegExp) =>
    changes.some((change) => change.do === what && path.test(change.path));
  assert(does("write", /mail\.db$/), "the log was not moved into the database");
  assert(does("remove", /mail\.bodies\/\d+$/), "no segment was removed");
  const places = new Map<string, Set<string>>();
  for (const step of steps) {
    if (step.what !== "begins" || step.change.do !== "write" || !/mail\.bodies/.test(step.change.path)) continue;
    const [, message] = /of message (\d+),/.exec(new TextDecoder().decode(step.change.octets)) ?? [];
    if (message !== undefined) places.set(message, (places.get(message) ?? new Set()).add(step.change.path));
  }
  assert([...places.values()].some(({ size }) => size > 1), "no body was moved");
}

recorderTest(
  "loss of power: what SMTP, POP3, IMAP and the command line answered is there, whole, and once",
  async () => {
    await using home = await loadHome();
    await using recorder = await Recorder.of(home.folder);
    const { lives, accounts } = await load(home, recorder, seed);
    const steps = await recorder.steps();
    await assertComplete(recorder, steps, home);
    assertEventful(steps);
    await assertSurvivesPowerCuts(recorder, steps, [
      ...lives.map(({ promises, addresses, isOwn }) => ({ promises, stands: storedState(addresses, isOwn) })),
      { promises: accounts, stands: storedPasswords },
    ], 24);
  },
);

recorderTest(
  "loss of power: the first accounts are there, with passwords that can be opened, when a command has ended",
  async () => {
    await using home = await emptyServerHome();
    await using recorder = await Recorder.of(home.folder);
    const promises = await changePasswords(home, recorder);
    const steps = await recorder.steps();
    await assertComplete(recorder, steps, home);
    await assertSurvivesPowerCuts(recorder, steps, [{ promises, stands: storedPasswords }], 12);
  },
);

/** That the old database is kept whole beside the new one. */
function assertBackedUp(folder: string): void {
  const schemaOf = (file: string) => {
    using database = openDatabase(file);
    assertEquals(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
    return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  };
  if (schemaOf(`${folder}/mail.db`) > 7) assertEquals(schemaOf(`${folder}/mail.db.schema-7`), 7, "there is no backup");
}

recorderTest("loss of power: a database of before is what it was, or what the new program makes of it", async () => {
  await using home = await emptyServerHome();
  const { addresses, state } = await oldDatabase(`${home.folder}/data`);
  await using recorder = await Recorder.of(home.folder);
  const { under, program } = recorder.next();
  const listed = await runMain(["account", "list", "--config", home.file], { folder: home.folder, under });
  assertEquals(listed.code, 0, listed.stderr);
  const steps = await recorder.steps();
  await assertComplete(recorder, steps, home);
  const promises = [{ what: "all", told: "long ago", state }, {
    what: "account list",
    told: { program },
    state,
  }] as const;
  await assertSurvivesPowerCuts(
    recorder,
    steps,
    [{ promises, stands: storedState(addresses, () => true) }],
    12,
    assertBackedUp,
  );
});
