/** Session threads that are none: a test says what they answer, and when they are gone. */
import type { SpawnListener, SpawnThread } from "../../core/server/threads/spawn_thread.ts";

/** One of them. */
export interface FakeThread {
  /** From 2 on. */
  readonly thread: number;
  /** What the first thread hears of it. */
  readonly listener: SpawnListener;
  /** Requests so far. */
  readonly asked: { readonly name: string; readonly request: unknown }[];
  /** What it does not answer any more. */
  readonly silentTo: Set<string>;
  /** What it refuses, and how. */
  readonly refuses: Map<string, string>;
  /** Whether it was ended, and if so, as one that does not answer. */
  ended: "no" | "in order" | "silent";
  /** Resolves when that has been asked. */
  wasAsked(name: string): Promise<void>;
  /** Asks the first thread, which has then heard what was answered before. */
  ask(name: string, request: unknown): Promise<unknown>;
}

/** Threads by the order in which they were started. */
export interface FakeThreads extends Disposable {
  /** Starts one. */
  readonly spawn: SpawnThread;
  /** All that were. */
  readonly all: readonly FakeThread[];
  /** Whether those that are ended are gone at once; default: they are. */
  areGoneAtOnce: boolean;
  /** Why there can be no further one. */
  whyNot: string | undefined;
}

/** None yet. */
export function fakeThreads(): FakeThreads {
  const all: FakeThread[] = [], ports: MessagePort[] = [];
  const threads: FakeThreads = {
    all,
    areGoneAtOnce: true,
    whyNot: undefined,
    spawn(thread, listener) {
      if (threads.whyNot !== undefined) throw new Error(threads.whyNot);
      const { port1, port2 } = new MessageChannel();
      ports.push(port1, port2);
      const waiting = new Map<string, PromiseWithResolvers<void>>();
      const answers: ((answer: unknown) => void)[] = [];
      const wait = (name: string) => {
        const found = waiting.get(name) ?? Promise.withResolvers<void>();
        waiting.set(name, found);
        return found;
      };
      const fake: FakeThread = {
        ...{ thread, listener, asked: [], silentTo: new Set(), refuses: new Map(), ended: "no" },
        wasAsked: (name) => wait(name).promise,
        ask(name, request) {
          const { promise, resolve } = Promise.withResolvers<unknown>();
          port2.postMessage({ name, request, id: answers.push(resolve) - 1 });
          return promise;
        },
      };
      port2.onmessage = ({ data: { name, request, id, answer } }) => {
        if (name === undefined) return answers[id]?.(answer);
        fake.asked.push({ name, request });
        wait(name).resolve();
        const problem = fake.refuses.get(name);
        if (fake.silentTo.has(name) || id === undefined) return;
        port2.postMessage(problem === undefined ? { id, answer: undefined } : { id, problems: [problem] });
      };
      port1.start();
      all.push(fake);
      return {
        port: port1,
        end(isSilent) {
          fake.ended = isSilent ? "silent" : "in order";
          if (threads.areGoneAtOnce) listener.gone();
        },
      };
    },
    [Symbol.dispose]() {
      for (const port of ports) port.close();
    },
  };
  return threads;
}
