/** The hooks of one generation of plugins: what extensions of the configuration place, observe, add and do. */
import type { ExtensionCommands } from "../contract/extension_commands.ts";
import type { Extension, PeriodicWork } from "../contract/extension.ts";
import type { Logger } from "../contract/logger.ts";
import type { Storage } from "../contract/storage.ts";
import type { NamedExtension } from "../delivery/place_copies.ts";
import { beforeDeadline } from "../wire/in_time.ts";
import { Observation } from "../observe/observation.ts";
import { watchMailboxes } from "./mailbox_watch.ts";
import { offeredCommands } from "./offered_commands.ts";
import { Periodic, periodicWorkOf } from "./periodic.ts";

/** What hooks stand on. */
export interface HookParts {
  /** For what observers are told of mailboxes. */
  readonly storage: Pick<Storage, "watchAll">;
  /** For the operator. */
  readonly log: Logger;
  /** The time. */
  now(): Date;
}

/** Filled at setup; begun when its generation takes over, retired when another one does. */
export class Hooks implements AsyncDisposable {
  /** In the order of the configuration. */
  readonly extensions: NamedExtension[] = [];
  /** Who is told. */
  readonly events: Observation;
  readonly #parts: HookParts;
  readonly #retired = new AbortController();
  #periodic: Periodic | undefined;
  #works: readonly PeriodicWork[] = [];
  #watching: Promise<void> | undefined;

  /** Without any extension. */
  constructor(parts: HookParts) {
    this.#parts = parts;
    this.events = new Observation(parts.log);
  }

  /** @param name As the configuration names it. */
  add(name: string, extension: Extension): void {
    this.extensions.push({ name, extension });
    if (extension.observe !== undefined) this.events.add(name, extension.observe);
  }

  /** All have been added. @throws Error that says what of an extension cannot be. */
  complete(): ExtensionCommands {
    this.#works = periodicWorkOf(this.extensions);
    return offeredCommands(this.extensions);
  }

  /** From now on periodic work is done, and mailboxes are watched. */
  begin(): void {
    if (this.#retired.signal.aborted || this.#periodic !== undefined) return;
    this.#periodic = new Periodic(this.#works, this.#parts.log);
    this.#watching = watchMailboxes({ ...this.#parts, events: this.events }, this.#retired.signal);
  }

  /** No more of that: another generation does it. Sessions go on being observed. */
  retire(): void {
    this.#retired.abort();
    this.#periodic?.[Symbol.dispose]();
  }

  /** Lets periodic work end, and observers hear what they have still to be told, until the signal aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.retire();
    await beforeDeadline(Promise.all([this.#periodic?.ended(), this.#watching]), deadline);
    await this.events.drain(deadline);
  }

  /** Observers hear what they have been told, for a short while; then nobody is told anything any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(AbortSignal.timeout(PARTING));
    this.events[Symbol.dispose]();
  }
}

/** Milliseconds. */
const PARTING = 2000;
