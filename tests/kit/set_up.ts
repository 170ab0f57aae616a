/** Plugins set up as the server would do it, over a storage in memory and a directory that a test knows. */
import type { AccountId, ContextByKind, Logger } from "../../core/contract/mod.ts";
import type { ExtensionByKind, Lifecycle, PluginDefinition, PluginKind } from "../../core/contract/plugin.ts";
import { createDelivery, type DeliverySettings } from "../../core/delivery/delivery.ts";
import { silentLog } from "../../core/observe/log.ts";
import { memoryStorage } from "../../storage/memory/storage.ts";
import { testAuthentication, testDirectory } from "../support/test_directory.ts";

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

/** What a plugin is given; `delivery` is what delivery is made of besides. */
export async function testContext(
  surroundings: Surroundings & { readonly shutdown?: AbortSignal; readonly delivery?: Partial<DeliverySettings> } = {},
): Promise<TestContext> {
  const { accounts = { "test@example.org": "secret" }, log = silentLog, now = () => new Date() } = surroundings;
  const storage = memoryStorage({ now });
  const accountIds: Record<string, AccountId> = {};
  for (const address of Object.keys(accounts)) {
    const [{ id }] = await storage.apply([{ do: "createAccount", address, secrets: {} }]);
    accountIds[address] = id;
  }
  const directory = testDirectory(accounts, { accounts: accountIds });
  const [domain = "example.org", ...others] = new Set(
    Object.keys(accounts).map((address) => address.split("@")[1] ?? ""),
  );
  return {
    ...{ log, now, storage, directory, accountIds, accounts: storage },
    hostname: "mail.example.org",
    shutdown: surroundings.shutdown ?? new AbortController().signal,
    domains: [domain, ...others],
    neededSecrets: directory.secretSchemes,
    dataFolder: surroundings.dataFolder ?? "",
    authentication: testAuthentication(directory, { now }),
    delivery: createDelivery({ storage, directory, filters: [], log, now, ...surroundings.delivery }),
    limits: { message: 50_000_000 },
  };
}
