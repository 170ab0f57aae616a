/** The real server in the test's own process, on free ports of 127.0.0.1, with temporary data. */
import type { Directory, DirectoryAdmin } from "../../core/contract/directory.ts";
import type { Storage } from "../../core/contract/storage.ts";
import { loadServer } from "../../core/server/load_server.ts";
import { type ServerSurroundings, startServer } from "../../core/server/server.ts";
import { type LoggedEvent, recordedLog } from "./recorded_log.ts";
import {
  accountsOf,
  furtherPortsOf,
  httpPortsOf,
  type Ports,
  portsOf,
  testFolder,
  type TestSettings,
} from "./test_config.ts";

export type { LoggedEvent } from "./recorded_log.ts";
export { alice, bob, type Ports, type ServiceName, type TestSettings } from "./test_config.ts";

/** A server that runs until the test is over. */
export interface TestServer extends AsyncDisposable {
  /** By name. */
  readonly ports: Ports;
  /** Of further protocols, by name. */
  readonly furtherPorts: Readonly<Record<string, number>>;
  /** Of HTTP, one for each address. */
  readonly httpPorts: readonly number[];
  /** Its folder: mail.yaml, tls/cert.pem, data. */
  readonly folder: string;
  /** Its certificate, PEM. */
  readonly certificate: string;
  /** Everything that was logged so far, parsed. */
  readonly log: readonly LoggedEvent[];
  /** Accounts. */
  readonly admin: DirectoryAdmin;
  /** Logins and addresses. */
  readonly directory: Directory;
  /** Mailboxes. */
  readonly storage: Storage;
  /** As SIGHUP does, after mail.yaml was written anew when there are settings. */
  reload(settings?: TestSettings): Promise<void>;
  /** As SIGTERM does. */
  drain(deadline: AbortSignal): Promise<void>;
}

/** Starts one: `await using server = await testServer({ … })`. @param surroundings Its time, for what it waits for. */
export async function testServer(
  settings: TestSettings = {},
  surroundings: Pick<ServerSurroundings, "clock"> = {},
): Promise<TestServer> {
  await using stack = new AsyncDisposableStack();
  const { folder, file, certificate, configure } = stack.use(await testFolder(settings));
  const recorded = stack.use(recordedLog());
  const server = stack.use(
    await startServer(await loadServer(file), { log: recorded.log, isFromFiles: true, ...surroundings }),
  );
  const { directory, storage } = server;
  const admin = () => {
    if (directory.admin === undefined) throw new Error("the directory has no administration");
    return directory.admin;
  };
  const accounts = accountsOf(settings);
  if (accounts.length > 0) await admin().addAll(accounts);
  const addresses = server.listening.map(({ address }) => address);
  const rest = stack.move();
  return {
    ports: portsOf(addresses),
    furtherPorts: furtherPortsOf(settings, addresses),
    httpPorts: httpPortsOf(settings, addresses),
    folder,
    certificate,
    get log() {
      return recorded.events;
    },
    get admin() {
      return admin();
    },
    directory,
    storage,
    async reload(settings) {
      if (settings !== undefined) await configure(settings);
      await server.reload();
    },
    drain: (deadline) => server.drain(deadline),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
