/** Long work gives others their turn: a session that looks through a large mailbox must not stall the rest. */

/** Lets others in: what waits for its turn has had it when this resolves. */
export function letOthersIn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Milliseconds of work after which others are let in. */
const PATIENCE = 15;

/** Counts the time that a command has had. */
export class Turns {
  #since = performance.now();

  /** Whether it is time to let others in. */
  get isDue(): boolean {
    return performance.now() - this.#since >= PATIENCE;
  }

  /** Others have just had theirs. */
  restart(): void {
    this.#since = performance.now();
  }

  /** Lets others in, when it is time. */
  async take(): Promise<void> {
    if (!this.isDue) return;
    await letOthersIn();
    this.restart();
  }
}
