/** Records what programs do to a folder, by strace(1). */
import { Chance } from "./chance.ts";
import { Disk, type Semantics } from "./disk.ts";
import { recordingOf, type Step, tracedCalls } from "./recording.ts";
import { parseStrace, SET } from "./strace_text.ts";
import { writeSurvivors } from "./survival.ts";

/** Of programs that are run after or beside one another. */
export class Recorder implements AsyncDisposable {
  readonly #folder: string;
  readonly #notes: string;
  /** Of each program, how far the system's clock was from that of this process when it was about to begin; seconds. */
  readonly #clocks: number[] = [];

  private constructor(folder: string, notes: string) {
    this.#folder = folder;
    this.#notes = notes;
  }

  /** Of what will happen in this folder; its path is absolute. What is in it now counts as synced. */
  static async of(folder: string): Promise<Recorder> {
    const notes = await Deno.makeTempDir();
    const { success } = await new Deno.Command("cp", { args: ["-a", folder, `${notes}/initial`] }).output();
    if (!success) throw new Error(`${folder} cannot be copied`);
    return new Recorder(folder, notes);
  }

  /** The words to put before the next program's command line, and its number. The program keeps its process id. */
  next(): { readonly under: readonly string[]; readonly program: number } {
    const program = this.#clocks.push((Date.now() - performance.now()) / 1000) - 1;
    const times = ["-ttt", "--relative-timestamps=ns"];
    const how = ["-D", "-f", "--seccomp-bpf", "-qq", "-yy", "-xx", "-a1", ...times, "-s", "999999999"];
    return { under: ["strace", ...how, "-e", `trace=${tracedCalls}`, "-o", `${this.#notes}/${program}`], program };
  }

  /** All that happened. Every program must have ended, and closed its standard error. */
  async steps(): Promise<Step[]> {
    const [first = 0] = this.#clocks;
    const programs = this.#clocks.map(async (clock, program) => {
      const text = await Deno.readTextFile(`${this.#notes}/${program}`);
      return parseStrace(text.split("\n"), Math.abs(clock - first) > SET ? clock - first : 0);
    });
    return recordingOf(this.#folder, await Promise.all(programs));
  }

  /** The folder before any of it. */
  disk(semantics: Semantics): Disk {
    const disk = new Disk(semantics);
    disk.load(`${this.#notes}/initial`);
    return disk;
  }

  /** Makes the folder as it is when the power fails now, and no disk has kept more than POSIX says. */
  async writeLeast(into: string): Promise<void> {
    const disk = this.disk("posix");
    for (const step of await this.steps()) disk.take(step);
    writeSurvivors(disk, new Chance(1), "nothing", into);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#notes, { recursive: true });
  }
}

/** A test that records. Says loudly where it cannot. */
export function recorderTest(name: string, fn: () => Promise<void>): void {
  const reason = whyNot();
  if (reason !== undefined) console.warn(`NOT RUN: "${name}" ${reason}`);
  Deno.test({ name, ignore: reason !== undefined, fn });
}

function whyNot(): string | undefined {
  try {
    const args = ["-D", "-f", "--seccomp-bpf", "-o", "/dev/null", "true"];
    const { success, stderr } = new Deno.Command("strace", { args }).outputSync();
    return success ? undefined : `cannot trace here: ${new TextDecoder().decode(stderr).trim()}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "needs strace (Debian: strace)";
    throw error;
  }
}
