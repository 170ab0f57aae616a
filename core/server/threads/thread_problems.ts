/** What goes wrong in further threads, as lines for the operator. */
import { messageOf } from "../../wire/error_message.ts";
import { ConfigurationError } from "../configuration_error.ts";
import { CallFailed } from "./calls.ts";

/** What went wrong, in lines. */
export function problemsIn(error: unknown): readonly string[] {
  return error instanceof CallFailed ? error.problems : [messageOf(error)];
}

/** Asks all at once. @throws ConfigurationError once all have answered: what went wrong in any. */
export async function inAll<Asked>(asked: readonly Asked[], ask: (one: Asked) => Promise<unknown>): Promise<void> {
  const answers = await Promise.allSettled(asked.map(ask));
  const problems = answers.flatMap((answer) => answer.status === "rejected" ? problemsIn(answer.reason) : []);
  // What is wrong is mostly so in all.
  if (problems.length > 0) throw new ConfigurationError([...new Set(problems)]);
}
