import { assertMatch } from "@std/assert";
import { programCommand } from "../support/program.ts";
import { rightsFor } from "../support/run_main.ts";
import { emptyServerHome } from "../support/spawn_server.ts";

Deno.test("log file: SIGHUP opens it anew, also where the rest of the reload fails", async () => {
  const log = { file: "./mail.log" };
  await using home = await emptyServerHome({ log });
  const path = `${home.folder}/mail.log`;
  using changes = Deno.watchFs(home.folder);
  const [command, ...args] = [...programCommand(["serve"], rightsFor(home.folder)), "--config", home.file];
  await using server = new Deno.Command(command, { args, stdin: "null", stdout: "null" }).spawn();
  await told(changes, path, "serving");

  await Deno.rename(path, `${path}.1`);
  await home.configure({ log, limits: { message: "much" } });
  server.kill("SIGHUP");
  assertMatch(await told(changes, path, "not reloaded"), /limits\.message: expected a size/);

  await Deno.rename(path, `${path}.2`);
  await home.configure({ log });
  server.kill("SIGHUP");
  await told(changes, path, "reloaded");
});

/** The text of the log that has that name now, when it says so. */
async function told(changes: Deno.FsWatcher, path: string, word: string): Promise<string> {
  for (;;) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.includes(word)) return text;
    await changes[Symbol.asyncIterator]().next();
  }
}
