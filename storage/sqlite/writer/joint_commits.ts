/**
 * Groups of several threads are committed together, with one fsync. Each thread has one group under way, and the next soon
 * after its answer: without a short wait for those who have just been answered, threads would take turns, each with a commit
 * for itself.
 */
import type { Group, GroupOutcome } from "../writer_messages.ts";

/** How long somebody who has just been answered is waited for, and what counts as just; milliseconds. */
const PATIENCE = 1;

/** Whoever has a group. */
interface Waiting<Asker> {
  readonly asker: Asker;
  readonly group: Group;
  readonly answer: (commit: () => GroupOutcome) => void;
}

/** Gathers them. */
export class JointCommits<Asker> {
  readonly #commit: (group: Group, askers: ReadonlySet<Asker>) => GroupOutcome;
  readonly #now: () => number;
  #waiting: Waiting<Asker>[] = [];
  #answered: ReadonlySet<Asker> = new Set();
  #answeredAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param commit Commits what these have asked. @param now Milliseconds of some clock. */
  constructor(
    commit: (group: Group, askers: ReadonlySet<Asker>) => GroupOutcome,
    now: () => number = () => performance.now(),
  ) {
    this.#commit = commit;
    this.#now = now;
  }

  /**
   * Commits a group, at once or with those of others.
   *
   * @param answer Is called once, and must not throw; what it calls gives what became of the group, or throws.
   */
  add(asker: Asker, group: Group, answer: Waiting<Asker>["answer"]): void {
    this.#waiting.push({ asker, group, answer });
    const isRecent = this.#now() - this.#answeredAt < PATIENCE;
    const isMissing = (asker: Asker) => !this.#waiting.some((waiting) => waiting.asker === asker);
    if (isRecent && [...this.#answered].some(isMissing)) {
      this.#timer ??= setTimeout(() => this.flush(), PATIENCE);
    } else this.flush();
  }

  /** Commits all that wait. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#answered = new Set(waiting.map(({ asker }) => asker));
    try {
      const outcome = this.#commit(joined(waiting.map(({ group }) => group)), this.#answered);
      let at = 0;
      for (const { group, answer } of waiting) {
        const batches = outcome.batches.slice(at, at += group.batches.length);
        answer(() => ({ ...outcome, batches }));
      }
    } catch (error) {
      for (const { answer } of waiting) {
        answer(() => {
          throw error;
        });
      }
    }
    this.#answeredAt = this.#now();
  }
}

function joined(groups: readonly Group[]): Group {
  const [only, ...others] = groups;
  if (only !== undefined && others.length === 0) return only;
  return {
    now: Math.max(...groups.map(({ now }) => now)),
    batches: groups.flatMap(({ batches }) => batches),
    // No two threads have bodies of the same key.
    bodies: new Map(groups.flatMap(({ bodies }) => [...bodies])),
  };
}
