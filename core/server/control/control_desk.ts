/** Where a running server takes requests of the command line. They are taken at once, and answered one after the other. */
import { join } from "node:path";
import type { Logger } from "../../contract/logger.ts";
import {
  type ControlAnswer,
  controlFolder,
  type ControlNames,
  controlNames,
  type ControlRequest,
  isControlFile,
  largestRequest,
  parseRequest,
  requestId,
} from "./control_messages.ts";

/** What a desk is made of. */
export interface DeskParts {
  /** The server's data folder. */
  readonly dataFolder: string;
  /** For the operator. */
  readonly log: Logger;
  /** Does what is asked. Must not reject. */
  answer(request: ControlRequest): Promise<ControlAnswer>;
}

/**
 * Opens it. What is left there of an earlier server is removed. Where it cannot be opened the server runs on without, and
 * the log says so.
 */
export async function openControlDesk(parts: DeskParts): Promise<AsyncDisposable | undefined> {
  const folder = join(parts.dataFolder, controlFolder);
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    // A link would have us remove and read what others have elsewhere.
    if (!(await Deno.lstat(folder)).isDirectory) throw new Error(`${folder} is no folder`);
    // Whoever could write there could have the server run what is in a plugin's file just then.
    if (Deno.build.os !== "windows") await Deno.chmod(folder, 0o700);
    for await (const { name } of Deno.readDir(folder)) {
      if (isControlFile(name)) await Deno.remove(join(folder, name));
    }
    return new ControlDesk(folder, parts);
  } catch (error) {
    parts.log.warn("the command line cannot ask this server anything: its control folder cannot be used", { error });
    return undefined;
  }
}

class ControlDesk implements AsyncDisposable {
  readonly #folder: string;
  readonly #parts: DeskParts;
  readonly #watcher: Deno.FsWatcher;
  readonly #work: Promise<void>;
  #answers: Promise<void> = Promise.resolve();

  constructor(folder: string, parts: DeskParts) {
    this.#folder = folder;
    this.#parts = parts;
    this.#watcher = Deno.watchFs(folder);
    this.#work = this.#serve();
  }

  /** Ends when what was taken has been answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#watcher.close();
    await this.#work;
    await this.#answers;
  }

  async #serve(): Promise<void> {
    for await (const { kind } of this.#watcher) {
      if (kind === "access" || kind === "remove") continue;
      try {
        // What an event says may be over by now, and several may be about one file.
        for await (const { name } of Deno.readDir(this.#folder)) {
          const id = requestId(name);
          if (id !== undefined) await this.#take(id);
        }
      } catch (error) {
        this.#complain(error);
      }
    }
  }

  async #take(id: string): Promise<void> {
    const { request, taken } = this.#paths(id);
    // Whoever asked sees by it that there is a server.
    await Deno.rename(request, taken);
    this.#answers = this.#answers.then(() => this.#answer(id)).catch((error) => this.#complain(error));
  }

  async #answer(id: string): Promise<void> {
    const { taken, unfinished, answer } = this.#paths(id);
    const request = await readRequest(taken);
    const given: ControlAnswer = request === undefined
      ? { ok: false, problems: ["the server does not understand what was asked: is it of another version?"] }
      : await this.#parts.answer(request);
    // Another file, since the request's may be root's; under its name only once it is whole.
    await Deno.writeTextFile(unfinished, JSON.stringify(given), { createNew: true, mode: 0o600 });
    await Deno.rename(unfinished, answer);
    await Deno.remove(taken);
  }

  #paths(id: string): ControlNames {
    const { request, taken, unfinished, answer } = controlNames(id);
    const path = (name: string) => join(this.#folder, name);
    return { request: path(request), taken: path(taken), unfinished: path(unfinished), answer: path(answer) };
  }

  #complain(error: unknown): void {
    this.#parts.log.warn("a request of the command line was not answered", { error });
  }
}

async function readRequest(path: string): Promise<ControlRequest | undefined> {
  const { size, isFile } = await Deno.lstat(path);
  return !isFile || size > largestRequest ? undefined : parseRequest(await Deno.readTextFile(path));
}
