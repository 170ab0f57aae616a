/** All that serves sessions in one thread: a storage, generations of plugins, and the door. */
import type { Common } from "../contract/common.ts";
import type { Directory } from "../contract/directory.ts";
import type { AccountId } from "../contract/identifiers.ts";
import type { Logger } from "../contract/logger.ts";
import type { Storage } from "../contract/storage.ts";
import { PluginLives } from "../plugins/lifecycle.ts";
import { authenticationMemory } from "../sasl/authentication.ts";
import { OpenConnections } from "../sasl/open_connections.ts";
import type { Book } from "../sasl/penalties.ts";
import type { WaitClock } from "../wire/waits.ts";
import type { Places } from "./connection_counts.ts";
import { type Bound, type Door, openDoor } from "./door.ts";
import { setUpStorage, type SharedContext } from "./foundation.ts";
import { type Generation, type Ground, setUpGeneration } from "./generation.ts";
import { Generations } from "./generations.ts";
import type { LoadedServer } from "./load_server.ts";
import type { Certificate } from "./tls/certificate.ts";

/** What they are made of. */
export interface SessionsParts {
  /** What is served. */
  readonly loaded: LoadedServer;
  /** Read from the configuration's files. */
  readonly certificate: Certificate | undefined;
  /** For the operator. */
  readonly log: Logger;
  /** The time. */
  readonly now: () => Date;
  /** Where clients are counted. */
  readonly places: Places;
  /** Where failed logins are counted. */
  readonly book: Book;
  /** What sessions of all threads have in common. */
  readonly common: Common;
  /** Told of accounts whose secrets were changed here, for the sessions of other threads. */
  readonly secretsChanged: (account: AccountId) => void;
  /** Of several threads, from 1 on; absent: there is only this one. */
  readonly thread?: number;
  /** To the storage of the first thread; absent: this is it. */
  readonly through?: MessagePort;
  /** For waits for clients; absent: as time goes by. */
  readonly clock?: WaitClock | undefined;
}

/** What new sessions may get. Disposing of it stops it, where it has not been taken up. */
export interface Prepared extends AsyncDisposable {
  /** New sessions get it from now on. */
  take(): Promise<void>;
}

/** Sets all up but for the door. @throws SetupError; nothing is then left behind. */
export async function setUpSessions(parts: SessionsParts): Promise<Sessions> {
  const { loaded: { config, plugins }, log, now, thread = 1, through, book, common, secretsChanged } = parts;
  await using undo = new AsyncDisposableStack();
  const lives = undo.use(new PluginLives(log));
  const shutdown = new AbortController();
  const shared: SharedContext = { log, shutdown: shutdown.signal, common, now };
  const storage = await setUpStorage(config, plugins, lives, shared, through && { through });
  const connections = new OpenConnections();
  const memory = authenticationMemory({
    ...{ connections, storage, book, changed: secretsChanged, ...shared },
    authDelay: config.limits.authDelay,
    // Nobody logs in before there is one.
    directory: () => generations.current.directory,
  });
  const ground: Ground = { storage, memory, shared, isSecond: thread > 1 };
  const generations = undo.use(new Generations(await setUpGeneration(config, plugins, ground)));
  // Aborts before any plugin is stopped.
  undo.defer(() => shutdown.abort());
  return new Sessions(parts, { ground, lives, generations, connections, stack: undo.move() });
}

interface Standing {
  readonly ground: Ground;
  /** Of the storage. */
  readonly lives: PluginLives;
  readonly generations: Generations;
  readonly connections: OpenConnections;
  /** Stops all of it. */
  readonly stack: AsyncDisposableStack;
}

/** Set up. Disposing of it breaks off what has not been drained. */
export class Sessions implements AsyncDisposable {
  /** Where messages are kept. */
  readonly storage: Storage;
  readonly #parts: SessionsParts;
  readonly #standing: Standing;
  #door: Door | undefined;

  /** As `setUpSessions` makes them. */
  constructor(parts: SessionsParts, standing: Standing) {
    this.#parts = parts;
    this.#standing = standing;
    this.storage = standing.ground.storage;
  }

  /** Who has an account, by what new sessions get. */
  get directory(): Directory {
    return this.#standing.generations.current.directory;
  }

  /** Secrets of an account were changed in another thread. */
  endSessions(account: AccountId): void {
    this.#standing.ground.memory.sessions.end(account);
  }

  /** Does some work with what new sessions get: it is not stopped before the work is done. */
  async use(work: (generation: Generation) => Promise<void>): Promise<void> {
    await this.#standing.generations.use(work);
  }

  /** Listens: serves whoever comes. @returns where. @throws ListenError. */
  open(addresses: readonly Bound[]): readonly Bound[] {
    const { loaded: { config }, certificate, log, places, thread, clock } = this.#parts;
    const { generations, connections, stack } = this.#standing;
    this.#door = stack.use(
      openDoor({
        ...{ config, addresses, thread, places, certificate, log, connections, clock },
        protocols: generations,
      }),
    );
    return this.#door.bound;
  }

  /** Sets up what new sessions are to get. @throws SetupError; nothing has then changed. */
  async prepare({ config, plugins }: LoadedServer): Promise<Prepared> {
    const { ground, generations } = this.#standing;
    const stack = new AsyncDisposableStack();
    const generation = stack.use(await setUpGeneration(config, plugins, ground));
    return {
      async take() {
        stack.move();
        await generations.replace(generation);
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  }

  /** Resolves when it is what all handshakes are with. @throws ListenError; everything is then as it was. */
  async useCertificate(certificate: Certificate | undefined): Promise<void> {
    await this.#door?.useCertificate(certificate);
  }

  /** Accepts nobody any more; sessions end after the command in hand, or when the signal aborts. */
  async drain(deadline: AbortSignal): Promise<void> {
    await this.#door?.drain(deadline);
  }

  /** Lets plugins finish their work, once nothing needs them any more. */
  async drainPlugins(deadline: AbortSignal): Promise<void> {
    await this.#standing.generations.drain(deadline);
    await this.#standing.lives.drain(deadline);
  }

  /** Breaks off what has not ended, and stops all plugins. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#standing.stack.disposeAsync();
  }
}
