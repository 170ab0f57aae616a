/** What plugins are given in tests: a storage in memory, a directory that keeps passwords as they are, the real delivery. */
import type { AccountId } from "../../core/contract/mod.ts";
import { createDelivery, type DeliverySettings } from "../../core/delivery/delivery.ts";
import { silentLog } from "../../core/observe/log.ts";
import { memoryStorage } from "../../storage/memory/storage.ts";
import { testAuthentication, testDirectory } from "../support/test_directory.ts";
import type { Surroundings, TestContext } from "./set_up.ts";

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
