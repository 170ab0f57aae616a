/** A server under load: ours or a peer, its own processes in a temporary folder. */
import type { Users } from "../load/load.ts";
import { runProgram } from "../../support/run_program.ts";

/** Domain and password that every server is set up with. */
export const users: Users = { count: 500, offset: 0, domain: "bench.example", password: "secret-of-the-bench" };

/** Those, and after them who has mailboxes that only IMAP fills and reads. */
export const everyone: Users = { ...users, count: users.count + 160 };

/** A server that runs. Disposing of it stops its processes and removes its files. */
export interface BenchServer extends AsyncDisposable {
  /** For the table. */
  readonly name: string;
  /** As it says itself. */
  readonly version: string;
  /** What its 250 means. */
  readonly durability: string;
  /** Roots of its process trees. */
  readonly pids: readonly number[];
  /** Milliseconds without work after which it has nothing more to do. */
  readonly rest: number;
  /** Milliseconds from its start to its first greeting. */
  readonly startup: number;
  /** Port that takes messages for the users, where it has one. */
  readonly smtp?: number;
  /** The same where texts are indexed for searches. */
  readonly indexedSmtp?: number;
  /** Port through which maildrops are filled before they are read. */
  readonly fill?: { readonly port: number; readonly lmtp: boolean };
  /** Port of POP3 in the clear. */
  readonly pop3?: number;
  /** Port of IMAP in the clear. */
  readonly imap?: number;
  /** The same where texts are indexed for searches. */
  readonly indexedImap?: number;
  /** Port of IMAP where sessions in IDLE are measured. */
  readonly imapIdle?: number;
  /** Port of IMAP where what changes, flags too, is synced before it is answered, by a server that need not. */
  readonly syncedImap?: number;
  /** Port of POP3 over TLS, and its authority. */
  readonly pop3s?: { readonly port: number; readonly authorities: readonly string[] };
}

/** What `rest` is of most. */
export const usualRest = 500;

/** A server, or why it cannot run here. */
export type Started = BenchServer | { readonly name: string; readonly missing: string };

/** Whether a program is installed. */
export async function isInstalled(program: string): Promise<boolean> {
  for (const folder of ["/usr/sbin", "/usr/bin", "/usr/local/bin", ...(Deno.env.get("PATH") ?? "").split(":")]) {
    const found = await Deno.stat(`${folder}/${program}`).catch(() => undefined);
    if (found?.isFile) return true;
  }
  return false;
}

/** Waits until a port greets. @returns Milliseconds since `since`. @throws after 120 s. */
export async function untilGreeted(port: number, since: number): Promise<number> {
  const patience = performance.now() + 120_000;
  while (performance.now() < patience) {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      if (await connection.read(new Uint8Array(64)) !== null) return performance.now() - since;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`nothing greeted on port ${port} within 120 s`);
}

/** Runs a program to its end. @throws with what it said unless it succeeds. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; stdin?: string } = {},
): Promise<string> {
  const { cwd, stdin } = options;
  const { code, stdout, stderr } = await runProgram(program, { args: [...args], ...cwd && { cwd } }, stdin);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}

/** A temporary folder that goes with the stack. */
export async function folderIn(stack: AsyncDisposableStack, name: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: `bench-${name}-` });
  return stack.adopt(folder, (folder) => Deno.remove(folder, { recursive: true }));
}

/** A process that ends with the stack. Its output is nobody's: a pipe would fill, or be held open by its children. */
export function processIn(
  stack: AsyncDisposableStack,
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly stderr?: "inherit" } = {},
): number {
  const settings = { stdin: "null", stdout: "null", stderr: "null", ...options } as const;
  const child = new Deno.Command(program, { args: [...args], ...settings }).spawn();
  stack.defer(async () => {
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    child.kill("SIGTERM");
    await child.status;
    clearTimeout(late);
  });
  return child.pid;
}
