/** Plugins set up as the server would do it, over a storage in memory and a directory that a test knows. */
import type { AccountId, ContextByKind, Logger } from "../../core/contract/mod.ts";
import type { ExtensionByKind, Lifecycle, PluginDefinition, PluginKind } from "../../core/contract/plugin.ts";
import { testContext } from "./test_context.ts";

/** What plugins are set up in. All of it may be left out. */
export interface Surroundings {
  /** As in `mail.yaml`. */
  readonly options?: unknown;
  /** Passwords by address. Default: `test@example.org` with the password `secret`. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Events; default: they go nowhere. */
  readonly log?: Logger;
  /** The time; default: by the clock. */
  readonly now?: () => Date;
  /** A folder for storages and directories. */
  readonly dataFolder?: string;
}

/** A plugin that is set up, and what it was given. */
export interface SetUp<Kind extends PluginKind> extends AsyncDisposable {
  /** What the plugin gave. */
  readonly extension: ExtensionByKind[Kind] & Lifecycle;
  /** What it was given. */
  readonly context: TestContext;
  /** Stops it. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Everything that a plugin of any kind may be given. */
export type TestContext = ContextByKind["protocol"] & ContextByKind["directory"] & ContextByKind["storage"] & {
  /** Accounts by address. */
  readonly accountIds: Readonly<Record<string, AccountId>>;
};

/**
 * Sets a plugin up. Disposing stops it.
 *
 * @throws Error with all that its schema says of the options; what its `setup` throws.
 */
export async function setUp<Kind extends PluginKind, Options>(
  plugin: PluginDefinition<Kind, Options>,
  surroundings: Surroundings = {},
): Promise<SetUp<Kind>> {
  const checked = plugin.options["~standard"].validate(surroundings.options ?? {});
  if (checked.issues !== undefined) {
    throw new Error(checked.issues.map(({ message, path = [] }) => `${path.join(".")}: ${message}`).join("\n"));
  }
  const stop = new AbortController();
  const context = await testContext({ ...surroundings, shutdown: stop.signal });
  const extension = await plugin.setup(context as ContextByKind[Kind], checked.value);
  return {
    ...{ extension, context },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await extension.stop?.();
    },
  };
}
