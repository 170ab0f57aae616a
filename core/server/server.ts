/** The composition root: the one file that knows every part. Nothing listens until everything is set up. */
import type { ListenAddress } from "../config/listen_address.ts";
import type { ServerConfig } from "../config/server_config.ts";
import type { Authentication } from "../contract/authentication.ts";
import type { Directory } from "../contract/directory.ts";
import type { Storage } from "../contract/storage.ts";
import type { Logger } from "../contract/logger.ts";
import type { ServerLog } from "../observe/log.ts";
import { PluginLives } from "../plugins/lifecycle.ts";
import { formatHostPort } from "../options/host_port.ts";
import { createAuthentication } from "../sasl/authentication.ts";
import { isServed } from "../sasl/offers.ts";
import { OpenConnections } from "../sasl/open_connections.ts";
import { type Certificate, readCertificate } from "./certificate.ts";
import { type Foundation, setUpFoundation, type SharedContext } from "./foundation.ts";
import { type Door, openDoor } from "./door.ts";
import { type Ground, setUpGeneration } from "./generation.ts";
import { Generations } from "./generations.ts";
import { probe } from "./listener.ts";
import { type LoadedServer, loadServer } from "./load_server.ts";
import { takeUp, waitingForRestart } from "./restart_only.ts";
import { explainUnserved } from "./unserved_mechanisms.ts";

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
  /** Who has an account. */
  readonly directory: Directory;
  /** Where messages are kept. */
  readonly storage: Storage;
  /**
   * Reads the configuration again: certificates, filters, options of protocols; sessions stay. What waits for a
   * restart is logged. A module that was imported once is not imported again.
   *
   * @throws ConfigurationError or SetupError; nothing has then changed.
   */
  reload(): Promise<void>;
  /** Accepts nobody any more and lets sessions and plugins finish until the signal aborts. */
  drain(deadline: AbortSignal): Promise<void>;
}

/** What a server is given besides its configuration. */
export interface ServerSurroundings {
  /** Reopened by a reload; the caller's to close. */
  readonly log: ServerLog;
  /** The time; absent: by the clock. */
  readonly now?: () => Date;
}

/** Starts a server. @throws ConfigurationError, SetupError or ListenError; nothing is then left behind. */
export async function startServer(
  loaded: LoadedServer,
  { log, now = () => new Date() }: ServerSurroundings,
): Promise<RunningServer> {
  const { config, plugins } = loaded;
  // What can fail without anything having been made comes first.
  const certificate = await readCertificate(config);
  for (const address of config.protocols.flatMap(({ listen }) => listen)) probe(address);
  warnOfEnd(certificate, log, now());
  await using undo = new AsyncDisposableStack();
  const lives = undo.use(new PluginLives(log));
  const shutdown = new AbortController();
  const shared: SharedContext = { log, shutdown: shutdown.signal, now };
  const foundation = await setUpFoundation(config, plugins, lives, shared);
  const { mechanisms, directory } = foundation;
  for (const line of explainUnserved(mechanisms, directory, config.directory.use, config.source)) log.warn(line);
  const connections = new OpenConnections();
  const authentication = authenticationOf(config, foundation, shared, connections);
  const ground: Ground = { ...foundation, shared, authentication };
  const generations = undo.use(new Generations(await setUpGeneration(config, plugins, ground)));
  // Aborts before any plugin is stopped.
  undo.defer(() => shutdown.abort());
  const door = undo.use(
    openDoor({
      ...{ config, certificate, log, connections },
      serve: (index, connection, stop) => generations.serve(index, connection, stop),
    }),
  );
  const listening = door.bound.flatMap(({ index, address }) => {
    const plugin = plugins.protocols[index];
    return plugin === undefined ? [] : [{ protocol: plugin.definition.name, options: plugin.options, address }];
  });
  for (const { protocol, address } of listening) {
    log.info("listening", { protocol, address: formatHostPort(address), security: address.security });
  }
  log.info("serving", { hostname: config.hostname });
  return new Server({ loaded, log, ground, lives, generations, door, listening, stack: undo.move() });
}

function authenticationOf(
  config: ServerConfig,
  { mechanisms, directory, storage }: Foundation,
  shared: SharedContext,
  connections: OpenConnections,
): Authentication {
  return createAuthentication({
    // The operator has been told of the others, with their place in the file.
    mechanisms: mechanisms.map(({ mechanism }) => mechanism).filter((mechanism) => isServed(mechanism, directory)),
    directory,
    hostname: config.hostname,
    domain: config.domains[0],
    cleartextAuth: config.cleartextAuth,
    authDelay: config.limits.authDelay,
    connections,
    storage,
    ...shared,
  });
}

interface ServerParts {
  readonly loaded: LoadedServer;
  readonly log: ServerLog;
  readonly ground: Ground;
  /** Of mechanisms, storage and directory. */
  readonly lives: PluginLives;
  readonly generations: Generations;
  readonly door: Door;
  readonly listening: readonly Listening[];
  /** Stops all of it. */
  readonly stack: AsyncDisposableStack;
}

class Server implements RunningServer {
  readonly listening: readonly Listening[];
  readonly directory: Directory;
  readonly storage: Storage;
  readonly #parts: ServerParts;
  #running: LoadedServer;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#running = parts.loaded;
    this.listening = parts.listening;
    this.directory = parts.ground.directory;
    this.storage = parts.ground.storage;
  }

  async reload(): Promise<void> {
    const { log, ground, generations, door } = this.#parts;
    const next = await loadServer(this.#running.config.source.file);
    const taken = takeUp(this.#running, next);
    // What can fail comes first: nothing has changed then.
    const certificate = await readCertificate(taken.config);
    await using undo = new AsyncDisposableStack();
    const generation = undo.use(await setUpGeneration(taken.config, taken.plugins, ground));
    await door.useCertificate(certificate);
    undo.move();
    await generations.replace(generation);
    this.#running = taken;
    reopen(log);
    warnOfEnd(certificate, log, ground.shared.now());
    const keys = waitingForRestart(taken.config, next.config);
    if (keys.length > 0) log.warn("reloaded, but for changes that wait for a restart", { keys });
    else log.info("reloaded");
  }

  async drain(deadline: AbortSignal): Promise<void> {
    const { door, generations, lives } = this.#parts;
    await door.drain(deadline);
    await generations.drain(deadline);
    await lives.drain(deadline);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.stack.disposeAsync();
  }
}

/** Days before its end that a certificate is to be renewed. */
const RENEWAL = 14;

function warnOfEnd(certificate: Certificate | undefined, log: Logger, now: Date): void {
  if (certificate === undefined) return;
  const days = Math.floor((certificate.validTo.getTime() - now.getTime()) / 86_400_000);
  const facts = { validTo: certificate.validTo.toISOString() };
  if (days < 0) log.error("the certificate has expired: clients will refuse it; replace it and send SIGHUP", facts);
  else if (days < RENEWAL) log.warn("the certificate expires soon: replace it and send SIGHUP", { days, ...facts });
}

/** The old file goes on being written where there cannot be a new one. */
function reopen(log: ServerLog): void {
  try {
    log.reopen();
  } catch (error) {
    log.error("the log file cannot be opened anew; the old one is written on", { error });
  }
}
