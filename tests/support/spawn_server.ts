/** `main.ts serve` as a process of its own, with no more rights than it needs: for signals, exit codes and kill -9. */
import { parseHostPort } from "../../core/options/host_port.ts";
import { projectFolder } from "../house/project_files.ts";
import { linesOf } from "./lines_of.ts";
import { programCommand } from "./program.ts";
import { rightsFor, runMain } from "./run_main.ts";
import { accountsOf, furtherPortsOf, type Ports, portsOf, testFolder, type TestSettings } from "./test_config.ts";
import type { LoggedEvent } from "./test_server.ts";

/** A server's process. Disposing of it kills it. */
export interface SpawnedServer extends AsyncDisposable {
  /** By name. */
  readonly ports: Ports;
  /** Of further protocols, by name. */
  readonly furtherPorts: Readonly<Record<string, number>>;
  /** Its process. */
  readonly pid: number;
  /** Everything that it logged so far. */
  readonly log: readonly LoggedEvent[];
  /** Ends when it does. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Waits for an event, also one that was logged already. */
  logged(message: string | RegExp | ((event: LoggedEvent) => boolean)): Promise<LoggedEvent>;
  /** Sends a signal. */
  kill(signal: Deno.Signal): void;
}

/** How a server is started. */
export interface SpawnSettings {
  /** The most files that it may have open. */
  readonly openFiles?: number;
  /** Rights that it has besides those of every server. */
  readonly rights?: readonly string[];
  /** Words before its command line: a program that runs it, under the same process id. */
  readonly under?: readonly string[];
}

/** A folder that servers can be started in, one after another. */
export interface ServerHome extends AsyncDisposable {
  /** Absolute. */
  readonly folder: string;
  /** Its mail.yaml. */
  readonly file: string;
  /** Its certificate, PEM. */
  readonly certificate: string;
  /** Writes mail.yaml anew. */
  configure(settings: TestSettings): Promise<void>;
  /** Starts a server on free ports; they are others each time. */
  spawn(settings?: SpawnSettings): Promise<SpawnedServer>;
}

/** Makes a folder with configuration, certificate and accounts, in SQLite unless the settings say otherwise. */
export async function serverHome(settings: TestSettings = {}): Promise<ServerHome> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await emptyServerHome(settings));
  const lines = accountsOf(settings).map(({ address, password }) => `${address} ${password}\n`).join("");
  const imported = await runMain(["account", "import", "--config", home.file], { stdin: lines, folder: home.folder });
  if (imported.code !== 0) throw new Error(imported.stderr);
  stack.move();
  return home;
}

/** The same without accounts: no program has been run in it. */
export async function emptyServerHome(settings: TestSettings = {}): Promise<ServerHome> {
  const full: TestSettings = { storage: "sqlite", ...settings };
  const home = await testFolder(full);
  return {
    ...home,
    configure: (settings) => home.configure({ storage: "sqlite", ...settings }),
    spawn: (settings) => spawn(home.folder, home.file, full, settings),
  };
}

/** A server in a folder of its own: `await using server = await spawnServer({ … })`. */
export async function spawnServer(settings: TestSettings = {}): Promise<SpawnedServer & { readonly home: ServerHome }> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await serverHome(settings));
  const server = stack.use(await home.spawn());
  const rest = stack.move();
  return Object.assign(server, { home, [Symbol.asyncDispose]: () => rest.disposeAsync() });
}

/** What a line says. Of a server that is killed the last one may be cut off: like what is no event, it stands as it is. */
function eventIn(line: string): LoggedEvent {
  try {
    if (line.startsWith("{")) return JSON.parse(line);
  } catch {
    // It is cut off.
  }
  return { level: "error", message: line };
}

async function spawn(
  folder: string,
  file: string,
  configured: TestSettings,
  { openFiles, rights = [], under = [] }: SpawnSettings = {},
): Promise<SpawnedServer> {
  const command = [...under, ...programCommand(["serve"], [...rightsFor(folder), ...rights])];
  const limit = openFiles === undefined ? "" : `ulimit -n ${openFiles} && `;
  const child = new Deno.Command("sh", {
    args: ["-c", `${limit}exec "$@"`, "sh", ...command, "--config", file],
    cwd: projectFolder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const log: LoggedEvent[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  const reading = (async () => {
    for await (const line of linesOf(child.stderr)) {
      log.push(eventIn(line));
      wake();
    }
    log.push({ level: "debug", message: "(it has ended)" });
    wake();
  })();

  function logged(message: Parameters<SpawnedServer["logged"]>[0]): Promise<LoggedEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<LoggedEvent>();
    const isIt = (event: LoggedEvent) => {
      if (typeof message === "function") return message(event);
      return typeof message === "string" ? event.message === message : message.test(event.message);
    };
    const look = () => {
      const found = log.find(isIt);
      if (found !== undefined) resolve(found);
      else if (log.at(-1)?.message === "(it has ended)") {
        reject(new Error(`not logged: ${message}\n${JSON.stringify(log)}`));
      } else return;
      waiting.delete(look);
    };
    waiting.add(look);
    look();
    return promise;
  }

  async function end(): Promise<void> {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await child.status;
    await reading;
  }

  try {
    await logged("serving");
  } catch (error) {
    await end();
    throw error;
  }
  const addresses = log.filter(({ message }) => message === "listening").map(({ address }) =>
    parseHostPort(String(address)) ?? { port: 0 }
  );
  return {
    ports: portsOf(addresses),
    furtherPorts: furtherPortsOf(configured, addresses),
    pid: child.pid,
    log,
    status: child.status,
    logged,
    kill: (signal) => child.kill(signal),
    [Symbol.asyncDispose]: end,
  };
}
