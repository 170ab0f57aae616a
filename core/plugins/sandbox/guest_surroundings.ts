/**
 * What a sandboxed plugin finds around it. What would speak to the terminal goes into the log, and what would hit the
 * whole process is not there: both against mistakes. What a plugin may reach is for the runtime's permissions to say.
 */
import process from "node:process";

/** Where things are told. */
export interface Ears {
  /** A line for the log. */
  line(text: string): void;
  /** The runtime has refused something. */
  denied(what: string): void;
  /** The plugin has thrown where nothing catches. */
  uncaught(error: unknown): void;
}

/** Characters of a line. */
const LONGEST = 1000;

/** To be called before the plugin is brought in. */
export function prepareSurroundings(ears: Ears): void {
  const line = (...words: readonly unknown[]) => ears.line(words.map(asText).join(" ").slice(0, LONGEST));
  for (const name of ["debug", "dir", "error", "info", "log", "table", "trace", "warn"]) {
    Reflect.set(console, name, line);
  }
  const stream = {
    writeSync: (octets: Uint8Array) => write(line, octets),
    write: (octets: Uint8Array) => Promise.resolve(write(line, octets)),
    isTerminal: () => false,
  };
  hide(Deno, { stdout: stream, stderr: stream });
  // The runtime ends a thread, but not those that it has started: they would go on for ever.
  hide(globalThis, { Worker: undefined });
  // These work without any permission, and are about the server's process: its end, and where its relative paths begin.
  hide(Deno, { exit: unsupported, kill: unsupported, chdir: unsupported });
  hide(process, { exit: unsupported, kill: unsupported, chdir: unsupported });
  hearDenials(ears);
  // Otherwise the runtime would write them to the terminal, and end the thread.
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    ears.uncaught(event.error);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    ears.uncaught(event.reason);
  });
}

/** The runtime's error says what was asked for; each sets its name as it is made, also where the plugin catches it. */
function hearDenials(ears: Ears): void {
  Object.defineProperty(Deno.errors.NotCapable.prototype, "name", {
    configurable: true,
    get: () => "NotCapable",
    set(this: Error, name: unknown) {
      Object.defineProperty(this, "name", { value: name, writable: true, configurable: true });
      const what = deniedBy(this);
      if (what !== undefined) ears.denied(what);
    },
  });
}

/** What an error of the runtime says was asked for: `net access to "spam.example.org:80"`; undefined for other errors. */
export function deniedBy(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : "";
  return /^Requires (.+? access(?: to (?:".*?"|[^\s,]+))?)(?:, |$)/m.exec(text)?.[1];
}

function write(line: (text: string) => void, octets: Uint8Array): number {
  line(new TextDecoder().decode(octets.subarray(0, LONGEST)));
  return octets.length;
}

function asText(word: unknown): string {
  return typeof word === "string" ? word : Deno.inspect(word, { depth: 2 });
}

function unsupported(): never {
  throw new Deno.errors.NotSupported("a sandboxed plugin cannot do this to the server");
}

function hide(from: object, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(from, name, { value, configurable: true, writable: true });
  }
}
