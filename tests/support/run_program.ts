/** Runs a program to its end. */

/** What it left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it. @param stdin What it reads; absent: nothing, and no terminal. */
export async function runProgram(
  program: string,
  options: Pick<Deno.CommandOptions, "args" | "cwd" | "env" | "signal">,
  stdin?: string,
): Promise<Finished> {
  const child = new Deno.Command(program, {
    ...options,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // Read while it is written to: a program that says much before it has read everything would wait for us, and we for it.
  const output = child.output();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    // A program that ends before it has read everything is judged by its exit code.
    await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
    await writer.close().catch(() => {});
  }
  const { code, stdout, stderr } = await output;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
