/** The plugins that a configuration names, and what a running server makes of them: `plugin list --config FILE`. */
import type { SandboxConfig } from "../config/sandbox_config.ts";
import type { LoadedPlugin } from "../plugins/load_plugin.ts";
import { allOf } from "../plugins/load_plugins.ts";
import type { RunningPlugin } from "../server/control/control_messages.ts";
import { loadServer } from "../server/load_server.ts";
import { askServer } from "./ask_server.ts";

/** A plugin, for people and for scripts. */
export interface ConfiguredPlugin {
  /** Its kind. */
  readonly kind: string;
  /** As it calls itself. */
  readonly name: string;
  /** One line, by itself. */
  readonly summary: string;
  /** Where it comes from. */
  readonly origin: "built-in" | "file" | "registry" | "web";
  /** As the configuration names it. */
  readonly use: string;
  /** Its rights; absent: those of the server. */
  readonly sandbox?: SandboxConfig;
  /**
   * `running`, with how many reloads there had been when its file was read; `not running`: a server runs without it, which a
   * reload or a restart changes; `no server`.
   */
  readonly state: "running" | "not running" | "no server";
  /** Of a running one. */
  readonly reading?: number;
}

/** Milliseconds for a server to take the question: whether one runs is not worth a longer wait. */
const times = { taken: 2_000, answered: 600_000 };

/** All of them, in the order in which they are set up. @throws ConfigurationError. */
export async function configuredPlugins(file: string): Promise<readonly ConfiguredPlugin[]> {
  const { config, plugins } = await loadServer(file);
  const answer = await askServer(config.data, { ask: "plugins" }, times);
  const running = answer?.ok ? answer.plugins : undefined;
  return allOf(plugins).map((plugin) => describe(plugin, running));
}

function describe(
  { definition: { kind, name, summary }, entry: { use, sandbox }, source }: LoadedPlugin,
  running: readonly RunningPlugin[] | undefined,
): ConfiguredPlugin {
  const found = running?.find((one) => one.kind === kind && one.name === name && one.use === use);
  return {
    ...{ kind, name, summary, origin: source.from, use },
    ...sandbox && { sandbox },
    state: running === undefined ? "no server" : found === undefined ? "not running" : "running",
    ...found && { reading: found.reading },
  };
}

/** A line of a table: which it is, where it comes from, what it may, and its state. */
export function columnsOf({ kind, name, origin, use, sandbox, state, reading }: ConfiguredPlugin): readonly string[] {
  return [
    `${kind} ${name}`,
    origin === "built-in" ? origin : use,
    sandbox === undefined ? "all that the server may" : rightsOf(sandbox),
    reading === undefined || reading === 0 ? state : `${state}, as of reload ${reading}`,
  ];
}

/** What a sandbox lets through: `net spam.example.org; read ./lists`. */
function rightsOf({ net, read, write, env, may, process }: SandboxConfig): string {
  const listed = Object.entries({ net, read, write, env, may }).filter(([, items]) => items.length > 0);
  const rights = listed.map(([right, items]) => `${right} ${items.join(", ")}`);
  return [process ? "own process" : "own thread", ...rights.length > 0 ? rights : ["nothing"]].join("; ");
}
