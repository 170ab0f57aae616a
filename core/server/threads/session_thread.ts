/** A further thread of a server: serves sessions as the first does, and asks it for what all have in common. */
import { openLog, type ServerLog } from "../../observe/log.ts";
import type { Common } from "../../contract/common.ts";
import type { Book } from "../../sasl/penalties.ts";
import { problemsOf } from "../control/answer_control.ts";
import type { Certificate } from "../tls/certificate.ts";
import { freshPlugins } from "../fresh_plugins.ts";
import { type LoadedServer, withPlugins } from "../load_server.ts";
import { type Prepared, type Sessions, setUpSessions } from "../sessions.ts";
import { Waits } from "../../wire/waits.ts";
import { Calls, type Handlers, type Port } from "./calls.ts";
import { bookOver, FailureNotice } from "./shared_book.ts";
import { SharedCounts } from "./shared_counts.ts";
import { SharedPlaces } from "./shared_places.ts";
import { beEndable } from "./spawn_thread.ts";
import type { FirstAnswers, FirstRequests, ThreadAnswers, ThreadRequests } from "./thread_messages.ts";

type First = Calls<FirstRequests, FirstAnswers>;

/** What new sessions may get next. */
interface Next {
  readonly loaded: LoadedServer;
  readonly certificate: Certificate | undefined;
  readonly prepared: Prepared;
}

/** Answers the first thread until that ends this one. */
export function serveFirst(port: Port): void {
  const endInOrder = beEndable();
  let running: Promise<Running> | undefined;
  const started = async () => await running ?? Promise.reject(new Error("the thread was not started"));
  const handlers: Handlers<ThreadRequests, ThreadAnswers> = {
    start: async (request) => void await (running = Running.start(first, request)),
    isThere() {},
    open: async ({ addresses }) => void (await started()).sessions.open(addresses),
    prepare: async (request) => await (await started()).prepare(request),
    take: async () => await (await started()).take(),
    drop: async () => await (await started()).drop(),
    endSessions: async ({ account }) => (await started()).sessions.endSessions(account),
    drain: async () => await (await started()).drain(),
    hurry: async () => (await started()).hurry(),
    stop: async () => {
      try {
        await (await started()).stop();
      } finally {
        endInOrder();
      }
    },
  };
  const first: First = new Calls(port, handlers, problemsOf, new Waits());
}

/** What runs in this thread. */
class Running {
  readonly sessions: Sessions;
  readonly #log: ServerLog;
  readonly #late = new AbortController();
  #loaded: LoadedServer;
  #next: Next | undefined;
  /** Of plugins' files, in this thread. */
  #readings = 0;

  constructor(sessions: Sessions, loaded: LoadedServer, log: ServerLog) {
    this.sessions = sessions;
    this.#loaded = loaded;
    this.#log = log;
  }

  /** @throws ConfigurationError, SetupError. */
  static async start(first: First, request: ThreadRequests["start"]): Promise<Running> {
    const { config, certificate, thread, threads, through, secret, counts, notice } = request;
    const { format, level } = config.log;
    // One thread writes: lines of several would come in between each other.
    const log = openLog({ format, level }, {
      writeSync(octets) {
        first.tell("log", { lines: new TextDecoder().decode(octets) });
        return octets.length;
      },
    });
    const loaded = await withPlugins({ ok: true, config });
    const now = () => new Date();
    const sessions = await setUpSessions({
      ...{ loaded, certificate, thread, through },
      log: log.child({ thread }),
      now,
      places: new SharedPlaces(new SharedCounts(counts, threads, thread), config.limits, secret),
      book: bookOver(new FailureNotice(notice), bookOf(first), now),
      common: commonOf(first, secret),
      secretsChanged: (account) => first.tell("secretsChanged", { account }),
    });
    return new Running(sessions, loaded, log);
  }

  /** @throws ConfigurationError, SetupError; nothing has then changed. */
  async prepare({ config, certificate, plugin }: ThreadRequests["prepare"]): Promise<void> {
    await this.drop();
    const { kept } = freshPlugins(this.#loaded.plugins, plugin);
    const loaded = await withPlugins({ ok: true, config }, { keep: kept, reading: ++this.#readings });
    this.#next = { loaded, certificate, prepared: await this.sessions.prepare(loaded) };
  }

  /** @throws ListenError. */
  async take(): Promise<void> {
    if (this.#next === undefined) return;
    const { loaded, certificate, prepared } = this.#next;
    this.#next = undefined;
    await using _undo = prepared;
    await this.sessions.useCertificate(certificate);
    await prepared.take();
    this.#loaded = loaded;
  }

  async drop(): Promise<void> {
    await this.#next?.prepared[Symbol.asyncDispose]();
    this.#next = undefined;
  }

  async drain(): Promise<void> {
    await this.sessions.drain(this.#late.signal);
    await this.sessions.drainPlugins(this.#late.signal);
  }

  hurry(): void {
    this.#late.abort();
  }

  async stop(): Promise<void> {
    await this.drop();
    await this.sessions[Symbol.asyncDispose]();
    this.#log[Symbol.dispose]();
  }
}

/** Failed logins are counted by the first thread. */
function bookOf(first: First): Book {
  return {
    remaining: (claim) => first.ask("remaining", claim),
    failed: (claim) => first.ask("failed", claim),
    succeeded: (claim) => first.tell("succeeded", claim),
  };
}

/** Names are held by the first thread. */
function commonOf(first: First, secret: Uint8Array): Common {
  return {
    secret,
    async hold(name, most) {
      const token = await first.ask("hold", { name, most });
      if (token === undefined) return undefined;
      return {
        isHeld: () => first.ask("isHeld", { name, token }),
        [Symbol.asyncDispose]: () => Promise.resolve(first.tell("release", { name, token })),
      };
    },
  };
}
