/** Runs what was typed, and turns whatever happens into an exit code and lines on standard error. */
import { Refusal } from "../contract/refusal.ts";
import { SetupError } from "../plugins/lifecycle.ts";
import { ConfigurationError } from "../server/configuration_error.ts";
import { ListenError } from "../server/listener.ts";
import { messageOf } from "../wire/error_message.ts";
import { type Command, CommandError, type ExitCode, UsageError } from "./command.ts";
import { commands } from "./command_table.ts";
import { readArguments } from "./read_arguments.ts";
import { withSubcommands } from "./plugin_subcommands.ts";
import { usage } from "./usage.ts";

/** Runs the command line. @param version What `--version` prints. */
export async function runCommandLine(
  words: readonly string[],
  version: string,
  table: readonly Command[] = commands,
): Promise<ExitCode> {
  try {
    const complete = await withSubcommands(words, table);
    // Nothing was asked for: that is bad usage for a script, and help for a person.
    if (words.length === 0) {
      console.error(usage(complete, []));
      return 2;
    }
    const request = readArguments(words, complete);
    switch (request.ask) {
      case "help":
        console.log(usage(complete, request.only));
        return 0;
      case "version":
        console.log(version);
        return 0;
      case "run":
        return await request.command.run(request.given);
    }
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): ExitCode {
  if (error instanceof ConfigurationError) {
    for (const problem of error.problems) console.error(problem);
    return 2;
  }
  if (error instanceof UsageError) {
    console.error(`${error.message}\nmain.ts help says what there is`);
    return 2;
  }
  console.error(isExplained(error) ? error.message : adviseOn(error) ?? error);
  return 1;
}

/** Errors whose message is written for the operator; of all others, the place where they arose is of use as well. */
function isExplained(error: unknown): error is Error {
  return error instanceof CommandError || error instanceof Refusal || error instanceof SetupError ||
    error instanceof ListenError || error instanceof Deno.errors.NotCapable;
}

/** What the user can do about what the system refuses; the system says itself what was done, and where. */
const advice: ReadonlyMap<unknown, string> = new Map([
  ["EACCES", "choose another folder, or run this as a user who may do that"],
  ["EPERM", "choose another folder, or run this as a user who may do that"],
  ["ENOTDIR", "choose another folder"],
  ["ELOOP", "choose another folder"],
  ["ENAMETOOLONG", "choose another name"],
  ["EISDIR", "give it a file"],
  ["EROFS", "choose a folder that can be written"],
  ["ENOSPC", "make room"],
  ["EDQUOT", "make room"],
]);

function adviseOn(error: unknown): string | undefined {
  const advised = error instanceof Error && "code" in error ? advice.get(error.code) : undefined;
  return advised && `${messageOf(error)}; ${advised}`;
}
