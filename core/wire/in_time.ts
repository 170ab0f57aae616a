/**
 * Waits for one thing that somebody has promised, such as a plugin, but not for ever. What comes of it after that is nobody's
 * concern any more. Those for peers, of which there are thousands, are in `waits.ts`.
 */

/** What the work gives. @param fault Says in the error what has not happened in time: "the filter has not answered". */
export async function inTime<T>(work: Promise<T> | T, milliseconds: number, fault: string): Promise<T> {
  const { promise: isLate, reject } = Promise.withResolvers<never>();
  const time = milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`;
  const timer = setTimeout(() => reject(new Error(`${fault} within ${time}`)), milliseconds);
  try {
    return await Promise.race([work, isLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the work comes to its end within so many milliseconds. @throws what it throws before. */
export async function endsWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const { promise: isLate, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), milliseconds);
  try {
    return await Promise.race([work.then(() => true), isLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the work gives. @throws Error where the signal aborts before. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: isLate, reject } = Promise.withResolvers<never>();
  const abort = () => reject(new Error("the time for it is over"));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, isLate]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Resolves when the work has, or when the signal aborts. @throws what the work throws before. */
export async function beforeDeadline(work: Promise<unknown> | undefined, deadline: AbortSignal): Promise<void> {
  const { promise: isLate, resolve } = Promise.withResolvers<void>();
  const late = () => resolve();
  if (deadline.aborted) late();
  deadline.addEventListener("abort", late, { once: true });
  try {
    await Promise.race([isLate, work]);
  } finally {
    deadline.removeEventListener("abort", late);
  }
}
