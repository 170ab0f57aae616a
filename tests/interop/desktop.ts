/** A screen that nobody looks at, and a program with windows on it, driven by its keys. */
import type { ClientHome, Program } from "./client.ts";

const xvfb = { name: "Xvfb", packageName: "xvfb" };
const openbox = { name: "openbox", packageName: "openbox" };
const xdotool = { name: "xdotool", packageName: "xdotool" };
const env = { name: "env", packageName: "coreutils" };

/** What a test with windows needs besides its program. */
export const desktopPrograms: readonly Program[] = [xvfb, openbox, xdotool, env];

/** The screen. Disposing of it ends everything on it. */
export interface Desktop extends AsyncDisposable {
  /** Starts a program, which stays until the screen goes. */
  start(program: Program, args?: readonly string[]): void;
  /** Runs a program to its end. @returns what it wrote. @throws unless it succeeds. */
  run(program: Program, args: readonly string[]): Promise<string>;
  /** Waits for a window by a part of its title, and gives it the keyboard. */
  window(title: string): Promise<void>;
  /** Presses keys, one after another: `alt+n`. */
  press(...keys: readonly string[]): Promise<void>;
}

/** Makes one; its programs have the client's home. */
export async function desktop(home: ClientHome): Promise<Desktop> {
  const children: Deno.ChildProcess[] = [];
  // It says on which number it has found a place.
  const screen = new Deno.Command(xvfb.name, {
    args: ["-displayfd", "1", "-screen", "0", "1024x720x24", "-nolisten", "tcp"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = screen.stdout.getReader();
  const { value } = await reader.read();
  const display = `:${new TextDecoder().decode(value).trim()}`;
  reader.releaseLock();
  const variables = { HOME: home.folder, DISPLAY: display, LC_ALL: "C.UTF-8", TMPDIR: home.folder, NO_AT_BRIDGE: "1" };
  const start = ({ name }: Program, args: readonly string[] = []) => {
    const settings = { env: variables, cwd: home.folder, stdin: "null", stdout: "null", stderr: "null" } as const;
    children.push(new Deno.Command(name, { args: [...args], ...settings }).spawn());
  };
  const run = async ({ name }: Program, args: readonly string[]) => {
    const given = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
    const { code, stdout, stderr } = await home.run(env, [...given, name, ...args]);
    if (code !== 0) throw new Error(`${name} ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  };
  start(openbox);
  return {
    start,
    run,
    async window(title) {
      // Windows of one program may have come and gone: the newest counts.
      const found = (await run(xdotool, ["search", "--sync", "--onlyvisible", "--name", title])).trim().split("\n");
      await run(xdotool, ["windowactivate", "--sync", found.at(-1) ?? ""]);
    },
    press: async (...keys) => void await run(xdotool, ["key", "--delay", "100", ...keys]),
    async [Symbol.asyncDispose]() {
      for (const child of [...children.reverse(), screen]) {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended already.
        }
        await child.status;
      }
      await screen.stdout.cancel();
    },
  };
}
