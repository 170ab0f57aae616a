/**
 * A guest in a process of its own, which the operating system can bound and end. In it a thread with the same permissions
 * runs the plugin, as it would here; the process around it watches how much memory it takes.
 */
import { fileURLToPath } from "node:url";
import type { ChannelListener, OpenChannel } from "./channel.ts";
import type { FirstFrame } from "./child.ts";
import { printFrame, readFrames } from "./frames.ts";
import { type GuestPermissions, program, shell } from "./permissions.ts";

/** KiB that the runtime itself maps for data, far more than it uses: 560 MB for a start, 250 MB for each further thread. */
const RUNTIME = 2_097_152;
/** Characters of what a process says on standard error. */
const LONGEST = 500;

/**
 * Variables by which the runtime finds its cache and libraries, and whom TLS trusts: all that a guest's process has of the
 * server's environment. What the sandbox lists is written to it, for whoever is on the machine may read a program's arguments.
 */
const needed = [
  ...["HOME", "XDG_CACHE_HOME", "DENO_DIR", "NPM_CONFIG_REGISTRY", "LD_LIBRARY_PATH"],
  ...["DENO_CERT", "DENO_TLS_CA_STORE", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"],
];

/**
 * What the shell does before it becomes the guest. Signals that end or reload the server, by a terminal or by systemd, are
 * for the server alone: it says when its guest ends. No core dumps. A wall behind the watch, for what allocates faster than
 * it is watched. When the machine's memory runs out, it is this process that Linux ends and not the server. And secrets in
 * the server's environment stay there.
 */
const script = [
  `trap "" HUP INT TERM`,
  "ulimit -c 0",
  'ulimit -d "$1" 2>/dev/null',
  "echo 1000 2>/dev/null >/proc/self/oom_score_adj",
  "shift",
  `exec env -i ${needed.map((name) => `\${${name}+"${name}=$${name}"}`).join(" ")} "$@"`,
].join("; ");

/** Starts guests with these permissions. @param memory Octets that the process may take. */
export function processChannel(permissions: GuestPermissions, memory: number): OpenChannel {
  return (listener) => {
    const env = { DENO_V8_FLAGS: `--max-old-space-size=${Math.ceil(memory / 1_048_576)}`, NO_COLOR: "1" };
    const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const limit = RUNTIME + Math.ceil(memory / 1024);
    const [command, args] = shell === undefined ? [Deno.execPath(), argumentsOf(permissions)] : [
      shell,
      ["-c", script, "sh", `${limit}`, ...settings, Deno.execPath(), ...argumentsOf(permissions)],
    ];
    const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    const child = new Deno.Command(command, { args, env, ...piped }).spawn();
    const guest = new GuestProcess(child, listener);
    const first: FirstFrame = { permissions, memory, env: listed(permissions) };
    guest.write(first);
    return { send: (message) => guest.write(message), close: () => guest.close() };
  };
}

class GuestProcess {
  readonly #child: Deno.ChildProcess;
  readonly #listener: ChannelListener;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #errors = "";
  #isOver = false;

  constructor(child: Deno.ChildProcess, listener: ChannelListener) {
    this.#child = child;
    this.#listener = listener;
    this.#input = child.stdin.getWriter();
    const said = this.#hear();
    const errors = this.#hearErrors();
    Promise.all([child.status, errors]).then(([{ code, signal }]) =>
      this.#died(`${signal ?? `exit code ${code}`}${this.#errors === "" ? "" : `, ${this.#errors.trimEnd()}`}`)
    );
    said.catch((error: unknown) => this.#died(String(error)));
  }

  write(message: unknown): void {
    if (this.#isOver) return;
    // What cannot be written is told by the process's end.
    this.#input.write(printFrame(message)).catch(() => {});
  }

  close(): Promise<boolean> {
    const hasEnded = Promise.resolve(true);
    if (this.#isOver) return hasEnded;
    this.#isOver = true;
    this.#input.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    return hasEnded;
  }

  async #hear(): Promise<void> {
    for await (const message of readFrames(this.#child.stdout)) {
      if (!this.#isOver) this.#listener.received(message);
    }
  }

  /** The runtime says there first why it gave up. */
  async #hearErrors(): Promise<void> {
    try {
      for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
        this.#errors = (this.#errors + text).trimStart().slice(0, LONGEST);
      }
    } catch {
      // Nothing to be heard any more.
    }
  }

  #died(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.died(reason);
  }
}

/** What the guest may see of the server's environment. */
function listed({ env }: GuestPermissions): Record<string, string> {
  return Object.fromEntries(env.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** One binary starts itself; otherwise the runtime starts the program with the guest's permissions and no others. */
function argumentsOf({ read, write, net, env, import: registries }: GuestPermissions): string[] {
  if (Deno.build.standalone) return ["sandbox-guest"];
  const flags = { read, write, net, env, import: registries };
  return [
    ...["run", "--quiet", "--no-prompt", "--config", fileURLToPath(new URL("../deno.json", program))],
    // A name of a package that is asked for tells the registry something. Without the lock file the runtime would have to
    // ask also for packages that are in the cache; and it is not the guest's to add to.
    ...registries.length > 0 ? [] : ["--cached-only", "--frozen"],
    ...Object.entries(flags).flatMap(([name, values]) =>
      values.length === 0 ? [] : [`--allow-${name}=${values.map((value) => value.replaceAll(",", ",,")).join(",")}`]
    ),
    fileURLToPath(new URL("./child.ts", import.meta.url)),
  ];
}
