/** Real plugins in real sandboxes: written to a folder of their own, loaded as the server loads them, set up, asked. */
import type { SandboxConfig } from "../../core/config/sandbox_config.ts";
import type { ConfigSource } from "../../core/config/server_config.ts";
import type { BaseContext } from "../../core/contract/context.ts";
import type { ContextByKind, ExtensionByKind, Lifecycle } from "../../core/contract/plugin.ts";
import { loadPlugin } from "../../core/plugins/load_plugin.ts";
import type { SandboxedEntry } from "../../core/plugins/sandbox/load_sandboxed.ts";
import type { SandboxedKind } from "../../core/plugins/sandbox/messages.ts";
import { type LoggedEvent, recordedLog } from "./recorded_log.ts";

/** What a test's plugin consists of, and may do. */
export interface SandboxedSettings {
  /** TypeScript of its module, after `import { definePlugin } …`; or its files by name, the first being the plugin. */
  readonly code: string | Readonly<Record<string, string>>;
  /** Rights; what is left out is as usual. */
  readonly sandbox?: Partial<SandboxConfig>;
  readonly options?: unknown;
  /** What its kind is given besides. */
  readonly context?: object;
  /** Called when the folders are there: the plugin's own, and one beside it. */
  readonly prepare?: (folders: Folders) => Promise<void>;
}

/** Where a test's plugin is. */
export interface Folders {
  /** The plugin's, which is beside the configuration's. */
  readonly own: string;
  /** What it must not reach. */
  readonly outside: string;
}

/** A plugin in its sandbox. */
export interface SandboxedPlugin<Kind extends SandboxedKind> extends AsyncDisposable, Folders {
  readonly plugin: ExtensionByKind[Kind] & Lifecycle;
  /** Everything that was logged so far. */
  readonly log: readonly LoggedEvent[];
}

/** The usual sandbox: no rights at all, and time enough for each answer, however busy the machine is. */
export const noRights: SandboxConfig = {
  ...{ net: [], read: [], write: [], env: [], may: [] },
  ...{ restarts: 5, process: false, memory: 256_000_000, deadline: 60_000 },
};

/** Problems instead of a plugin. */
export class NotLoaded extends Error {
  override readonly name = "NotLoaded";
}

/** Loads one and sets it up. @throws NotLoaded, or what its setup throws. */
export async function sandboxed<Kind extends SandboxedKind>(
  kind: Kind,
  settings: SandboxedSettings,
): Promise<SandboxedPlugin<Kind>> {
  await using stack = new AsyncDisposableStack();
  const { entry, source, own, outside } = stack.use(await writtenPlugin(settings));
  const loaded = await loadPlugin(kind, entry, source);
  if (!loaded.ok) throw new NotLoaded(loaded.problems.join("\n"));
  const recorded = stack.use(recordedLog());
  const base: BaseContext = {
    log: recorded.log,
    hostname: "mail.example.org",
    shutdown: new AbortController().signal,
    now: () => new Date(),
  };
  // What its kind needs besides, the test has said.
  const context = { ...base, ...settings.context } as ContextByKind[Kind];
  const plugin = await loaded.plugin.definition.setup(context, loaded.plugin.options);
  stack.defer(() => plugin.stop?.());
  const rest = stack.move();
  return {
    plugin,
    ...{ own, outside },
    get log() {
      return recorded.events;
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** A plugin's files, its entry, and the configuration that it stands in. */
export interface WrittenPlugin extends AsyncDisposable, Folders {
  readonly entry: SandboxedEntry;
  readonly source: ConfigSource;
}

/** Writes one. */
export async function writtenPlugin({ code, sandbox, options, prepare }: SandboxedSettings): Promise<WrittenPlugin> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "sandbox-" }));
  const folders: Folders = { own: `${folder}/plugin`, outside: `${folder}/outside` };
  for (const path of Object.values(folders)) await Deno.mkdir(path);
  const files = typeof code === "string" ? { "plugin.ts": code } : code;
  const contract = new URL("../../core/contract/mod.ts", import.meta.url).href;
  const noOptions = new URL("../../core/options/no_options.ts", import.meta.url).href;
  for (const [name, text] of Object.entries(files)) {
    const head = name.endsWith(".ts")
      ? `import { definePlugin } from "${contract}";\nimport { noOptions } from "${noOptions}";\nvoid definePlugin, noOptions;\n`
      : "";
    await Deno.writeTextFile(`${folders.own}/${name}`, head + text);
  }
  await prepare?.(folders);
  const source: ConfigSource = { file: "mail.yaml", folder, written: {}, document: {}, secrets: [] };
  const entry = {
    ...{ use: `./plugin/${Object.keys(files)[0]}`, options, at: ["filters", 0] },
    sandbox: { ...noRights, ...sandbox },
  };
  return { ...{ entry, source }, ...folders, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** A filter whose `sender` hook has this body; `facts` and `sender` are what it is given. */
export function senderFilter(body: string, before = ""): string {
  return `${before}
    export default definePlugin({
      apiVersion: 1, kind: "filter", name: "probe", summary: "a test", options: noOptions,
      setup: ({ log }) => { void log; return { async sender(facts, sender) { void facts, sender; ${body} } }; },
    });`;
}
