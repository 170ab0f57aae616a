/** A server from its start to its end. Nothing listens until everything is set up; a reload changes all of it, or nothing. */
import { basename, resolve } from "node:path";
import type { ListenAddress } from "../config/listen_address.ts";
import type { Directory } from "../contract/directory.ts";
import type { ServerConfig } from "../config/server_config.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { SharedStorage, Storage } from "../contract/storage.ts";
import type { Logger } from "../contract/logger.ts";
import type { ServerLog } from "../observe/log.ts";
import { QueueRunner, systemQueueClock } from "../delivery/queue_runner.ts";
import { httpAddresses, HttpDoor } from "../http/http_door.ts";
import { RouteTable } from "../http/route_table.ts";
import type { LoadedPlugin } from "../plugins/load_plugin.ts";
import { allOf } from "../plugins/load_plugins.ts";
import { nameOf } from "../plugins/set_up_plugin.ts";
import { formatHostPort } from "../options/host_port.ts";
import { commonOver, Holds } from "../sasl/holds.ts";
import { PenaltyBook } from "../sasl/penalty_book.ts";
import type { WaitClock } from "../wire/waits.ts";
import { readCertificate } from "./tls/certificate.ts";
import { CertificateWatch } from "./tls/certificate_watch.ts";
import { ConfigurationError } from "./configuration_error.ts";
import { ConnectionCounts } from "./connection_counts.ts";
import { holdDataFolder, makeDataFolder } from "./data_folder.ts";
import { configured } from "./door.ts";
import { freshPlugins, newPlugins, ReloadRefused } from "./fresh_plugins.ts";
import { probe } from "./listener.ts";
import { type LoadedServer, loadServer } from "./load_server.ts";
import { takeUp, waitingForRestart } from "./restart_only.ts";
import { type Sessions, setUpSessions } from "./sessions.ts";
import { FailureNotice } from "./threads/shared_book.ts";
import { countsMemory, SharedCounts } from "./threads/shared_counts.ts";
import { SharedPlaces } from "./threads/shared_places.ts";
import { SessionThreads } from "./threads/session_threads.ts";
import { whyNoThreads } from "./threads/spawn_thread.ts";

/** Where a protocol is served. */
export interface Listening {
  /** The protocol's name: `pop3`. */
  readonly protocol: string;
  /** The protocol's options. */
  readonly options: unknown;
  /** With the real port, where the configuration left it open. */
  readonly address: ListenAddress;
}

/** A server that runs. Disposing of it breaks off what has not been drained. */
export interface RunningServer extends AsyncDisposable {
  /** In the order of the configuration. */
  readonly listening: readonly Listening[];
  /** Who has an account, by what new sessions get. */
  readonly directory: Directory;
  /** Where messages are kept. */
  readonly storage: Storage;
  /** The server's data folder, absolute. */
  readonly dataFolder: string;
  /** Plugins that new sessions get. */
  readonly plugins: readonly LoadedPlugin[];
  /**
   * Reads the configuration and plugins' files again; sessions that are there go on with what they have. What waits for a
   * restart is logged. One reload at a time, in the order in which they are asked for.
   *
   * @param plugin The only one whose file is read again, or which is new in the configuration; absent: all.
   * @throws ConfigurationError, SetupError or ReloadRefused; nothing has then changed, but that the log's file was opened
   * anew.
   */
  reload(plugin?: string): Promise<Reloaded>;
  /** Accepts nobody any more and lets sessions and plugins finish until the signal aborts. */
  drain(deadline: AbortSignal): Promise<void>;
}

/** What a reload came to. */
export interface Reloaded {
  /** Plugins whose files were read anew, and the one that was asked for and is new: `filter mine`. */
  readonly plugins: readonly string[];
  /** Places of the configuration whose changes wait for a restart. */
  readonly waiting: readonly string[];
}

/** What a server is given besides its configuration. */
export interface ServerSurroundings {
  /** Reopened by each reload, also by one that fails; the caller's to close. */
  readonly log: ServerLog;
  /** The time; absent: by the clock. */
  readonly now?: () => Date;
  /** Whether other threads can load what is served from its files; absent: there is one, whatever is configured. */
  readonly isFromFiles?: boolean;
  /** For waits for clients, and for other threads; absent: as time goes by. */
  readonly clock?: WaitClock;
}

/** Starts a server. @throws ConfigurationError, SetupError or ListenError; nothing is then left behind. */
export async function startServer(
  loaded: LoadedServer,
  { log, now = () => new Date(), isFromFiles = false, clock }: ServerSurroundings,
): Promise<RunningServer> {
  const { config, plugins } = loaded;
  // What can fail without anything having been made comes first.
  const certificate = await readCertificate(config);
  const addresses = [...config.protocols.flatMap(({ listen }) => listen), ...httpAddresses(config).values()];
  for (const address of addresses) probe(address);
  await using undo = new AsyncDisposableStack();
  const watch = undo.use(new CertificateWatch(log, now));
  watch.use(certificate, config.tls?.certificate);
  await makeDataFolder(config.data);
  undo.use(await holdDataFolder(config.data));
  const workers = workersOf(config, isFromFiles, log);
  const { places, ...kept } = commonState(config, workers, now);
  const sessions = undo.use(
    await setUpSessions({
      ...{ loaded, certificate, log, now, places, book: kept.book, clock },
      common: commonOver(kept.holds, kept.secret),
      secretsChanged: (account) => threads.endSessions(account),
      ...workers > 1 && { thread: 1 },
    }),
  );
  const { storage } = sessions;
  // Whatever it needs for writing is there before clients can use up the system's descriptors: the runtime ends where it
  // cannot start a thread. What fails here fails again for who writes, and the log has it.
  storage.apply([]).catch(() => {});
  const runner = undo.use(
    new QueueRunner({
      ...{ storage, log, clock: systemQueueClock(now) },
      use: (work) => sessions.use(({ outgoing }) => work(outgoing)),
    }),
  );
  const common = { threads: workers, log, ...kept, ...workers > 1 && { share: shareOf(storage, config) } };
  const secretsChanged = (account: AccountId) => sessions.endSessions(account);
  const threads = undo.use(
    new SessionThreads({ count: workers - 1, log, common, secretsChanged, ...clock && { clock } }, {
      config,
      certificate,
    }),
  );
  await threads.start();
  const bound = sessions.open(configured(config));
  await threads.open(bound);
  const httpDoor = undo.use(
    new HttpDoor({
      ...{ config, certificate, log },
      use: (address, work) => sessions.use(({ http }) => work(http.get(address) ?? new RouteTable([]))),
    }),
  );
  httpDoor.open();
  const listening: Listening[] = [
    ...bound.flatMap(({ index, address }) => {
      const plugin = plugins.protocols[index];
      return plugin === undefined ? [] : { protocol: plugin.definition.name, options: plugin.options, address };
    }),
    ...httpDoor.addresses.map((address) => ({ protocol: "http", options: undefined, address })),
  ];
  for (const { protocol, address } of listening) {
    log.info("listening", { protocol, address: formatHostPort(address), security: address.security });
  }
  log.info("serving", { hostname: config.hostname, ...workers > 1 && { workers } });
  const parts = { loaded, log, watch, sessions, threads, runner, httpDoor, listening };
  return new Server({ ...parts, stack: undo.move() });
}

interface ServerParts {
  readonly loaded: LoadedServer;
  readonly log: ServerLog;
  readonly watch: CertificateWatch;
  readonly sessions: Sessions;
  readonly threads: SessionThreads;
  readonly runner: QueueRunner;
  readonly httpDoor: HttpDoor;
  readonly listening: readonly Listening[];
  /** Stops all of it. */
  readonly stack: AsyncDisposableStack;
}

class Server implements RunningServer {
  readonly listening: readonly Listening[];
  readonly storage: Storage;
  readonly #parts: ServerParts;
  #running: LoadedServer;
  /** Ends when no reload is under way. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Of plugins' files; failed ones count, since what was imported then is known to the runtime. */
  #readings = 0;
  #isStopping = false;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#running = parts.loaded;
    this.listening = parts.listening;
    this.storage = parts.sessions.storage;
  }

  get directory(): Directory {
    return this.#parts.sessions.directory;
  }

  get dataFolder(): string {
    return this.#running.config.data;
  }

  get plugins(): readonly LoadedPlugin[] {
    return allOf(this.#running.plugins);
  }

  reload(plugin?: string): Promise<Reloaded> {
    // Whatever becomes of the rest: who has renamed the file may compress it, and remove it.
    reopen(this.#parts.log);
    const turn = this.#turn.then(() => this.#reload(plugin));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #reload(plugin?: string): Promise<Reloaded> {
    const { log, watch, sessions, threads, httpDoor } = this.#parts;
    const { fresh, kept } = freshPlugins(this.#running.plugins, plugin);
    // Absolute: a plugin may have moved the process to another folder, where another file has this name.
    const { folder, file } = this.#running.config.source;
    const next = await loadServer(resolve(folder, basename(file)), { keep: kept, reading: ++this.#readings });
    const taken = takeUp(this.#running, next);
    const isKnown = plugin === undefined || fresh.length > 0;
    const read = isKnown ? fresh : newPlugins(plugin, taken.plugins, next.plugins);
    // What can fail comes first: nothing has changed then.
    const certificate = await readCertificate(taken.config);
    await using ours = await sessions.prepare(taken);
    const request = { config: taken.config, certificate, ...plugin !== undefined && { plugin } };
    await using theirs = await threads.prepare(request);
    // Whoever stops the server does not wait for a reload for ever.
    if (this.#isStopping) throw new ReloadRefused("the server is stopping");
    await sessions.useCertificate(certificate);
    httpDoor.useCertificate(certificate);
    await Promise.all([ours.take(), theirs.take()]);
    this.#running = taken;
    watch.use(certificate, taken.config.tls?.certificate);
    const waiting = waitingForRestart(taken.config, next.config);
    const plugins = [...new Set(read.map(nameOf))];
    if (waiting.length > 0) log.warn("reloaded, but for changes that wait for a restart", { keys: waiting, plugins });
    else log.info("reloaded", { plugins });
    return { plugins, waiting };
  }

  async drain(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    const { sessions, threads, httpDoor, runner } = this.#parts;
    await Promise.all([sessions.drain(deadline), threads.drain(deadline), httpDoor.drain(deadline)]);
    await runner.drain(deadline);
    await sessions.drainPlugins(deadline);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.stack.disposeAsync();
  }
}

/** The old file goes on being written where there cannot be a new one. */
function reopen(log: ServerLog): void {
  try {
    log.reopen();
  } catch (error) {
    log.error("the log file cannot be opened anew; the old one is written on", { error });
  }
}

/** What is counted and held for the sessions of all threads together. */
function commonState(config: ServerConfig, workers: number, now: () => Date) {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const holds = new Holds(now), notice = new FailureNotice();
  const counted = (until: number) => notice.failed(until);
  const book = new PenaltyBook({ authDelay: config.limits.authDelay, now, counted });
  const counts = countsMemory(workers > 1 ? config.limits.connections : 0, workers);
  const places = workers === 1
    ? new ConnectionCounts(config.limits)
    : new SharedPlaces(new SharedCounts(counts, workers, 1), config.limits, secret);
  return { secret, holds, notice, book, counts, places };
}

/** How many threads there are to be; where there cannot be as many as is configured, the log says why. */
function workersOf({ workers }: ServerConfig, isFromFiles: boolean, log: Logger): number {
  if (workers === 1) return 1;
  const why = isFromFiles ? whyNoThreads() : "a server within another program has no others";
  if (why === undefined) return workers;
  log.warn(`workers: ${workers}, but all sessions run in one thread: ${why}`);
  return 1;
}

/** @throws ConfigurationError where the storage is for one thread only. */
function shareOf(storage: Storage, { storage: { use }, source }: ServerConfig): () => SharedStorage {
  const share = storage.share?.bind(storage);
  if (share !== undefined) return share;
  const why = `storage "${use}" serves one thread only; leave the key out, or take another storage, such as sqlite`;
  throw new ConfigurationError([`${source.file}  workers: ${why}`]);
}
