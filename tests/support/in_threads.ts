/** Sessions of a server with several threads, of which a test knows which thread each is in. */
import { type Dialogue, dialogue } from "./plain_client.ts";
import type { TestSettings } from "./test_config.ts";

/** Files of a test's folder: an extension by which POP3 and IMAP sessions tell their thread, and can end or stop it. */
export const threadFiles: Readonly<Record<string, string>> = {
  "word.js": threadWord("one"),
  "threads.js": `
    import { isMainThread } from "node:worker_threads";
    import { word } from "./word.js";
    const thread = isMainThread ? "first" : "second";
    const die = () => { setTimeout(() => { throw new Error("it was told to"); }); return { ok: true }; };
    const loop = () => { for (;;); };
    const spin = async () => { for (;;) await null; };
    const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    const states = ["authorization", "transaction"], all = ["not-authenticated", "authenticated", "selected"];
    export default {
      apiVersion: 1, kind: "extension", name: "threads", summary: "tells threads",
      options: { "~standard": { version: 1, vendor: "test", validate: () => ({ value: {} }) } },
      setup: () => ({
        pop3Commands: [
          { keyword: "XTHREAD", states, run: () => ({ ok: true, text: thread + ", " + word }) },
          { keyword: "XDIE", states, run: die },
          { keyword: "XEXIT", states, run: () => Deno.exit(0) },
          { keyword: "XLOOP", states, run: loop },
          { keyword: "XPIPE", states, run: () => Deno.readFileSync(new URL("./pipe", import.meta.url)) },
          { keyword: "XSPIN", states, run: spin },
          { keyword: "XWAIT", states, run: wait },
        ],
        imapCommands: [{ name: "XTHREAD", states: all, run: () => ({ status: "OK", text: thread + ", " + word }) }],
      }),
    };
  `,
};

/** What `word.js` holds: sessions tell the word too. */
export function threadWord(word: string): string {
  return `export const word = ${JSON.stringify(word)};\n`;
}

/** A server of two threads, with that extension. */
export const twoThreads: TestSettings = {
  workers: 2,
  cleartextAuth: true,
  extensions: ["./threads.js"],
  files: threadFiles,
};

/** Sessions that are opened until both threads have one: clients are divided by what the system makes of their ports. */
const MOST = 200;

/** A session, and what it tells of its thread. */
export interface ThreadSession extends AsyncDisposable {
  /** Greeted. */
  readonly session: Dialogue;
  /** `first` or `second`. */
  readonly thread: string;
  /** What `word.js` held when it began. */
  readonly word: string;
}

/** Opens one; it has been greeted. @param imap Whether the port is IMAP's; otherwise POP3's. */
export async function threadSession(port: number, isImap = false): Promise<ThreadSession> {
  const session = await dialogue(port);
  await session.line();
  const said = await session.ask(isImap ? "x XTHREAD" : "XTHREAD");
  const [, thread = "", word = ""] = /^(?:\+OK|x OK) (.+), (.+)$/.exec(said) ?? [];
  if (thread === "") throw new Error(`no thread is told: ${said}`);
  return { session, thread, word, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

/** One session in each of two threads; the first thread's first. The stack closes them. */
export async function inBothThreads(
  stack: AsyncDisposableStack,
  port: number,
  isImap = false,
): Promise<readonly [first: Dialogue, second: Dialogue]> {
  const found = new Map<string, ThreadSession>();
  for (let tries = 0; tries < MOST && found.size < 2; tries++) {
    const one = await threadSession(port, isImap);
    if (found.has(one.thread)) await one[Symbol.asyncDispose]();
    else found.set(one.thread, stack.use(one));
  }
  const first = found.get("first")?.session, second = found.get("second")?.session;
  if (first === undefined || second === undefined) {
    throw new Error(`after ${MOST} connections there are sessions only in ${[...found.keys()].join()}`);
  }
  return [first, second];
}
