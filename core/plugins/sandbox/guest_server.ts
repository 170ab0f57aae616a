/** The guest's side of the conversation: brings the plugin in, serves calls, and asks on its behalf. */
import type { DirectoryContext } from "../../contract/context.ts";
import type { SecretScheme } from "../../contract/authentication.ts";
import type { Logger, LogLevel } from "../../contract/logger.ts";
import type { ContextByKind, ExtensionByKind, Lifecycle, PluginDefinition } from "../../contract/plugin.ts";
import { Refusal } from "../../contract/refusal.ts";
import { builtInPlugins } from "../builtin.ts";
import { readDefinition, reasonOf, validateOptions } from "../definition.ts";
import { checkDigest } from "../import_plugin.ts";
import { type Ask, type GuestEnd, trusted } from "./ends.ts";
import { deniedBy } from "./guest_surroundings.ts";
import { remoteAccounts } from "./kinds/directory.ts";
import { endsByKind } from "./kinds/ends_by_kind.ts";
import {
  type GuestMessage,
  type GuestSource,
  type HostMessage,
  type SandboxedKind,
  type SetupRequest,
  START,
  type StartedPlugin,
  type StartRequest,
} from "./messages.ts";

/** A guest that has not been told yet which plugin it is. */
export class GuestServer {
  readonly #send: (message: GuestMessage) => void;
  readonly #questions = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #calls = new Map<number, AbortController>();
  readonly #shutdown = new AbortController();
  #end: GuestEnd | undefined;
  #life: Lifecycle = {};
  #asked = 0;

  /** @param send To the server. */
  constructor(send: (message: GuestMessage) => void) {
    this.#send = send;
  }

  /** Takes a message of the server. */
  receive(message: HostMessage): void {
    switch (message.do) {
      case "call":
        this.#serve(message);
        return;
      case "answer": {
        const question = this.#questions.get(message.ask);
        this.#questions.delete(message.ask);
        if (message.error === undefined) question?.resolve(message.value);
        else question?.reject(new Error(message.error));
        return;
      }
      case "abort":
        this.#calls.get(message.id)?.abort();
        return;
      case "end":
        // Anything: that it comes is what matters.
        this.line("debug", "ended");
    }
  }

  /** Writes a line of the log. */
  line(level: LogLevel, message: string, fields?: object): void {
    try {
      this.#send({ say: "log", level, message, ...fields !== undefined && { fields: trusted(printable(fields)) } });
    } catch {
      // Fields may be anything, functions too: then the line must do.
      this.#send({ say: "log", level, message });
    }
  }

  async #serve({ id, name, args }: Extract<HostMessage, { readonly do: "call" }>): Promise<void> {
    const aborting = new AbortController();
    this.#calls.set(id, aborting);
    try {
      const value = await this.#perform(id, name, args, aborting.signal);
      this.#send({ say: "done", id, value: trusted(value) });
    } catch (error) {
      const what = deniedBy(error);
      if (what !== undefined) this.#send({ say: "denied", what });
      const refusal = error instanceof Refusal ? { refusal: error.kind } : {};
      this.#send({ say: "failed", id, error: refusal.refusal ? reasonOf(error) : describe(error), ...refusal });
    } finally {
      this.#calls.delete(id);
    }
  }

  async #perform(id: number, name: string, args: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    switch (name) {
      case "start":
        return await this.#start(trusted(args[0]));
      case "drain":
        return await this.#life.drain?.(signal);
      case "stop":
        this.#shutdown.abort();
        return await this.#life.stop?.();
      default:
        if (this.#end === undefined) throw new Error("the plugin is not set up");
        return await this.#end.call({ name, args, ask: this.#asker(id), signal });
    }
  }

  async #start<Kind extends SandboxedKind>(request: StartRequest & { readonly kind: Kind }): Promise<StartedPlugin> {
    const { kind, use, source, options, forbidden, setup } = request;
    const isBounded = forbidden === undefined || await isDenied(forbidden);
    const read = readDefinition(await load(source), kind, use);
    if ("problem" in read) return fail(read, setup);
    const { definition } = read;
    const { name, summary } = definition;
    const checked = await validateOptions(definition.options, options);
    if ("issues" in checked) {
      const issues = checked.issues.map(({ message, path = [] }) => ({ message, path: path.map(placeOf) }));
      return fail({ issues, name }, setup);
    }
    if (setup === undefined) return { name, summary };
    return { name, summary, isBounded, ...await this.#setUp(kind, definition, checked.value, setup) };
  }

  async #setUp<Kind extends SandboxedKind>(
    kind: Kind,
    definition: PluginDefinition<Kind, unknown>,
    options: unknown,
    setup: SetupRequest,
  ): Promise<Pick<StartedPlugin, "facts" | "drains">> {
    const life: ExtensionByKind[Kind] & Lifecycle = await definition.setup(this.#context(setup), options);
    this.#life = life;
    this.#end = endsByKind[kind].guest(life);
    return { facts: this.#end.facts, drains: typeof life.drain === "function" };
  }

  /** What a directory is given besides, others do not look at. */
  #context<Kind extends SandboxedKind>(
    { hostname, levels, domains, neededSecrets }: SetupRequest,
  ): ContextByKind[Kind] {
    const [first = hostname, ...others] = domains;
    const context: Omit<DirectoryContext, "dataFolder"> = {
      log: this.#logger(new Set(levels)),
      hostname,
      shutdown: this.#shutdown.signal,
      now: () => new Date(),
      accounts: remoteAccounts(this.#asker(START)),
      domains: [first, ...others],
      neededSecrets: new Set(trusted<SecretScheme[]>(neededSecrets)),
    };
    return trusted(context);
  }

  #asker(call: number): Ask {
    return (name, ...args) => {
      const ask = ++this.#asked;
      const question = Promise.withResolvers<unknown>();
      this.#questions.set(ask, question);
      this.#send({ say: "ask", ask, call, name, args: trusted(args) });
      return question.promise;
    };
  }

  #logger(levels: ReadonlySet<LogLevel>, bound: object = {}): Logger {
    const at = (level: LogLevel) => (message: string, fields?: object) => {
      if (levels.has(level)) this.line(level, String(message), { ...bound, ...fields });
    };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      isOn: (level) => levels.has(level),
      child: (fields) => this.#logger(levels, { ...bound, ...fields }),
    };
  }
}

/** Whether the runtime denies to import a file, for its own reasons and not for the file's. */
async function isDenied(url: string): Promise<boolean> {
  try {
    await import(url, { with: { type: "json" } });
    return false;
  } catch (error) {
    return deniedBy(error) !== undefined;
  }
}

/** Dynamically, so that the plugin and all it imports are read with the sandbox's permissions. */
async function load(source: GuestSource): Promise<unknown> {
  if (source.from === "built-in") return await builtInPlugins[source.kind][source.name]?.();
  const { specifier, digest } = source;
  if (digest !== undefined) checkDigest(await Deno.readFile(new URL(specifier)), digest);
  return await import(specifier);
}

/** When it is only looked at, problems are the answer. */
function fail(problems: StartedPlugin, setup: SetupRequest | undefined): StartedPlugin {
  if (setup === undefined) return problems;
  throw new Error(problems.problem ?? "its options are not what it takes any more");
}

/** Standard Schema: a place is a key, or an object that has one. */
function placeOf(segment: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof segment === "object" ? segment.key : segment;
  return typeof key === "number" ? key : String(key);
}

/** An error, in one line. */
export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${reasonOf(error)}` : reasonOf(error);
}

/** What loses its type on the way is told as text. */
function printable(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? describe(value) : value]),
  );
}
