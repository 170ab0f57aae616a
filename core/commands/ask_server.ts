/** Asks the server that runs with a data folder: the other side of its control desk. */
import { join } from "node:path";
import {
  type ControlAnswer,
  controlFolder,
  controlNames,
  type ControlRequest,
  largestAnswer,
  parseAnswer,
} from "../server/control/control_messages.ts";
import { messageOf } from "../wire/error_message.ts";
import { CommandError } from "./command.ts";
import { isThere } from "./is_there.ts";

/** How long is waited, in milliseconds. */
export interface AskingTimes {
  /** For the server to take the request: it does so at once. */
  readonly taken: number;
  /** For the answer: plugins may be slow to start. */
  readonly answered: number;
}

const usualTimes: AskingTimes = { taken: 5_000, answered: 600_000 };
/** Milliseconds between two looks. */
const PAUSE = 25;

/**
 * Asks. @returns undefined where no server takes the request.
 *
 * @throws CommandError where it cannot be made, or is taken and not answered.
 */
export async function askServer(
  dataFolder: string,
  request: ControlRequest,
  times: AskingTimes = usualTimes,
): Promise<ControlAnswer | undefined> {
  const folder = join(dataFolder, controlFolder);
  const names = controlNames(crypto.getRandomValues(new Uint8Array(16)).toHex());
  const path = (name: string) => join(folder, name);
  try {
    // The folder is the server's own: whoever asks may be root, and the server has to read it.
    await Deno.writeTextFile(path(names.unfinished), JSON.stringify(request), { createNew: true, mode: 0o644 });
    await Deno.rename(path(names.unfinished), path(names.request));
  } catch (error) {
    // No server has ever made it.
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.NotCapable) throw error;
    const reason = messageOf(error), advice = "run this as the server's user, with the data folder of a server";
    throw new CommandError(`${folder}: no server can be asked there: ${reason}; ${advice}`, { cause: error });
  }
  if (!await comesTrue(async () => !await isThere(path(names.request)), times.taken)) {
    await Deno.remove(path(names.request)).catch(() => {});
    return undefined;
  }
  if (!await comesTrue(() => isThere(path(names.answer)), times.answered)) {
    throw new CommandError("the server took the request and has not answered; its log may say why");
  }
  return await readAnswer(path(names.answer));
}

async function readAnswer(path: string): Promise<ControlAnswer> {
  try {
    const { size, isFile } = await Deno.lstat(path);
    const answer = !isFile || size > largestAnswer ? undefined : parseAnswer(await Deno.readTextFile(path));
    if (answer !== undefined) return answer;
  } finally {
    await Deno.remove(path);
  }
  throw new CommandError("the server's answer cannot be understood: is it of another version?");
}

async function comesTrue(look: () => Promise<boolean>, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (!await look()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return true;
}
