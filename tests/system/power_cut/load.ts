/** What is recorded: the first creation of everything, a server under load, killed, and another that is stopped. */
import { assertEquals } from "@std/assert";
import { Chance } from "../../support/power_cut/chance.ts";
import type { Recorder } from "../../support/power_cut/recorder.ts";
import { pluginText } from "../../support/plugin_text.ts";
import { runMain } from "../../support/run_main.ts";
import type { TestSettings } from "../../support/test_config.ts";
import { emptyServerHome, type ServerHome } from "../../support/spawn_server.ts";
import { Life, password } from "./life.ts";
import { changePasswords } from "./passwords.ts";
import type { Promised } from "./promise.ts";

/** Clients at once, and their steps while mail is gathered and while it is cleared away. */
const clients = 6, gathering = 52, clearing = 30;

/** A way out that takes nothing now. */
const busy = pluginText(
  "transport",
  "busy",
  `() => ({
      deliver: ({ envelope }) => Promise.resolve(new Map(envelope.recipients.map((address) => [address, {
        outcome: "retry", reply: { code: 450, enhanced: "4.2.1", text: "busy" },
      }]))),
    })`,
);

const settings: TestSettings = {
  cleartextAuth: true,
  files: { "busy.js": busy },
  transports: [{ use: "./busy.js", for: ["away.example.com"] }],
  queue: { retry: "1h" },
  log: { format: "json", level: "info" },
};

/** An empty home for it. */
export function loadHome(): Promise<ServerHome> {
  return emptyServerHome(settings);
}

/** Lives it, and gives what was promised to whom. */
export async function load(
  home: ServerHome,
  recorder: Recorder,
  seed: number,
): Promise<{ readonly lives: readonly Life[]; readonly accounts: readonly Promised[] }> {
  const lives = Array.from({ length: clients }, (_, number) => new Life(number, new Chance(seed + number)));
  const { under, program } = recorder.next();
  const stdin = lives.flatMap(({ addresses }) => addresses).map((address) => `${address} ${password}\n`).join("");
  const imported = await runMain(["account", "import", "--config", home.file], { stdin, folder: home.folder, under });
  assertEquals(imported.code, 0, imported.stderr);
  for (const life of lives) life.begin({ program });
  {
    await using server = await home.spawn(recorder.next());
    await Promise.all(lives.map((life) => life.live(server.ports, gathering, "gather")));
    server.kill("SIGKILL");
    await server.status;
  }
  // From now on two threads ask one writer.
  await home.configure({ ...settings, workers: 2 });
  await using server = await home.spawn(recorder.next());
  const [accounts] = await Promise.all([
    changePasswords(home, recorder),
    ...lives.map((life) => life.live(server.ports, clearing, "clear")),
  ]);
  server.kill("SIGTERM");
  assertEquals((await server.status).code, 0);
  return { lives, accounts };
}
